"""Calls about spaces, invitations and joining."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from tadamun.core import upkeep
from tadamun.core.b64 import from_b64
from tadamun.core.body import spell
from tadamun.core.charter import DEFAULT, STEWARD
from tadamun.core.control import bodies
from tadamun.core.control.digests import space_id
from tadamun.core.errors import NotAllowed, Unreachable, UsageError
from tadamun.core.event import Draft, to_json
from tadamun.core.frame import tags
from tadamun.core.genuine import Frame
from tadamun.core.text import allowed_line, tidy_line
from tadamun.crypto import link as links
from tadamun.crypto.bundle import make_bundle
from tadamun.crypto.invite import Invite
from tadamun.crypto.keys import SigningKey
from tadamun.crypto.lockbox import BoxKey
from tadamun.crypto.secret import Secret
from tadamun.node import arrival
from tadamun.node.letters import Letter
from tadamun.node.place import Arrived, Place
from tadamun.node.welcome import send
from tadamun.node.workbench import Bench, Call
from tadamun.store import meta, outbox, peers, spaces

if TYPE_CHECKING:
    from tadamun.node.node import Node

SECOND_ANSWER = 6.0  # seconds in which others answer as well, where the first answer was a refusal
MAX_NAME = 80  # characters of a space's name
MAX_EXPIRES = 365 * 86_400  # seconds an invitation may live


Days = Annotated[int, msgspec.Meta(ge=0, le=3650)]


class In(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """space: name, id or beginning of it; "" for the only one."""

    space: str = ""


class New(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    name: str
    called: str
    pronouns: str = ""
    languages: list[str] = []
    about: str = ""
    history: str = "all"
    newcomer_days: Days = 0


class NewInvite(In):
    uses: int = 1
    expires: int = 7 * 86_400
    level: int = 10


class Key(In):
    key: str


class Join(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    link: str
    called: str
    pronouns: str = ""
    languages: list[str] = []
    about: str = ""
    timeout: float = 120.0


class Nothing(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    pass


async def new(bench: Bench, asked: New) -> dict[str, Any]:
    """Found a space, with this person as its founder."""
    node = bench.node
    name = tidy_line(asked.name)
    if not allowed_line(name, MAX_NAME) or not name:
        raise UsageError("A space's name is one line of at most {most} characters.", most=MAX_NAME)
    introduction = node.parts.introduce(asked.called, asked.pronouns, asked.languages, asked.about)
    charter = msgspec.structs.replace(DEFAULT, history=history(asked.history), newcomer_days=asked.newcomer_days)
    device, box, prekey = SigningKey.make(node.random), BoxKey.make(node.random), BoxKey.make(node.random)
    body = bodies.Genesis(
        name=name,
        nonce=node.random.bytes(32).hex(),
        charter=charter,
        device=make_bundle(device.public, device, box, prekey),
    )
    content = spell(body)
    space = space_id(device.public, content)
    frame = Frame(space=space, auth=(), height=0, seq=0, previous="")
    now = node.clock.now()
    genesis = device.sign(Draft(kind=bodies.GENESIS, content=content, tags=tags(frame), created_at=now))
    anchor = genesis.event.id
    async with node.desk.lock:
        with node.vault.write() as tx:
            ref = spaces.add(tx, space, device.public, device.secret, box.secret, "joining", anchor, now)
            spaces.add_prekey(tx, ref, prekey.raw.hex(), prekey.secret, now)
            place = Place(ref, space, device.public, device, box, "joining", anchor)
            place.prekeys.append((prekey, now))
            place.chains[""] = (0, anchor)
            meta.put_text(tx, f"chain:{ref}:", f"0:{anchor}")
            node.ledger.take(tx, place, [Arrived(genesis)])
        node.new_place(place)
        # The genesis travels like everything else: sealed, under the first epoch.
        epoch = node.desk.rotate(place)
        with node.vault.write() as tx:
            outbox.put(tx, [outbox.Waiting(anchor, ref, epoch.id, to_json(genesis.event))])
    await node.bench.say(space, introduction)
    return {"space": space, "name": name}


async def listed(bench: Bench, asked: Nothing) -> list[dict[str, Any]]:
    """All spaces of this vault."""
    return [
        {
            "space": space,
            "name": bench.title(space),
            "members": len(bench.members(space)),
            "me": place.me,
            "status": place.status,
        }
        for space, place in bench.node.places.items()
    ]


async def charter(bench: Bench, asked: In) -> dict[str, Any]:
    """The space's rules."""
    place = _member(bench, asked.space)
    found: dict[str, Any] = msgspec.to_builtins(place.log.state.charter)
    return found


