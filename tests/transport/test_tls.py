"""Certificates and handshakes that are refused, and that nothing is sent to them."""

from __future__ import annotations

import ipaddress
import ssl
import warnings
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from accsyn_orm.errors import TlsError
from accsyn_orm.outcome import Outcome
from accsyn_orm.transport.http import HttpTransport
from accsyn_orm.transport.proxy import parse_proxy

NOW = datetime.now(timezone.utc)
DAY = timedelta(days=1)
NAMES = ("localhost", "127.0.0.1")
Made = tuple[ssl.SSLContext, bytes]


def serving(*names: str, **options) -> Made:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names, **options).configure_cert(context)
    return context, authority.cert_pem.bytes()


def of_unknown_authority(_base: Path) -> Made:
    return serving(*NAMES)[0], trustme.CA().cert_pem.bytes()


def for_another_name(_base: Path) -> Made:
    return serving("other.example.com", "10.0.0.1")


def for_a_name_that_only_looks_alike(_base: Path) -> Made:
    return serving("localhost.example.com", "*.localhost")


def with_the_name_as_common_name_only(base: Path) -> Made:
    return signed(base, rsa.generate_private_key(65537, 2048), is_named=False)


def ended(_base: Path) -> Made:
    return serving(*NAMES, not_before=NOW - 9 * DAY, not_after=NOW - DAY)


def not_begun(_base: Path) -> Made:
    return serving(*NAMES, not_before=NOW + DAY, not_after=NOW + 9 * DAY)


def of_tls_1_1(_base: Path) -> Made:
    context, authority = serving(*NAMES)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context, authority


def without_authentication(_base: Path) -> Made:
    context, authority = serving(*NAMES)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("aNULL:@SECLEVEL=0")
    return context, authority


def with_a_weak_key(base: Path) -> Made:
    return signed(base, rsa.generate_private_key(65537, 1024))


def self_signed(base: Path) -> Made:
    key = ec.generate_private_key(ec.SECP256R1())
    context, _ = served(base, key, certificate(key, key, "localhost"))
    return context, trustme.CA().cert_pem.bytes()


def signed(base: Path, key: rsa.RSAPrivateKey, *, is_named: bool = True) -> Made:
    """Serve a certificate that is in order, but maybe for its key."""
    issuer = rsa.generate_private_key(65537, 2048)
    authority = certificate(issuer, issuer, "authority")
    context, _ = served(base, key, certificate(key, issuer, "authority", is_named=is_named))
    return context, authority.public_bytes(serialization.Encoding.PEM)


def served(base: Path, key, leaf: x509.Certificate) -> Made:
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = base / "server.pem"
    path.write_bytes(private + leaf.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.load_cert_chain(path)
    return context, b""


def certificate(key, issuer, issued_by: str, *, is_named: bool = True) -> x509.Certificate:
    is_authority = issued_by == "authority" and key is issuer
    names: list[x509.GeneralName] = [x509.DNSName("localhost")]
    names.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    subject = "authority" if is_authority else "localhost"
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issued_by)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - DAY)
        .not_valid_after(NOW + DAY)
        .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key()), critical=False
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                content_commitment=False,
                key_encipherment=not is_authority,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=is_authority,
                crl_sign=is_authority,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
    )
    if is_named:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(issuer, hashes.SHA256())


REFUSED: list[Callable[[Path], Made]] = [
    of_unknown_authority,
    for_another_name,
    for_a_name_that_only_looks_alike,
    with_the_name_as_common_name_only,
    ended,
    not_begun,
    self_signed,
    of_tls_1_1,
    without_authentication,
    with_a_weak_key,
]
WAYS = {"direct": None, "socks": "socks5h:127.0.0.1:{}", "http": "http://127.0.0.1:{}"}


def test_what_is_in_order_is_accepted(serve_tls, tmp_path):
    """The certificates made here are refused for what they are named after, and nothing else."""
    context, authority = signed(tmp_path, rsa.generate_private_key(65537, 2048))
    (tmp_path / "ca.pem").write_bytes(authority)
    with serve_tls(context) as server:
        transport = HttpTransport(verify=str(tmp_path / "ca.pem"), timeout=5)
        assert transport.send(server.request()).text == "{}"
        transport.close()


def test_certificates_that_are_not_in_order_get_nothing(
    serve_tls, socks_server, http_proxy, tmp_path, figure
):
    refused, tried, arrived = 0, 0, 0
    for make in REFUSED:
        context, authority = make(tmp_path)
        (tmp_path / "ca.pem").write_bytes(authority)
        with serve_tls(context) as server:
            for way, setting in WAYS.items():
                port = socks_server.port if way == "socks" else http_proxy.port
                proxy = parse_proxy(setting.format(port)) if setting else None
                transport = HttpTransport(verify=str(tmp_path / "ca.pem"), timeout=5, proxy=proxy)
                url = f"https://localhost:{server.port}/api/v3/event"
                tried += 1
                with pytest.raises(TlsError) as caught:
                    transport.send(server.request(url=url))
                refused += caught.value.outcome is Outcome.NOT_SENT
                transport.close()
            arrived += len(server.requests)
    figure("S1 handshakes refused that should be", refused, f"= {tried}")
    figure("S1 requests that arrived all the same", arrived, "= 0")
