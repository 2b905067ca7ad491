"""What the pure parts and the carriers ask of the world, as protocols. Fakes in tests implement these.

`Clock` and `Random` are arguments everywhere: one operation sees one clock. `Wire` is the store of sealed
events in which all carriers meet. `Desk` is the only way a room acts.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, Protocol

import msgspec

if TYPE_CHECKING:
    from tadamun.core.event import Draft, Event
    from tadamun.core.facts import Facts


class Clock(Protocol):
    def now(self) -> int:
        """Unix seconds."""
        ...


class Random(Protocol):
    def bytes(self, count: int) -> bytes:
        """That many unpredictable bytes."""
        ...

    def below(self, bound: int) -> int:
        """A uniform integer in [0, bound)."""
        ...


@dataclass(frozen=True, slots=True)
class Filter:
    """A NIP-01 filter, validated. Empty tuples and None mean "any"; `tags` maps a single letter to its values."""

    ids: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    kinds: tuple[int, ...] = ()
    tags: tuple[tuple[str, tuple[str, ...]], ...] = ()
    since: int | None = None
    until: int | None = None
    limit: int | None = None


class Put(Enum):
    """What became of a sealed event handed to the wire store."""

    NEW = "new"
    DUPLICATE = "duplicate"
    DELETED = "deleted"  # its deletion came earlier
    EXPIRED = "expired"
    FULL = "full"  # over a quota or the disk is full; nothing was stored


class Stored(msgspec.Struct, frozen=True):
    """One sealed event in the wire store. raw: its JSON as it came; arrival: local counter, ever growing; box: its
    mailbox, where the store says so unasked ("": read it from `raw`)."""

    arrival: int
    id: str
    created_at: int
    raw: bytes
    box: str = ""


class Wire(Protocol):
    """The store of sealed events. None of its methods blocks the event loop for longer than a batch."""

    async def put(self, events: Sequence[tuple[Event, bytes]]) -> list[Put]:
        """Store well-formed events (with the JSON they came as) in one transaction; one answer each, in order."""
        ...

    def find(self, wanted: Filter, page: int = 500) -> AsyncIterator[list[Stored]]:
        """Newest first (created_at descending, id ascending), in pages, up to the filter's limit."""
        ...

    async def count(self, wanted: Filter) -> int: ...

    async def items(self, wanted: Filter) -> Sequence[tuple[int, str]]:
        """All (created_at, id) that match, ascending: what reconciliation (NIP-77) works on."""
        ...

    async def since(self, arrival: int, limit: int) -> list[Stored]:
        """Events with a greater arrival number, in order of arrival: how intake follows the store."""
        ...

    async def delete(self, ids: Sequence[str]) -> None:
        """Remove and remember, so that they never come back."""
        ...

    async def drop(self, ids: Sequence[str]) -> None:
        """Remove and forget: copies that were spoilt, of which good ones may still come."""
        ...

    def watch(self, callback: Callable[[Sequence[Stored]], None]) -> Callable[[], None]:
        """Call back after each put that stored something new; returns the function that stops it."""
        ...


class Signer(Protocol):
    """A key that can prove itself (NIP-42) without being shown."""

    @property
    def public(self) -> str: ...

    def sign(self, draft: Draft) -> Event: ...


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is to read something: the whole space, one other member, or a circle of several; and until when.

    members: 2 to 63 others, in any order. Whoever says it reads it too, named or not. Members who are out by then are
    passed over, as long as somebody is left; one other member alone is the same as `member`. expires_at: Unix seconds,
    0: for good.
    """

    member: str = ""
    expires_at: int = 0
    members: tuple[str, ...] = ()

    @property
    def others(self) -> tuple[str, ...]:
        """Whom it is for, sorted; nobody by name: the whole space."""
        return tuple(sorted({self.member, *self.members} - {""}))


@dataclass(frozen=True, slots=True)
class Among:
    """What full text is to look through. author: member id; topic: a label; since, until: Unix seconds, both included;
    empty or 0: any."""

    author: str = ""
    topic: str = ""
    since: int = 0
    until: int = 0


ANYTHING: Final = Among()


@dataclass(frozen=True, slots=True)
class Seat:
    """One member of an audience. level: as the control log has it. since: Unix seconds at which, as whoever let them in
    claims, they came; 0: not known here. devices: how many of theirs can read."""

    member: str
    level: int
    since: int
    devices: int


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom something said now to an audience reaches (docs/protocol/3-seal.md): a function of the control log alone.

    audience: with the end that holds. later: how many days back those who join later can read it, -1 for without end,
    0 if never. may_say: whether the space's rules let this person say anything there.
    """

    audience: Audience
    seats: tuple[Seat, ...]
    later: int
    may_say: bool


@dataclass(frozen=True, slots=True)
class Mask:
    """That something is to be said under a one-time key, to the whole space, without end (docs/protocol/6-masked.md).

    scope: one of the room's `scopes`: it opens a mask and takes one of this person's turns of the month. under:
    instead, the id of an event of one's own that did, to say more under the same key; that takes no turn. delay: it
    goes out at a random time within so many seconds, also after a restart, and not before what it follows. until: when
    the one-time key is destroyed at the latest (Unix seconds; 0: after 60 days), for opening ones.
    """

    scope: str = ""
    under: str = ""
    delay: int = 0
    until: int = 0


@dataclass(frozen=True, slots=True)
class Masking:
    """What masking offers in a space. ring: of how many members the speaker would be one; least: fewer are refused.

    slots, left: a month's turns of the scope, and how many this person still has. ready: whether this device has the
    member's ring key of the month (after joining it takes moments, on a further device as long as the other is away).
    ends: when the month is over (Unix seconds).
    """

    ring: int
    least: int
    slots: int
    left: int
    ready: bool
    ends: int


