"""A signed-in connection to a workspace, with dictionaries in and out.

session        Session: all calls; finding, creating and changing entities itself
lifecycle      calls: deactivate, activate, delete
access         calls: who may use what
assignment     calls: which servers hold a share
files          calls: what lies on a share
configuration  calls: settings and integrations
monitoring     calls: reports, metrics, logs, what is running
text           calls that ask nothing: records as text
lookups        lists of records, codes that stand for ids
queries        query text and options -> what is asked
payloads       entity types, ids and data -> what is written
grants         options of access -> what is written
core           arguments, sign-in, log, end
connection     discovery, sign-in, renewal, one call
settings       arguments, environment and env file -> settings
envfile        the env file
log            what a session says about itself
masking        secrets in text -> ***
tracebacks     errors that carry no local variables
"""

from accsyn_orm.session.session import Session

__all__ = ["Session"]
