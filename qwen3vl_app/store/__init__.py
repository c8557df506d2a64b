"""Items, vectors and file outcomes on disk: SQLite is the truth, ``index`` derived from it."""
