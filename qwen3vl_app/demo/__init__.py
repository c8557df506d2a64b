"""The bundled default: a small drawn world, checkpoints trained on it, a sample collection."""
