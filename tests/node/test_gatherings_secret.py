"""Meeting points, rolls and cards on whole nodes: vaults are opened and looked through for planted words, and a thief
who recorded all traffic tries what those vaults hold."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from thief import Thief, texts
from witness import rows

from kits.sim import Home, Template, Town, template
from tadamun.crypto import codes
from tadamun.crypto.secret import FOR_TESTS
from tadamun.node import views
from tadamun.rooms.gatherings import times

pytestmark = pytest.mark.anyio
HOUR, DAY = 3_600, 86_400
NAMES = ("badr", "celine", "dina", "emil")
PLACE = "Behind the lighthouse, kerosene"
NOTE = "paraffin, and I bring cake"
CARD = "Amal Haddad, turpentine"


@pytest.fixture(scope="module")
def kept() -> Iterator[dict[str, Any]]:
    """Where the village is built by the first test, for all."""
    quick = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="tadamun-", dir=quick if quick.is_dir() else None))
    yield {"folder": folder}
    shutil.rmtree(folder)


@pytest.fixture
async def town(kept: dict[str, Any], scratch: Path) -> AsyncIterator[Town]:
    """Amal (founder), Badr, Celine, Dina and Emil."""
    if "village" not in kept:
        kept["village"] = await village(kept["folder"])
    town = await kept["village"].open(scratch, 5)
    await town.settle()
    yield town
    await town.close()


async def village(folder: Path) -> Template:
    town = Town(folder, 5)
    await town.build("amal")
    await town.call("amal", "space.new", name="Circle", called="Amal")
    for name in NAMES:
        await town.build(name)
        await town.join(name, (await town.call("amal", "invite.new", level=10))["link"], name.title())
        await town.settle()
    return await template(town)


async def march(town: Town) -> str:
    """In two days from now, sealed among Badr, Celine and Dina; two open it an hour before. Kept for a day after."""
    start = int(town.hours.at) // HOUR * HOUR + 2 * DAY
    made = await town.call(
        "amal", "gathering.make", title="March", start=times.on_the_wall(start, "UTC"), zone="UTC", keep_days=1
    )
    await town.call(
        "amal", "gathering.seal", gathering=made["id"], place=PLACE, marshals=["Badr", "Celine", "Dina"], need=2,
        opens=times.on_the_wall(start - HOUR, "UTC"),
    )  # fmt: skip
    await town.settle()
    return str(made["id"])


async def shown(town: Town, who: str, gathering: str) -> str:
    return str((await town.call(who, "gathering.point", gathering=gathering))["place"])


def written(home: Home) -> str:
    """Every row of every table of an open vault, as text: what a search of its decrypted file would find."""
    read = home.up.vault.read
    names = [name for (name,) in read.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = []
    for name in names:
        try:
            found.append(repr(read.execute(f'SELECT * FROM "{name}"')))
        except Exception:  # a virtual table of full text, which keeps no text (store/search.py)
            assert name.startswith("search")
    return "\n".join(found)


def traffic(town: Town) -> list[bytes]:
    """Everything that ever was under way between them."""
    return [raw for home in town.homes.values() for raw in home.wire.traffic.values()]


def read_by_a_thief(town: Town, name: str) -> str:
    return texts(Thief(town.homes[name]).read(traffic(town)).values())


async def test_before_its_time_no_other_node_holds_the_place_or_what_leads_to_it(town: Town) -> None:
    made = await march(town)
    for name in NAMES:
        assert await shown(town, name, made) == ""
        assert "kerosene" not in written(town.homes[name])
        stolen = read_by_a_thief(town, name)
        assert "kerosene" not in stolen
        # Of the shares a marshal's device leads to one, anybody else's to none.
        assert stolen.count('"share":"') == (0 if name == "emil" else 1)
    assert "kerosene" in written(town.homes["amal"])


async def test_the_nodes_of_the_marshals_open_it_at_its_time(town: Town) -> None:
    made = await march(town)
    await town.pass_time(2 * DAY - HOUR - 60)
    assert await shown(town, "emil", made) == ""
    await town.pass_time(120)
    for name in NAMES:
        assert await shown(town, name, made) == PLACE
        assert "kerosene" not in written(town.homes[name])


async def test_cancelled_it_stays_sealed_also_for_who_comes_later(town: Town) -> None:
    made = await march(town)
    await town.off("dina")  # she does not hear of it
    await town.call("amal", "gathering.cancel", gathering=made)
    await town.settle()
    await town.build("farid")
    await town.join("farid", (await town.call("amal", "invite.new", level=10))["link"], "Farid")
    await town.pass_time(2 * DAY - HOUR + 60)
    for name in ("badr", "celine", "emil", "farid"):
        assert await shown(town, name, made) == ""
        assert not town.homes[name].up.vault.read.execute("SELECT * FROM gatherings_released")
        assert "kerosene" not in read_by_a_thief(town, name)


async def test_afterwards_nothing_leads_to_the_place_or_the_roll(town: Town) -> None:
    made = await march(town)
    for name in ("emil", "badr"):
        await town.call(name, "gathering.come", gathering=made, note=NOTE)
    await town.call("celine", "gathering.come", gathering=made, note=NOTE, seen_by="organisers", also=["Dina"])
    await town.settle()
    await town.pass_time(2 * DAY - HOUR + 60)
    await town.pass_time(200)  # the number of answers had them wait for a full hour: they may be late, and listen first
    assert await shown(town, "emil", made) == PLACE
    assert (await town.call("dina", "gathering.people", gathering=made))["going"] != []
    assert "paraffin" in written(town.homes["badr"])
    # A day after the end, rounded up to the next: the core destroys what expires by its keys.
    await town.pass_time(3 * DAY)
    await town.pass_time(HOUR)
    for name in ("amal", *NAMES):
        found = written(town.homes[name])
        assert "kerosene" not in found, name
        assert "paraffin" not in found, name
        told = await town.call(name, "gathering.people", gathering=made)
        assert [told[group] for group in ("going", "waiting", "maybe", "cannot")] == [[], [], [], []]
        assert await shown(town, name, made) == ""
        assert views.rebuild(town.homes[name].up)[1] is True
    # When the prekeys are gone too, recorded traffic and all vaults together open neither.
    for _ in range(4):
        await town.pass_time(6 * DAY)
    for name in ("amal", *NAMES):
        stolen = read_by_a_thief(town, name)
        assert "kerosene" not in stolen, name
        assert "paraffin" not in stolen, name
        assert '"share":"' not in stolen, name


async def test_who_is_missed_is_missed_by_others_nodes_though_ones_own_is_off(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codes.token, "__defaults__", (FOR_TESTS,))
    await march(town)
    back = int(town.hours.at) // HOUR * HOUR + 6 * HOUR
    await town.call(
        "amal", "gathering.out", back_by=times.on_the_wall(back, "UTC"), zone="UTC", buddies=["Badr"], legal="Celine",
        card=CARD, code="4711", forced="1147",
    )  # fmt: skip
    await town.settle()
    for name in NAMES:
        assert "turpentine" not in written(town.homes[name])
        assert "turpentine" not in read_by_a_thief(town, name)
    await town.off("amal")
    await town.pass_time(back - town.hours.at + 60)
    levels = {name: (await town.call(name, "gathering.watches"))["others"] for name in NAMES}
    assert [one["level"] for one in levels["badr"]] == ["late"]
    assert [one["alarm"] for one in (*levels["badr"], *levels["celine"])] == [True, False]
    assert levels["dina"] == levels["emil"] == []
    await town.pass_time(HOUR)
    for name in ("badr", "celine"):
        [one] = (await town.call(name, "gathering.watches"))["others"]
        assert (one["level"], one["alarm"], one["card"]) == ("open", True, CARD)
    for name in ("dina", "emil"):
        assert "turpentine" not in read_by_a_thief(town, name)
    await town.pass_time(9 * DAY)
    assert not any(rows(town.homes[name].up)["gatherings_watches"] for name in NAMES)


async def test_a_seized_device_does_not_tell_which_code_was_typed(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codes.token, "__defaults__", (FOR_TESTS,))
    await march(town)
    back = int(town.hours.at) // HOUR * HOUR + 6 * HOUR
    await town.call(
        "amal", "gathering.out", back_by=times.on_the_wall(back, "UTC"), zone="UTC", buddies=["Badr"], legal="Celine",
        card=CARD, code="4711", forced="1147",
    )  # fmt: skip
    await town.settle()
    await town.call("amal", "gathering.back", code="1147")
    await town.settle()
    [one] = (await town.call("badr", "gathering.watches"))["others"]
    assert (one["level"], one["card"]) == ("forced", CARD)
    # Her device, opened, with all traffic: no share was given to it, and no box opens that says which code is which.
    stolen = read_by_a_thief(town, "amal")
    assert '"silent"' not in stolen
    assert "turpentine" not in stolen
    assert not rows(town.homes["amal"].up)["gatherings_released"]
