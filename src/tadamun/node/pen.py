"""One transaction of this device's own events: framed, signed, taken through the ledger as a peer's are, queued.

It does not know of locks or sealing: desk.py opens the transaction and seals what the outbox holds.
"""

from __future__ import annotations

from tadamun.core import upkeep
from tadamun.core.control.bodies import DEVICE_REVOKE, EPOCH, LEAVE, REMOVE
from tadamun.core.errors import LocalError, NotAllowed
from tadamun.core.event import Draft, to_json
from tadamun.core.frame import tags
from tadamun.core.genuine import Frame, Genuine
from tadamun.core.ports import Clock, Saying, Tables
from tadamun.core.room import Verdict
from tadamun.node import channels
from tadamun.node.ledger import CONTROL, Ledger, Taken
from tadamun.node.letters import Letter
from tadamun.node.place import SPACE, Arrived, Place
from tadamun.store import meta, outbox

# What shuts somebody out, the epoch without them and its boxes: they go where those who lack the new epoch still read.
BY_NEED = frozenset({LEAVE, REMOVE, DEVICE_REVOKE, EPOCH, upkeep.LOCKBOXES, upkeep.NEED})
NAMED = BY_NEED | frozenset(CONTROL)  # sealed under the epoch named when they were written, or not at all


class Pen:
    """Writes events of one space within one transaction, each seeing what those before it changed."""

    def __init__(self, ledger: Ledger, clock: Clock, place: Place, tx: Tables) -> None:
        self.ledger, self.clock, self.place, self.tx = ledger, clock, place, tx
        self._written: list[tuple[Genuine, str, int]] = []  # event, epoch to seal under, end of the sealed copy
        self._taken = Taken()

    def say(self, saying: Saying) -> str:
        """A room's event. What the rules refuse is found out in `finish`, for all at once."""
        if saying.mask is not None:
            raise ValueError("what is said under a mask must not be signed by a device")
        audience = saying.audience
        box = channels.box_for(self.place, audience)
        channel = box.channel if box is not None else SPACE
        via = box.id if box is not None else ""
        frame = self._frame(channel, saying.prev, audience.expires_at)
        event = self._sign(saying.kind, saying.content, tags(frame) + saying.tags, frame)
        self._written.append((event, via, audience.expires_at))
        return event.event.id

    def write(self, letter: Letter, *, via: str = "", heads: tuple[str, ...] | None = None) -> str:
        """A control or upkeep event; via: the epoch to seal it under. Raises NotAllowed if it would be void."""
        self._flush()
        if not via and letter.kind in NAMED:
            box = self.place.best_epoch() or self.place.deepest_epoch()
            via = "" if box is None else box.id
        frame = self._frame(SPACE, (), 0, heads)
        event = self._sign(letter.kind, letter.content, tags(frame), frame)
        self._written.append((event, via, letter.expires_at))
        self._flush()
        return event.event.id

    def finish(self) -> Taken:
        self._flush()
        for channel, (seq, last) in self.place.chains.items():
            meta.put_text(self.tx, f"chain:{self.place.ref}:{channel}", f"{seq}:{last}")
        return self._taken

    def _frame(
        self, channel: str, prev: tuple[str, ...], expires_at: int, heads: tuple[str, ...] | None = None
    ) -> Frame:
        seq, last = self.place.next_in_chain(channel)
        log = self.place.control
        return Frame(
            space=self.place.space,
            auth=heads if heads is not None else (() if log is None else log.heads),
            height=0 if log is None else (log.height if heads is None else log.height_at(heads)),
            seq=seq,
            previous=last,
            prev=prev,
            expires_at=expires_at,
            channel=channel,
        )

    def _sign(self, kind: int, content: str, all_tags: tuple[tuple[str, ...], ...], frame: Frame) -> Genuine:
        now = self.clock.now()
        event = self.place.device.sign(Draft(kind=kind, content=content, tags=all_tags, created_at=now))
        self.place.chains[frame.channel] = (frame.seq, event.event.id)
        return event

    def _flush(self) -> None:
        """Through the ledger, as a peer's events go; and into the outbox."""
        if not self._written:
            return
        taken = self.ledger.take(self.tx, self.place, [Arrived(event) for event, _, _ in self._written])
        new = set(taken.new)
        for event, _, _ in self._written:
            self._must_count(event, taken, new)
        outbox.put(
            self.tx,
            [
                outbox.Waiting(
                    id=event.event.id,
                    space=self.place.ref,
                    epoch=via,
                    raw=to_json(event.event) if event.event.kind in CONTROL else b"",  # the log has all others
                    expires_at=expires_at,
                )
                for event, via, expires_at in self._written
            ],
        )
        self._written = []
        self._taken.add(taken)

    def _must_count(self, event: Genuine, taken: Taken, new: set[str]) -> None:
        i = event.event.id
        if i in taken.refused or i not in new or taken.verdicts.get(i, Verdict.ALLOW) is not Verdict.ALLOW:
            raise NotAllowed("The rules of this space do not let you do that. Nothing was changed.")
        if event.event.kind in CONTROL and not self.place.log.effective(i):
            raise void(event.event.kind, self.place.log.why_void(i))


def void(kind: int, why: str) -> LocalError:
    """The refusal a person sees for a control act that would have no effect."""
    if kind == REMOVE:
        return NotAllowed(
            "You cannot remove this person alone: that takes a higher level than theirs. "
            "Propose it, so that others co-sign."
        )
    return NotAllowed("The rules of this space do not let you do that ({why}). Nothing was changed.", why=why)
