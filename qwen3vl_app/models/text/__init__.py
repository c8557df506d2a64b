"""The text tower of a loaded model."""
