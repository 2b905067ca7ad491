"""Who may say what in talk."""

from __future__ import annotations

from typing import Any, Final

from tadamun.core.genuine import Said
from tadamun.core.room import Standing, Verdict
from tadamun.rooms.talk.bodies import (
    Body,
    Comment,
    Edit,
    Message,
    Part,
    Post,
    Reaction,
    Retraction,
    TakeBack,
    Thread,
)
from tadamun.rooms.talk.state import Talked

# Looked up once: of an enumeration that takes ten times as long as a name, and it is done for each event.
_ALLOW: Final = Verdict.ALLOW
_DENY: Final = Verdict.DENY


def authorise(talked: Talked, said: Said[Any], standing: Standing) -> Verdict:
    """The rule for one thing said. Once the post is there, no later event changes what it says."""
    body: Body = said.body
    match body:
        # Whoever the charter lets write may open threads and comment, for the whole space.
        case Thread() | Comment():
            return _allow(standing.may_write and not said.private_with and _nameless(said))
        # Whoever the charter lets write may write to one member; such a message is never for the whole space. Circles
        # have no conversations here: nobody's pages would show them.
        case Message():
            return _allow(standing.may_write and bool(said.private_with) and len(said.circle) <= 2)
        case Reaction() | Retraction() | Edit() | TakeBack() | Part():
            # What is about a post waits until the post is here.
            if talked.opening is None:
                return Verdict.UNKNOWN
            # It is said where the post was said: nothing private is spoken of in the open.
            if said.private_with != talked.opening.private_with:
                return Verdict.DENY
            # What is about a post goes when the post goes: it neither outlives it nor lets it come back.
            if said.expires_at != talked.opening.expires_at:
                return Verdict.DENY
            return _allow(_about(talked.opening, body, standing))


def _about(post: Said[Post], body: Reaction | Retraction | Edit | TakeBack | Part, standing: Standing) -> bool:
    """Whether something about a post that is here is allowed."""
    mine = standing.member == post.member
    match body:
        # Whoever may write may react; the reaction names the post's kind and author rightly.
        case Reaction():
            return standing.may_write and body.of_kind == post.kind and body.author == post.member
        # Everyone may take back their own reactions (others' ids have no effect).
        case TakeBack():
            return True
        # Only the author edits, while they may write. Comments and messages have no title and no topics.
        case Edit():
            fits = isinstance(post.body, Thread) or not (body.title or body.topics)
            return mine and standing.may_write and fits
        # Parts of a picture come from the post's author, and are such as the post names: no other, no longer, no more.
        case Part():
            named = next((image for image in post.body.images if image.hash == body.image), None)
            return mine and named is not None and len(body.data) == -(-named.length(body.part) * 4 // 3)
        # The author may always retract; a moderator may retract what is said to the whole space.
        case Retraction():
            moderates = standing.may_moderate and not post.private_with
            return (mine or moderates) and body.of_kind == post.kind


def _nameless(said: Said[Thread | Comment]) -> bool:
    """Under a one-time key one opens one thread and comments in that one alone; without pictures, whose parts would
    show how much is to come."""
    if said.mask is None:
        return True
    thread = said.body.root if isinstance(said.body, Comment) else ""
    return thread == said.mask.opening and not said.body.images


def _allow(may: bool) -> Verdict:
    return _ALLOW if may else _DENY
