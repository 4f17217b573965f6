"""The workspace's own certificate authority: made once in the data directory, and kept.

Keeping it means that a client which trusts it today still trusts the workspace after a restart.
"""

from __future__ import annotations

import ssl
from pathlib import Path

from accsyn_orm.server.storage.private import write_private

CA_FILE = "ca.pem"
KEY_FILE = "ca-key.pem"


class Authority:
    """A certificate authority in a directory.

    Attributes:
        ca_bundle: path of the CA certificate, for clients to trust.
    """

    def __init__(self, directory: Path) -> None:
        import trustme  # a workspace without TLS starts sooner for it

        self.ca_bundle = directory / CA_FILE
        key_path = directory / KEY_FILE
        if self.ca_bundle.exists() and key_path.exists():
            self._ca = trustme.CA.from_pem(self.ca_bundle.read_bytes(), key_path.read_bytes())
        else:
            self._ca = trustme.CA(organization_name="accsyn_orm embedded workspace")
            write_private(key_path, self._ca.private_key_pem.bytes())
            write_private(self.ca_bundle, self._ca.cert_pem.bytes())

    def server_context(self, host: str) -> ssl.SSLContext:
        """Issue a certificate for a host, and for loopback, and make a context that presents it."""
        names = dict.fromkeys(["localhost", "127.0.0.1", "::1", host])
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate = self._ca.issue_cert(*names)
        certificate.configure_cert(context)  # pyright: ignore[reportUnknownMemberType]  # names pyOpenSSL
        return context
