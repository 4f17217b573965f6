"""The types of entities, a module each: which attributes they have, and what can be done with them.

Modules of types do not import each other to name what they refer to: ``Ref["User"]`` is looked up
in the registry, so that using one type does not load all the others.
"""
