"""Puts the pages together: `main` gives what opens a vault, which pages there are, the clocks and chance."""

from __future__ import annotations

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
from tadamun.web.site import Site
from tadamun.web.tokens import Tokens

RUN: Final = 8  # bytes that name this run of the program


@dataclass(frozen=True, slots=True)
class Pages:
    """What belongs together. app: what is served, in its guard."""

    house: House
    site: Site
    links: Links
    app: Guard


def assemble(
    doors: Doors,
    address: Address,
    pages: Sequence[Page],
    rooms: Sequence[str],
    clock: Clock,
    random: Random,
    now: Callable[[], float],
    saved_language: Callable[[], str],
) -> Pages:
    """pages: the rooms'; rooms: the packages that hold their templates. now: seconds on a clock that only goes forward.

    saved_language: the tag that is kept beside the vault, "" for none.
    """
    house = House(doors, now)
    site = Site((*own.PAGES, *pages), rooms, house, address, Tokens(random, now), clock, saved_language)
    links = Links(address, random, now)
    app = build(site, links, Live(house, random.bytes(RUN).hex()))
    return Pages(house, site, links, app)
