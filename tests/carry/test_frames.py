"""What a relay says is decoded strictly, and nothing it can say breaks the decoder."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kits.sealed import Maker
from tadamun.carry.about import About, read
from tadamun.carry.address import is_nearby, parse_address
from tadamun.carry.frames import Brought, Challenge, Chatter, Closed, Difference, NoDifference, Stored, Took, hear
from tadamun.carry.mailbox import mailbox_of
from tadamun.core.errors import Reason, RemoteError
from tadamun.core.event import to_json

EVENT = Maker().event("ab" * 32)
RAW = to_json(EVENT)


def test_each_message_is_understood() -> None:
    assert hear(b'["EVENT","s",' + RAW + b"]") == Brought("s", EVENT, RAW)
    assert hear('["EOSE","s"]') == Stored("s")
    assert hear('["CLOSED","s","error: no"]') == Closed("s", "error: no")
    assert hear('["OK","ab",true]') == Took("ab", True, "")
    assert hear('["OK","ab",false,"blocked: you"]') == Took("ab", False, "blocked: you")
    assert hear('["AUTH","c"]') == Challenge("c")
    assert hear('["NEG-MSG","s","61"]') == Difference("s", b"\x61")
    assert hear('["NEG-ERR","s","blocked: big",5]') == NoDifference("s", "blocked: big")
    assert hear('["NOTICE","hello"]') == Chatter()
    assert hear('["COUNT","s",{"count":1}]') == Chatter()


def test_another_spelling_of_an_event_ends_here() -> None:
    spelled = json.dumps(json.loads(RAW), indent=2).replace('"kind"', '"kind": 1, "kind"').encode()
    heard = hear(b'["EVENT","s",' + spelled + b"]")
    assert isinstance(heard, Brought)
    assert heard.raw == RAW


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("", Reason.MALFORMED),
        ("{}", Reason.MALFORMED),
        ("[1]", Reason.MALFORMED),
        ("[" * 100_000, Reason.MALFORMED),
        ('["EVENT","s",{}]', Reason.MALFORMED),
        ('["EVENT","s"]', Reason.PROTOCOL),
        ('["EVENT",7,' + RAW.decode() + "]", Reason.MALFORMED),
        ('["EVENT","s",' + RAW.decode().replace('"kind":3700', '"kind":3701') + "]", Reason.BAD_ID),
        ('["EVENT","s",' + RAW.decode().replace('"content":"', '"content":"' + "x" * 70_000) + "]", Reason.TOO_LARGE),
        ('["OK","ab",1]', Reason.MALFORMED),
        ('["OK","ab"]', Reason.PROTOCOL),
        ('["EOSE"]', Reason.PROTOCOL),
        ('["NEG-MSG","s","6"]', Reason.MALFORMED),
        ('["NEG-MSG","s","zz"]', Reason.MALFORMED),
        ('["AUTH","' + "c" * 201 + '"]', Reason.TOO_LARGE),
        (b'["NOTICE","\xff"]'.decode("latin-1").encode("latin-1"), None),
        (b'["AUTH","\xff"]', Reason.MALFORMED),
    ],
)
def test_what_is_not_as_it_should_be_is_refused(message: str | bytes, reason: Reason | None) -> None:
    if reason is None:
        assert hear(message) == Chatter()
        return
    with pytest.raises(RemoteError) as refusal:
        hear(message)
    assert refusal.value.reason is reason
    assert "xxx" not in str(refusal.value)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
verbs = st.sampled_from(["EVENT", "EOSE", "OK", "CLOSED", "AUTH", "NEG-MSG", "NEG-ERR", "NOTICE", ""])


@given(
    st.binary() | st.tuples(verbs, st.lists(json_values, max_size=4)).map(lambda m: json.dumps([m[0], *m[1]]).encode())
)
def test_nothing_else_is_ever_raised(message: bytes) -> None:
    with suppress(RemoteError):
        hear(message)


@given(st.binary() | json_values.map(lambda value: json.dumps(value).encode()))
def test_a_document_of_any_kind_is_read(document: bytes) -> None:
    about = read(document)
    assert 1 <= about.page <= 2_000
    assert mailbox_of(document) == ""


def test_a_document_is_believed_within_bounds() -> None:
    said = b'{"supported_nips":[1,"42",77,null],"limitation":{"max_limit":999999,"max_message_length":65536},"x":[]}'
    assert read(said) == About(frozenset({1, 42, 77}), 2_000, 65_536)
    assert read(b'{"limitation":null}') == About()
    assert read(b'{"supported_nips":[77],"limitation":{"max_limit":0}}') == About()


def test_the_mailbox_is_the_first_p_tag_and_not_something_in_the_content() -> None:
    assert mailbox_of(RAW) == "ab" * 32
    assert mailbox_of(b'{"content":"[\\"p\\",\\"x\\"]","tags":[["t","p"],["p"],["p","yes"],["p","no"]]}') == "yes"


@pytest.mark.parametrize(
    ("text", "host", "port", "path", "secure"),
    [
        ("ws://127.0.0.1:7000", "127.0.0.1", 7000, "/", False),
        ("wss://relay.example/path?x=1", "relay.example", 443, "/path?x=1", True),
        ("ws://[fe80::1]:80/", "fe80::1", 80, "/", False),
    ],
)
def test_addresses(text: str, host: str, port: int, path: str, secure: bool) -> None:
    address = parse_address(text)
    assert (address.host, address.port, address.path, address.secure) == (host, port, path, secure)


@pytest.mark.parametrize(
    "text",
    [
        "", "http://x", "ws://", "ws:///path", "ws://a:b@host", "ws://host:0", "ws://host:99999", "ws://host:x",
        "ws://host/#f", "ws://host/\r\nX-Evil: 1", "ws://ho st", "ws://höst", "ws://[::1", "ws://h/" + "a" * 400,
        "javascript:alert(1)",
    ],
)  # fmt: skip
def test_other_addresses_are_refused(text: str) -> None:
    with pytest.raises(RemoteError):
        parse_address(text)


def test_nearby_is_private_or_link_local_and_literal() -> None:
    for host in ("10.1.2.3", "172.31.0.1", "192.168.0.9", "169.254.7.7", "fe80::1", "fd00::1"):
        assert is_nearby(host)
    for host in (
        "8.8.8.8",
        "172.32.0.1",
        "127.0.0.1",
        "0.0.0.0",
        "224.0.0.251",
        "255.255.255.255",
        "::",
        "::1",
        "ff02::fb",
        "2001:db8::1",
        "::ffff:10.0.0.1",
        "192.0.2.1",
        "localhost",
        "relay.example",
        "10.1",
        "",
    ):
        assert not is_nearby(host)  # fmt: skip
    assert is_nearby("127.0.0.1", loopback=True)
