"""A query becomes candidates, candidates become hits."""
