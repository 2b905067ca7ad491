"""Calls about members, their levels and devices, and acts that several co-sign."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from tadamun.core.body import spell
from tadamun.core.charter import MEMBER, MODERATOR, NEWCOMER, STEWARD, Charter
from tadamun.core.control import bodies
from tadamun.core.errors import NotAllowed, UsageError
from tadamun.crypto import link as links
from tadamun.crypto.invite import Invite
from tadamun.node.arrival import DEVICE_LINK_LIFE, device_request_key
from tadamun.node.calls_spaces import Days, In, _hints, _member, history
from tadamun.node.letters import Letter
from tadamun.node.past import heads_before
from tadamun.node.place import Mailbox, Place
from tadamun.node.quorum import target_of
from tadamun.node.standstill import confirmation, last_elector, standstill
from tadamun.node.workbench import Bench, Call
from tadamun.store import log, meta, spaces

LEVELS = {"steward": STEWARD, "moderator": MODERATOR, "member": MEMBER, "newcomer": NEWCOMER}
OtherLevel = Annotated[int, msgspec.Meta(ge=0, le=100)] | None
MAX_REASON = 500  # characters


class Remove(In):
    """undo: write the act before everything they did since the last checkpoint, which then does not count."""

    member: str
    reason: str = ""
    undo: bool = False


class Level(In):
    member: str
    level: int | str


class Amend(In):
    """What of the charter is to change; None: it stays."""

    invite: OtherLevel = None
    admit: OtherLevel = None
    write: OtherLevel = None
    remove: OtherLevel = None
    amend: OtherLevel = None
    history: str | None = None
    newcomer_days: Days | None = None


class Leave(In):
    """anyway: also if nobody is left who governs."""

    anyway: bool = False


class Id(In):
    id: str


class Device(In):
    device: str


async def remove(bench: Bench, asked: Remove) -> dict[str, Any]:
    """Remove a member; where the rules do not let one do it alone, propose it for others to co-sign."""
    place = _member(bench, asked.space)
    if len(asked.reason) > MAX_REASON:
        raise UsageError("A reason has at most {most} characters.", most=MAX_REASON)
    member = bench.facts.names.who(place.space, asked.member)
    if member == place.me:
        raise UsageError("To leave the space yourself, use: tadamun leave")
    if member not in place.log.state.members:
        if (proposal := await _confirm(bench, place, member)) is not None:
            return {"done": False, "proposal": proposal, "standstill": False}
        raise UsageError("This person is not a member any more. Nothing was changed.")
    body = bodies.Remove(member=member, cut=_cut(bench, place, member), reason=asked.reason, cosign=())
    heads = heads_before(place.log, member) if asked.undo else None
    became = await _act(bench, place, Letter(bodies.REMOVE, spell(body)), heads)
    if became["done"]:
        became["proposal"] = await _confirm(bench, place, member) or ""
    found = standstill(place)
    return became | {"standstill": found is not None and not found.needed}


async def _confirm(bench: Bench, place: Place, member: str) -> str | None:
    """Put to the others what one person did to somebody who signs checkpoints: until a majority agrees, they are
    missed there. None if there is nothing to agree to, or nobody to put it to."""
    found = confirmation(place, member)
    electorate = place.log.state.electorate
    if found is None or place.me not in electorate or len(electorate - {member}) < 2:
        return None
    letter, heads = found
    if not _proposal(bench, place, letter):
        await bench.node.quorum.propose(place, letter, heads)
    return _proposal(bench, place, letter)


async def level(bench: Bench, asked: Level) -> dict[str, Any]:
    """Raise or lower a member."""
    place = _member(bench, asked.space)
    number = LEVELS.get(asked.level) if isinstance(asked.level, str) else asked.level
    if number is None or not 0 <= number <= 100:
        raise UsageError("A role is steward, moderator, member, newcomer, or a level from 0 to 100.")
    member = bench.facts.names.who(place.space, asked.member)
    if member not in place.log.state.members:
        raise UsageError("This person is not a member any more. Nothing was changed.")
    body = bodies.SetLevel(member=member, level=number, cosign=())
    return await _act(bench, place, Letter(bodies.LEVEL, spell(body)), None)


async def amend(bench: Bench, asked: Amend) -> dict[str, Any]:
    """Change the charter; where the rules do not let one do it alone, propose it for others to co-sign."""
    place = _member(bench, asked.space)
    told = {name: getattr(asked, name) for name in Charter.__struct_fields__}
    changed = {name: value for name, value in told.items() if value is not None}
    if asked.history is not None:
        changed["history"] = history(asked.history)
    before = place.log.state.charter
    after = msgspec.structs.replace(before, **changed)
    if after == before:
        raise UsageError("The charter says that already. Nothing was changed.")
    return await _act(bench, place, Letter(bodies.CHARTER, spell(bodies.Amend(charter=after, cosign=()))), None)


async def leave(bench: Bench, asked: Leave) -> dict[str, Any]:
    """Leave the space, on all one's devices."""
    place = _member(bench, asked.space)
    if last_elector(place) and not asked.anyway:
        raise UsageError(
            "You are the last here who can sign checkpoints: without you nobody governs this space, ever again. Make "
            "somebody a steward first (`tadamun role NAME steward`), and leave when `tadamun doctor` finds that others "
            "sign. Nothing was changed. To leave at once: tadamun leave --anyway"
        )
    await bench.node.desk.act(place.space, [Letter(bodies.LEAVE, spell(bodies.Leave()))])
    return {"space": place.space}


