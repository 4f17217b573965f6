"""Queries: which entities are meant, how they are asked for page by page, what that costs."""
