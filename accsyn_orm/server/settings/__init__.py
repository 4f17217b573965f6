"""Settings: which there are, what they belong to, and how they are inherited."""
