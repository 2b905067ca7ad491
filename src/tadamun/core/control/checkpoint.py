"""A control state as bytes, for checkpoints (docs/protocol/2-control.md, 2.5): one spelling, hashed, cut in parts.

Beside the state itself it holds the ids of all control events before it, shortened to 20 bytes each, so that whoever
begins from a checkpoint can tell exactly what it has settled from what it has not seen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Final, Literal

import msgspec

from tadamun.core.b64 import from_b64, to_b64
from tadamun.core.charter import Charter, Level
from tadamun.core.control.bodies import CHECKPOINT, Checkpoint, Count, Key32, decode
from tadamun.core.control.state import UNSEEN, CleanEpoch, ControlState, CutAt, Device, Former, Member, OpenInvite
from tadamun.core.errors import Reason, RemoteError
from tadamun.core.event import Hex32
from tadamun.core.genuine import Genuine
from tadamun.core.limits import MAX_INTEGER

PART: Final = 24 * 1024  # bytes of state in one kind 3717 event
MAX_STATE: Final = 16 * 1024 * 1024  # bytes; some 40,000 members
SHORT: Final = 40  # hex digits of a settled event's id

CutRow = tuple[Hex32, Annotated[int, msgspec.Meta(ge=-1)], Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{64})?\\Z")]]
Since = Annotated[int, msgspec.Meta(ge=UNSEEN, le=MAX_INTEGER)]


class _Spelling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rows are sorted by their first item. settled: unpadded base64url of the sorted short ids, one after another."""

    v: Literal[1]
    space: Hex32
    name: str
    height: Count
    charter: Charter
    charter_by: Hex32
    members: tuple[tuple[Hex32, Level, Hex32, Since], ...]  # id, level, joined, since
    former: tuple[tuple[Hex32, Level, Hex32], ...]  # id, level, by
    devices: tuple[tuple[Hex32, Hex32, Key32, Key32, bool, bool, tuple[CutRow, ...]], ...]
    invites: tuple[tuple[Hex32, Level, Count, Count, Key32, Key32, Hex32, Hex32], ...]
    epochs: tuple[tuple[Hex32, Count, Hex32], ...]
    depth: Count
    electorate: tuple[Hex32, ...]
    spent: tuple[Hex32, ...]
    settled: str


_decoder: Final = msgspec.json.Decoder(_Spelling)


def spell(state: ControlState, settled: Iterable[str]) -> bytes:
    """The bytes of a state; settled: ids of all control events before it, whole or shortened."""
    short = "".join(sorted({one[:SHORT] for one in settled}))
    return msgspec.json.encode(
        _Spelling(
            v=1,
            space=state.space,
            name=state.name,
            height=state.height,
            charter=state.charter,
            charter_by=state.charter_by,
            members=tuple(sorted((key, one.level, one.joined, one.since) for key, one in state.members.items())),
            former=tuple(sorted((key, one.level, one.by) for key, one in state.former.items())),
            devices=tuple(
                sorted(
                    (
                        key,
                        one.member,
                        one.hpke,
                        one.prekey,
                        one.live,
                        one.revoked,
                        tuple((cut.by, cut.seq, cut.last) for cut in one.cuts),
                    )
                    for key, one in state.devices.items()
                )
            ),
            invites=tuple(
                sorted(
                    (key, one.level, one.uses, one.expires, one.mailbox, one.request, one.by, one.event)
                    for key, one in state.invites.items()
                )
            ),
            epochs=tuple(sorted((key, one.depth, one.event) for key, one in state.epochs.items())),
            depth=state.depth,
            electorate=tuple(sorted(state.electorate)),
            spent=tuple(sorted(state.spent)),
            settled=to_b64(bytes.fromhex(short)),
        )
    )


def read(raw: bytes) -> tuple[ControlState, frozenset[str]]:
    """The state that `raw` spells, and the short ids of what it settled.

    Raises RemoteError (TOO_LARGE, MALFORMED, NOT_CANONICAL).
    """
    if len(raw) > MAX_STATE:
        raise RemoteError(Reason.TOO_LARGE)
    try:
        told = _decoder.decode(raw)
    except (ValueError, RecursionError) as error:
        raise RemoteError(Reason.MALFORMED) from error
    short = from_b64(told.settled).hex()
    settled = frozenset(short[at : at + SHORT] for at in range(0, len(short), SHORT))
    state = ControlState(
        space=told.space,
        name=told.name,
        height=told.height,
        charter=told.charter,
        charter_by=told.charter_by,
        members={key: Member(level, joined, since) for key, level, joined, since in told.members},
        former={key: Former(level, by) for key, level, by in told.former},
        devices={
            key: Device(member, hpke, prekey, live, revoked, tuple(CutAt(*cut) for cut in cuts))
            for key, member, hpke, prekey, live, revoked, cuts in told.devices
        },
        invites={row[0]: OpenInvite(*row[1:]) for row in told.invites},
        epochs={key: CleanEpoch(depth, event) for key, depth, event in told.epochs},
        depth=told.depth,
        electorate=frozenset(told.electorate),
        spent=frozenset(told.spent),
    )
    if spell(state, settled) != raw:
        raise RemoteError(Reason.NOT_CANONICAL)
    return state, settled


def parts(state: bytes) -> list[bytes]:
    """The pieces that are sent, one a kind 3717 event."""
    return [state[at : at + PART] for at in range(0, len(state), PART)]


def hashes(pieces: Sequence[bytes]) -> tuple[str, ...]:
    return tuple(hashlib.sha256(piece).hexdigest() for piece in pieces)


def body_of(state: bytes, height: int) -> Checkpoint:
    """The checkpoint of a state, not yet signed by anybody."""
    return Checkpoint(height=height, state=hashlib.sha256(state).hexdigest(), parts=hashes(parts(state)), signatures=())


def assemble(checkpoint: Genuine, found: Mapping[str, bytes]) -> bytes | None:
    """The state of a checkpoint event from its parts (claimed hash → bytes); None while one is missing or wrong.

    Raises RemoteError if the event is no checkpoint, or its parts do not add up to its state.
    """
    body = decode(checkpoint.event)
    if checkpoint.event.kind != CHECKPOINT or not isinstance(body, Checkpoint):
        raise RemoteError(Reason.MALFORMED)
    pieces = [found.get(name) for name in body.parts]
    whole = b"".join(piece for piece in pieces if piece is not None)
    if None in pieces or hashes([piece for piece in pieces if piece is not None]) != body.parts:
        return None
    if hashlib.sha256(whole).hexdigest() != body.state:
        raise RemoteError(Reason.MALFORMED)
    return whole
