"""What can be said in talk, in the standard kinds of Nostr, and its one spelling (docs/protocol/kinds.md).

Deviations: members are named by member id in `p` (NIP-01 means a key that signs); a comment carries no `P`, and no
relay hints (there are no relays to hint at inside a space); a direct message carries no `p` (its channel names the
two); a mention is `@` and a member id in the text, so that it is shown by the name of today (NIP-27 writes
`nostr:npub…`: done on publishing).
"""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

import msgspec

from tadamun.core import imeta
from tadamun.core.b64 import from_b64
from tadamun.core.body import read
from tadamun.core.errors import Reason, RemoteError
from tadamun.core.event import Event, Hex32, Tags, is_hex32
from tadamun.core.imeta import MAX_BYTES, Image
from tadamun.core.limits import MAX_INTEGER
from tadamun.core.text import allowed_line, allowed_text

RETRACTION: Final = 5
REACTION: Final = 7
THREAD: Final = 11
MESSAGE: Final = 14
COMMENT: Final = 1111
EDIT: Final = 3740
TAKE_BACK: Final = 3741
PART: Final = 3742
POSTS: Final = (THREAD, MESSAGE, COMMENT)
QUESTION: Final = "talk.question"  # the scope of threads opened without a name
MASKED: Final = frozenset({THREAD, COMMENT, EDIT, RETRACTION})

MAX_TEXT = 32 * 1024  # bytes
MAX_TITLE = 200  # characters
MAX_WARNING = 200  # characters
MAX_TOPIC = 40  # characters
MAX_TOPICS = 8
MAX_MENTIONS = 32
MAX_REASON = 500  # characters
MAX_SIGN = 16  # characters: the longest emoji are sequences of ten and more
MAX_TAKEN = 64  # reactions taken back at once

MENTION: Final = re.compile("@([0-9a-f]{64})(?![0-9a-f])")
# No white space, controls or direction marks; joiners, selectors and tags make emoji and stay.
_SIGN: Final = re.compile(
    r"[^\s\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]" + f"{{1,{MAX_SIGN}}}"
)


class Thread(msgspec.Struct, frozen=True, gc=False):
    """Kind 11 (NIP-7D): a post that opens a thread. topics: sorted lower-case labels. warning: "" for none."""

    text: str
    title: str = ""
    topics: tuple[str, ...] = ()
    warning: str = ""
    images: tuple[Image, ...] = ()


class Comment(msgspec.Struct, frozen=True, gc=False):
    """Kind 1111 (NIP-22). root: the thread's id. parent: the post answered, of kind 11 or 1111."""

    text: str
    root: str
    parent: str
    warning: str = ""
    images: tuple[Image, ...] = ()


class Message(msgspec.Struct, frozen=True, gc=False):
    """Kind 14: said to one other member. parent: the message answered, or ""."""

    text: str
    parent: str = ""
    warning: str = ""
    images: tuple[Image, ...] = ()


class Reaction(msgspec.Struct, frozen=True, gc=False):
    """Kind 7 (NIP-25). of, author, of_kind: the post, its author's member id and its kind. sign: "+" or an emoji."""

    of: str
    author: str
    of_kind: int
    sign: str


class Retraction(msgspec.Struct, frozen=True, gc=False):
    """Kind 5 (NIP-09): the post is taken back, or taken down by a moderator, for good."""

    of: str
    of_kind: int
    reason: str = ""


