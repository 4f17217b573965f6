"""The accsyn wire protocol without I/O, both directions: written by the client, read by a server.

versions     what differs between the generations v1.0 and v3
codec        JSON text, dates, percent-encoding
events       the envelope of every call
replies      the envelope of every answer
sign_in      discovery and login, which are no events
credentials  the Authorization and device headers
redaction    payloads made fit for a log
"""
