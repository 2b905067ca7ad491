"""Rooms' errands: run at the start, once after many changes, at their time, and never so that anybody else suffers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from witness import goes_on

from kits.notes import saying, with_notes
from kits.sealed import SeededRandom
from kits.sim import WORDS, Hours, SimWire, Town
from tadamun.core.errors import NotAllowed
from tadamun.core.ports import Workbench
from tadamun.crypto.secret import FOR_TESTS
from tadamun.node.errands import AGAIN, BUSY, MANY, MOST_REST
from tadamun.node.node import Node
from tadamun.node.running import running
from tadamun.store.vault import Vault

pytestmark = pytest.mark.anyio
Work = Callable[[Workbench, int], Awaitable[int]]


class Errand:
    """The errand of the room of notes: notes when it was run; `then` says what it does and returns."""

    def __init__(self, then: Work | None = None) -> None:
        self.runs: list[int] = []
        self.then = then

    async def __call__(self, bench: Workbench, now: int) -> int:
        self.runs.append(now)
        return 0 if self.then is None else await self.then(bench, now)

    @property
    def parts(self) -> Any:
        return with_notes(errands=self)


async def alone(town: Town, errand: Errand) -> None:
    """Amal's node with that errand, at rest."""
    await town.build("amal")
    await town.call("amal", "space.new", name="Circle", called="Amal")
    await town.settle()
    await town.on(await town.off("amal"), parts=errand.parts)
    await town.settle()


async def test_it_is_run_at_the_start_and_then_not_by_itself(town: Town) -> None:
    errand = Errand()
    await alone(town, errand)
    assert len(errand.runs) == 1
    for _ in range(5):
        await town.pass_time(3_600)
    assert len(errand.runs) == 1


async def test_many_changes_are_one_and_other_rooms_changes_none(town: Town) -> None:
    errand = Errand()
    await alone(town, errand)
    for text in ("one", "two", "three"):
        await town.call("amal", "notes.write", text=text)
    await town.settle()
    assert len(errand.runs) == 2
    await town.call("amal", "people.profile", name="Amal again")
    await town.settle()
    assert len(errand.runs) == 2


async def test_it_hears_what_others_said_and_who_came(three: Town) -> None:
    errand = Errand()
    for name in ("amal", "badr"):
        await three.on(await three.off(name), parts=errand.parts if name == "badr" else with_notes())
    await three.settle()
    before = len(errand.runs)
    await three.call("amal", "notes.write", text="hello")
    await three.settle()
    assert len(errand.runs) == before + 1
    await three.call("amal", "members.remove", member=three.homes["celine"].me)
    await three.settle()
    assert len(errand.runs) > before + 1


async def test_it_is_run_at_the_time_it_asked_for_and_a_clock_that_jumps_makes_no_loop(town: Town) -> None:
    due = int(town.hours.at) + 7_200

    async def wait(bench: Workbench, now: int) -> int:
        return due if now < due else 0

    errand = Errand(wait)
    await alone(town, errand)
    await town.pass_time(3_600)
    assert len(errand.runs) == 1
    await town.pass_time(365 * 86_400)
    assert len(errand.runs) == 2
    await town.pass_time(3_600)
    assert len(errand.runs) == 2
    # Set back by a year: what was asked for by the wrong clock is asked anew, once.
    town.hours.at -= 365 * 86_400 + 3_600
    await town.pass_time(0)
    await town.pass_time(0)
    assert len(errand.runs) == 3


async def test_a_time_that_had_passed_comes_a_minute_later(town: Town) -> None:
    async def past(bench: Workbench, now: int) -> int:
        return 1

    errand = Errand(past)
    await alone(town, errand)
    for _ in range(10):
        await town.pass_time(AGAIN)
    assert 10 <= len(errand.runs) <= 12
    assert min(after - before for before, after in zip(errand.runs, errand.runs[1:], strict=False)) >= AGAIN


