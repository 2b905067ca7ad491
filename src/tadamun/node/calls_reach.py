"""Calls about how others may reach this node: what this person chose, kept in the vault, at work at once.

Four ways, each told in plain words by whoever asks (web/reaching.py): `alone`, nobody comes to this computer; `near`,
members on the same local network find it; `address`, members are told an address that leads to it; `keeper`, it meets
others at a keeper. What the command line says of a run stands above what is kept (Given).
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import msgspec

from tadamun.carry.address import parse_address
from tadamun.core.errors import RemoteError, UsageError
from tadamun.core.ports import Tables
from tadamun.node import whereabouts
from tadamun.node.calls_spaces import Nothing
from tadamun.node.outward import Reach
from tadamun.node.workbench import Bench, Call
from tadamun.store import meta, peers

KEPT: Final = "reach"
PORT: Final = 7447
EVERYWHERE: Final = "0.0.0.0"  # noqa: S104 - so that others get in, which is what was chosen
NEVER_CHOSEN: Final = Reach(lan=True)

How = Literal["alone", "near", "address", "keeper"]
Port = Annotated[int, msgspec.Meta(ge=1, le=65_535)]


class Chosen(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """port: where this computer accepts others (`near`, `address`). address: what members are told (`address`).
    keeper: where others are met (`keeper`)."""

    how: How
    port: Port = PORT
    address: str = ""
    keeper: str = ""


def kept(tables: Tables) -> Reach:
    """How it was chosen that this node is reached; found on the local network and not listening, if it never was."""
    chosen = _kept(tables)
    return NEVER_CHOSEN if chosen is None else _reach(chosen)


def keep(tx: Tables, chosen: Chosen) -> None:
    """So from the next start on."""
    meta.put(tx, KEPT, msgspec.json.encode(chosen))


async def reach(bench: Bench, asked: Nothing) -> dict[str, Any]:
    """{how, port, address, keeper, listening, missing, fixed}; how "": never chosen. listening: addresses it is
    reached by now. missing: where it should listen and cannot. fixed: the command line said otherwise for this run."""
    node = bench.node
    chosen = _kept(node.vault.read)
    shown = {"how": "", "port": PORT, "address": "", "keeper": ""}
    return {
        **(shown if chosen is None else msgspec.to_builtins(chosen)),
        "listening": list(node.addresses()),
        "missing": node.outward.missing,
        "fixed": node.given.listen is not None or node.given.lan is not None or bool(node.given.advertise),
    }


async def choose(bench: Bench, asked: Chosen) -> dict[str, Any]:
    """Be reached so from now on; gives what `node.reach` gives. Raises UsageError: then it is as it was before."""
    node = bench.node
    if asked.how == "address" and not whereabouts.goes_to(asked.address, node.around):
        raise UsageError(
            "Members would not go to {address}. Nothing was changed. Write an address that leads to this computer "
            "from outside, like ws://name.example.org:7447.",
            address=asked.address,
        )
    if asked.how == "keeper":
        _check(asked.keeper)
    await node.outward.change(node.given.over(_reach(asked)))
    async with node.desk.lock:
        with node.vault.write() as tx:
            keep(tx, asked)
            if asked.how == "keeper":
                peers.put(tx, 0, asked.keeper, "typed")
    node.refresh()
    return await reach(bench, Nothing())


def _reach(chosen: Chosen) -> Reach:
    match chosen.how:
        case "near":
            return Reach(listen=(EVERYWHERE, chosen.port), lan=True)
        case "address":
            return Reach(listen=(EVERYWHERE, chosen.port), advertise=(chosen.address,))
        case "alone" | "keeper":
            return Reach()


def _kept(tables: Tables) -> Chosen | None:
    """What another version wrote counts as the choice that shows least."""
    raw = meta.get(tables, KEPT)
    try:
        return None if raw is None else msgspec.json.decode(raw, type=Chosen)
    except msgspec.DecodeError:
        return Chosen(how="alone")


def _check(address: str) -> None:
    """Raises UsageError."""
    try:
        parse_address(address)
    except RemoteError as error:
        raise UsageError("An address looks like ws://192.168.1.20:7447 or wss://relay.example.org") from error


CALLS = {
    "node.reach": Call(Nothing, reach),
    "node.reach_by": Call(Chosen, choose),
}
