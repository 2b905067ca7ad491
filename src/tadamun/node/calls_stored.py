"""Calls about what lies on this computer: how much of what, and getting rid of it."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from tadamun.core.errors import UsageError
from tadamun.core.words import N_
from tadamun.node import forgetting
from tadamun.node.calls_spaces import Nothing
from tadamun.node.workbench import Bench, Call
from tadamun.store import log, outbox, parked, wiping

SURE: Final = "wipe"
BESIDES: Final = ("language", "pages.json", "pages.html")  # what the command line and the pages keep in the same folder

_STAYS: Final = N_("Copies on other members' devices stay: this node cannot reach into them.")
_LISTED: Final = N_("The others still count you as a member. To end that, leave the space first.")
_DISK: Final = N_(
    "Some disks keep old copies of what was overwritten for a while. Without your passphrase they cannot be read."
)


class Wipe(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """confirm: the word "wipe"."""

    confirm: str


class Forget(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """confirm: the space's whole id once more."""

    space: str
    confirm: str


async def stored(bench: Bench, asked: Nothing) -> dict[str, Any]:
    """{vault_bytes, wire_bytes, folder, spaces: [{space, name, status, sealed_bytes, waiting, sorts:
    [{room, kind, count, bytes}]}]}.

    vault_bytes: the encrypted file with everything readable, indexes included; sorts: the signed events in it, by the
    room they belong to ("": upkeep, or of a kind not known here) and by kind. sealed_bytes: of the copies in the wire
    store. waiting: events not yet sealed, or waiting for others.
    """
    node = bench.node
    return {
        "vault_bytes": node.vault.size(),
        "wire_bytes": node.wire.size,
        "folder": str(node.vault.folder),
        "spaces": [
            {
                "space": space,
                "name": bench.title(space),
                "status": place.status,
                "sealed_bytes": node.wire.weigh([box.keys.mailbox.public for box in place.mailboxes()]),
                "waiting": outbox.count(node.vault.read, place.ref) + parked.count(node.vault.read, place.ref),
                "sorts": [
                    {"room": room, "kind": kind, "count": count, "bytes": size}
                    for room, kind, count, size in log.weights(node.vault.read, place.ref)
                ],
            }
            for space, place in list(node.places.items())
        ],
    }


async def wipe(bench: Bench, asked: Wipe) -> dict[str, Any]:
    """Destroy the vault, its key first, and all that lies beside it; the node ends. {wiped, sentences: [{id, message}]}

    The answer says what this does not reach.
    """
    if asked.confirm != SURE:
        raise UsageError("Nothing was destroyed. To destroy everything of yours on this computer, confirm it.")
    node = bench.node
    async with node.desk.lock:
        wiping.wipe(node.vault.folder, node.random, BESIDES)
        node.wiped.set()
    return {"wiped": True, "sentences": _sentences(("stays", _STAYS), ("disk", _DISK))}


async def forget(bench: Bench, asked: Forget) -> dict[str, Any]:
    """Take one space off this node, whatever one is in it. {space, name, sentences: [{id, message}]}"""
    node = bench.node
    place = node.places[bench.space(asked.space)]
    if asked.confirm != place.space:
        raise UsageError("Nothing was changed. To take this space off this device, confirm it.")
    name, member = bench.title(place.space), place.status == "member"
    await forgetting.forget(node, place)
    told = (("stays", _STAYS), ("listed", _LISTED)) if member else (("stays", _STAYS),)
    return {"space": place.space, "name": name, "sentences": _sentences(*told)}


def _sentences(*told: tuple[str, str]) -> list[dict[str, str]]:
    return [{"id": i, "message": message} for i, message in told]


CALLS = {
    "node.stored": Call(Nothing, stored),
    "node.wipe": Call(Wipe, wipe),
    "space.forget": Call(Forget, forget),
}
