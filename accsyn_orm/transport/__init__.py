"""The only importer of the HTTP library: sends bytes, returns text, knows nothing of accsyn.

base   what a request, a response and a transport are
http   the transport over HTTP(S), pooled
pools  what the HTTP library logs, without queries
probe  a look at a host, for diagnosis
proxy  proxy settings as people write them
"""
