"""What can be said in safety, and its one spelling (docs/protocol/kinds.md). All of it is said in private channels.

Everything of one case bears the case's number, which the report drew at random: who hears of a case by it learns
nothing of who reported. This file does not know who moderates.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec

from tadamun.core.body import read
from tadamun.core.errors import Reason, RemoteError
from tadamun.core.event import Event, Hex32, Tags
from tadamun.core.limits import MAX_INTEGER
from tadamun.core.text import allowed_text
from tadamun.rooms.safety.lots import MOST_POOL

REPORT: Final = 3780
STEP: Final = 3781
NOTICE: Final = 3782
ANSWER: Final = 3783
APPEAL: Final = 3784
VOTE: Final = 3785

MAX_WORDS: Final = 2_000  # bytes
MAX_ITEM: Final = 40_000  # bytes of what was reported, with its title
MOST_JUDGES: Final = 62

Version = Annotated[int, msgspec.Meta(ge=1, le=MAX_INTEGER)]
Number = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}\\Z")]
Kind = Annotated[int, msgspec.Meta(ge=0, le=65_535)]
Time = Annotated[int, msgspec.Meta(ge=0, le=MAX_INTEGER)]  # Unix seconds; 0: none
HexOrNone = Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{64})?\\Z")]
Decision = Literal["", "nothing", "warned", "hidden"]


class Report(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Kind 3780, to those who moderate: of: the item; kind, author, text: what it is, by whom, as it stands; why."""

    v: Literal[1] = 1
    case: Number
    of: Hex32
    kind: Kind
    author: Hex32
    text: str
    why: str


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Kind 3781, by a moderator, where the report was said: the case is decided, or closed."""

    v: Literal[1] = 1
    case: Number
    version: Version
    step: Literal["decided", "closed"]
    decision: Decision
    words: str


class Notice(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Kind 3782, by a moderator, to `member` whom the case is about and the other moderators: they are asked, or told
    what was decided. text: the item. until: by when they are asked to answer, or to appeal. pool: of whom a panel would
    be drawn, sorted."""

    v: Literal[1] = 1
    case: Number
    version: Version
    stage: Literal["asked", "decided"]
    member: Hex32
    text: str
    words: str
    until: Time
    decision: Decision
    pool: Annotated[tuple[Hex32, ...], msgspec.Meta(max_length=MOST_POOL)]


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Kind 3783, by whom the case is about, to the moderators. lot: the hash of a number (lots.py)."""

    v: Literal[1] = 1
    case: Number
    version: Version
    words: str
    lot: Hex32


class Appeal(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Kind 3784, by whom the case is about, to the judges (and the moderators): text: the item; decision, told: what
    was decided, in which words; words: against it. ids, number, pool: of the draw (lots.py); for stewards empty."""

    v: Literal[1] = 1
    case: Number
    to: Literal["stewards", "panel"]
    text: str
    decision: Decision
    told: str
    words: str
    ids: Annotated[tuple[Hex32, ...], msgspec.Meta(max_length=3)]
    number: HexOrNone
    pool: Annotated[tuple[Hex32, ...], msgspec.Meta(max_length=MOST_POOL)]
    judges: Annotated[tuple[Hex32, ...], msgspec.Meta(min_length=1, max_length=MOST_JUDGES)]


class Vote(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Kind 3785, by one of the judges of the appeal `of`: it holds, it does not, or they stand aside."""

    v: Literal[1] = 1
    case: Number
    version: Version
    of: Hex32
    vote: Literal["uphold", "reverse", "aside"]
    words: str


Body = Report | Step | Notice | Answer | Appeal | Vote

_decoders: Final[dict[int, msgspec.json.Decoder[Body]]] = {
    REPORT: msgspec.json.Decoder(Report),
    STEP: msgspec.json.Decoder(Step),
    NOTICE: msgspec.json.Decoder(Notice),
    ANSWER: msgspec.json.Decoder(Answer),
    APPEAL: msgspec.json.Decoder(Appeal),
    VOTE: msgspec.json.Decoder(Vote),
}
KINDS: Final = frozenset(_decoders)


def decode(event: Event, rest: Tags) -> Body:
    """The body of an event of this room. Raises RemoteError (MALFORMED, NOT_CANONICAL, UNKNOWN_KIND)."""
    if event.kind not in _decoders:
        raise RemoteError(Reason.UNKNOWN_KIND)
    body = read(_decoders[event.kind], event.content, rest)
    said = (body.why,) if isinstance(body, Report) else (body.words,)
    items = (body.text,) if isinstance(body, Report | Notice | Appeal) else ()
    told = (body.told,) if isinstance(body, Appeal) else ()
    if not (
        all(allowed_text(words, MAX_WORDS, least=0) for words in (*said, *told))
        and all(allowed_text(text, MAX_ITEM, least=0) for text in items)
    ):
        raise RemoteError(Reason.MALFORMED)
    lists = (body.pool,) if isinstance(body, Notice) else (body.pool, body.judges) if isinstance(body, Appeal) else ()
    if any(list(members) != sorted(set(members)) for members in lists):
        raise RemoteError(Reason.NOT_CANONICAL)
    return body
