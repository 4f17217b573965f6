"""Queries as SQL: conditions, comparisons, regular expressions, and the options of ``find``."""
