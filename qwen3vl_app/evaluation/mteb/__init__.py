"""This program as mteb sees it: its search, its embedder, its reranker.

The only package that imports mteb and ``datasets``, which nothing else needs. The search is what
is measured; the models alone are handed over as well, for tasks that are no retrieval, and to tell
what the index does from what the models do.
"""
