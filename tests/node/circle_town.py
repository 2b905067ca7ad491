"""A village of five whose members say things in circles, for the tests of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from thief import Thief, texts

from kits.notes import with_notes
from kits.sim import Home, Template, Town, template

NAMES = ("badr", "celine", "dina", "emil")


async def village(folder: Path) -> Template:
    town = Town(folder, 5)
    town.parts = with_notes()
    await town.build("amal")
    await town.call("amal", "space.new", name="Circle", called="Amal")
    for name in NAMES:
        await town.build(name)
        link = (await town.call("amal", "invite.new", level=50 if name == "badr" else 10))["link"]
        await town.join(name, link, name.title())
        await town.settle()
    return await template(town)


async def phone_of(town: Town, name: str) -> str:
    """A second device of somebody."""
    phone = f"{name}-phone"
    await town.build(phone)
    await town.join(phone, (await town.call(name, "devices.add"))["link"], name.title())
    await town.settle()
    return phone


def ids(town: Town, *names: str) -> list[str]:
    return [town.homes[name].me for name in names]


async def write(town: Town, who: str, text: str, *to: str, **more: Any) -> None:
    await town.call(who, "notes.write", text=text, to=ids(town, *to), **more)


async def reads(town: Town, who: str) -> set[str]:
    return {note["text"] for note in await town.call(who, "notes.all")}


def traffic(town: Town) -> dict[str, bytes]:
    return {event: raw for home in town.homes.values() for event, raw in home.wire.traffic.items()}


def stolen(home: Home, town: Town) -> str:
    return texts(Thief(home).read(traffic(town).values()).values())
