"""What made the tables what they are, a file for each step, in the order in which they came.

A released step is never edited: libraries have it applied. ``schema`` has the list of them.
"""
