"""What the parameters of gatherings' calls have in common, and how each call begins: which space, which gathering."""

from __future__ import annotations

from typing import Annotated

import msgspec

from tadamun.core.errors import NotAllowed, UsageError
from tadamun.core.ports import Audience, Workbench
from tadamun.rooms.gatherings.reading import Reader, Row

Limit = Annotated[int, msgspec.Meta(ge=1, le=500)]


class InSpace(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """space: a name, an id or its beginning; "": the only one there is."""

    space: str = ""


class OneGathering(InSpace, frozen=True, forbid_unknown_fields=True):
    """gathering: an id, or at least the first four characters of it."""

    gathering: str


def reader_of(bench: Workbench, asked: InSpace) -> tuple[str, Reader]:
    """The space's id, and who reads it now. Raises UsageError."""
    space = bench.space(asked.space)
    return space, Reader(bench.tables, space, bench.members(space))


def standing(reader: Reader, wanted: str, now: int) -> Row:
    """One that may still take place. Raises UsageError."""
    row = reader.one(wanted)
    if row.cancelled:
        raise UsageError("That gathering is cancelled. Nothing was done.")
    if row.ends <= now:
        raise UsageError("That gathering is over. Nothing was done.")
    return row


def organised(reader: Reader, wanted: str, me: str) -> Row:
    """One that this person organises. Raises NotAllowed."""
    row = reader.one(wanted)
    if me not in row.organisers:
        raise NotAllowed("Only those who organise a gathering can do this. Ask one of them; the page of it names them.")
    return row


def host_only(row: Row, me: str) -> None:
    """Raises NotAllowed for anybody but who called it."""
    if row.host != me:
        raise NotAllowed("Only who called a gathering can do this. Nothing was changed.")


def some(members: set[str], me: str, expires_at: int) -> Audience:
    """These members and oneself, nobody else. Raises UsageError if there is nobody but oneself."""
    others = tuple(sorted(members - {me}))
    if not others:
        raise UsageError("There is nobody but you to tell. Name another member.")
    return Audience(expires_at=expires_at, members=others)
