"""Compute jobs as they are submitted: what they run, on what, where, and in which order."""
