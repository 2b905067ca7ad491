"""Calls about the node itself: how it stands, whether it is well, its peers, and moving data in and out."""

from __future__ import annotations

import asyncio
import os
import shutil
from importlib.metadata import version
from typing import Annotated, Any, Final, Literal

import msgspec

from tadamun.carry.address import parse_address
from tadamun.core.charter import STEWARD
from tadamun.core.errors import RemoteError, UsageError
from tadamun.core.words import N_
from tadamun.node import archive, views, witness
from tadamun.node.calls_overview import alerts
from tadamun.node.calls_spaces import In, Nothing, _member
from tadamun.node.knock import progress
from tadamun.node.place import Place
from tadamun.node.standstill import standstill
from tadamun.node.workbench import Bench, Call
from tadamun.store import log, meta, outbox, parked, peers

LOW_DISK = 200 * 2**20  # bytes


class Address(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    address: str


class Export(In):
    path: str


class ExportPart(In):
    """after: what the part before gave as next."""

    after: Annotated[int, msgspec.Meta(ge=0)] = 0


class Import(In):
    path: str
    format: Literal["auto", "jsonl", "mbox"] = "auto"


async def status(bench: Bench, asked: Nothing) -> dict[str, Any]:
    """What moves, what waits, what was dropped and why."""
    node = bench.node
    now: dict[str, list[dict[str, str]]] = {}
    for one in node.peers.status():
        now.setdefault(one.space, []).append({"address": one.address, "what": str(one.state)})
    counters = meta.counters(node.vault.read)
    for reason, count in node.counters.items():
        counters[reason] = counters.get(reason, 0) + count
    listed = []
    for space, place in node.places.items():
        best = place.best_epoch()
        members = bench.members(space)
        listed.append(
            {
                "space": space,
                "name": bench.title(space),
                "status": place.status,
                "members": len(members),
                "level": members.get(place.me, 0),
                "electors": len(place.log.state.electorate) if place.control is not None else 0,
                "epoch": "" if best is None else best.id,
                "connected": [one for one in now.get(space, []) if one["what"] == "live"],
                "peers": now.get(space, []),
                "waiting": node.peers.pending(space),
                "outbox": outbox.count(node.vault.read, place.ref),
                "parked": parked.count(node.vault.read, place.ref),
                "cannot_sign": _missed(bench, place) if place.control is not None else [],
                "alerts": alerts(bench, space),
                "alarms": len(place.log.alarms) if place.control is not None else 0,
                "equivocations": _doubled(bench, place) if members.get(place.me, 0) >= STEWARD else [],
            }
        )
    return {
        "node": {
            "pid": os.getpid(),
            "uptime": node.clock.now() - node.started_at,
            "listening": node.listening,
            "version": version("tadamun"),
            "language": meta.text(node.vault.read, "language", "en"),
            "reading": not node.intake.idle.is_set(),
        },
        "spaces": listed,
        "counters": counters,
        "errands_failed": node.room_errands.failed,
        "stored": {"vault_bytes": node.vault.size(), "wire_bytes": node.wire.size},
    }


def _missed(bench: Bench, place: Place) -> list[str]:
    """Names of those without whom no checkpoint can be made."""
    found = standstill(place) if place.status == "member" else None
    return [] if found is None else sorted(bench.facts.names.name(place.space, one) for one in found.missing)


def _doubled(bench: Bench, place: Place) -> list[dict[str, Any]]:
    """Devices that gave one number to two different events, for stewards to see (2-control.md, rule 11)."""
    found = {(device, seq) for device, _, seq in log.twice(bench.node.vault.read, place.ref)}
    found |= {(device, seq) for device, seq, _ in place.log.equivocations}
    return [
        {
            "device": device,
            "name": bench.facts.names.name(place.space, place.log.member_of(device) or device),
            "seq": seq,
        }
        for device, seq in sorted(found)
    ]


async def doctor(bench: Bench, asked: Nothing) -> dict[str, Any]:
    """Checks of the vault and the node, each with what to do."""
    node = bench.node
    sound = await asyncio.to_thread(node.vault.sound)
    free = shutil.disk_usage(node.vault.folder).free
    private = node.vault.folder.stat().st_mode & 0o077 == 0
    waiting = sum(parked.count(node.vault.read, place.ref) for place in node.places.values())
    secrets = all(place.best_epoch() is not None for place in node.places.values() if place.status == "member")
    checks = [
        ("vault", sound, N_("The vault is sound."), N_("The vault is damaged. Put back a copy of its folder."), {}),
        (
            "disk",
            free > LOW_DISK,
            N_("There is room on the disk."),
            N_("The disk is almost full ({free} MB left). Free some space: new messages cannot be kept without it."),
            {"free": free // 2**20},
        ),
        (
            "folder",
            private,
            N_("Only you can read the vault's folder."),
            N_("Others on this computer can look into the vault's folder. Change its permissions to 700."),
            {},
        ),
        (
            "secrets",
            secrets,
            N_("Every space has a current secret."),
            N_("A space has no current secret yet; it gets one when you write or when another member is online."),
            {},
        ),
        (
            "waiting",
            waiting < 1_000,
            N_("Nothing much is waiting."),
            N_("{count} events wait for others that have not come. Connect to more members or a keeper."),
            {"count": waiting},
        ),
        (
            "errands",
            not node.room_errands.count,
            N_("What the rooms do by themselves goes well."),
            N_(
                "What a room does by itself failed {count} times since the start. That is a fault of the program, not"
                " yours; it is tried again every minute. Please report it with what is shown by: tadamun --json status"
            ),
            {"count": node.room_errands.count},
        ),
        _governing(bench),
    ]
    return {
        "checks": [
            {"name": name, "ok": ok, "message": good if ok else bad, "arguments": {} if ok else arguments}
            for name, ok, good, bad, arguments in checks
        ]
    }


def _governing(bench: Bench) -> tuple[str, bool, str, str, dict[str, str | int]]:
    """Whether each space has enough people left who sign checkpoints; of those that have not, the first."""
    good = N_("Enough people are there to sign checkpoints.")
    for space, place in bench.node.places.items():
        if place.status != "member" or (found := standstill(place)) is None:
            continue
        names = ", ".join(sorted(bench.facts.names.name(space, one) for one in found.missing))
        told: dict[str, str | int] = {"space": bench.title(space), "names": names, "needed": found.needed}
        if found.needed:
            return "governing", False, good, _AGREE, told
        return "governing", False, good, _FOUND_ANEW, told
    return "governing", True, good, "", {}


_AGREE: Final = N_(
    "{space}: no checkpoint can be made, because {names} had to sign it and one person alone removed them. Until the "
    "others agree, newcomers are given nothing from before and stay newcomers. Propose it with `tadamun remove NAME`; "
    "it takes {needed} signatures, given with `tadamun acts cosign`."
)
_FOUND_ANEW: Final = N_(
    "{space}: no checkpoint can be made, because {names} had to sign it, and those who stay are too few to take them "
    "off that list. People can go on writing, but newcomers are given nothing from before and stay newcomers. Found a "
    "new space for that, and name three stewards early."
)


async def rebuild(bench: Bench, asked: Nothing) -> dict[str, Any]:
    """Make all views anew from the log."""
    node = bench.node
    async with node.desk.lock:
        events, same = await asyncio.to_thread(views.rebuild, node)
    return {"events": events, "same": same}


async def digest(bench: Bench, asked: Nothing) -> dict[str, Any]:
    """Figures by which two nodes can be compared, for each space."""
    node = bench.node
    async with node.desk.lock:
        places = [node.places[space] for space in sorted(node.places)]
        found = [await asyncio.to_thread(witness.digest, node.vault.read, node.parts.rooms, place) for place in places]
    return {"spaces": found}


async def export(bench: Bench, asked: Export) -> dict[str, Any]:
    """Write what one can read of a space to a file of one's own, readable by nobody else."""
    place = bench.node.places[bench.space(asked.space)]
    count = await asyncio.to_thread(archive.write, bench.node.vault.read, place, asked.path)
    return {"path": asked.path, "events": count}


async def export_part(bench: Bench, asked: ExportPart) -> dict[str, Any]:
    """The same a part at a time: {lines: [JSON object], next}; next 0: that was all."""
    place = bench.node.places[bench.space(asked.space)]
    lines, following = await asyncio.to_thread(archive.part, bench.node.vault.read, place, asked.after)
    return {"lines": [line.decode() for line in lines], "next": following}


async def import_(bench: Bench, asked: Import) -> dict[str, Any]:
    """Bring an archive in as posts of one's own, in its order."""
    node = bench.node
    place = _member(bench, asked.space)
    posts, skipped = await asyncio.to_thread(archive.read, asked.path, asked.format)
    sayings = []
    for post in posts:
        try:
            sayings.append(node.parts.post(post.title, post.told()))
        except UsageError as error:
            skipped.append(archive.Skipped(post.line, str(error)))
    await node.desk.say_all(place.space, sayings, progress)
    return {
        "imported": len(sayings),
        "skipped": [{"line": one.line, "why": one.why} for one in sorted(skipped, key=lambda one: one.line)],
    }


async def peer_list(bench: Bench, asked: Nothing) -> list[dict[str, Any]]:
    """Addresses this node knows, and how it stands with them."""
    node = bench.node
    states = {one.address: str(one.state) for one in node.peers.status()}
    known: dict[str, str] = {}
    for place in node.places.values():
        known |= node.told(place)
    known |= {one.address: one.source for one in peers.every(node.vault.read)}
    known = {address: source for address, source in known.items() if address not in node.own_addresses()}
    known |= dict.fromkeys(node.reach.peers, "typed")
    return [
        {"address": address, "state": states.get(address, "off"), "what": source}
        for address, source in sorted(known.items())
    ]


async def peer_add(bench: Bench, asked: Address) -> dict[str, Any]:
    """Meet others at this address from now on, for all spaces."""
    address = _address(asked.address)
    node = bench.node
    async with node.desk.lock:
        with node.vault.write() as tx:
            peers.put(tx, 0, address, "typed")
    node.refresh()
    return {"address": address}


async def peer_remove(bench: Bench, asked: Address) -> dict[str, Any]:
    """Forget an address everywhere."""
    node = bench.node
    async with node.desk.lock:
        with node.vault.write() as tx:
            peers.remove(tx, asked.address)
    node.refresh()
    return {"address": asked.address}


def _address(text: str) -> str:
    try:
        parse_address(text)
    except RemoteError as error:
        raise UsageError("An address looks like ws://192.168.1.20:7447 or wss://relay.example.org") from error
    return text


CALLS = {
    "node.status": Call(Nothing, status),
    "node.doctor": Call(Nothing, doctor),
    "node.rebuild": Call(Nothing, rebuild),
    "node.digest": Call(Nothing, digest),
    "node.export": Call(Export, export),
    "node.export_part": Call(ExportPart, export_part),
    "node.import": Call(Import, import_),
    "peers.list": Call(Nothing, peer_list),
    "peers.add": Call(Address, peer_add),
    "peers.remove": Call(Address, peer_remove),
}
