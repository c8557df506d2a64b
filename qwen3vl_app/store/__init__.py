"""Vectors and metadata: SQLite is the truth, FAISS is derived from it."""
