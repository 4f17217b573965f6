"""The command line ``accsyn-orm``.

Needs the extra ``accsyn_orm[cli]``; not part of the Python API.
"""
