"""What pages show of every space: at a glance on the first, in signs on each; and whom this node is in touch with."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from tadamun.carry.status import State
from tadamun.node import whereabouts
from tadamun.node.calls_spaces import In, Nothing
from tadamun.node.place import Place
from tadamun.node.workbench import Bench, Call
from tadamun.store import outbox


async def overview(bench: Bench, asked: Nothing) -> list[dict[str, Any]]:
    """Every space: {space, name, status, me, called, level, members, waiting, connected, rooms: {room: its glance}}.

    called: one's own name there. waiting: what was said here and nobody else is known to hold yet.
    """
    node = bench.node
    found = []
    for space, place in node.places.items():
        members = bench.members(space)
        known = place.control is not None
        found.append(
            {
                "space": space,
                "name": bench.title(space),
                "status": place.status,
                "me": place.me,
                "called": bench.facts.names.name(space, place.me) if known and place.me else "",
                "level": members.get(place.me),
                "members": len(members),
                "waiting": outbox.count(node.vault.read, place.ref) + node.peers.pending(space),
                "connected": connected(bench, place),
                "rooms": {room.name: room.glance(bench, space) for room in node.parts.rooms if known},
            }
        )
    return found


async def signs(bench: Bench, asked: Nothing) -> list[dict[str, Any]]:
    """What every page shows of each space, told in a millisecond: {space, name, status, me, unread: {room: how much},
    alerts: [{room, key, message, arguments, page, path, urgent, at}], connected: {members, meeting_points}}.

    Counts are as in `space.overview`. alerts: what this person is to see to there (core.room.Alert), urgent ones first.
    """
    return [
        {
            "space": space,
            "name": bench.title(space),
            "status": place.status,
            "me": place.me,
            "unread": {
                room.name: room.unread(bench, space) for room in bench.node.parts.rooms if place.control is not None
            },
            "alerts": alerts(bench, space),
            "connected": {
                name: count for name, count in connected(bench, place).items() if name in ("members", "meeting_points")
            },
        }
        for space, place in bench.node.places.items()
    ]


def alerts(bench: Bench, space: str) -> list[dict[str, Any]]:
    """Of all rooms; the room's name beside each."""
    if bench.node.places[space].control is None:
        return []
    found = [{"room": room.name, **asdict(one)} for room in bench.node.parts.rooms for one in room.alerts(bench, space)]
    return sorted(found, key=lambda one: not one["urgent"])


def connected(bench: Bench, place: Place) -> dict[str, Any]:
    """{members, names, known, meeting_points}: how many members this node talks with directly (at least), which of them
    are known (names, and ids), and how many other meeting points (keepers, relays) it uses.

    A member who came to this node is counted but not named: a proof says that somebody reads the space, not who.
    """
    node = bench.node
    member_at = {
        address: member
        for member, addresses in whereabouts.whose(node.vault.read, place, node.around).items()
        for address in addresses
    }
    nearby = {address for address, how in node.told(place).items() if how == "lan"}
    live = {one.address for one in node.peers.status() if one.space == place.space and one.state is State.LIVE}
    met = {member_at[address] for address in live if address in member_at}
    unnamed = sum(address in nearby and address not in member_at for address in live)
    mailboxes = {box.keys.mailbox.public for box in place.mailboxes() if box.use == "epoch"}
    came = node.outward.relay.visitors(mailboxes) if node.outward.relay is not None else 0
    return {
        # Who came may be one of those gone to: of two who may be the same, one is counted.
        "members": max(len(met) + unnamed, came),
        "names": sorted(bench.facts.names.name(place.space, member) for member in met),
        "known": sorted(met),
        "meeting_points": sum(address not in member_at and address not in nearby for address in live),
    }


async def here(bench: Bench, asked: In) -> dict[str, Any]:
    """Of one space what `space.overview` calls connected."""
    return connected(bench, bench.node.desk.place(bench.space(asked.space)))


CALLS = {"space.overview": Call(Nothing, overview), "space.here": Call(In, here), "space.signs": Call(Nothing, signs)}
