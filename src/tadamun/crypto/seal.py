"""Genuine ⇄ sealed: what relays see, and what members read (docs/protocol/3-seal.md, 3.2).

Opening goes MAC → parse → id → signature, each before the next is paid for; `open_many` then looks at the outer id and
signature as well. Not checked here: the frame and the body (core), and whether the mailbox in `p` is the epoch's (who
chose the epoch by it, knows).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from tadamun.core.errors import Reason, RemoteError, UsageError
from tadamun.core.event import Draft, Event, parse, to_json
from tadamun.core.genuine import Genuine
from tadamun.core.limits import MAX_INNER, MAX_SEALED
from tadamun.core.ports import Random
from tadamun.crypto import nip44
from tadamun.crypto.epoch import EpochKeys
from tadamun.crypto.keys import SigningKey, flaw, verify
from tadamun.crypto.secret import Secret

KIND: Final = 3700
SPREAD: Final = 2 * 86_400  # seconds; NIP-59 lets a wrap's time lie up to two days back


def seal(inner: Genuine, epoch: EpochKeys, *, now: int, random: Random, expires_at: int = 0) -> Event:
    """The kind 3700 event that carries `inner` to the epoch's mailbox, signed by a key used this once.

    now, expires_at: Unix seconds; expires_at 0: for good, else a multiple of 3,600 (ValueError). Raises UsageError when
    the event is larger than others would accept.
    """
    plain = to_json(inner.event)
    if len(plain) > MAX_INNER:
        raise UsageError(
            "This is too long to send ({size} bytes; {limit} fit). Nothing was sent. Shorten it or send it in parts.",
            size=len(plain),
            limit=MAX_INNER,
        )
    if expires_at % 3600:
        raise ValueError("an expiry is a multiple of 3600")
    tags: tuple[tuple[str, ...], ...] = (("p", epoch.mailbox.public),)
    if expires_at:
        tags += (("expiration", str(expires_at)),)
    payload = nip44.encrypt(epoch.conversation, random.bytes(nip44.NONCE), plain)
    return SigningKey.make(random).sign_event(Draft(KIND, payload, tags, now - random.below(SPREAD)))


def open_sealed(outer: Event, epoch: EpochKeys) -> Genuine:
    """The event inside. Raises RemoteError (MALFORMED, CANNOT_OPEN, TOO_LARGE, BAD_ID, BAD_SIGNATURE)."""
    if outer.kind != KIND:
        raise RemoteError(Reason.MALFORMED, "not a sealed event")
    return verify(parse(nip44.decrypt(epoch.conversation, outer.content), MAX_INNER))


def open_many(batch: Sequence[bytes], epoch: EpochKeys, outside: bool = True) -> list[Genuine | Reason]:
    """Open sealed events of one epoch, given as JSON: for each what it held, or why it is dropped.

    outside: check the outer id and signature too. Inside the space they prove nothing that the inner ones do not, but a
    copy with spoilt ones must not be passed on. Never raises on what a peer wrote. In one thread; see worker.py for
    another core.
    """
    unsealed = unseal(batch, epoch.conversation, outside)
    return [opened if isinstance(opened, Reason) else Genuine(opened) for opened in unsealed]


class _Carrier(msgspec.Struct):
    content: str


_carrier: Final = msgspec.json.Decoder(_Carrier)


def _carried(outer: bytes) -> str:
    """What an outer event carries. Raises RemoteError (TOO_LARGE, MALFORMED)."""
    if len(outer) > MAX_SEALED:
        raise RemoteError(Reason.TOO_LARGE)
    try:
        return _carrier.decode(outer).content
    except (ValueError, RecursionError) as error:
        raise RemoteError(Reason.MALFORMED) from error


def unseal(batch: Sequence[bytes], conversation: Secret, outside: bool) -> list[Event | Reason]:
    """The work of `open_many`, for it and for the worker process: every event returned has passed every check.

    Not `outside`: of the outer event nothing is read but what it carries; its shape was checked when it came.
    """
    key = conversation.reveal()  # once a batch
    opened: list[Event | Reason] = []
    for item in batch:
        try:
            outer = parse(item, MAX_SEALED) if outside else None
            event = parse(nip44.decrypt(key, _carried(item) if outer is None else outer.content), MAX_INNER)
        except RemoteError as error:
            opened.append(error.reason)
        else:
            opened.append(flaw(event) or (None if outer is None else flaw(outer)) or event)
    return opened
