"""The files by which test sets come and leave. Pure functions from text to values and back."""
