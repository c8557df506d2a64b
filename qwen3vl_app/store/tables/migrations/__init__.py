"""Migrations: the steps that made the tables what they are, one file each, in order.

A released step is never edited, because libraries have applied it. ``schema`` lists them all.
"""
