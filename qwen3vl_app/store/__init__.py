"""Items, vectors and file outcomes on disk: SQLite is the truth, FAISS is derived from it."""
