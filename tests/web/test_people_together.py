"""The pages of people where several people are: trust, roles, removing together, being removed, names that look alike.

Each has pages of their own over a node of a simulated town (kits/sim.py); `settle` lets them hear of each other.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from kits.sim import Town
from kits.visitor import Answer, Browser, Time
from tadamun.crypto.random import SystemRandom
from tadamun.main import ROOM_PAGES, room_pages
from tadamun.web.address import Address, make_folder
from tadamun.web.assemble import assemble
from tadamun.web.house import Doors
from tadamun.web.site import Saved, Site

pytestmark = pytest.mark.anyio

SHARED = Path("/dev/shm")


@dataclass
class Seat:
    """One home of the town, as the house sees a node."""

    town: Town
    who: str
    listeners: set[Callable[[str], None]] = field(default_factory=set)

    async def call(self, name: str, params: Mapping[str, Any]) -> Any:
        return await self.town.call(self.who, name, **params)


@dataclass
class View:
    """One person's browser."""

    site: Site
    browser: Browser
    town: Town
    who: str

    def url(self, name: str, **params: Any) -> str:
        [space] = self.town.homes[self.who].up.places
        return self.site.url(name, space=space, **params)

    async def get(self, page: str, **params: Any) -> Answer:
        return await self.browser.get(self.url(page, **params))

    async def post(self, page: str, fields: Mapping[str, Any], **params: Any) -> Answer:
        """Send the form on that page, and let the others hear of it."""
        await self.get(page, **params)
        answer = await self.browser.post(self.url(page, **params), fields)
        await self.town.settle()
        return answer


@asynccontextmanager
async def view(town: Town, who: str) -> AsyncIterator[View]:
    time, random = Time(), SystemRandom()
    home = town.homes[who].folder.parent / f"{who}-pages"
    make_folder(home)
    address = Address(home, time, random)

    @asynccontextmanager
    async def opened(passphrase: str, report: Callable[[int, int], None]) -> AsyncIterator[Seat]:
        yield Seat(town, who)

    async def never(*_: str) -> None:
        raise AssertionError("nobody changes a passphrase here")

    doors = Doors(lambda: True, lambda passphrase, language: None, opened, never, never)
    saved = Saved(lambda: "", lambda tag: None)
    made = assemble(doors, address, room_pages(), ROOM_PAGES, time, random, time.forward, saved)
    with address.listening:
        async with asyncio.TaskGroup() as group:
            run = group.create_task(made.house.run())
            await made.house.unlock("")
            browser = Browser(made.app, address)
            await browser.get(urlsplit(made.links.new()).path)
            yield View(made.site, browser, town, who)
            run.cancel()


@pytest.fixture
def scratch() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="tadamun-", dir=SHARED if SHARED.is_dir() else None))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
async def town(scratch: Path) -> AsyncIterator[Town]:
    """Amal (founder), Badr and Dunya (stewards), Celine (member)."""
    town = Town(scratch)
    await town.build("amal")
    await town.call("amal", "space.new", name="Circle", called="Amal")
    for name, level in (("badr", 50), ("dunya", 50), ("celine", 10)):
        await town.settle()
        await town.build(name)
        await town.join(name, (await town.call("amal", "invite.new", level=level))["link"], name.title())
    await town.settle()
    await town.pass_time(3600)
    yield town
    await town.close()


@pytest.fixture
async def views(town: Town) -> AsyncIterator[dict[str, View]]:
    async with AsyncExitStack() as stack:
        yield {who: await stack.enter_async_context(view(town, who)) for who in ("amal", "badr", "celine")}


def id_of(town: Town, who: str) -> str:
    return str(town.homes[who].place.me)


async def test_everyone_stands_in_the_list(town: Town, views: dict[str, View]) -> None:
    shown = await views["celine"].get("people")
    assert "4 members" in shown.words
    for name in ("Amal", "Badr", "Celine", "Dunya"):
        assert name in shown.words
    assert "steward" in shown.words
    assert "Invite somebody" not in shown.words
    assert "Inviting takes this role or a higher one" in (await views["celine"].get("invites")).words


async def test_to_vouch_and_to_take_it_back(town: Town, views: dict[str, View]) -> None:
    celine, amal, badr = views["celine"], views["amal"], id_of(town, "badr")
    vouch, note = celine.url("vouch", member=badr), "from <b>school</b>"
    await celine.get("member", member=badr)
    done = await celine.browser.post(vouch, {"note": note})
    await town.settle()
    assert "You vouch for" in done.words
    shown = await amal.get("member", member=badr)
    assert note in shown.words
    assert "Celine" in shown.words
    done = await celine.browser.post(vouch, {"undo": "1"})
    await town.settle()
    assert "You no longer vouch" in done.words
    assert note not in (await amal.get("member", member=badr)).words


async def test_two_people_compare_their_number(town: Town, views: dict[str, View]) -> None:
    amal, celine = views["amal"], views["celine"]
    mine, theirs = id_of(town, "amal"), id_of(town, "celine")
    number = (await town.call("celine", "people.safety", member=mine))["qr"]
    assert number.partition("#")[2][:5] in (await amal.get("safety", member=theirs)).words
    same = await amal.post("safety", {"theirs": number}, member=theirs)
    assert "The numbers are the same." in same.words
    assert "mark as verified" in same.words
    other = await amal.post("safety", {"theirs": "tadamun:safety#" + "1" * 60}, member=theirs)
    assert (other.status, "two different numbers" in other.words) == (422, True)
    assert "has 60 digits" in (await amal.post("safety", {"theirs": "١٢٣"}, member=theirs)).words
    assert "verified" not in (await amal.get("people")).words
    done = await amal.post("safety", {}, member=theirs)
    assert "You verified" in done.words
    assert "verified" in (await amal.get("people")).words
    assert "verified" not in (await celine.get("member", member=mine)).words
    assert "It is forgotten" in (await amal.post("safety", {"undo": "1"}, member=theirs)).words


