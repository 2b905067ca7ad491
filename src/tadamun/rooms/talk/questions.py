"""Questions asked without a name: a thread under a one-time key, which one of the ring's members opened.

What its asker says later in that thread goes under the same key, without choosing: an answer in one's own name, by
mistake, would tell everybody who asked. This file does not know how masks work (docs/protocol/6-masked.md).
"""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec

from tadamun.core.errors import UsageError
from tadamun.core.ports import Audience, Mask, Workbench
from tadamun.core.room import Call
from tadamun.rooms.talk import actions, drafts
from tadamun.rooms.talk.bodies import QUESTION, Thread
from tadamun.rooms.talk.given import InSpace, OnePost, reader_of
from tadamun.rooms.talk.reading import Reader, Row

HOUR: Final = 3_600  # seconds
SOON: Final = 600  # seconds within which what the asker adds goes out


class Ask(InSpace, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """within: it goes out at a random time within so many seconds. draft: as for `talk.post`."""

    text: str
    title: str = ""
    topics: tuple[str, ...] = ()
    warning: str = ""
    within: Annotated[int, msgspec.Meta(ge=0, le=7 * 24 * HOUR)] = 6 * HOUR
    draft: str = ""


async def ask(bench: Workbench, asked: Ask) -> dict[str, Any]:
    """Open a thread without one's name. Gives {id, ring, within}: it is shown once it has gone out, here as well."""
    space = bench.space(asked.space)
    text = actions.with_mentions(asked.text, lambda called: bench.facts.names.find(space, called))
    body = Thread(text, asked.title, actions.tidy_topics(asked.topics), asked.warning)
    mask = Mask(scope=QUESTION, delay=asked.within)
    draft = drafts.place_of(bench, asked, asked.draft) if asked.draft else ""
    event = await bench.say(space, actions.masked(actions.post(body, Audience()), mask))
    if draft:
        drafts.forget(bench, space, draft)
    return {"id": event, "ring": bench.masking(space, QUESTION).ring, "within": asked.within}


async def questions(bench: Workbench, asked: InSpace) -> dict[str, Any]:
    """{ring, least, turns, left, ready, ends, mine: [{id, title, text, out}]}: whether one can ask without a name, and
    what one asked on this device. out: whether it has gone out."""
    space, reader = reader_of(bench, asked)
    found = bench.masking(space, QUESTION)
    mine = []
    for opening in sorted(bench.masks(space, QUESTION)):
        rows = reader.by_ids([bytes.fromhex(opening)])
        title, text = (rows[0].title, rows[0].text) if rows else ("", "")
        mine.append({"id": opening, "title": title, "text": text, "out": bool(rows)})
    return {
        "ring": found.ring,
        "least": found.least,
        "turns": found.slots,
        "left": found.left,
        "ready": found.ready,
        "ends": found.ends,
        "mine": mine,
    }


async def let_go(bench: Workbench, asked: OnePost) -> dict[str, Any]:
    """Destroy the key under which one asked: one can add nothing more, and what has not gone out is not said. Gives
    {id}. Raises UsageError if it is no question of one's own."""
    space = bench.space(asked.space)
    known = [one for one in bench.masks(space, QUESTION) if one.startswith(asked.post.strip().lower())]
    if len(asked.post.strip()) < 4 or len(known) != 1:
        raise UsageError("That is no question that was asked on this device, or its key is destroyed already.")
    await bench.mask_forget(space, known[0])
    return {"id": known[0]}


def mask_for(bench: Workbench, space: str, row: Row | None) -> Mask | None:
    """How to say more about a post: under the mask of one's own question that it belongs to, or in one's own name."""
    if row is None or row.private_with or row.thread.hex() not in bench.masks(space, QUESTION):
        return None
    return Mask(under=row.thread.hex(), delay=SOON)


def own_keys(bench: Workbench, space: str, reader: Reader) -> frozenset[bytes]:
    """The one-time keys under which this person asked, as authors of posts."""
    openings = [bytes.fromhex(one) for one in bench.masks(space, QUESTION)]
    return frozenset(row.author for row in reader.by_ids(openings)) if openings else frozenset()


CALLS: Final = {
    "talk.ask": Call(Ask, ask),
    "talk.questions": Call(InSpace, questions),
    "talk.let_go": Call(OnePost, let_go),
}
