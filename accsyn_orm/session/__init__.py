"""A signed-in connection to a workspace, with dictionaries in and out.

session     Session: the calls
queries     query text and options -> what is asked
payloads    entity types, ids and data -> what is written
connection  discovery, sign-in, renewal, one call
settings    arguments, environment and env file -> settings
envfile     the env file
log         what a session says about itself
"""

from accsyn_orm.session.session import Session

__all__ = ["Session"]
