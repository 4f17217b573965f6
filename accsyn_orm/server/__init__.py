"""An accsyn-compatible workspace: storage, rules, roles and the HTTP server in front of them."""
