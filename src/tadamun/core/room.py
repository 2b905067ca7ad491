"""What a room is: its kinds, decoding, grouping, reducer, rules and tables, as one value.

The node folds every room by the same few steps and knows no room by name: an event is decoded; its *topic* says
which object or stream target it belongs to; the topic's events, in the one deterministic order, are authorised and
reduced; the room's view turns the resulting state into rows. Rebuilding is the same from empty tables, hence gives
the same rows.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import msgspec

from tadamun.core.event import Event
from tadamun.core.genuine import Said
from tadamun.core.ports import Tables, Workbench


class Verdict(Enum):
    """What a rule says of something said."""

    ALLOW = "allow"
    DENY = "deny"
    UNKNOWN = "unknown"  # wait for what it refers to


@dataclass(frozen=True, slots=True)
class Standing:
    """What the control log says of an author at the heads they cited: their member id, and the level that counts.

    newcomer: still in the newcomer period of the space's charter.
    """

    member: str
    level: int
    may_write: bool
    may_moderate: bool
    newcomer: bool = False


class SearchText(msgspec.Struct, frozen=True):
    """What of a topic full text finds: raw text, and the labels one may filter by."""

    text: str
    author: str
    topics: tuple[str, ...] = ()
    created_at: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """Something a person can do or ask, by page, command line or Python alike.

    params: the struct its arguments are decoded to. run: does it, and returns plain JSON values (dicts, lists, strings,
    numbers). Runs inside the node that holds the vault.
    """

    params: type[msgspec.Struct]
    run: Callable[[Workbench, Any], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Scope:
    """A purpose for which something may be said under a one-time key (docs/protocol/6-masked.md).

    kinds: that may open a mask. slots: how often a month each member may. least: members a ring has at least.
    """

    kinds: frozenset[int]
    slots: int
    least: int = 8


@dataclass(frozen=True, slots=True)
class Alert:
    """Something this person is to see to. It is told of until they did: the room knows when, and then no more of it.

    key: stays while it is the same matter. message, arguments: a sentence (msgid) and what fills it. page, path: where
    one sees to it: the name of a page, and what its address takes besides the space. urgent: somebody may be in danger
    or time is running out: every page says so. at: by when, or since when (Unix seconds; 0: no time).
    """

    key: str
    message: str
    arguments: Mapping[str, str | int] = field(default_factory=dict)
    page: str = ""
    path: Mapping[str, str] = field(default_factory=dict)
    urgent: bool = False
    at: int = 0


async def at_rest(bench: Workbench, now: int) -> int:
    """A room without errands."""
    return 0


@dataclass(frozen=True, slots=True)
class Room:
    """One kind of human act.

    name: prefix of its tables. kinds: which inner kinds it owns (no two rooms share one).
    decode(event, rest): the body of an event (rest: its tags after the frame); raises RemoteError
        (MALFORMED, NOT_CANONICAL, UNKNOWN_KIND).
    topic(said): the key its state is kept under; for the opening event of an object its own id.
    empty(topic): the state before anything was said. reduce(state, said): the state after; pure.
    authorise(state, said, standing): the rule; pure.
    tables: CREATE statements of the view (dropped and made anew by `rebuild`).
    project(tables, space, topic, state): write the topic's rows (replacing what was there); None: the topic is gone,
        remove its rows.
    fresh(tables, space, saids): optional quick way to project many topics that consist of one opening event each, all
        ALLOWed; same rows.
    search(state): what full text should find for the topic, or None for nothing.
    text(body): the text that `search` gives for a topic of which nothing but that was said, for it to be prepared
        before the transaction that needs it; "": prepare nothing.
    number: where its tables spell a space by a small number, in their first column: that number (-1: none yet). None:
        they spell it by its id.
    calls: what people can do here, by name (`talk.post`). local: CREATE IF NOT EXISTS statements of tables that are
        this node's own memory (unread marks, drafts) and not derived from the log: `rebuild` keeps them.
    private: those of its kinds that may be said in private channels, to one member or a circle (`Said.circle` says who
        reads there); all may be said to the whole space, unless its rules refuse it.
    masked: those of its kinds that may be said under a one-time key at all; `Said.mask` tells. scopes: by which name
        such a mask is opened and how often; the names begin with the room's (`talk.question`).
    forget(tables, space): empty all its tables, `local` too, of everything that is about the space.
    waste(tables, space, limit): ids of events of which the node is to destroy its copies, `limit` at most.
    glance(bench, space): what a list of spaces shows of the room in one, as plain JSON values; quick whatever its size.
    unread(bench, space): how much in it one has not seen, for the room's sign on every page; quicker still.
    alerts(bench, space): what in it this person is to see to, the most pressing first; as quick as `unread`.
    errands(bench, now): what time brings. The node awaits it after its start, a second after something changed in the
        room or in who belongs to a space (many changes count as one; what it says itself is none), and at the time it
        returned last (Unix seconds; 0: not by time; what had passed already: in a minute). It does what is due by now
        and no more, for each of `bench.spaces()`, and may be cut short anywhere: what must happen once is written down
        in a `local` table first. An error in it is counted, and it is run again in a minute.
    """

    name: str
    kinds: frozenset[int]
    decode: Callable[[Event, tuple[tuple[str, ...], ...]], Any]
    topic: Callable[[Said[Any]], str]
    empty: Callable[[str], Any]
    reduce: Callable[[Any, Said[Any]], Any]
    authorise: Callable[[Any, Said[Any], Standing], Verdict]
    tables: tuple[str, ...]
    project: Callable[[Tables, str, str, Any], None]
    forget: Callable[[Tables, str], None]
    search: Callable[[Any], SearchText | None] = lambda state: None
    text: Callable[[Any], str] = lambda body: ""
    fresh: Callable[[Tables, str, Sequence[Said[Any]]], None] | None = None
    number: Callable[[Tables, str], int] | None = None
    calls: Mapping[str, Call] = field(default_factory=dict)
    local: tuple[str, ...] = ()
    masked: frozenset[int] = frozenset()
    scopes: Mapping[str, Scope] = field(default_factory=dict)
    private: frozenset[int] = frozenset()
    waste: Callable[[Tables, str, int], list[str]] = lambda tables, space, limit: []
    glance: Callable[[Workbench, str], dict[str, Any]] = lambda bench, space: {}
    unread: Callable[[Workbench, str], int] = lambda bench, space: 0
    alerts: Callable[[Workbench, str], Sequence[Alert]] = lambda bench, space: ()
    errands: Callable[[Workbench, int], Awaitable[int]] = at_rest
