-- The index from which a statement of a domain was taken over; none where this program fetched it.
ALTER TABLE publisher_statements ADD COLUMN imported_from BLOB;
