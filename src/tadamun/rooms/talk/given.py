"""What the parameters of talk's calls have in common, and how each call begins: which space, read by whom, and when."""

from __future__ import annotations

from typing import Annotated

import msgspec

from tadamun.core.ports import Workbench
from tadamun.rooms.talk.reading import Reader

Limit = Annotated[int, msgspec.Meta(ge=1, le=500)]
Moment = Annotated[int, msgspec.Meta(ge=0, lt=10**18)]  # Unix seconds; 0: none


class InSpace(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """space: a name, an id or its beginning; "": the only one there is."""

    space: str = ""


class OnePost(InSpace, frozen=True, forbid_unknown_fields=True):
    """post: an id, or at least the first four characters of it."""

    post: str


def reader_of(bench: Workbench, asked: InSpace) -> tuple[str, Reader]:
    """The space's id, and who reads it now. Raises UsageError."""
    space = bench.space(asked.space)
    return space, reader(bench, space)


def reader(bench: Workbench, space: str) -> Reader:
    """Who reads a space (an id), now, without those whose messages they do not want."""
    hidden = bench.facts.folds.blocked(space)
    return Reader(bench.tables, space, bench.me(space), bench.clock.now(), hidden)
