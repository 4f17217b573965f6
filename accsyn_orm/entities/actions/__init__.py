"""What can be done with entities beside saving and deleting them: a base class for each kind of it.

An action is one call at the backend, made at once: it is no change that waits for ``save()``, and
changes that wait are not sent along.
"""
