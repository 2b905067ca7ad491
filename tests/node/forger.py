"""Says what no honest node would: events of a member's own device, or of a stranger's, spelled and sealed at will."""

from __future__ import annotations

from dataclasses import dataclass

from kits.sealed import SeededRandom
from kits.sim import Home
from tadamun.core.event import Draft, Event, to_json
from tadamun.core.frame import tags
from tadamun.core.genuine import Frame
from tadamun.crypto import nip44
from tadamun.crypto.keys import SigningKey
from tadamun.node.place import Mailbox

THREAD = 11


@dataclass
class Forger:
    """home: whose secrets and whose control log are used. device: who signs; by default the home's own."""

    home: Home
    device: SigningKey | None = None
    seed: int = 99

    def __post_init__(self) -> None:
        self.random = SeededRandom(self.seed)
        self.signer = self.device or self.home.place.device
        self.seq = 900

    def frame(self, **other: object) -> Frame:
        """A sound frame at the present heads, but for what is given."""
        log = self.home.place.log
        self.seq += 1
        kept: dict[str, object] = {
            "space": self.home.place.space,
            "auth": log.heads,
            "height": log.height,
            "seq": self.seq,
            "previous": "ab" * 32,
        }
        return Frame(**(kept | other))  # type: ignore[arg-type]  # whatever is to be forged

    def event(self, content: str, kind: int = THREAD, rest: tuple[tuple[str, ...], ...] = (), **other: object) -> Event:
        draft = Draft(kind, content, tags(self.frame(**other)) + rest, self.home.up.clock.now())
        return self.signer.sign(draft).event

    async def send(self, inner: Event | bytes, mailbox: Mailbox | None = None, payload: str | None = None) -> str:
        """Seal it (or send the payload) to the mailbox, by default the present epoch's. Returns the outer id."""
        box = mailbox or self.home.place.best_epoch()
        assert box is not None
        plain = inner if isinstance(inner, bytes) else to_json(inner)
        sealed = payload if payload is not None else nip44.encrypt(box.keys.conversation, self.random.bytes(32), plain)
        now = self.home.up.clock.now()
        outer = SigningKey.make(self.random).sign_event(Draft(3700, sealed, (("p", box.keys.mailbox.public),), now))
        await self.home.wire.put([(outer, to_json(outer))])
        return outer.id
