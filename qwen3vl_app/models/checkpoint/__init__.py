"""A name becomes a folder becomes weights in memory, with reasons and a fingerprint."""
