"""Rows become hidden states, vectors and scores: sizes, batches, the two models."""
