"""What stands around every page: how much is new where, whom one is in touch with, and both quickly."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any

import pytest

from kits.visitor import NOW, Pages
from tadamun.core.errors import VaultError

pytestmark = pytest.mark.anyio


def arrive(pages: Pages, space: str, count: int, private: bool = False) -> None:
    """Posts of somebody else, in the tables alone."""
    with pages.node.vault.write() as tx:
        tx.execute("INSERT OR IGNORE INTO talk_spaces (id) VALUES (?)", (bytes.fromhex(space),))
        [(number,)] = tx.execute("SELECT n FROM talk_spaces WHERE id = ?", (bytes.fromhex(space),))
        [(at,)] = tx.execute("SELECT count(*) FROM talk_posts")
        for n in range(at, at + count):
            i = (n + 1).to_bytes(32, "big")
            tx.execute(
                "INSERT INTO talk_posts (space, id, kind, thread, parent, author, created_at, seq, title, text, topics,"
                " warning, version, retracted, reason, expires_at, private_with)"
                " VALUES (?, ?, 11, ?, x'', ?, ?, ?, '', 'words', '', '', 0, '', '', 0, ?)",
                (number, i, i, b"\xaa" * 32, NOW, n, b"\xaa" * 32 if private else b""),
            )


def numbers(text: str) -> dict[str, int]:
    """What is shown by whose id; hidden ones are 0."""
    found = re.findall(
        r'<span class="fresh" id="fresh-([\w-]+)"(?: hx-swap-oob="true")?(?: hidden>|><span aria-hidden="true">(\d+))',
        text,
    )
    return {name: int(count or 0) for name, count in found}


async def test_what_is_new_stands_at_its_space_and_its_room(pages: Pages) -> None:
    one, two = await pages.space("Circle"), await pages.space("Garden")
    arrive(pages, one, 3)
    arrive(pages, one, 2, private=True)
    for path in (pages.url("people", space=one), pages.url("signs", space="")):
        text = (await pages.get(path)).text
        assert numbers(text)[f"space-{one}"] == 5
        assert numbers(text)[f"space-{two}"] == 0
    shown = numbers((await pages.get(pages.url("people", space=one))).text)
    assert [shown[name] for name in ("room-talk", "bar-talk", "room-people", "bar-people")] == [5, 5, 0, 0]
    alone = (await pages.get(pages.url("space-signs", space=one))).text
    assert numbers(alone) == shown
    await pages.call("talk.mark_read", space=one)
    assert numbers((await pages.get(pages.url("space-signs", space=one))).text)["room-talk"] == 0


async def test_a_page_knows_where_its_signs_come_from(pages: Pages) -> None:
    assert "hx-get" not in (await pages.get(pages.url("home"))).text.split("<main")[0].replace(
        f'hx-get="{pages.url("signs")}"', ""
    )
    space = await pages.space()
    assert f'hx-get="{pages.url("space-signs", space=space)}"' in (await pages.get(pages.url("talk", space=space))).text
    assert f'hx-get="{pages.url("signs")}"' in (await pages.get(pages.url("settings"))).text


@pytest.mark.parametrize(
    ("connected", "words"),
    [
        ({"members": 0, "meeting_points": 0}, "Not connected"),
        ({"members": 2, "meeting_points": 1}, "2 members directly, 1 keeper or relay"),
        ({"members": 1, "meeting_points": 0}, "1 member directly"),
        ({"members": 0, "meeting_points": 3}, "3 keepers or relays"),
    ],
)
async def test_whom_one_is_in_touch_with_is_said_at_the_top(
    pages: Pages, monkeypatch: pytest.MonkeyPatch, connected: Mapping[str, int], words: str
) -> None:
    space, other = await pages.space(), await pages.space("Garden")
    call = type(pages.node).call

    async def told(node: Any, name: str, params: Mapping[str, Any]) -> Any:
        found = await call(node, name, params)
        if name == "space.signs":
            found[0]["connected"] = dict(connected)
        return found

    monkeypatch.setattr(type(pages.node), "call", told)

    async def sign(path: str) -> str:
        head = (await pages.get(path)).text.split('id="sign"', 1)
        return re.sub(r"<[^>]+>|\s+", " ", head[1].split("</a>")[0].partition(">")[2]).strip() if head[1:] else ""

    said = re.sub(r" +", " ", await sign(pages.url("talk", space=space)))
    assert said == words
    assert await sign(pages.url("talk", space=other)) == "Not connected"
    assert re.sub(" +", " ", await sign(pages.url("home"))) == (
        "Connected in 1 space" if any(connected.values()) else "Not connected"
    )
    await pages.call("node.prefer", discreet=True)
    assert await sign(pages.url("talk", space=space)) == ("Connected" if any(connected.values()) else "Not connected")


async def test_what_a_page_fetches_by_itself_takes_no_notice_away(pages: Pages) -> None:
    space = await pages.space()
    pages.made.site.notices.add(pages.address.session(pages.browser.cookies["tadamun"]) or "", "Nothing new", {})
    for path in (pages.url("space-signs", space=space), pages.url("talk", space=space)):
        assert "Nothing new" not in (await pages.get(path, x_live="1")).words
    assert "Nothing new" in (await pages.get(pages.url("talk", space=space))).words


async def test_no_signs_where_nothing_can_be_told(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    space = await pages.space()

    async def ended(node: Any, name: str, params: Mapping[str, Any]) -> Any:
        raise VaultError("Everything of yours on this computer was destroyed, as you asked. This node has ended.")

    monkeypatch.setattr(type(pages.node), "call", ended)
    shown = await pages.get(pages.url("wiped"))
    assert shown.status == 200
    assert 'id="sign"' not in shown.text
    monkeypatch.undo()
    await pages.house.lock()
    assert (await pages.get(pages.url("space-signs", space=space), follow=False)).location == pages.url("unlock")


async def test_a_strange_space_gets_no_page(pages: Pages) -> None:
    await pages.space()
    shown = await pages.get(pages.url("space-signs", space="f" * 64))
    assert shown.status == 200
    assert "room-talk" in numbers(shown.text)
    assert set(numbers(shown.text).values()) <= {0}


async def test_signs_of_ten_spaces_take_a_few_milliseconds(pages: Pages) -> None:
    for n in range(10):
        arrive(pages, await pages.space(f"Circle {n}"), 20)
    took = []
    for _ in range(20):
        begun = time.perf_counter()
        assert len(await pages.call("space.signs")) == 10
        took.append(time.perf_counter() - begun)
    assert min(took) < 0.005