async def invite(bench: Bench, asked: NewInvite) -> dict[str, Any]:
    """Make an invitation and its link. leads_to: the addresses in it, where the joiner looks for somebody."""
    node = bench.node
    place = _member(bench, asked.space)
    if not 1 <= asked.uses <= 10_000:
        raise UsageError("An invitation is for 1 to {most} people.", most=10_000)
    if not 0 <= asked.expires <= MAX_EXPIRES:
        raise UsageError("An invitation can be good for at most {days} days.", days=MAX_EXPIRES // 86_400)
    if not 0 <= asked.level <= 100:
        raise UsageError("A level is a number from 0 to 100.")
    made, request = Invite.make(place.space, node.random), BoxKey.make(node.random)
    expires = node.clock.now() + asked.expires if asked.expires else 0
    body = bodies.Invite(
        key=made.key.public,
        level=asked.level,
        uses=asked.uses,
        expires=expires,
        mailbox=made.mailbox.secret.to_text(),
        request=request.secret.to_text(),
    )
    async with node.desk.lock:
        with node.vault.write() as tx:
            spaces.add_invite(tx, place.ref, made.key.public, made.secret, node.clock.now())
    await node.desk.act(place.space, [Letter(bodies.INVITE, spell(body))])
    link = links.Link(place.space, made.secret, request.raw, place.log.checkpoint, _hints(node))
    return {
        "link": links.encode(link),
        "key": made.key.public,
        "uses": asked.uses,
        "expires": expires,
        "leads_to": list(link.hints),
    }


async def invites(bench: Bench, asked: In) -> list[dict[str, Any]]:
    """Invitations that still admit: [{key, level, left, expires, by, name, may_revoke}]. by: the member who made it."""
    place = _member(bench, asked.space)
    return [
        _invite(bench, place, key)
        for key, one in sorted(place.log.state.invites.items())
        if one.uses > 0 and (not one.expires or one.expires > bench.clock.now())
    ]


async def invite_link(bench: Bench, asked: Key) -> dict[str, Any]:
    """One invitation as in `invite.list`, and {link, leads_to}: link is "" where it was not made on this device."""
    place = _member(bench, asked.space)
    key = _invite_key(place, asked.key)
    secret = spaces.invite(bench.node.vault.read, place.ref, key)
    request = BoxKey.from_secret(Secret(from_b64(place.log.state.invites[key].request)))
    hints = _hints(bench.node)
    link = "" if secret is None else links.encode(
        links.Link(place.space, secret, request.raw, place.log.checkpoint, hints)
    )  # fmt: skip
    return _invite(bench, place, key) | {"link": link, "leads_to": list(hints)}


def _invite(bench: Bench, place: Place, key: str) -> dict[str, Any]:
    one, state = place.log.state.invites[key], place.log.state
    return {
        "key": key,
        "level": one.level,
        "left": one.uses,
        "expires": one.expires,
        "by": one.by,
        "name": bench.facts.names.name(place.space, one.by),
        "may_revoke": one.by == place.me or state.authority(place.me) >= STEWARD,
    }


def _invite_key(place: Place, wanted: str) -> str:
    found = [key for key in place.log.state.invites if len(wanted) >= 4 and key.startswith(wanted)]
    if len(found) != 1:
        raise UsageError("There is no such invitation. See the list with: tadamun invite list")
    return found[0]


async def revoke(bench: Bench, asked: Key) -> dict[str, Any]:
    """Withdraw an invitation, by its key or the beginning of it."""
    place = _member(bench, asked.space)
    key = _invite_key(place, asked.key)
    await bench.node.desk.act(place.space, [Letter(bodies.INVITE_REVOKE, spell(bodies.InviteRevoke(key=key)))])
    return {"key": key}


async def join(bench: Bench, asked: Join) -> dict[str, Any]:
    """Ask to be let in by a link, and wait until it has happened; whoever is out asks to come back.

    Raises Unreachable when nobody answers in time; the ask stays, and is answered whenever one of them is online.
    """
    node = bench.node
    link = links.decode(asked.link)
    # Another device of somebody who is here already needs no introduction.
    new_here = link.what == links.JOIN
    introduction = (
        node.parts.introduce(asked.called, asked.pronouns, asked.languages, asked.about) if new_here else None
    )
    place = node.places.get(link.space)
    if place is not None and place.status == "member":
        raise UsageError("You are in this space already.")
    # Known to the space already, and out of it: also if they asked to come back before.
    back = place is not None and place.control is not None and place.device.public in place.log.state.devices
    if back and not new_here:
        raise NotAllowed(
            "This device was shut out of the space, and such a link does not bring it back. Nothing was sent. Ask a "
            "member for a new invitation."
        )
    async with node.desk.lock:
        with node.vault.write() as tx:
            if place is None:
                place = arrival.new_place(tx, link, node.ledger.mail, node.clock.now(), node.random)
            elif back:
                arrival.come_back(tx, place, link, node.ledger.mail, node.clock.now())
            else:
                arrival.ask_again(tx, place, link, node.ledger.mail, node.clock.now())
            for hint in link.hints:
                peers.put(tx, place.ref, hint, "invite")
            if introduction is not None:
                said = f"{introduction.kind}\n{introduction.content}"
                meta.put_text(tx, f"introduction:{place.ref}", said)
    node.new_place(place)
    await asyncio.to_thread(node.intake.expect)
    mailbox, content = arrival.request(place, link)
    await send(node.desk, place, mailbox, upkeep.JOIN, content)
    await _let_in(node, place, asked.timeout)
    return {"space": place.space, "name": bench.title(place.space)}


async def _let_in(node: Node, place: Place, timeout: float) -> None:
    loop = asyncio.get_running_loop()
    until = loop.time() + timeout
    introduced = f"introduction:{place.ref}"
    refused_at = 0.0
    while place.status != "member" or meta.get(node.vault.read, introduced) is not None:
        if place.refused:
            # Not at once: somebody who was a member when the link was made can refuse in the name of the others.
            refused_at = refused_at or loop.time()
            if loop.time() >= min(until, refused_at + SECOND_ANSWER):
                raise arrival.refusal(place)
        elif loop.time() >= until:
            raise Unreachable(
                "Nobody who can let you in answered yet. Your request is kept: leave the node running "
                "(tadamun up), and it completes when one of them is online."
            )
        await node.news(min(1.0, max(0.05, until - loop.time())))
    if node.online:
        # What one has said on arrival should be on its way before a short-lived command ends.
        await node.settled()


def _member(bench: Bench, wanted: str) -> Place:
    return bench.node.desk.place(bench.space(wanted))


def _hints(node: Node) -> tuple[str, ...]:
    """Where the joiner may find somebody: this node if it listens, and the peers it uses; as many as a link holds."""
    kept = [one.address for one in peers.every(node.vault.read) if one.source in ("typed", "invite")]
    found: list[str] = []
    for one in dict.fromkeys([*node.addresses(), *node.reach.peers, *kept]):
        if len("\n".join([*found, one]).encode()) <= links.MAX_HINTS:
            found.append(one)
    return tuple(found)


def history(wanted: str) -> Any:
    """A charter's history policy as it is typed. Raises UsageError."""
    if wanted in ("all", "joining"):
        return wanted
    days = wanted.removeprefix("days:")
    if days.isdecimal() and 1 <= int(days) <= 3650:
        return int(days)
    raise UsageError("History is one of: all, joining, days:N (1 to 3650).")


CALLS = {
    "space.new": Call(New, new),
    "space.list": Call(Nothing, listed),
    "space.charter": Call(In, charter),
    "invite.new": Call(NewInvite, invite),
    "invite.list": Call(In, invites),
    "invite.link": Call(Key, invite_link),
    "invite.revoke": Call(Key, revoke),
    "join": Call(Join, join),
}
