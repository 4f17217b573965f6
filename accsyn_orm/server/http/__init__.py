"""The workspace on the network: ASGI application, certificate authority, listener."""
