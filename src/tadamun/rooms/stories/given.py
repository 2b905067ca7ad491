"""What the parameters of calls about stories have in common, and how each call begins: which space, read by whom."""

from __future__ import annotations

import msgspec

from tadamun.core.ports import Workbench
from tadamun.rooms.stories.reading import Reader


class InSpace(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """space: a name, an id or its beginning; "": the only one there is."""

    space: str = ""


class OneStory(InSpace, frozen=True, forbid_unknown_fields=True):
    """story: an id, or at least the first four characters of it."""

    story: str


def reader_of(bench: Workbench, asked: InSpace) -> tuple[str, Reader]:
    """The space's id, and who reads it. Raises UsageError."""
    space = bench.space(asked.space)
    return space, Reader(bench.tables, space, bench.me(space))
