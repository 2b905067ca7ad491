"""What may come into the wire store by way of the relay, and the answer to whoever brought it (NIP-01's OK).

The cheap questions come first: size, shape, pace, mailbox. The id and the signature of what is left are checked in
batches off the event loop (libsecp256k1 releases the interpreter lock), always, also for those who proved the mailbox:
the id does not cover the signature, so an event with a spoilt one would take the place of the good copy for ever.
What other doors (peers.py, bundles) let in is theirs to check; the relay serves what lies in the store.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import msgspec

from tadamun.carry.listeners import Listeners
from tadamun.carry.pace import Bucket
from tadamun.carry.policy import SEALED, Policy
from tadamun.carry.public import PublicEvents, is_addressable, is_ephemeral
from tadamun.core.errors import Reason, RemoteError
from tadamun.core.event import Event, is_hex32, parse, to_json
from tadamun.core.ports import Clock, Put, Wire
from tadamun.crypto.keys import flaw

AUTH: Final = 22242
MAX_BUCKETS: Final = 10_000
FEW: Final = 4


class Bringer(Protocol):
    """The connection that brings events, as far as the gate asks."""

    @property
    def proven(self) -> set[str]: ...

    @property
    def is_member(self) -> bool:
        """Whether it proved a mailbox that this node serves."""
        ...


class Turned(Exception):
    """An event that is not let in: the reason counted, and the text told to whoever brought it."""

    def __init__(self, reason: Reason, text: str) -> None:
        super().__init__(text)
        self.reason, self.text = reason, text


@dataclass(frozen=True, slots=True)
class Verdict:
    """id: "" when the bytes held none."""

    id: str
    ok: bool
    text: str


_ANSWERS: Final = {
    Put.NEW: (True, "", None),
    Put.DUPLICATE: (True, "duplicate: already here", None),
    Put.DELETED: (False, "blocked: it was deleted", None),
    Put.EXPIRED: (False, "invalid: it has expired", Reason.EXPIRED),
    Put.FULL: (False, "error: there is no room left here", Reason.OVER_QUOTA),
}


class Gate:
    """One for all connections. count: told of everything that is turned away. monotonic: seconds."""

    def __init__(
        self,
        wire: Wire,
        policy: Policy,
        clock: Clock,
        count: Callable[[Reason], None],
        listeners: Listeners,
        monotonic: Callable[[], float],
    ) -> None:
        self._wire, self._policy, self._clock, self._count = wire, policy, clock, count
        self._listeners, self._monotonic = listeners, monotonic
        self._public = PublicEvents(wire)
        self._mailboxes: dict[str, Bucket] = {}
        self._carried = Bucket(policy.carried, monotonic())

    async def admit(self, batch: Sequence[bytes], bringer: Bringer) -> list[Verdict]:
        """Take events as JSON; one verdict each, in order. Raises what the wire store raises."""
        verdicts: list[Verdict | None] = [None] * len(batch)
        let_in: list[tuple[int, Event]] = []
        for place, raw in enumerate(batch):
            name = ""
            try:
                event = parse(raw)
                name = event.id
                self._judge(event, len(raw), bringer)
            except (RemoteError, Turned) as turned:
                self._count(turned.reason)
                text = turned.text if isinstance(turned, Turned) else f"invalid: {turned.reason}"
                verdicts[place] = Verdict(name or claimed_id(raw), False, text)
            else:
                let_in.append((place, event))
        if let_in:
            flaws = await _flaws([event for _, event in let_in])
            sound: list[tuple[int, Event]] = []
            for (place, event), reason in zip(let_in, flaws, strict=True):
                if reason is None:
                    sound.append((place, event))
                else:
                    self._count(reason)
                    verdicts[place] = Verdict(event.id, False, f"invalid: {reason}")
            for (place, event), answer in zip(sound, await self._keep([e for _, e in sound]), strict=True):
                ok, text, counted = _ANSWERS[answer]
                if counted:
                    self._count(counted)
                verdicts[place] = Verdict(event.id, ok, text)
        return [verdict for verdict in verdicts if verdict is not None]

    def _judge(self, event: Event, size: int, bringer: Bringer) -> None:
        """Everything that can be said of an event without paying for its signature. Raises Turned."""
        now = self._clock.now()
        if event.created_at > now + self._policy.ahead:
            raise Turned(Reason.NOT_ALLOWED, "invalid: its time lies too far in the future")
        if (expires := expiration(event)) is not None and expires <= now:
            raise Turned(Reason.EXPIRED, "invalid: it has expired")
        if event.kind == SEALED:
            self._judge_mailbox(mailbox_of(event), size, bringer)
        elif event.kind == AUTH:
            raise Turned(Reason.PROTOCOL, "invalid: a proof comes by AUTH")
        elif not self._policy.public:
            raise Turned(Reason.NOT_ALLOWED, "blocked: public events are not taken here")
        elif is_addressable(event.kind) and len(event.tag("d") or ()) < 2:
            raise Turned(Reason.MALFORMED, "invalid: an addressable event needs a d tag")
        elif event.tag("-") is not None and event.pubkey not in bringer.proven:  # NIP-70
            word = "restricted" if bringer.proven else "auth-required"
            raise Turned(Reason.NOT_ALLOWED, f"{word}: this event may only be published by its author")

    def _judge_mailbox(self, mailbox: str, size: int, bringer: Bringer) -> None:
        if mailbox in bringer.proven:
            taken = self._policy.keeper or (bringer.is_member and self._policy.known(mailbox))
        else:
            taken = self._policy.keeper or self._policy.known(mailbox)
            # Strangers to a mailbox share one pace, so that they cannot use up that of its owners.
            if taken and not self._bucket(mailbox).take(1, self._monotonic()):
                raise Turned(Reason.TOO_FAST, "rate-limited: too much for this mailbox; prove its key or slow down")
        if taken:
            return
        if not bringer.is_member:
            word = "restricted" if bringer.proven else "auth-required"
            raise Turned(Reason.NOT_ALLOWED, f"{word}: not a mailbox that is carried here")
        if not self._carried.take(size, self._monotonic()):
            raise Turned(Reason.OVER_QUOTA, "rate-limited: enough carried for others today")

    def _bucket(self, mailbox: str) -> Bucket:
        now = self._monotonic()
        if len(self._mailboxes) >= MAX_BUCKETS:
            self._mailboxes = {box: bucket for box, bucket in self._mailboxes.items() if not bucket.full(now)}
        if len(self._mailboxes) >= MAX_BUCKETS:
            mailbox = ""  # under such a flood all that are new share one
        return self._mailboxes.setdefault(mailbox, Bucket(self._policy.mailbox, now))

    async def _keep(self, events: Sequence[Event]) -> list[Put]:
        """Store what is to be stored, in our own spelling (the same event with no room for two readings)."""
        answers: dict[int, Put] = {}
        sealed = [(k, (e, to_json(e))) for k, e in enumerate(events) if e.kind == SEALED]
        public = [(k, (e, to_json(e))) for k, e in enumerate(events) if e.kind != SEALED and not is_ephemeral(e.kind)]
        if sealed:
            puts = await self._wire.put([piece for _, piece in sealed])
            answers.update(zip((k for k, _ in sealed), puts, strict=True))
        if public:
            puts = await self._public.put([piece for _, piece in public])
            answers.update(zip((k for k, _ in public), puts, strict=True))
        for k, event in enumerate(events):
            if is_ephemeral(event.kind):
                self._listeners.tell(event, to_json(event))
                answers[k] = Put.NEW
        return [answers[k] for k in range(len(events))]


def mailbox_of(event: Event) -> str:
    """The mailbox of a sealed event, whose tags are one `p` and perhaps an expiration. Raises RemoteError MALFORMED."""
    match event.tags:
        case (("p", mailbox),) if is_hex32(mailbox):
            return mailbox
        case (("p", mailbox), ("expiration", _)) if is_hex32(mailbox) and expiration(event) is not None:
            return mailbox
    raise RemoteError(Reason.MALFORMED, "not the tags of a sealed event")


def expiration(event: Event) -> int | None:
    """NIP-40: Unix seconds; None without the tag, or with one that is no number."""
    tag = event.tag("expiration")
    text = tag[1] if tag and len(tag) > 1 else ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None


async def _flaws(events: Sequence[Event]) -> list[Reason | None]:
    """What is wrong with each. A few are checked at once: going to a thread and back costs as much as two of them."""
    if len(events) <= FEW:
        return [flaw(event) for event in events]
    return await asyncio.to_thread(lambda: [flaw(event) for event in events])


class _Named(msgspec.Struct):
    id: str


def claimed_id(raw: bytes) -> str:
    """The id that bytes which are no event claim to have, so that their sender knows what was refused."""
    try:
        name = msgspec.json.decode(raw, type=_Named).id
    except (ValueError, RecursionError):
        return ""
    return name if is_hex32(name) else ""
