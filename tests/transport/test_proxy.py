"""Proxy settings as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accsyn_orm.errors import ConfigurationError
from accsyn_orm.transport.proxy import parse_proxy


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("socks:box:1080", "socks5h://box:1080"),
        ("SOCKS5:box:1080", "socks5h://box:1080"),
        ("socks5h:box:1080", "socks5h://box:1080"),
        ("socks4:10.0.0.1:1081", "socks4://10.0.0.1:1081"),
        ("socks4a:box:1081", "socks4a://box:1081"),
        ("socks:box", "socks5h://box:1080"),
        ("socks:[::1]:1080", "socks5h://[::1]:1080"),
        ("socks5:user:p@ss:w%rd@box:1080", "socks5h://user:p%40ss%3Aw%25rd@box:1080"),
        ("socks5h://user:p%40ss@box:1080", "socks5h://user:p%40ss@box:1080"),
        ("socks5://box:1080/", "socks5h://box:1080"),
        ("socks4:john@box:1080", "socks4://john:@box:1080"),
        (" socks4a://john@box ", "socks4a://john:@box:1080"),
    ],
)
def test_socks_setting_is_read(text, url):
    proxy = parse_proxy(text)
    assert (proxy.kind, proxy.url) == ("socks", url)


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("accsyn:box:8080", "box", 8080),
        ("accsyn://box:8080", "box", 8080),
        ("box:8080", "box", 8080),
        ("box", "box", 80),
        ("accsyn:box", "box", 80),
        ("[::1]:8080", "[::1]", 8080),
    ],
)
def test_accsyn_setting_is_read(text, host, port):
    proxy = parse_proxy(text)
    assert (proxy.kind, proxy.host, proxy.port, proxy.url) == ("accsyn", host, port, None)


@pytest.mark.parametrize(
    "text",
    [
        "http://box:80",
        "https:box:443",
        "socks6:box:1080",
        "socks:",
        "socks:box:http",
        "socks:box:0",
        "socks:box:65536",
        "socks:user:pw:box:80",
        "socks::1:1080",
        ":8080",
        "box:80:90",
        "user:pw@box:80",
        "accsyn:user:pw@box:80",
        "socks5://box/path",
        "socks5:user@box:1080",
        "socks5::pw@box:1080",
        "socks4:user:pw@box:1080",
        "a b:80",
        "box?x:80",
    ],
)
def test_other_setting_is_refused_and_never_ignored(text):
    with pytest.raises(ConfigurationError) as caught:
        parse_proxy(text, setting="ACCSYN_PROXY")
    assert caught.value.setting == "ACCSYN_PROXY"


@given(st.text())
@settings(max_examples=200)
def test_any_text_is_read_or_refused(text):
    try:
        proxy = parse_proxy(text)
    except ConfigurationError:
        return
    assert 1 <= proxy.port <= 65535
    assert proxy.host


def test_credentials_show_neither_in_repr_nor_in_errors():
    assert "CANARY" not in repr(parse_proxy("socks5:user:CANARY@box:1"))
    with pytest.raises(ConfigurationError) as caught:
        parse_proxy("socks4:user:CANARY@box:1")
    assert "CANARY" not in str(caught.value)
