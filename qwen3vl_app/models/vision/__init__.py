"""Pixels become patches become features."""
