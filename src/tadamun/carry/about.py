"""What a relay says of itself (NIP-11), asked by one plain HTTP request of a few kilobytes.

Everything here is a hint from a stranger: numbers are bounded, and no answer means "nothing special". Redirects are not
followed and no proxy of the environment is used: nobody but the address itself is told that it was asked.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any, Final

import msgspec

from tadamun.carry.address import Address

PAGE: Final = 500  # events a REQ, where the relay says nothing; what most relays allow
MOST_PAGE: Final = 2_000
MAX_DOCUMENT: Final = 64 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class About:
    """nips: what it offers; page: most events it gives a REQ; message: most bytes of one message to it (0: unknown)."""

    nips: frozenset[int] = frozenset()
    page: int = PAGE
    message: int = 0


class _Limits(msgspec.Struct):
    max_limit: Annotated[int, msgspec.Meta(ge=1)] | None = None
    default_limit: Annotated[int, msgspec.Meta(ge=1)] | None = None
    max_message_length: Annotated[int, msgspec.Meta(ge=1)] | None = None


class _Document(msgspec.Struct):
    supported_nips: list[Any] = []
    limitation: _Limits | None = None


def read(document: bytes) -> About:
    """From the JSON of a NIP-11 document; `About()` when it is none."""
    try:
        said = msgspec.json.decode(document, type=_Document)
    except (ValueError, RecursionError):
        return About()
    limits = said.limitation or _Limits()
    # Some relays list a NIP as text; any other kind of entry is passed over.
    nips = {int(n) for n in said.supported_nips if isinstance(n, int) or (isinstance(n, str) and n.isdecimal())}
    return About(frozenset(nips), min(limits.max_limit or PAGE, MOST_PAGE), limits.max_message_length or 0)


async def ask(address: Address, timeout: float) -> About:
    """Fetch and read the document; `About()` when there is none within `timeout` seconds. Raises nothing of its own."""
    writer: asyncio.StreamWriter | None = None
    try:
        async with asyncio.timeout(timeout):
            reader, writer = await asyncio.open_connection(
                address.host, address.port, ssl=address.secure or None, limit=MAX_DOCUMENT
            )
            host = f"[{address.host}]" if ":" in address.host else address.host
            writer.write(
                f"GET {address.path} HTTP/1.1\r\nHost: {host}:{address.port}\r\n"
                "Accept: application/nostr+json\r\nConnection: close\r\n\r\n".encode("ascii")
            )
            return read(await _body(reader))
    except (OSError, ValueError, EOFError, asyncio.LimitOverrunError):  # TimeoutError and SSLError are OSErrors
        return About()
    finally:
        if writer is not None:
            writer.transport.abort()


async def _body(reader: asyncio.StreamReader) -> bytes:
    """The body of one HTTP/1.1 answer (RFC 9112, section 6.3); empty unless its status is 200.

    Raises ValueError, EOFError.
    """
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    status, *lines = head.split(b"\r\n")
    if status.split(b" ")[1:2] != [b"200"]:
        return b""
    headers = {name.strip(): value.strip() for name, _, value in (line.partition(b":") for line in lines)}
    if headers.get(b"transfer-encoding") == b"chunked":
        body = b""
        while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
            if not 0 < size <= MAX_DOCUMENT - len(body):
                return b""
            body += await reader.readexactly(size)
            await reader.readuntil(b"\r\n")
        return body
    if b"content-length" in headers:
        size = int(headers[b"content-length"])
        return await reader.readexactly(size) if 0 < size <= MAX_DOCUMENT else b""
    body = b""
    while len(body) <= MAX_DOCUMENT and (part := await reader.read(MAX_DOCUMENT)):
        body += part
    return body
