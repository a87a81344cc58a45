//! Full text and vectors over index records, fused.
