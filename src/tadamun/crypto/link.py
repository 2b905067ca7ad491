"""The invitation as people pass it on: a link that survives being pasted, wrapped, quoted and percent-encoded.

`tadamun:join#` + base64url of: version 1 ‖ space ‖ secret ‖ request key ‖ anchor ‖ hints ‖ checksum
(docs/protocol/4-joining.md, 4.1). A device link invites another device of a member: `tadamun:device#`, and after the
anchor the member's id, for which the new device signs.
What is wrong with a link is told to the person, who holds it and can ask for it again; hence UsageError.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote

from tadamun.core.b64 import from_b64, raw32, to_b64
from tadamun.core.errors import RemoteError, UsageError
from tadamun.crypto.lockbox import usable
from tadamun.crypto.secret import Secret

VERSION: Final = 1
MAX_HINTS: Final = 400  # bytes
MAX_LINK: Final = 4_096  # characters of what is pasted, before any work; a percent-encoded link has at most 2,400
CHECKSUM: Final = 4  # bytes

JOIN: Final = "join"
DEVICE: Final = "device"
_FIXED: Final = {JOIN: 1 + 4 * 32, DEVICE: 1 + 5 * 32}  # bytes before the hints

# "//" and "/" before "#" are what browsers and chat programs like to add; quotes and full stops end the code.
_SHAPE: Final = re.compile(r"tadamun:(?://)?(join|device)/?(#?)([A-Za-z0-9_-]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Link:
    """space, anchor: hex; secret: the invite's; request: X25519 public key (32 bytes); hints: carrier addresses.

    member: whose further device it invites, in hex; "" for a link that invites a person.
    """

    space: str
    secret: Secret = field(repr=False)
    request: bytes
    anchor: str
    hints: tuple[str, ...] = ()
    member: str = ""

    @property
    def what(self) -> str:
        return DEVICE if self.member else JOIN


def encode(link: Link) -> str:
    """The link as text. Raises ValueError on hints that do not fit or hold a line break."""
    hints = "\n".join(link.hints).encode()
    if len(hints) > MAX_HINTS or not _hints_fit(link.hints):
        raise ValueError("hints are printable, and 400 bytes at most together")
    space, request, anchor = raw32(link.space), raw32(link.request), raw32(link.anchor)
    member = raw32(link.member) if link.member else b""
    body = b"".join((bytes((VERSION,)), space, link.secret.view(), request, anchor, member, hints))
    return f"tadamun:{link.what}#{to_b64(body + _checksum(body))}"


def decode(text: str) -> Link:
    """The invitation in what somebody pasted. Raises UsageError that says what is wrong and what to do."""
    if len(text) > MAX_LINK:
        raise UsageError("This is too long to be an invitation. Paste only the link that begins with tadamun:")
    visible = _visible(text)
    # First as it stands, up to the next space; then as a mail program may have wrapped it, over several lines.
    try:
        return _read(visible)
    except UsageError as error:
        together = "".join(visible.split())
        if together == visible:
            raise
        try:
            return _read(together)
        except UsageError:
            raise error from None


def _read(text: str) -> Link:
    found = _SHAPE.search(text)
    if found is None:
        raise UsageError(
            "This is not a Tadamun invitation: those begin with tadamun:join# . Copy the whole link from the message."
        )
    what, mark, code = found[1].lower(), found[2], found[3]
    if not mark or not code:
        raise UsageError(
            "The invitation ends too early: the part after # is missing. Some programs drop it. "
            "Copy the whole link from the message, or scan the QR code."
        )
    raw = _bytes_of(code)
    body, checksum = raw[:-CHECKSUM], raw[-CHECKSUM:]
    if not body or checksum != _checksum(body):
        raise _changed()
    if raw[0] != VERSION:
        raise UsageError(
            "This invitation was made by another version of Tadamun ({version}). Update Tadamun, then try again.",
            version=raw[0],
        )
    fixed = _FIXED[what]
    if len(body) < fixed:
        raise _unsound()
    try:
        joined = body[fixed:].decode()
    except UnicodeDecodeError:
        raise _unsound() from None
    hints = tuple(joined.split("\n")) if joined else ()
    space, secret, request, anchor, *member = (body[i : i + 32] for i in range(1, fixed, 32))
    if len(body) - fixed > MAX_HINTS or not _hints_fit(hints) or not usable(request):
        raise _unsound()
    return Link(space.hex(), Secret(secret), request, anchor.hex(), hints, "".join(one.hex() for one in member))


def _checksum(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()[:CHECKSUM]


def _hints_fit(hints: tuple[str, ...]) -> bool:
    """Printable: a hint is shown to people, and must not move a terminal's cursor or turn the reading direction."""
    return all(hint and hint.isprintable() for hint in hints)


def _visible(text: str) -> str:
    """Without what the eye does not see: %xx written out, direction and other invisible marks (Arabic text carries
    them) taken away. White space stays."""
    if "%" in text:
        text = unquote(text, errors="replace")
    return "".join(c for c in text if c.isspace() or unicodedata.category(c) not in ("Cf", "Cc"))


def _bytes_of(code: str) -> bytes:
    try:
        return from_b64(code)
    except RemoteError:
        raise _changed() from None


def _changed() -> UsageError:
    return UsageError(
        "The invitation is incomplete or was changed on the way. Nothing was sent. "
        "Copy the whole link again, or scan the QR code."
    )


def _unsound() -> UsageError:
    return UsageError(
        "This invitation was not made by Tadamun as it should be. Nothing was sent. "
        "Ask the person who invited you, in another way, for a new one."
    )
