"""The page of past digests, and the tables behind its pictures."""
