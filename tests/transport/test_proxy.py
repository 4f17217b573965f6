"""Proxy settings as people write them."""

from __future__ import annotations

import copy
import pickle
from dataclasses import asdict
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accsyn_orm.errors import ConfigurationError
from accsyn_orm.transport.proxy import Proxy, parse_proxy


def written(proxy: Proxy) -> tuple[str | None, str | None, str | None]:
    user, password = proxy.user, proxy.password
    return proxy.url, user and user.reveal(), password and password.reveal()


@pytest.mark.parametrize(
    ("text", "url", "user", "password"),
    [
        ("socks:box:1080", "socks5h://box:1080", None, None),
        ("SOCKS5:box:1080", "socks5h://box:1080", None, None),
        ("socks5h:box:1080", "socks5h://box:1080", None, None),
        ("socks4:10.0.0.1:1081", "socks4://10.0.0.1:1081", None, None),
        ("socks4a:box:1081", "socks4a://box:1081", None, None),
        ("socks:box", "socks5h://box:1080", None, None),
        ("socks:[::1]:1080", "socks5h://[::1]:1080", None, None),
        ("socks5:user:p@ss:w%rd@box:1080", "socks5h://box:1080", "user", "p@ss:w%rd"),
        ("socks5h://user:p%40ss@box:1080", "socks5h://box:1080", "user", "p@ss"),
        ("socks5://box:1080/", "socks5h://box:1080", None, None),
        ("socks4:john@box:1080", "socks4://box:1080", "john", None),
        ("socks4:john:@box:1080", "socks4://box:1080", "john", None),
        (" socks4a://john@box ", "socks4a://box:1080", "john", None),
        ("http://box:3128", "http://box:3128", None, None),
        ("http:box:3128", "http://box:3128", None, None),
        ("HTTP://box:3128/", "http://box:3128", None, None),
        ("http://user:p%40%C3%A5@box:80", "http://box:80", "user", "p@å"),
        ("http:user:p@%C3@box:80", "http://box:80", "user", "p@%C3"),
        ("http://token@box:80", "http://box:80", "token", None),
        ("http://[2001:db8::1]:80", "http://[2001:db8::1]:80", None, None),
    ],
)
def test_tunnelling_setting_is_read(text, url, user, password):
    proxy = parse_proxy(text)
    assert proxy.kind == ("http" if url.startswith("http") else "socks")
    assert written(proxy) == (url, user, password)


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


MALFORMED = [
    "https://box:443",
    "https:box:443",
    "http:",
    "http://",
    "http://box",
    "http:3128",
    "http://3128",
    "http://box:0",
    "http://box:80/path",
    "http://user:pw@",
    "http://@box:80",
    "http://:pw@box:80",
    "http://us%3Aer:pw@box:80",
    "http://user:p%w@box:80",
    "http://user:p%ff@box:80",
    "http://user:p%0d%0aEvil:x@box:80",
    "http://b%6fx:80",
    "http://box:80@other:80:90",
    "socks6:box:1080",
    "socks5",
    "socks5:1080",
    "socks",
    "http",
    "socks6:1080",
    "socks:",
    "socks://",
    "socks:box:",
    "socks:box:http",
    "socks:box:0",
    "socks:box:65536",
    "socks:box:1080:90",
    "socks:user:pw:box:80",
    "socks::1:1080",
    "socks:[::1:1080",
    "socks:[1:2]:1080",
    "socks:[::1]x:1080",
    "socks:bo\0x:1080",
    "socks:bøx:1080",
    "socks:@box:1080",
    "socks5:socks5:1080",
    ":8080",
    "",
    "box:80:90",
    "user:pw@box:80",
    "accsyn:user:pw@box:80",
    "accsyn:user@box:80",
    "accsyn:",
    "ftp://box:80",
    "//box:80",
    "socks5://box/path",
    "socks5://box?x",
    "socks5://box#x",
    "socks5:user@box:1080",
    "socks5:user:@box:1080",
    "socks5::pw@box:1080",
    "socks4:user:pw@box:1080",
    "socks4:us\0er@box:1080",
    "socks4://us%00er@box:1080",
    "socks5:user:p\udcffw@box:1080",
    f"socks5:{'u' * 128}:pw@box:1080",
    f"socks5:user:{'å' * 64}@box:1080",
    f"socks:{'b' * 254}:1080",
    "a b:80",
    "box?x:80",
]


@pytest.mark.parametrize("text", MALFORMED)
def test_malformed_setting_is_refused_and_never_ignored(text):
    with pytest.raises(ConfigurationError) as caught:
        parse_proxy(text, setting="ACCSYN_PROXY")
    assert caught.value.setting == "ACCSYN_PROXY"
    assert "pw" not in str(caught.value)


def kinds(text: str) -> set[str]:
    """Return which kinds of proxy somebody who writes this can mean."""
    scheme = text.strip().partition(":")[0].lower()
    if scheme.startswith("socks"):
        return {"socks"}
    return {"http"} if scheme == "http" else {"accsyn"}


@given(st.one_of(st.text(), st.from_regex(r"(socks[45]?[ah]?|http|accsyn):(//)?.{0,30}")))
@settings(max_examples=300)
def test_any_text_is_read_as_it_is_meant_or_refused(text):
    try:
        proxy = parse_proxy(text)
    except ConfigurationError:
        return
    assert 1 <= proxy.port <= 65535
    assert proxy.host
    assert proxy.kind in kinds(text)
    assert (proxy.user is not None) is ("@" in text)


@given(st.sampled_from(MALFORMED), st.data())
@settings(max_examples=200)
def test_edited_setting_is_not_read_as_something_weaker(text, data):
    place = data.draw(st.integers(0, len(text)))
    edited = text[:place] + data.draw(st.sampled_from(":/@%# a1[]")) + text[place:]
    try:
        proxy = parse_proxy(edited)
    except ConfigurationError:
        return
    assert proxy.kind in kinds(edited)
    assert (proxy.user is not None) is ("@" in edited)


CREDENTIALS = st.text(
    st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=30
).filter(lambda text: len(text.encode()) <= 127)


@given(st.sampled_from(["socks5", "socks5h", "http"]), CREDENTIALS, CREDENTIALS, st.booleans())
@settings(max_examples=200)
def test_credentials_are_read_as_they_are(scheme, user, password, is_url):
    user = user.replace(":", "_")
    if is_url:
        text = f"{scheme}://{quote(user, safe='')}:{quote(password, safe='')}@box:1080"
    else:
        text = f"{scheme}:{user}:{password}@box:1080"
        if user.startswith("//"):
            return
    proxy = parse_proxy(text)
    assert written(proxy)[1:] == (user, password)
    assert (proxy.host, proxy.port) == ("box", 1080)


@pytest.mark.parametrize("scheme", ["socks5", "http"])
def test_credentials_are_in_no_dump_of_a_proxy(scheme):
    proxy = parse_proxy(f"{scheme}:user:CANARY@box:1")
    dumps = (repr(proxy), str(asdict(proxy)), str(proxy.url), str(copy.deepcopy(proxy)))
    assert "CANARY" not in "".join(dumps)
    assert proxy == parse_proxy(f"{scheme}:user:CANARY@box:1")
    assert hash(proxy) == hash(copy.copy(proxy))
    assert proxy != parse_proxy(f"{scheme}:user:other@box:1")
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(proxy)


def test_credentials_are_in_no_error():
    with pytest.raises(ConfigurationError) as caught:
        parse_proxy("socks4:user:CANARY@box:1")
    assert "CANARY" not in str(caught.value)