async def test_a_steward_is_removed_by_two_others(town: Town, views: dict[str, View]) -> None:
    amal, badr, dunya = views["amal"], views["badr"], id_of(town, "dunya")
    before = await badr.get("remove", member=dunya)
    assert "You cannot do this alone: you propose it" in before.words
    assert "keeps everything that reached their devices before" in before.words
    proposed = await badr.post("remove", {"reason": "gave <i>names</i> away"}, member=dunya)
    assert "You signed it." in proposed.words
    listed = await amal.get("acts")
    assert "waits for you" in listed.words
    [act] = await town.call("amal", "acts.waiting")
    page = await amal.get("act", act=act["id"])
    assert "gave <i>names</i> away" in page.words
    assert "Signed so far: 1. Needed: 2" in page.words
    assert "A removal is proposed" in (await amal.get("member", member=dunya)).words
    done = await amal.post("act", {}, act=act["id"])
    assert "that was enough: it is done" in done.words
    after = await amal.get("remove", member=dunya)
    assert "belongs no more" in after.words
    assert "not wait any more" in (await badr.get("act", act=act["id"])).words
    assert "Dunya" not in (await badr.get("people")).words


async def test_what_one_may_not_do_is_no_button(town: Town, views: dict[str, View]) -> None:
    celine, amal = views["celine"], id_of(town, "amal")
    shown = await celine.get("member", member=amal)
    assert "Your role does not let you change this member's role, or remove them." in shown.words
    for name in ("role", "remove"):
        page = await celine.get(name, member=amal)
        assert page.status == 200
        assert f'action="{celine.url(name, member=amal)}"' not in page.text
    assert "Changing it takes a role that you do not have." in (await celine.get("charter")).words


async def test_a_role_is_changed_or_proposed(town: Town, views: dict[str, View]) -> None:
    amal, badr, celine = views["amal"], views["badr"], id_of(town, "celine")
    done = await badr.post("role", {"level": "20"}, member=celine)
    assert "Celine has a new role: moderator." in done.words
    proposed = await badr.post("role", {"level": "0"}, member=id_of(town, "dunya"))
    assert "Give Dunya a new role: newcomer" in proposed.words
    assert "waits for you" in (await amal.get("acts")).words
    assert "No role was chosen" in (await badr.post("role", {}, member=celine)).words


async def test_a_page_open_while_one_is_removed(town: Town, views: dict[str, View]) -> None:
    amal, celine = views["amal"], views["celine"]
    member = id_of(town, "celine")
    form = await celine.get("profile")
    done = await amal.post("remove", {"reason": ""}, member=member)
    assert "Celine belongs no more" in done.words
    part = await celine.browser.get(celine.url("people"), x_live="1", hx_request="true")
    assert part.headers["hx-redirect"] == celine.url("people")
    sent = await celine.browser.post(form.path, {"about": "x"}, token=form.token(form.path))
    assert "No longer a member" in sent.words
    assert "To the first page" in sent.words


async def test_who_never_said_who_they_are_can_be_removed(town: Town, views: dict[str, View]) -> None:
    member = id_of(town, "celine")
    for home in town.homes.values():
        with home.up.vault.write() as tx:
            tx.execute("DELETE FROM people_profiles WHERE member = ?", (member,))
    assert "Nothing is said here yet." in (await views["amal"].get("member", member=member)).words
    done = await views["amal"].post("remove", {"reason": ""}, member=member)
    assert done.status == 200
    assert "belongs no more" in done.words


async def test_names_that_look_alike_are_told_of(town: Town, views: dict[str, View]) -> None:
    await town.call("celine", "people.profile", name="Аmаl")  # with Cyrillic letters
    await town.settle()
    amal, celine = id_of(town, "amal"), id_of(town, "celine")
    assert "Some names here look alike." in (await views["badr"].get("people")).words
    shown = await views["badr"].get("member", member=amal)
    assert "has a name that looks like this one" in shown.words
    assert f"#{celine[:4]}" in shown.words
    assert "look alike" not in (await views["badr"].get("member", member=id_of(town, "dunya"))).words


async def test_the_list_can_be_looked_through(town: Town, views: dict[str, View]) -> None:
    await town.call("celine", "people.profile", languages=["tr"])
    await town.settle()
    found = await views["amal"].browser.get(views["amal"].url("people", search="turkish"))
    assert "Celine" in found.words
    assert "Badr" not in found.words
    nobody = await views["amal"].browser.get(views["amal"].url("people", search="<script>", page="-7"))
    assert "Nobody was found" in nobody.words
    assert "<script>&" not in nobody.text


async def test_a_lost_device_is_shut_out(town: Town, views: dict[str, View]) -> None:
    await town.build("phone")
    await town.join("phone", (await town.call("badr", "devices.add"))["link"], "")
    await town.settle()
    device = town.homes["phone"].place.device.public
    badr = views["badr"]
    assert device[:8] in (await badr.get("devices", member=id_of(town, "badr"))).words
    done = await badr.post("device", {}, device=device)
    assert "The device is shut out." in done.words
    assert "This device is shut out" in done.words
    assert (await town.call("phone", "space.list"))[0]["status"] == "out"
