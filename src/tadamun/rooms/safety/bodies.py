"""What can be said in safety, and its one spelling (docs/protocol/kinds.md)."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from tadamun.core.errors import Reason, RemoteError
from tadamun.core.event import Event, Tags

KINDS: Final[frozenset[int]] = frozenset()


class Body(msgspec.Struct, frozen=True):
    """Of any kind."""


def decode(event: Event, rest: Tags) -> Any:
    """The body of an event of this room. Raises RemoteError (MALFORMED, NOT_CANONICAL, UNKNOWN_KIND)."""
    raise RemoteError(Reason.UNKNOWN_KIND)
