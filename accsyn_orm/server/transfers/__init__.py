"""Jobs at work: what is submitted, between whom, and which status follows which."""
