"""Killed at any point: what was confirmed is there afterwards, once, and everybody agrees.

A morning's acts are played over and over; each time one node dies at another moment: before or after one of its
commits, before or after a batch of sealed events reached its wire store. It is started anew on what its disk holds,
and the morning goes on.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from witness import agree, rows

from kits.sim import Home, Template, Town, circle
from tadamun.core.errors import LocalError
from tadamun.core.ports import Tables
from tadamun.store.vault import Vault

pytestmark = pytest.mark.anyio
HOUR = 3_600


class Killed(BaseException):
    """The process is gone."""


class Fate:
    """Kills at the moment with that number (0: never); counts the moments."""

    def __init__(self, at: int) -> None:
        self.at, self.count = at, 0

    def meet(self, when: str = "") -> None:
        self.count += 1
        if self.count == self.at:
            raise Killed(when)


class Mortal:
    """A vault whose process may die around each commit. Everything else is the vault's own."""

    def __init__(self, vault: Vault, fate: Fate) -> None:
        self._vault, self._fate = vault, fate

    def __getattr__(self, name: str) -> Any:
        return getattr(self._vault, name)

    @contextmanager
    def write(self) -> Iterator[Tables]:
        with self._vault.write() as tx:
            yield tx
            self._fate.meet("before commit")
        self._fate.meet("after commit")


class Morning:
    """Who dies, when, and what was confirmed."""

    def __init__(self, town: Town, mortal: str, fate: Fate) -> None:
        self.town, self.mortal, self.fate = town, mortal, fate
        self.confirmed: list[str] = []
        self.deaths = self.moments = 0

    async def begin(self) -> None:
        home = await self.town.off(self.mortal)
        await self._wake(home)

    async def _wake(self, home: Home) -> None:
        home.wire.around = self.fate.meet
        try:
            await self.town.on(home, vault=lambda vault: Mortal(vault, self.fate))
        except Killed:
            self.deaths += 1
            assert home.vault is not None
            home.vault.close()
            await self._wake(home)

    async def _die(self) -> None:
        self.deaths += 1
        self.town.wake_errors.clear()
        home = await self.town.off(self.mortal)
        await self._wake(home)

    async def do(self, who: str, call: str, **params: Any) -> Any:
        try:
            return await self.town.call(who, call, **params)
        except BaseException as error:
            if not _is_killed(error):
                raise
            await self._die()
            return None

    async def say(self, who: str, text: str, **how: Any) -> None:
        if await self.do(who, "talk.post", text=text, **how):
            self.confirmed.append(text)

    async def settle(self) -> None:
        while True:
            try:
                await self.town.settle()
                return
            except BaseException as error:
                if not _is_killed(error):
                    raise
                await self._die()


def _is_killed(error: BaseException) -> bool:
    if isinstance(error, BaseExceptionGroup):
        return any(map(_is_killed, error.exceptions))
    return isinstance(error, Killed)


@pytest.fixture
async def village(scratch: Path) -> Template:
    (scratch / "template").mkdir()
    return await circle(Town(scratch / "template", seed=3))


async def play(morning: Morning) -> None:
    town = morning.town
    await morning.begin()
    await morning.say("amal", "one by amal")
    await morning.say("badr", "one by badr", expires=72 * HOUR)
    await morning.settle()
    await morning.say("amal", "between us", to=town.homes["badr"].me)
    made = None
    while made is None:  # whoever was killed meanwhile asks again
        made = await morning.do("amal", "invite.new")
    await town.build("dina")
    with suppress(LocalError):
        await town.join("dina", made["link"], "Dina")
    await morning.settle()
    await morning.do("amal", "members.remove", member=town.homes["celine"].me)
    await morning.say("amal", "two by amal")
    await morning.say("badr", "two by badr")
    await morning.settle()
    town.hours.at += 61
    await morning.settle()


async def moments(village: Template, folder: Path, mortal: str, at: int) -> Morning:
    folder.mkdir()  # noqa: ASYNC240 - a folder in memory
    town = await village.open(folder, seed=11)
    morning = Morning(town, mortal, Fate(at))
    try:
        await play(morning)
        morning.moments, morning.fate.at = morning.fate.count, 0
        honest = await agree(town)
        assert {"amal", "badr", "dina"} <= set(honest), "somebody was never let in"
        for name in honest:
            texts = [row[9] for row in rows(town.homes[name].up)["talk_posts"]]
            assert len(texts) == len(set(texts)), f"{name}: something is there twice"
            private = set() if name in ("amal", "badr") else {"between us"}
            expiring = {"one by badr"} if name == "dina" else set()
            lost = set(morning.confirmed) - set(texts) - private - expiring
            assert not lost, f"{name} lost {lost}"
            assert (await town.call(name, "node.rebuild"))["same"]
    finally:
        for home in town.homes.values():
            home.wire.around = lambda when: None
        await town.close()
        shutil.rmtree(folder)
    return morning


MORTALS = ("amal", "badr")
EACH = 9  # by default every ninth moment; all of them in the long form


async def whole(village: Template, scratch: Path, mortal: str) -> int:
    """How many moments there are to die at."""
    found = (await moments(village, scratch / "whole", mortal, 0)).moments
    assert found > 40
    return found


@pytest.mark.parametrize("mortal", MORTALS)
async def test_killed_at_many_moments(village: Template, scratch: Path, mortal: str) -> None:
    for at in range(1 + len(mortal), await whole(village, scratch, mortal) + 1, EACH):
        assert (await moments(village, scratch / f"at{at}", mortal, at)).deaths, at


@pytest.mark.long
@pytest.mark.parametrize("mortal", MORTALS)
async def test_killed_at_every_moment(village: Template, scratch: Path, mortal: str) -> None:
    for at in range(1, await whole(village, scratch, mortal) + 1):
        assert (await moments(village, scratch / f"at{at}", mortal, at)).deaths, at