async def test_what_it_says_itself_does_not_start_it_again(town: Town) -> None:
    async def speak(bench: Workbench, now: int) -> int:
        for space in bench.spaces():
            await bench.say(space, saying(f"again {now}"))
        return 0

    errand = Errand(speak)
    await alone(town, errand)
    assert len(errand.runs) == 1
    await town.call("amal", "notes.write", text="a change")
    await town.settle()
    assert len(errand.runs) == 2


@pytest.mark.parametrize("error", [ZeroDivisionError("an honest mistake"), NotAllowed("no")])
async def test_an_error_is_counted_told_and_tried_again_and_harms_nobody(three: Town, error: Exception) -> None:
    async def trip(bench: Workbench, now: int) -> int:
        if len(errand.runs) < 3:
            raise error
        return 0

    errand = Errand(trip)
    for name in ("amal", "badr", "celine"):
        await three.on(await three.off(name), parts=errand.parts if name == "badr" else with_notes())
    await three.settle()
    told = await three.call("badr", "node.status")
    assert list(told["errands_failed"]) == ["notes"]
    assert "honest" not in repr(told["errands_failed"])
    assert not (await checks(three))["errands"]
    await goes_on(three)
    await three.pass_time(AGAIN)
    await three.pass_time(AGAIN)
    assert len(errand.runs) >= 3
    assert (await three.call("badr", "node.status"))["errands_failed"] == {}


async def checks(town: Town) -> dict[str, bool]:
    return {one["name"]: one["ok"] for one in (await town.call("badr", "node.doctor"))["checks"]}


async def test_what_comes_while_it_runs_is_looked_at_after_and_long_ones_rest(town: Town) -> None:
    turn = asyncio.Event()

    async def slow(bench: Workbench, now: int) -> int:
        if len(errand.runs) == 2:
            town.hours.stopped.set()
            await turn.wait()
            town.hours.at += 5
        return 0

    errand = Errand(slow)
    await alone(town, errand)
    await town.call("amal", "notes.write", text="one")
    await town.settle(10)
    assert len(errand.runs) == 2
    await town.call("amal", "notes.write", text="two")
    await town.settle(10)
    assert len(errand.runs) == 2, "two of one room at once"
    turn.set()
    await asyncio.sleep(0)
    await town.settle()
    assert len(errand.runs) == 3
    assert errand.runs[2] - errand.runs[1] >= 100, "a quick room beside a slow one would be all the node does"
    assert errand.runs[2] - errand.runs[1] <= MOST_REST


async def test_while_a_backlog_is_read_in_it_waits(town: Town) -> None:
    errand = Errand()
    await alone(town, errand)
    await town.call("amal", "notes.write", text="one")
    node, at = town.homes["amal"].up, town.hours.at
    await town.drive(town.homes["amal"], town.homes["amal"].errands.popleft())  # waits its second
    node.intake.progress += MANY + 1
    await town.settle()
    assert errand.runs[-1] >= int(at + BUSY)


async def test_a_real_node_runs_it_at_its_second_and_none_after_it_ended(tmp_path: Path) -> None:
    clock = Hours()
    started = asyncio.get_running_loop().time()

    def now() -> int:
        return int(clock.at + asyncio.get_running_loop().time() - started)

    clock.now = now  # type: ignore[method-assign]  # this one goes by itself
    ran = asyncio.Event()

    async def soon(bench: Workbench, now: int) -> int:
        if len(errand.runs) == 2:
            ran.set()
        return now + 1

    errand = Errand(soon)
    vault = Vault.create(tmp_path / "vault", WORDS, SeededRandom(1), cost=FOR_TESTS)
    wire = SimWire(clock)
    node = Node(vault, wire, errand.parts, clock, SeededRandom(2))  # type: ignore[arg-type]  # the same port, in memory
    async with running(node), asyncio.timeout(10):
        await ran.wait()
    assert errand.runs[1] - errand.runs[0] <= 3
    count = len(errand.runs)
    vault.close()
    node.room_errands.look()
    await asyncio.sleep(0)
    assert len(errand.runs) == count
