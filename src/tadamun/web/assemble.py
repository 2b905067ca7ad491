"""Puts the pages together: `main` gives what opens a vault, which pages there are, the clocks and chance."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from tadamun.core.ports import Clock, Random
from tadamun.web import own
from tadamun.web.address import Address
from tadamun.web.app import build
from tadamun.web.enter import Links
from tadamun.web.guard import Guard
from tadamun.web.house import Doors, House
from tadamun.web.live import Live
from tadamun.web.page import Page
from tadamun.web.site import Saved, Site
from tadamun.web.tokens import Tokens

LOOK: Final = 5.0  # seconds between looks at the clock
RUN: Final = 8  # bytes that name this run of the program


@dataclass(frozen=True, slots=True)
class Pages:
    """What belongs together. app: what is served, in its guard."""

    house: House
    site: Site
    links: Links
    app: Guard

    async def watch(self) -> None:
        """Do what time brings, until cancelled."""
        await self.site.templates.warm()
        while True:
            await asyncio.sleep(LOOK)
            await self.house.lock_if_idle()
            self.site.held.sweep()


def assemble(
    doors: Doors,
    address: Address,
    pages: Sequence[Page],
    rooms: Sequence[str],
    clock: Clock,
    random: Random,
    now: Callable[[], float],
    language: Saved,
) -> Pages:
    """pages: the rooms'. rooms: packages with their templates. now: seconds on a clock that only goes forward."""
    house = House(doors, now)
    site = Site((*own.PAGES, *pages), rooms, house, address, Tokens(random, now), clock, language, random)
    links = Links(address, random, now)
    app = build(site, links, Live(house, random.bytes(RUN).hex()))
    return Pages(house, site, links, app)
