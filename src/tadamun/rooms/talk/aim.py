"""Where something is about to be said: to whom, as an answer to what, and until when. Posting and the page that shows
the audience beforehand both ask here, so that they cannot differ."""

from __future__ import annotations

from dataclasses import dataclass

from tadamun.core.errors import UsageError
from tadamun.core.ports import Audience, Workbench
from tadamun.rooms.talk import actions
from tadamun.rooms.talk.given import InSpace, reader_of
from tadamun.rooms.talk.reading import Reader, Row


class Aimed(InSpace, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """reply_to: a post. to: a member, for a direct message. expires: seconds from now; 0: never."""

    reply_to: str = ""
    to: str = ""
    expires: int = 0


@dataclass(frozen=True, slots=True)
class Aim:
    """parent: the post answered. audience: before the node rounds its end up."""

    space: str
    reader: Reader
    parent: Row | None
    audience: Audience


def aimed(bench: Workbench, asked: Aimed) -> Aim:
    """Who is meant. Raises UsageError when the answer, the member and the length do not go together."""
    space, reader = reader_of(bench, asked)
    parent = reader.post(asked.reply_to) if asked.reply_to else None
    to = bench.facts.names.who(space, asked.to) if asked.to else ""
    if parent is not None and parent.private_with:
        if to and to != parent.private_with.hex():
            raise UsageError("That message was between you and somebody else. Answer there, or write a new one.")
        to = parent.private_with.hex()
    elif parent is not None and to:
        raise UsageError("An answer to a post is read by the whole space. To write to one member, leave out reply_to.")
    if to == bench.me(space):
        raise UsageError("That is you. Name another member.")
    expires_at = actions.expiry(bench.clock.now(), asked.expires)
    if parent is not None and parent.expires_at:
        # An answer tells much of what it answers: it does not outlive it.
        expires_at = min(expires_at or parent.expires_at, parent.expires_at)
    return Aim(space, reader, parent, Audience(to, expires_at))
