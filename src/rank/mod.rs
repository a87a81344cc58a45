//! Fusion, score factors, explanations and metrics of information retrieval, generic over an id.
