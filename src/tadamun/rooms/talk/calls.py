"""What a person can do and ask in talk: the functions behind the page, the command line and Python alike."""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec

from tadamun.core.errors import UsageError
from tadamun.core.ports import Among, Audience, Mask, Workbench
from tadamun.core.room import Call
from tadamun.core.text import tidy_line
from tadamun.rooms.talk import actions, audience, conversations, drafts, images, questions
from tadamun.rooms.talk.aim import Aimed, aimed
from tadamun.rooms.talk.bodies import THREAD, Comment, Message, Thread
from tadamun.rooms.talk.given import InSpace, Limit, Moment, OnePost, reader_of
from tadamun.rooms.talk.reading import Reader, Row, Wanted, as_tree
from tadamun.rooms.talk.showing import Shower
from tadamun.rooms.talk.threads import Place, latest

MAX_AHEAD: Final = 10
MATCHES: Final = 4  # full text is asked for so many times the limit: some of what it finds is filtered out


class Write(Aimed, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """draft: the place of the draft that this was (drafts.py), which is not kept any longer once this is said.
    attachments: ids of pictures that `talk.attach` made ready."""

    text: str
    title: str = ""
    topics: tuple[str, ...] = ()
    warning: str = ""
    draft: str = ""
    attachments: tuple[str, ...] = ()


class Read(InSpace, frozen=True, forbid_unknown_fields=True):
    """thread: a post. author: a member. private: direct messages, with `author`: those with that member. since, until:
    Unix seconds, both included. before, after: a place that a former answer gave (`next`, `previous`), or a post.
    search: words to be found; the answer is then limited, not paged.
    """

    thread: str = ""
    topic: str = ""
    author: str = ""
    unread: bool = False
    private: bool = False
    limit: Limit = 50
    since: Moment = 0
    until: Moment = 0
    before: str = ""
    after: str = ""
    search: str = ""


class React(OnePost, frozen=True, forbid_unknown_fields=True):
    sign: str = "+"


class Unreact(OnePost, frozen=True, forbid_unknown_fields=True):
    """sign: the one to take back; "": all of one's own."""

    sign: str = ""


class Change(OnePost, frozen=True, forbid_unknown_fields=True):
    """What is left out stays as it was. draft: as for `talk.post`."""

    text: str | None = None
    title: str | None = None
    topics: tuple[str, ...] | None = None
    warning: str | None = None
    draft: str = ""


class Retract(OnePost, frozen=True, forbid_unknown_fields=True):
    reason: str = ""


class Threads(InSpace, frozen=True, forbid_unknown_fields=True):
    """before: the place that `next` of the page before gave; "": the latest."""

    topic: str = ""
    limit: Limit = 50
    before: str = ""


class MarkRead(InSpace, frozen=True, forbid_unknown_fields=True):
    """posts: these; thread: everything in it; neither: everything in the space, direct messages too."""

    thread: str = ""
    posts: tuple[str, ...] = ()


class Wait(InSpace, frozen=True, forbid_unknown_fields=True):
    """after: the place a former `talk.wait` gave; "": from now on. timeout: seconds."""

    after: str = ""
    timeout: Annotated[float, msgspec.Meta(ge=0, le=300)] = 25
    limit: Limit = 100


async def write(bench: Workbench, asked: Write) -> dict[str, Any]:
    """Open a thread, comment, or write to one member. Gives {id, thread, private, expires_at}."""
    aim = aimed(bench, asked)
    space, parent, to = aim.space, aim.parent, aim.audience.member
    if (parent is not None or to) and (asked.title or asked.topics):
        raise UsageError("Only what opens a thread has a title and topics.")
    text = actions.with_mentions(asked.text, lambda called: bench.facts.names.find(space, called))
    body: Thread | Comment | Message
    if to:
        body = Message(text, parent.id.hex() if parent is not None else "", asked.warning)
    elif parent is not None:
        body = Comment(text, parent.thread.hex(), parent.id.hex(), asked.warning)
    else:
        body = Thread(text, asked.title, actions.tidy_topics(asked.topics), asked.warning)
    draft = drafts.place_of(bench, asked, asked.draft) if asked.draft else ""
    pictures = images.waiting(bench, space, asked.attachments)
    body = msgspec.structs.replace(body, images=tuple(image for image, _ in pictures))
    mask = questions.mask_for(bench, space, parent)
    if mask is not None and pictures:
        raise UsageError("Pictures cannot go with what you say without your name. Nothing was sent: take them out.")
    saying = actions.masked(actions.post(body, aim.audience), mask)
    event = await bench.say(space, saying, lambda post: images.parts_of(post, pictures, saying.audience))
    images.posted(bench, space, pictures)
    if draft:
        drafts.forget(bench, space, draft)
    thread = body.root if isinstance(body, Comment) else event
    if mask is not None:
        return {"id": event, "thread": thread, "private": "", "expires_at": 0}  # it is here once it has gone out
    # The node may round an expiry up: told is what holds.
    return {"id": event, "thread": thread, "private": to, "expires_at": aim.reader.post(event).expires_at}


async def read(bench: Workbench, asked: Read) -> dict[str, Any]:
    """{posts, ahead, next, previous}: newest first (a thread as a tree, a search best first), and those dated ahead of
    one's clock. next: the place to read on `before`, "" at the end; previous: the place that newer ones come `after`.
    """
    space, reader = reader_of(bench, asked)
    thread = reader.post(asked.thread) if asked.thread else None
    author = bench.facts.names.who(space, asked.author) if asked.author else ""
    topic = actions.tidy_topics((asked.topic,))[0] if asked.topic else ""
    with_ = bytes.fromhex(author) if asked.private else b""
    wanted = Wanted(
        thread=thread.thread if thread is not None else b"",
        topic=topic,
        author=b"" if with_ else bytes.fromhex(author),
        unread=asked.unread,
        private=with_ if asked.private else None,
        since=asked.since,
        until=asked.until,
        before=reader.cursor(asked.before) if asked.before else None,
        after=reader.cursor(asked.after) if asked.after else None,
    )
    shower = Shower(bench, space, reader)
    if asked.search:
        # Of a conversation both sides are looked for, hence not by who wrote.
        found = bench.matches(
            space, asked.search, asked.limit * MATCHES,
            Among("" if with_ else author, topic, asked.since, asked.until),
        )  # fmt: skip
        rows = reader.by_ids([bytes.fromhex(i) for i in found], wanted)[: asked.limit]
        return {"posts": shower.posts(rows), "ahead": [], "next": "", "previous": ""}
    rows = reader.newest(wanted, asked.limit)
    full = len(rows) == asked.limit
    places = {
        "next": rows[-1].cursor.text if rows and (full or asked.after) else "",
        "previous": rows[0].cursor.text if rows and (full or not asked.after) else asked.after,
    }
    first = wanted.before is None and wanted.after is None
    ahead = shower.posts(reader.ahead(wanted, MAX_AHEAD) if first else [])
    if thread is None:
        return {"posts": shower.posts(rows), "ahead": ahead} | places
    roots = reader.by_ids((thread.thread,))
    root = roots[0] if roots and first and not asked.unread else None
    tree = as_tree(root, rows)
    return {"posts": shower.posts([row for row, _ in tree], [depth for _, depth in tree]), "ahead": ahead} | places


async def one(bench: Workbench, asked: OnePost) -> dict[str, Any]:
    """{post}: one post, as `talk.read` gives it."""
    space, reader = reader_of(bench, asked)
    [post] = Shower(bench, space, reader).posts([reader.post(asked.post)])
    return {"post": post}


async def react(bench: Workbench, asked: React) -> dict[str, Any]:
    """React to a post, once with each sign. Gives {id, post, sign}."""
    space, reader = reader_of(bench, asked)
    row = _standing(reader, asked.post)
    saying = actions.reaction(row.id.hex(), row.author.hex(), row.kind, asked.sign, _audience(row))
    held = reader.my_reactions(row.id, saying.content)
    event = held[0] if held else await bench.say(space, saying)
    return {"id": event, "post": row.id.hex(), "sign": saying.content}


async def unreact(bench: Workbench, asked: Unreact) -> dict[str, Any]:
    """Take one's reactions to a post back. Gives {post, taken: how many}."""
    space, reader = reader_of(bench, asked)
    row = reader.post(asked.post)
    held = reader.my_reactions(row.id, asked.sign.strip())
    if not held:
        raise UsageError("You have not reacted so to that post, so there is nothing to take back.")
    await bench.say(space, actions.take_back(row.id.hex(), held, _audience(row)))
    return {"post": row.id.hex(), "taken": len(held)}


async def edit(bench: Workbench, asked: Change) -> dict[str, Any]:
    """Change one's own post. Gives {id, post, version}."""
    space, reader = reader_of(bench, asked)
    row = _standing(reader, asked.post)
    text, title, topics, warning = row.text, row.title, tuple(row.topics.split()), row.warning
    if asked.text is not None:
        text = actions.with_mentions(asked.text, lambda called: bench.facts.names.find(space, called))
    if asked.title is not None:
        title = tidy_line(asked.title)
    if asked.topics is not None:
        topics = actions.tidy_topics(asked.topics)
    if asked.warning is not None:
        warning = tidy_line(asked.warning)
    if row.kind != THREAD and (title or topics):
        raise UsageError("Only what opens a thread has a title and topics.")
    saying = actions.edit(row.id.hex(), row.version + 1, text, title, topics, warning, _audience(row))
    saying = actions.masked(saying, _mask(bench, space, reader, row))
    draft = drafts.place_of(bench, asked, asked.draft) if asked.draft else ""
    event = await bench.say(space, saying)
    if draft:
        drafts.forget(bench, space, draft)
    return {"id": event, "post": row.id.hex(), "version": row.version + 1}


async def retract(bench: Workbench, asked: Retract) -> dict[str, Any]:
    """Take back one's own post, or as a moderator somebody else's; for good. Gives {id, post}."""
    space, reader = reader_of(bench, asked)
    row = _standing(reader, asked.post)
    saying = actions.retraction(row.id.hex(), row.kind, asked.reason, _audience(row))
    event = await bench.say(space, actions.masked(saying, _mask(bench, space, reader, row)))
    return {"id": event, "post": row.id.hex()}


async def threads(bench: Workbench, asked: Threads) -> dict[str, Any]:
    """{threads, next}: the posts that open them, with comments, unread_comments and last_at; latest activity first (of
    a topic: the latest opened). next: the place to read on `before`, "" at the end."""
    space, reader = reader_of(bench, asked)
    if asked.topic:
        before = reader.cursor(asked.before) if asked.before else None
        rows = reader.newest(Wanted(topic=actions.tidy_topics((asked.topic,))[0], before=before), asked.limit)
        last = {row.id: row.created_at for row in rows}
        further = rows[-1].cursor.text if len(rows) == asked.limit else ""
    else:
        places = latest(reader, asked.limit, Place.read(asked.before) if asked.before else None)
        last = {place.thread: place.last_at for place in places}
        rows = reader.by_ids(list(last))
        further = places[-1].text if len(places) == asked.limit else ""
    counts = reader.counts([row.id for row in rows])
    shown = Shower(bench, space, reader).posts(rows)
    for row, post in zip(rows, shown, strict=True):
        post["comments"], post["unread_comments"] = counts.get(row.id, (0, 0))
        post["last_at"] = last[row.id]
    return {"threads": shown, "next": further}


async def mark_read(bench: Workbench, asked: MarkRead) -> dict[str, Any]:
    """Remember on this node that posts were read. Gives {marked, unread, unread_private}: how many were and are."""
    _, reader = reader_of(bench, asked)
    marked = 0
    if asked.posts or asked.thread:
        rows = [reader.post(wanted) for wanted in asked.posts]
        if asked.thread:
            thread = reader.post(asked.thread).thread
            rows += reader.by_ids((thread,))
            marked += reader.mark_read(Wanted(thread=thread))
        for private in (None, b""):
            some = [row.id for row in rows if bool(row.private_with) == (private is not None)]
            marked += reader.mark_read(Wanted(private=private), some) if some else 0
    else:
        marked = reader.mark_read(Wanted()) + reader.mark_read(Wanted(private=b""))
    left, left_private = reader.unread()
    return {"marked": marked, "unread": left, "unread_private": left_private}


async def wait(bench: Workbench, asked: Wait) -> dict[str, Any]:
    """{posts, after}: what came to this node since the place `after`, in order of arrival. Waits for it if need be."""
    space, reader = reader_of(bench, asked)
    until = bench.clock.now() + asked.timeout
    rows, after = reader.arrived(asked.after, asked.limit)
    while asked.after and not rows and (left := until - bench.clock.now()) > 0:
        if not await bench.pause_until_change(left):
            break
        reader.now = bench.clock.now()
        rows, after = reader.arrived(asked.after, asked.limit)
    return {"posts": Shower(bench, space, reader).posts(rows), "after": after}


CALLS: Final = {
    **audience.CALLS,
    **conversations.CALLS,
    **drafts.CALLS,
    **images.CALLS,
    **questions.CALLS,
    "talk.post": Call(Write, write),
    "talk.read": Call(Read, read),
    "talk.one": Call(OnePost, one),
    "talk.react": Call(React, react),
    "talk.unreact": Call(Unreact, unreact),
    "talk.edit": Call(Change, edit),
    "talk.retract": Call(Retract, retract),
    "talk.threads": Call(Threads, threads),
    "talk.mark_read": Call(MarkRead, mark_read),
    "talk.wait": Call(Wait, wait),
}


def _standing(reader: Reader, wanted: str) -> Row:
    row = reader.post(wanted)
    if row.retracted:
        raise UsageError("That post was retracted. Nothing more can be done with it.")
    return row


def _mask(bench: Workbench, space: str, reader: Reader, row: Row) -> Mask | None:
    """Under which mask this person changes or retracts the post; None: in their own name."""
    own = row.author in questions.own_keys(bench, space, reader)
    return questions.mask_for(bench, space, row) if own else None


def _audience(row: Row) -> Audience:
    """Where a post was said and for how long: what is about it goes there too."""
    return Audience(row.private_with.hex(), row.expires_at)
