"""The talk room: threads, comments, direct messages, and what people do with them."""

from __future__ import annotations

from typing import Final

from tadamun.core.room import Room, Scope
from tadamun.rooms.talk import bodies, calls, drafts, glance, images, rules, state, view

ROOM: Final = Room(
    name="talk",
    kinds=frozenset({*bodies.POSTS, bodies.REACTION, bodies.RETRACTION, bodies.EDIT, bodies.TAKE_BACK, bodies.PART}),
    private=frozenset({bodies.MESSAGE, bodies.REACTION, bodies.RETRACTION, bodies.EDIT, bodies.TAKE_BACK, bodies.PART}),
    decode=bodies.decode,
    topic=state.topic,
    empty=state.Talked,
    reduce=state.reduce,
    authorise=rules.authorise,
    tables=view.TABLES,
    project=view.project,
    forget=view.forget,
    waste=view.waste,
    search=view.search,
    text=view.text,
    fresh=view.fresh,
    number=view.number,
    calls=calls.CALLS,
    local=(*view.LOCAL, *drafts.LOCAL, *images.LOCAL),
    glance=glance.glance,
    unread=glance.unread,
    masked=bodies.MASKED,
    scopes={bodies.QUESTION: Scope(kinds=frozenset({bodies.THREAD}), slots=4)},
)