@dataclass(frozen=True, slots=True)
class Saying:
    """What a room's action asks the desk to say: kind, content and body tags, and the audience.

    mask: say it under a one-time key; what `then` gives follows under the same key.
    """

    kind: int
    content: str
    tags: tuple[tuple[str, ...], ...] = ()
    audience: Audience = field(default_factory=Audience)
    prev: tuple[str, ...] = ()  # heads of the object it continues, sorted
    mask: Mask | None = None


@dataclass(frozen=True, slots=True)
class Later:
    """Something that waits to be said. name: what it is kept under. at: when its time comes (Unix seconds). problem,
    arguments: a message why it was refused then (msgid and what fills it); "": its time has not come."""

    name: str
    saying: Saying
    at: int
    problem: str = ""
    arguments: Mapping[str, str | int] = field(default_factory=dict)


def nothing(event: str) -> Sequence[Saying]:
    """Nothing follows."""
    return ()


class Desk(Protocol):
    """The only way a room acts. The rules that a peer will apply are applied here first."""

    async def say(self, space: str, saying: Saying) -> str:
        """Sign, log, fold, project and queue for sending, in one transaction. Returns the event's id.

        Raises NotAllowed when the space's rules refuse it, VaultError when it cannot be kept (nothing is half done).
        """
        ...


class Tables(Protocol):
    """A room's own tables in the vault, as `view.py` sees them: plain SQL on names that begin with the room's name."""

    def execute(self, sql: str, arguments: Sequence[Any] = ()) -> list[tuple[Any, ...]]: ...

    def many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None: ...


class Workbench(Protocol):
    """What a room's calls are given by the node that runs them."""

    @property
    def clock(self) -> Clock: ...

    @property
    def random(self) -> Random: ...

    @property
    def tables(self) -> Tables:
        """For reading views, and for writing this node's own memory (the room's `local` tables)."""
        ...

    def scrub(self) -> None:
        """After destroying something in the room's `local` tables (a key, a share): leave no older copy of it in the
        vault's files. Events are destroyed by `Room.waste`, which does this by itself."""
        ...

    @property
    def facts(self) -> Facts: ...

    def space(self, wanted: str) -> str:
        """The id of the space meant: by name, by id or its beginning, or "" for the only one. Raises UsageError."""
        ...

    def spaces(self) -> list[str]:
        """Ids of the spaces this person belongs to now, and can act in."""
        ...

    def me(self, space: str) -> str:
        """This person's member id in that space."""
        ...

    def members(self, space: str) -> dict[str, int]:
        """Member ids that belong now, with their levels."""
        ...

    def newcomers(self, space: str) -> dict[str, int]:
        """Members whose newcomer period is not over, and when it will be (Unix seconds; 0: not known yet)."""
        ...

    def belonged(self, space: str, member: str) -> bool:
        """Whether they were a member, as far as is known here, and are none now."""
        ...

    def matches(self, space: str, query: str, limit: int, among: Among = ANYTHING) -> list[str]:
        """Topics of the space that full text finds, best first (Arabic-aware, see store/search.py)."""
        ...

    def title(self, space: str) -> str:
        """The space's name; "" while it is not known yet."""
        ...

    def seat(self, space: str, member: str) -> Seat | None:
        """How somebody belongs now; None for who does not."""
        ...

    def reach(self, space: str, audience: Audience) -> Reach:
        """Whom that audience is, now. Raises NotAllowed and UsageError where `say` would, for whatever is said."""
        ...

    async def say(self, space: str, saying: Saying, then: Callable[[str], Sequence[Saying]] = nothing) -> str:
        """See Desk.say. then: what follows it, given its id, to the same audience: said with it or not at all."""
        ...

    def masking(self, space: str, scope: str) -> Masking:
        """What one can say under a one-time key there, now, in a scope of some room. Raises UsageError."""
        ...

    def masks(self, space: str, scope: str = "") -> frozenset[str]:
        """The events by which this person opened a mask whose key is still here, those waiting to go out included.
        scope: only those opened in it; "": any."""
        ...

    async def mask_forget(self, space: str, opening: str) -> None:
        """Destroy the one-time key of a mask: nothing more is said under it, and nothing here says whose it was but the
        ring key, until the month is over. What waits to go out under it is not said. Unknown ones are passed over."""
        ...

    async def say_later(self, space: str, saying: Saying, after: int, within: int) -> str:
        """Have the node say it at a random moment between so many seconds from now, once, also after a restart. Returns
        the name it is kept under: its event is signed when it is said, so it has no id before, and a node that is off
        at the time says it at the next start. What the rules refuse by then is kept with the reason, and said no more.

        Raises UsageError for an audience nothing can be said to, NotAllowed for who is out. `Saying.mask` has a delay
        of its own.
        """
        ...

    def later(self, space: str) -> list[Later]:
        """What waits to be said there, of all rooms, next first; rooms know theirs by its kind."""
        ...

    async def withdraw(self, space: str, name: str) -> bool:
        """Have it not said. False if there is no such any more: it was said."""
        ...

    def content(self, space: str, event: str) -> str:
        """The content of an event of the space by its id; "" if it is not here."""
        ...

    async def publish(self, relay: str, event: bytes) -> tuple[bool, str]:
        """Give a public event (its JSON, signed) to one relay of the open network (ws://, wss://), once: whether it was
        taken, and what was said of that. Raises UsageError for an address that is none, or while nothing may go out.
        Whoever runs the relay, and whoever watches the line, sees this computer's address."""
        ...

    async def pause_until_change(self, timeout: float) -> bool:
        """Wait until something was projected; False after `timeout` seconds without."""
        ...
