"""Typed, ORM-style access to accsyn."""