class Edit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Kind 3740: the whole of a post anew. version counts up from 1."""

    v: Literal[1] = 1
    of: Hex32
    version: Annotated[int, msgspec.Meta(ge=1, le=MAX_INTEGER)]
    text: str
    title: str
    topics: Annotated[tuple[str, ...], msgspec.Meta(max_length=MAX_TOPICS)]
    warning: str


class TakeBack(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Kind 3741: own reactions to the post `of`, by event id (sorted), count no more."""

    v: Literal[1] = 1
    of: Hex32
    reactions: Annotated[tuple[Hex32, ...], msgspec.Meta(min_length=1, max_length=MAX_TAKEN)]


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Kind 3742: a part (from 0) of a picture that the post `of` names, by its hash. data: b64."""

    v: Literal[1] = 1
    of: Hex32
    image: Hex32
    part: Annotated[int, msgspec.Meta(ge=0, le=MAX_BYTES // imeta.PART)]
    data: Annotated[str, msgspec.Meta(min_length=1, max_length=imeta.PART * 4 // 3)]


Post = Thread | Comment | Message
Body = Post | Reaction | Retraction | Edit | TakeBack | Part

_edit: Final = msgspec.json.Decoder(Edit)
_take_back: Final = msgspec.json.Decoder(TakeBack)
_part: Final = msgspec.json.Decoder(Part)


def tags_of(body: Post | Reaction | Retraction) -> Tags:
    """The body tags of a standard kind, in the one order."""
    match body:
        case Thread():
            title = (("title", body.title),) if body.title else ()
            return (*title, *(("t", topic) for topic in body.topics), *_shared_tags(body))
        case Comment():
            parent_kind = THREAD if body.parent == body.root else COMMENT
            where = (("E", body.root), ("K", str(THREAD)), ("e", body.parent), ("k", str(parent_kind)))
            return (*where, *_shared_tags(body))
        case Message():
            parent = (("e", body.parent),) if body.parent else ()
            warning = (("content-warning", body.warning),) if body.warning else ()
            return (*parent, *warning, *map(imeta.tag_of, body.images))
        case Reaction():
            return ("e", body.of), ("p", body.author), ("k", str(body.of_kind))
        case Retraction():
            return ("e", body.of), ("k", str(body.of_kind))


def mentions(text: str) -> tuple[str, ...]:
    """Member ids mentioned in a text, each once, in order."""
    return tuple(dict.fromkeys(MENTION.findall(text))) if "@" in text else ()


def decode(event: Event, rest: Tags) -> Body:
    """The body of an event of this room; spelling it again gives the same content and tags.

    Raises RemoteError (MALFORMED, NOT_CANONICAL, UNKNOWN_KIND).
    """
    if event.kind == EDIT:
        edit = read(_edit, event.content, rest)
        _check_post(edit.text, edit.title, edit.topics, edit.warning)
        return edit
    if event.kind == TAKE_BACK:
        back = read(_take_back, event.content, rest)
        if list(back.reactions) != sorted(set(back.reactions)):
            raise RemoteError(Reason.NOT_CANONICAL)
        return back
    if event.kind == PART:
        part = read(_part, event.content, rest)
        from_b64(part.data)
        return part
    body = _standard(event, rest)
    if tags_of(body) != rest:
        raise RemoteError(Reason.NOT_CANONICAL)
    return body


def _standard(event: Event, rest: Tags) -> Post | Reaction | Retraction:
    """A body of a standard kind, checked but for the spelling of its tags."""
    text = event.content
    values: dict[str, str] = {}
    named: list[Image] = []
    for tag in rest:
        if tag[0] == imeta.TAG:
            named.append(imeta.image_of(tag))
            continue
        if len(tag) != 2:
            raise RemoteError(Reason.NOT_CANONICAL)
        values[tag[0]] = tag[1]
    warning = values.get("content-warning", "")
    images = tuple(named)
    if images:
        imeta.check(images)
    match event.kind:
        case 11:
            title = values.get("title", "")
            topics = tuple(tag[1] for tag in rest if tag[0] == "t") if "t" in values else ()
            _check_post(text, title, topics, warning)
            return Thread(text, title, topics, warning, images)
        case 1111:
            _check_post(text, "", (), warning)
            return Comment(text, _id(values, "E"), _id(values, "e"), warning, images)
        case 14:
            _check_post(text, "", (), warning)
            return Message(text, _id(values, "e") if "e" in values else "", warning, images)
        case 7:
            if not _SIGN.fullmatch(text):
                raise RemoteError(Reason.MALFORMED)
            return Reaction(_id(values, "e"), _id(values, "p"), _kind(values), text)
        case 5:
            if not allowed_line(text, MAX_REASON):
                raise RemoteError(Reason.MALFORMED)
            return Retraction(_id(values, "e"), _kind(values), text)
        case _:
            raise RemoteError(Reason.UNKNOWN_KIND)


def sign_allowed(sign: str) -> bool:
    """True if it may stand as a reaction."""
    return _SIGN.fullmatch(sign) is not None


def topic_allowed(topic: str) -> bool:
    """True if a thread may carry that topic: one lower-case word, dashes allowed.

    Lower case as it is now: letters that get a lower-case form in a later Unicode must not divide the nodes, hence only
    ASCII capitals are looked for; what people type is lowered in full (actions.py).
    """
    return allowed_line(topic, MAX_TOPIC, least=1) and _CAPITAL_OR_SPACE.search(topic) is None


_CAPITAL_OR_SPACE: Final = re.compile(r"[A-Z#,\x20\xa0\u3000]")


def _check_post(text: str, title: str, topics: tuple[str, ...], warning: str) -> None:
    if not (
        allowed_text(text, MAX_TEXT)
        and (not title or allowed_line(title, MAX_TITLE))
        and (not warning or allowed_line(warning, MAX_WARNING))
        and len(topics) <= MAX_TOPICS
        and all(map(topic_allowed, topics))
        and ("@" not in text or len(mentions(text)) <= MAX_MENTIONS)
    ):
        raise RemoteError(Reason.MALFORMED)
    if len(topics) > 1 and list(topics) != sorted(set(topics)):
        raise RemoteError(Reason.NOT_CANONICAL)


def _shared_tags(body: Thread | Comment) -> Tags:
    warning: Tags = (("content-warning", body.warning),) if body.warning else ()
    people = (("p", member) for member in mentions(body.text))
    return (*warning, *people, *map(imeta.tag_of, body.images))


def _id(values: dict[str, str], name: str) -> str:
    value = values.get(name, "")
    if not is_hex32(value):
        raise RemoteError(Reason.MALFORMED)
    return value


def _kind(values: dict[str, str]) -> int:
    """The kind of a post. What is retracted or reacted to otherwise is some other room's, in a later version."""
    for kind in POSTS:
        if values.get("k") == str(kind):
            return kind
    raise RemoteError(Reason.UNKNOWN_KIND)
