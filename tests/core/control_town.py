"""A small town: people with fake keys who found a space and act in it, at whatever heads a story needs.

The fake signature of a key over a digest is a hash of both: anybody here could forge it, nobody does by accident.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tadamun.core.body import spell
from tadamun.core.charter import DEFAULT, Charter
from tadamun.core.control import bodies, digests
from tadamun.core.control.log import Added, ControlLog
from tadamun.core.event import Event, event_id
from tadamun.core.frame import split, tags
from tadamun.core.genuine import Frame, Genuine

NOON = 1_800_000_000  # Unix seconds at which checkpoints are signed, unless a story says otherwise


def sha(*parts: object) -> str:
    return hashlib.sha256("/".join(map(str, parts)).encode(errors="surrogatepass")).hexdigest()


def b64(*parts: object) -> str:
    return urlsafe_b64encode(bytes.fromhex(sha(*parts))).decode().rstrip("=")


def sign(key: str, digest: bytes) -> str:
    return sha("sig", key, digest.hex()) * 2


def verify(key: str, digest: bytes, signature: str) -> bool:
    return signature == sign(key, digest)


def bundle(key: str, member: str) -> bodies.Bundle:
    """What a device signs who is to be that member's."""
    hpke, prekey = b64("hpke", key), b64("prekey", key)
    return bodies.Bundle(key, hpke, prekey, sign(key, digests.bundle_digest(member, key, hpke, prekey)))


@dataclass
class Device:
    """A key and its own chain."""

    key: str
    seq: int = -1
    last: str = ""


@dataclass
class Person:
    """Somebody with one device or more; `id` is the first one's key."""

    name: str
    devices: list[Device] = field(default_factory=list)

    @property
    def id(self) -> str:
        return self.devices[0].key


def person(name: str) -> Person:
    return Person(name, [Device(sha("key", name))])


Heads = Sequence[str]


