"""Calls about the links by which one adds a device of one's own: which are open, and withdrawing one."""

from __future__ import annotations

from typing import Any

from tadamun.core.errors import UsageError
from tadamun.node.arrival import DEVICE_LINK_LIFE
from tadamun.node.calls_spaces import In, Key
from tadamun.node.retiring import DEVICE_LINK
from tadamun.node.workbench import Bench, Call
from tadamun.store import meta, spaces


async def device_links(bench: Bench, asked: In) -> list[dict[str, Any]]:
    """Links of this person's that were made on this device and can still add one: [{key, made, expires}], Unix seconds.
    The link itself is never shown again."""
    node = bench.node
    place = bench.node.desk.place(bench.space(asked.space))
    open_ = {name.removeprefix(DEVICE_LINK) for name, _ in meta.beginning(node.vault.read, DEVICE_LINK)}
    return [
        {"key": key, "made": made_at, "expires": made_at + DEVICE_LINK_LIFE}
        for key, _, made_at in spaces.invites(node.vault.read, place.ref)
        if key in open_ and made_at + DEVICE_LINK_LIFE > node.clock.now()
    ]


async def withdraw_device_link(bench: Bench, asked: Key) -> dict[str, Any]:
    """Let nobody in by such a link any more, given by its key or the beginning of it. {key}"""
    place = bench.node.desk.place(bench.space(asked.space))
    found = [
        one["key"]
        for one in await device_links(bench, asked)
        if len(asked.key) >= 4 and one["key"].startswith(asked.key)
    ]
    if len(found) != 1:
        raise UsageError("There is no such link: it was used, withdrawn, or is over. Nothing was changed.")
    async with bench.node.desk.lock:
        with bench.node.vault.write() as tx:
            spaces.destroy_invite(tx, place.ref, found[0])
            meta.remove(tx, DEVICE_LINK + found[0])
    return {"key": found[0]}


CALLS = {
    "devices.links": Call(In, device_links),
    "devices.withdraw": Call(Key, withdraw_device_link),
}