async def acts(bench: Bench, asked: In) -> list[dict[str, Any]]:
    """Proposals that wait for signatures."""
    place = _member(bench, asked.space)
    names = bench.facts.names
    return [
        {
            "id": one.id,
            "what": _what(bench, place, one),
            "by": names.name(place.space, place.log.member_of(one.author) or one.author),
            "signed": signed,
            "needed": needed,
        }
        for one, signed, needed in bench.node.quorum.pending_acts(place)
    ]


async def cosign(bench: Bench, asked: Id) -> dict[str, Any]:
    """Co-sign a proposal."""
    place = _member(bench, asked.space)
    done = await bench.node.quorum.cosign(place, asked.id)
    if done:
        await _rotate(bench, place)
    return {"done": done}


async def devices(bench: Bench, asked: In) -> list[dict[str, Any]]:
    """All devices of members, live or not."""
    place = _member(bench, asked.space)
    names = bench.facts.names
    return [
        {
            "device": key,
            "member": device.member,
            "name": names.name(place.space, device.member),
            "live": device.live,
            "this": key == place.device.public,
        }
        for key, device in sorted(place.log.state.devices.items(), key=lambda row: (row[1].member, row[0]))
    ]


async def add_device(bench: Bench, asked: In) -> dict[str, Any]:
    """A link by which another device of this person can be added, once, until `expires` (Unix seconds)."""
    node = bench.node
    place = _member(bench, asked.space)
    made = Invite.make(place.space, node.random)
    async with node.desk.lock:
        with node.vault.write() as tx:
            spaces.add_invite(tx, place.ref, made.key.public, made.secret, node.clock.now())
            meta.put_text(tx, f"device-link:{made.key.public}", made.mailbox.id)
            node.ledger.mail.keep(tx, place, Mailbox(made.mailbox, "device", since=node.clock.now()))
    node.refresh()
    request = device_request_key(made.secret)
    link = links.Link(place.space, made.secret, request.raw, place.log.checkpoint, _hints(node), place.me)
    expires = node.clock.now() + DEVICE_LINK_LIFE
    return {"link": links.encode(link), "leads_to": list(link.hints), "expires": expires}


async def revoke_device(bench: Bench, asked: Device) -> dict[str, Any]:
    """Shut a device out, without losing the person."""
    place = _member(bench, asked.space)
    live = place.log.state.live_devices()
    found = [key for key in live if len(asked.device) >= 4 and key.startswith(asked.device)]
    if len(found) != 1:
        raise UsageError("There is no such device. See the list with: tadamun devices list")
    key = found[0]
    if key == place.device.public:
        raise UsageError("This is the device you are using. Revoke it from another one of yours, or leave the space.")
    seq, last = log.last(bench.node.vault.read, key)
    seq, last = _latest(place, key, seq, last)
    body = bodies.DeviceRevoke(device=key, cut=((key, seq, last),), cosign=())
    return await _act(bench, place, Letter(bodies.DEVICE_REVOKE, spell(body)), None)


async def _act(bench: Bench, place: Place, letter: Letter, heads: tuple[str, ...] | None) -> dict[str, Any]:
    """Do it alone if the rules let one, else put it to the others."""
    try:
        await bench.node.desk.act(place.space, [letter], heads)
    except NotAllowed:
        if place.me not in place.log.state.electorate:
            raise
        await bench.node.quorum.propose(place, letter, heads)
        return {"done": False, "proposal": _proposal(bench, place, letter)}
    await _rotate(bench, place)
    return {"done": True, "proposal": ""}


def _proposal(bench: Bench, place: Place, letter: Letter) -> str:
    pending = [one.id for one, _, _ in bench.node.quorum.pending_acts(place) if one.content == letter.content]
    return pending[0] if pending else ""


async def _rotate(bench: Bench, place: Place) -> None:
    """Begin a new epoch at once if the present one is no longer clean, so that nobody waits for it when writing."""
    node = bench.node
    async with node.desk.lock:
        if place.status == "member" and place.best_epoch() is None:
            node.desk.rotate(place)
    await node.desk.deliver()


def _cut(bench: Bench, place: Place, member: str) -> bodies.Cut:
    """The last event known of each of the member's devices."""
    rows = []
    for key, device in sorted(place.log.state.devices.items()):
        if device.member == member:
            seq, last = _latest(place, key, *log.last(bench.node.vault.read, key))
            rows.append((key, seq, last))
    return tuple(rows)


def _latest(place: Place, device: str, seq: int, last: str) -> tuple[int, str]:
    """The later of the last content event and the last control event of a device: they share one chain."""
    from tadamun.core.frame import split

    for one in place.log.events():
        if one.event.pubkey == device and (number := split(one.event).seq) > seq:
            seq, last = number, one.event.id
    return seq, last


def _what(bench: Bench, place: Place, one: Any) -> str:
    target = target_of(place, one)
    name = bench.facts.names.name(place.space, target) if target else ""
    verbs = {bodies.REMOVE: "remove", bodies.LEVEL: "level", bodies.DEVICE_REVOKE: "revoke", bodies.ADMIT: "admit"}
    return f"{verbs.get(one.kind, 'charter')} {name}".strip()


CALLS = {
    "members.remove": Call(Remove, remove),
    "members.level": Call(Level, level),
    "members.leave": Call(Leave, leave),
    "space.amend": Call(Amend, amend),
    "acts.list": Call(In, acts),
    "acts.cosign": Call(Id, cosign),
    "devices.list": Call(In, devices),
    "devices.add": Call(In, add_device),
    "devices.revoke": Call(Device, revoke_device),
}