class Town:
    """One space. Each act returns the event's id; without `after` it cites the heads of the town's own log."""

    def __init__(self, charter: Charter = DEFAULT, founder: str = "nour", name: str = "Town") -> None:
        self.founder = person(founder)
        self.events: dict[str, Genuine] = {}
        device = self.founder.devices[0]
        genesis = bodies.Genesis(
            name=name, nonce=sha("nonce", name), charter=charter, device=bundle(device.key, device.key)
        )
        content = spell(genesis)
        self.space = digests.space_id(device.key, content)
        self.genesis = self._event(device, bodies.GENESIS, content, ())
        self.log = ControlLog.found(self.events[self.genesis], verify)

    def _event(self, device: Device, kind: int, content: str, after: Heads, seq: int | None = None) -> str:
        if seq is None:
            device.seq += 1
            seq = device.seq
        previous = (device.last or sha("before")) if seq else ""
        height = self.log.height_at(after) if after and hasattr(self, "log") else 0
        frame = tags(Frame(self.space, tuple(after), height, seq, previous))
        made = event_id(device.key, 0, kind, frame, content)
        device.last = made
        self.events[made] = Genuine(Event(made, device.key, 0, kind, frame, content, "00" * 64))
        return made

    def say(
        self,
        by: Person,
        kind: int,
        body: Any,
        after: Heads | None = None,
        device: int = 0,
        seq: int | None = None,
        hidden: bool = False,
    ) -> str:
        """Any event at all. hidden: the town's own log does not hear of it yet."""
        heads = self.log.heads if after is None else after
        content = body if isinstance(body, str) else spell(body)
        made = self._event(by.devices[device], kind, content, heads, seq)
        if not hidden:
            self.log.add([self.events[made]])
        return made

    def cosigned(self, body: Any, kind: int, cosigners: Iterable[Person]) -> Any:
        """The act with the signatures of those people's first devices."""
        digest = digests.act_digest(self.space, kind, digests.without_cosign(body))
        signed = sorted((one.id, sign(one.id, digest)) for one in cosigners)
        return type(body)(**{**{f: getattr(body, f) for f in body.__struct_fields__}, "cosign": tuple(signed)})

    def admit(
        self,
        by: Person,
        who: Person,
        level: int = 10,
        after: Heads | None = None,
        together: Iterable[Person] = (),
        invite: str = "",
        **more: Any,
    ) -> str:
        listed = bundle(who.id, who.id)
        proof = sign(invite, digests.join_proof_digest(self.space, who.id, listed.hpke)) if invite else ""
        body = bodies.Admit(member=who.id, device=listed, level=level, invite=invite, proof=proof, cosign=())
        return self.say(by, bodies.ADMIT, self.cosigned(body, bodies.ADMIT, together), after, **more)

    def join(self, name: str, level: int = 10, by: Person | None = None, after: Heads | None = None) -> Person:
        """A new person, admitted by the founder unless told otherwise."""
        new = person(name)
        self.admit(by or self.founder, new, level, after)
        return new

    def remove(
        self,
        by: Person,
        who: Person,
        after: Heads | None = None,
        together: Iterable[Person] = (),
        cut: bodies.Cut = (),
        **more: Any,
    ) -> str:
        body = bodies.Remove(member=who.id, cut=cut, reason="", cosign=())
        return self.say(by, bodies.REMOVE, self.cosigned(body, bodies.REMOVE, together), after, **more)

    def level(
        self,
        by: Person,
        who: Person,
        level: int,
        after: Heads | None = None,
        together: Iterable[Person] = (),
        **more: Any,
    ) -> str:
        body = bodies.SetLevel(member=who.id, level=level, cosign=())
        return self.say(by, bodies.LEVEL, self.cosigned(body, bodies.LEVEL, together), after, **more)

    def leave(self, by: Person, after: Heads | None = None, **more: Any) -> str:
        return self.say(by, bodies.LEAVE, bodies.Leave(), after, **more)

    def add_device(self, by: Person, after: Heads | None = None, device: int = 0, **more: Any) -> str:
        """A further device of that person, listed by an earlier one."""
        new = Device(sha("key", by.name, len(by.devices)))
        by.devices.append(new)
        return self.say(by, bodies.DEVICE_ADD, bodies.DeviceAdd(device=bundle(new.key, by.id)), after, device, **more)

    def revoke(
        self,
        by: Person,
        device_of: Person,
        which: int = 0,
        after: Heads | None = None,
        together: Iterable[Person] = (),
        cut: bodies.Cut = (),
        **more: Any,
    ) -> str:
        body = bodies.DeviceRevoke(device=device_of.devices[which].key, cut=cut, cosign=())
        return self.say(by, bodies.DEVICE_REVOKE, self.cosigned(body, bodies.DEVICE_REVOKE, together), after, **more)

    def amend(
        self, by: Person, charter: Charter, after: Heads | None = None, together: Iterable[Person] = (), **more: Any
    ) -> str:
        body = bodies.Amend(charter=charter, cosign=())
        return self.say(by, bodies.CHARTER, self.cosigned(body, bodies.CHARTER, together), after, **more)

    def invite(
        self, by: Person, name: str, level: int = 10, uses: int = 1, after: Heads | None = None, **more: Any
    ) -> str:
        """Returns the invite's key; anybody in town who knows its name could use it."""
        key = sha("invite", name)
        body = bodies.Invite(
            key=key, level=level, uses=uses, expires=0, mailbox=b64("mailbox", name), request=b64("request", name)
        )
        self.say(by, bodies.INVITE, body, after, **more)
        return key

    def revoke_invite(self, by: Person, key: str, after: Heads | None = None) -> str:
        return self.say(by, bodies.INVITE_REVOKE, bodies.InviteRevoke(key=key), after)

    def epoch(self, by: Person, name: str, after: Heads | None = None, parents: Heads = (), **more: Any) -> str:
        """Returns the epoch's id."""
        epoch = sha("epoch", name)
        body = bodies.Epoch(epoch=epoch, parents=tuple(sorted(parents)), boxes=sha("boxes", name))
        self.say(by, bodies.EPOCH, body, after, **more)
        return epoch

    def checkpoint(
        self,
        by: Person,
        signed_by: Iterable[Person],
        log: ControlLog | None = None,
        at: int = NOON,
        times: Mapping[str, int] | None = None,
        **changed: Any,
    ) -> str:
        """A checkpoint of what `log` (else the town's) holds; changed: fields of its body to forge.

        at: when all signed; times: name → when that one did.
        """
        log = log or self.log
        proposal = log.propose_checkpoint()
        fields = {name: getattr(proposal.body, name) for name in proposal.body.__struct_fields__} | changed
        digest = digests.checkpoint_digest(self.space, fields["height"], fields["state"], proposal.heads)
        when = {one.id: (times or {}).get(one.name, at) for one in signed_by}
        fields["signatures"] = tuple(
            (key, time, sign(key, digests.signing_digest(digest, time))) for key, time in sorted(when.items())
        )
        return self.say(by, bodies.CHECKPOINT, bodies.Checkpoint(**fields), proposal.heads)

    # Other nodes.

    def node(self, ids: Iterable[str] | None = None) -> ControlLog:
        """A log that was given these events (else all) one by one in that order, again and again while any wait."""
        log = ControlLog.found(self.events[self.genesis], verify)
        deliver(log, [self.events[one] for one in (self.events if ids is None else ids)])
        return log

    def stated(self, checkpoint: str) -> bytes:
        """The bytes of the state that a checkpoint gives."""
        state = self.log.state_at(split(self.events[checkpoint].event).auth)
        assert state is not None
        return state

    def newcomer(self, checkpoint: str, ids: Iterable[str] | None = None) -> ControlLog:
        """A log that began from a checkpoint of the town, given these events (else all)."""
        log = ControlLog.from_checkpoint(self.events[checkpoint], self.stated(checkpoint), verify)
        deliver(log, [self.events[one] for one in (self.events if ids is None else ids)])
        return log


def deliver(log: ControlLog, events: Iterable[Genuine]) -> list[Added]:
    """Give events one by one; those that wait are given again after each that enters, as a node does."""
    waiting: list[Genuine] = []
    done = []
    for event in events:
        added = log.add([event])
        done.append(added)
        if added.waiting:
            waiting.append(event)
        while added.applied and waiting:
            added = log.add(waiting)
            done.append(added)
            waiting = [one for one in waiting if one.event.id in added.waiting]
    return done


def town_of(*levels: int, checkpoint: bool = False) -> tuple[Town, list[Person]]:
    """A founder, and one person of each level; with a checkpoint that makes its stewards the electorate."""
    town = Town()
    people = [town.join(f"p{number}", level) for number, level in enumerate(levels)]
    if checkpoint:
        town.checkpoint(town.founder, [town.founder])
        assert town.log.height == 1
    return town, people


def belongs(town: Town, *people: Person) -> list[bool]:
    """Who belongs; the same at a node that heard everything backwards."""
    backwards = town.node(reversed(list(town.events)))
    assert backwards.state == town.log.state
    return [one.id in town.log.state.members for one in people]
