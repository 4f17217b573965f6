"""Directories that stand for the disks of the workspace and of its users."""
