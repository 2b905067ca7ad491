"""A member's devices: which there are, adding one of one's own, shutting one out."""

from __future__ import annotations

from typing import Any

from tadamun.core.errors import UsageError
from tadamun.core.words import N_
from tadamun.rooms.people import pages_words as wording
from tadamun.rooms.people.pages_members import myself
from tadamun.web.page import Answer, Visit


async def devices(visit: Visit) -> Answer:
    """One member's devices; one's own can be added to."""
    space = visit.path["space"]
    one = await visit.call("people.show", space=space, member=visit.path["member"])
    found = await visit.call("devices.list", space=space)
    theirs = [device for device in found if device["member"] == one["member"]]
    return await visit.render(
        "people/devices.html",
        one=one,
        devices=sorted(theirs, key=lambda device: (not device["this"], not device["live"], device["device"])),
    )


async def adding(visit: Visit) -> Answer:
    """How a device is added; the link, once, to the browser that asked for it."""
    space, made = visit.site.handed.get(visit.session, ("", None))
    if space == visit.path["space"]:
        del visit.site.handed[visit.session]
    else:
        made = None  # one that was asked for in another space waits for that one's page
    me = await myself(visit)
    return await visit.render(
        "people/device_add.html", made=made, code=wording.qr(made["link"]) if made else "", me=me["member"],
        links=await visit.call("devices.links", space=visit.path["space"]),
    )  # fmt: skip


async def add(visit: Visit) -> Answer:
    """A new link; or let nobody in any more by one that was made before."""
    space, key = visit.path["space"], visit.form.line("withdraw")
    if key:
        await visit.call("devices.withdraw", space=space, key=key)
        return visit.see("device-add", N_("The link is withdrawn. It lets no device in any more."), space=space)
    visit.site.handed[visit.session] = space, await visit.call("devices.add", space=space)
    return visit.see("device-add", space=space)


async def revoking(visit: Visit) -> Answer:
    """What shutting out a device does and does not do."""
    told = await _told(visit)
    return await visit.render(
        "people/device.html", told=told, decides=wording.decides(told), possible=wording.possible(told)
    )


async def revoke(visit: Visit) -> Answer:
    told = await _told(visit)
    if not told["live"]:
        raise UsageError("This device is shut out already. Nothing was changed.")
    space = visit.path["space"]
    done = await visit.call("devices.revoke", space=space, device=told["device"])
    if done["done"]:
        return visit.see("device", N_("The device is shut out. What it held before is still on it."), space=space,
                         device=told["device"])  # fmt: skip
    notice = N_("It is proposed, and your signature is on it. Nothing changes until enough have signed.")
    return visit.see("act", notice, space=space, act=done["proposal"])


async def _told(visit: Visit) -> dict[str, Any]:
    found: dict[str, Any] = await visit.call("devices.revoking", space=visit.path["space"], device=visit.path["device"])
    return found
