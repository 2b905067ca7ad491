"""Mutual aid with 5,000 requests and offers and 5,000 entries in one ledger: how long a browser waits for its pages.

A real `tadamun up`, as in pages.py. Suggestions weigh every open item against what the person could give; the ledger
adds up every entry.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from random import Random
from statistics import median, quantiles
from typing import Final

from bench.actor import PASSPHRASE
from bench.limit import Limit
from bench.pages import up
from bench.result import Result, at_most
from bench.setting import Setting
from bench.world import copied, world
from tadamun.core.ports import Saying
from tadamun.rooms.aid import actions
from tadamun.rooms.aid.bodies import Item
from tadamun.rooms.aid.fields import CATEGORIES, MENTOR_TOPICS, URGENCIES

POSTS: Final = 1_000  # of the space that it all stands in
ITEMS: Final = 5_000
ASKED: Final = 100
PROMISED: Final = 100.0  # ms
PLACES: Final = ("Beirut", "Tripoli", "صيدا", "Amman", "")


def results(_limit: Limit, setting: Setting) -> Iterator[Result]:
    """Each page many times over."""
    count, asked = setting.size(ITEMS, least=100), setting.size(ASKED, least=20)
    home = world(setting, setting.size(POSTS, least=100)) / "nour"
    with setting.stage() as folder:
        mine = copied(home, folder / "nour")
        own = asyncio.run(_prepare(mine, count))
        with up(mine, folder) as (reader, space):
            for page, path in {
                "requests": "aid", "requests, by place": "aid?place=Beirut&category=housing",
                "what fits what one could give": "aid/fits", "what fits one's own request": f"aid/fits?item={own}",
                "the ledger": "aid/ledger", "mentors": "aid/mentors",
            }.items():  # fmt: skip
                reader.seconds(f"{space}/{path}")  # templates are compiled when they are wanted first
                times = sorted(reader.seconds(f"{space}/{path}") * 1e3 for _ in range(asked))
                yield at_most(
                    "aid", f"{page}, {count:,} items and entries, p95", quantiles(times, n=20)[-1], "ms", PROMISED,
                    p50_ms=median(times), most_ms=times[-1],
                )  # fmt: skip


async def _prepare(home: Path, count: int) -> str:
    """Say all of it. Gives the id of one of one's own requests."""
    from tadamun.main import node_at

    chance = Random(5)
    async with node_at(home, PASSPHRASE, None, online=False) as node:
        space = node.bench.space("")
        me = node.bench.me(space)
        other = next(one for one in node.bench.members(space) if one != me)
        items = await node.desk.say_all(space, [actions.item(_item(chance, n)) for n in range(count)])
        await node.desk.say_all(space, [_entry(chance, me, other) for _ in range(count)])
        # Nobody is suggested their own: what is read here counts as somebody else's.
        with node.vault.write() as tx:
            tx.execute("UPDATE aid_items SET owner = ? WHERE id <> ?", (other, items[0]))
        await node.call("aid.means", {"categories": list(CATEGORIES), "place": "Beirut", "languages": ["ar", "en"]})
        return items[0]


def _item(chance: Random, number: int) -> Item:
    return Item(
        d=f"{number:032x}",
        direction="request" if number % 2 == 0 else "offer",
        category=chance.choice(CATEGORIES),
        title=f"Something that somebody needs, number {number}",
        text="Quiet, please, and not before six in the evening.",
        tags=tuple(sorted(chance.sample(MENTOR_TOPICS, 2))),
        languages=tuple(chance.sample(("ar", "en", "fr"), 2)),
        place=chance.choice(PLACES),
        urgency=chance.choice(tuple(URGENCIES)),
    )


def _entry(chance: Random, me: str, other: str) -> Saying:
    """One that counts without the other's word: forgiven."""
    return actions.entry(me, other, "minutes", chance.randint(1, 120), "", "", True, other)
