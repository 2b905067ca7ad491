"""An invitation survives how people pass it on; where it does not, it says so in words that help."""

from __future__ import annotations

import dataclasses
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seeded import SPACE, Seeded

from tadamun.core.b64 import from_b64, to_b64
from tadamun.core.errors import UsageError
from tadamun.crypto import link as links
from tadamun.crypto.link import DEVICE, JOIN, Link, decode, encode
from tadamun.crypto.lockbox import BoxKey
from tadamun.crypto.secret import Secret

LINK = Link(
    SPACE,
    Secret(bytes(range(32))),
    BoxKey.make(Seeded()).raw,
    "bb" * 32,
    ("ws://192.168.1.7:4869", "wss://relay.example"),
)
TEXT = encode(LINK)
CODE = TEXT.partition("#")[2]
BODY = from_b64(CODE)[:-4]


def made_of(body: bytes) -> str:
    """A link around a body, with its right checksum: what only a wrong program or a liar makes."""
    return "tadamun:join#" + to_b64(body + links._checksum(body))


def test_round_trip() -> None:
    assert decode(TEXT) == LINK
    assert TEXT.startswith("tadamun:join#")
    assert decode(encode(dataclasses.replace(LINK, hints=()))).hints == ()
    device = dataclasses.replace(LINK, member="cc" * 32)
    assert encode(device).startswith("tadamun:device#")
    assert decode(encode(device)) == device
    assert (LINK.what, device.what) == (JOIN, DEVICE)


@given(hints=st.lists(st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=20), max_size=4))
def test_round_trip_of_hints(hints: list[str]) -> None:
    link = dataclasses.replace(LINK, hints=tuple(hints))
    assert decode(encode(link)) == link


def test_secret_stands_behind_the_hash_and_does_not_show() -> None:
    assert LINK.secret.to_text() not in repr(LINK)
    assert repr(LINK).find("secret") == -1


WRAPPED = "\n> ".join(TEXT[i : i + 60] for i in range(0, len(TEXT), 60)).replace("> ", "")


@pytest.mark.parametrize(
    "pasted",
    [
        f"  {TEXT}\n",
        f"<{TEXT}>",
        f'"{TEXT}".',
        f"«{TEXT}»",
        f"({TEXT}),",
        f"انضمّي إلينا: {TEXT} نراكم قريبًا",
        f"Join us: {TEXT} see you soon",
        f"[join]({TEXT})",
        f"\u200f{TEXT}\u200f",
        f"\u2067{TEXT[:40]}\u2069{TEXT[40:]}\ufeff",
        TEXT.replace("tadamun:", "Tadamun:"),
        TEXT.replace("tadamun:join#", "TADAMUN:JOIN#"),
        TEXT.replace("tadamun:", "tadamun://"),
        TEXT.replace("tadamun:join#", "tadamun://join/#"),
        TEXT.replace("#", "%23"),
        quote(TEXT, safe=""),
        "https://www.google.com/search?q=" + quote(TEXT, safe=""),
        "\r\n".join(TEXT[i : i + 76] for i in range(0, len(TEXT), 76)),
        WRAPPED,
        TEXT[:100] + " " + TEXT[100:],
        TEXT[:100] + "\u00ad" + TEXT[100:],
        TEXT[:100] + "\u200b" + TEXT[100:],
    ],
)
def test_survives_how_people_paste(pasted: str) -> None:
    assert decode(pasted) == LINK


def refusal(text: str) -> str:
    with pytest.raises(UsageError) as refused:
        decode(text)
    assert CODE[:20] not in str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize(
    "text", ["", " ", "hello", "nostr:npub1xyz", "https://example.org/#abc", "tadamun:", "join#abc"]
)
def test_something_else(text: str) -> None:
    assert "not a Tadamun invitation" in refusal(text)


@pytest.mark.parametrize("text", ["tadamun:join", "tadamun:join#", "tadamun:join# ", "tadamun://join/"])
def test_without_what_stands_behind_the_hash(text: str) -> None:
    assert "ends too early" in refusal(text)


@pytest.mark.parametrize("length", range(1, len(CODE)))
def test_cut_off_anywhere(length: int) -> None:
    assert "incomplete or was changed" in refusal("tadamun:join#" + CODE[:length])


@settings(max_examples=200)
@given(at=st.integers(2, len(CODE) - 1), sign=st.sampled_from("abcXYZ059-_"))
def test_changed_anywhere(at: int, sign: str) -> None:
    changed = CODE[:at] + sign + CODE[at + 1 :]
    if changed != CODE:
        assert "incomplete or was changed" in refusal("tadamun:join#" + changed)


def test_case_lost_on_the_way() -> None:
    assert "changed" in refusal(TEXT.lower())


def test_another_version() -> None:
    assert "version of Tadamun (2)" in refusal(made_of(b"\x02" + BODY[1:]))


def test_too_long() -> None:
    assert "too long" in refusal(TEXT + " " * 5_000)


@pytest.mark.parametrize(
    "hints",
    [b"\xff", b"a\n\nb", b"\n", b"ws://x\x1b[2J", "ws://x\u202e".encode(), b"a\rb", b"x" * 401, "\u2028".encode()],
)
def test_hints_that_play_tricks(hints: bytes) -> None:
    assert "Ask the person who invited you" in refusal(made_of(BODY[:129] + hints))


def test_request_key_that_seals_nothing() -> None:
    assert "Ask the person who invited you" in refusal(made_of(BODY[:65] + bytes(32) + BODY[97:]))


def test_one_kind_of_link_is_not_read_as_the_other() -> None:
    device = encode(dataclasses.replace(LINK, member="cc" * 32))
    assert "Ask the person who invited you" in refusal(device.replace("device", "join"))
    assert "Ask the person who invited you" in refusal(
        encode(dataclasses.replace(LINK, hints=())).replace("join", "device")
    )


@pytest.mark.parametrize("hints", [("x" * 401,), ("",), ("a\nb",), ("a\x1b",)])
def test_hints_that_are_not_encoded(hints: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="hints"):
        encode(dataclasses.replace(LINK, hints=hints))


@settings(max_examples=300)
@given(text=st.text(max_size=300) | st.text("Aa0-_%#\n ", max_size=300).map("tadamun:join#".__add__))
def test_anything_else_is_answered_in_words(text: str) -> None:
    with pytest.raises(UsageError):
        decode(text)


@settings(max_examples=200)
@given(body=st.binary(max_size=200))
def test_any_body_with_its_checksum(body: bytes) -> None:
    """Decodes or is refused in words; what decodes encodes to the same."""
    for text in (made_of(b"\x01" + body), made_of(b"\x01" + body).replace("join", "device")):
        try:
            link = decode(text)
        except UsageError:
            continue
        assert encode(link) == text
