"""Addresses of the web in people's texts, made links that cannot deceive: one goes exactly where it says.

A link is what it shows, in full, from left to right. No link is made of what could be read as another place than it is
(a name before the host, a host in look-alike letters, a backslash), nor of what leads to this computer or the local
network: there a single click can give an order to a router.
This file does not know which page it is for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from markupsafe import Markup, escape

from tadamun.i18n.shown import BLANK

LONGEST: Final = 2000  # characters of an address that is still made a link
_ADDRESS: Final = re.compile(r"(?<![^\W_])https?://[^\s<>\"`{}|^\u2066-\u2069\u200e\u200f\u061c]+", re.I)
# Of the host: labels of ASCII with a last one of letters, so no number and no bare machine name; a port may follow.
_SAFE: Final = re.compile(
    r"https?://(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?P<top>[a-z]{2,63}|xn--[a-z0-9-]{1,59})(?::[0-9]{1,5})?"
    r"(?:[/?#][^\s\\]*)?",
    re.I,
)
_NEAR: Final = frozenset({"local", "localhost", "internal", "lan", "home", "intranet", "arpa", "invalid", "test"})
_TRAILING: Final = ".,;:!?'\"،؛؟…«»“”’"
_PAIRS: Final = {")": "(", "]": "["}


def linked(text: str, mentions: Sequence[str] = ()) -> Markup:
    """The text escaped, its addresses links, and its `@name` set apart where the name is one of `mentions`."""
    names = sorted({name for name in mentions if name}, key=len, reverse=True)
    # A longer name first: @Nour Ali is not @Nour with a word behind it.
    called = re.compile("@(?:" + "|".join(map(re.escape, names)) + r")(?!\w)") if names else None
    made, at = [], 0
    for found in _ADDRESS.finditer(text):
        address = _trimmed(found[0]) if len(found[0]) <= LONGEST else ""
        if _safe(address):
            made += [_with_mentions(text[at : found.start()], called), _link(address)]
            at = found.start() + len(address)
    return Markup("").join([*made, _with_mentions(text[at:], called)])


def _link(address: str) -> Markup:
    # Two isolates: the address runs from left to right inside, and as one unit in the sentence around it.
    return Markup(
        '<bdi dir="ltr"><a href="{0}" target="_blank" rel="noreferrer noopener nofollow">{0}</a></bdi>'
    ).format(address)


def _with_mentions(text: str, called: re.Pattern[str] | None) -> Markup:
    if called is None:
        return escape(text)
    made, at = [], 0
    for found in called.finditer(text):
        made += [escape(text[at : found.start()]), Markup('<bdi class="mention">{}</bdi>').format(found[0])]
        at = found.end()
    return Markup("").join([*made, escape(text[at:])])


def _trimmed(address: str) -> str:
    """Without the sentence's own signs at its end: a full stop, a quote, a bracket that was opened before it."""
    while address:
        last = address[-1]
        opened = _PAIRS.get(last)
        if last not in _TRAILING and (opened is None or address.count(opened) >= address.count(last)):
            break
        address = address[:-1]
    return address


def _safe(address: str) -> bool:
    found = _SAFE.fullmatch(address)
    # Unseen signs in a path would show another address than the one that is opened.
    return (
        found is not None and found["top"].lower() not in _NEAR and address.isprintable() and not BLANK.search(address)
    )
