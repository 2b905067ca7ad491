"""Reading on, back and up again: every post once, whatever comes and goes meanwhile."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest
from rooms_town import NOON, SPACE, Bench, Town, member

from tadamun.core.errors import UsageError
from tadamun.rooms.talk.reading import AHEAD, Cursor, Reader, Wanted

pytestmark = pytest.mark.anyio

NOUR, SAM = member(0xA1), member(0xB2)


@pytest.fixture
async def nour() -> Bench:
    town = Town({NOUR: 100, SAM: 10})
    for who, called in ((NOUR, "Nour"), (SAM, "Sam")):
        await town.nodes[who].call("people.profile", name=called)
    town.pass_on()
    return town.nodes[NOUR]


async def fill(bench: Bench, count: int, **fields: Any) -> list[str]:
    """Three posts a second."""
    ids = []
    for n in range(count):
        bench.clock.at += n % 3 == 0
        ids.append((await bench.call("talk.post", text=f"n{n}", **fields))["id"])
    return ids


@pytest.mark.parametrize("fields", [{}, {"topics": ["family"]}, {"to": "Sam"}])
async def test_down_to_the_first_and_up_to_the_last(nour: Bench, fields: dict[str, Any]) -> None:
    ids = await fill(nour, 14, **fields)
    asked: dict[str, Any] = {"limit": 4, "private": "to" in fields, "topic": "family" if "topics" in fields else ""}
    page = await nour.call("talk.read", **asked)
    down = [post["id"] for post in page["posts"]]
    while page["next"]:
        page = await nour.call("talk.read", before=page["next"], **asked)
        down += [post["id"] for post in page["posts"]]
    assert down == ids[::-1]
    up = [post["id"] for post in page["posts"]]
    page = await nour.call("talk.read", after=page["previous"], **asked)
    while page["posts"]:
        up = [post["id"] for post in page["posts"]] + up
        page = await nour.call("talk.read", after=page["previous"], **asked)
    assert up == ids[::-1][-len(up) :]
    assert up[0] == ids[-1]
    more = (await nour.call("talk.post", text="more", **fields))["id"]
    found = await nour.call("talk.read", after=page["previous"], **asked)
    assert [post["id"] for post in found["posts"]] == [more]


async def test_a_place_stays_when_its_post_is_gone(nour: Bench) -> None:
    ids = await fill(nour, 9)
    page = await nour.call("talk.read", limit=4)
    nour.expire(ids[5])
    nour.expire(ids[4])
    rest = await nour.call("talk.read", limit=9, before=page["next"])
    assert [post["id"] for post in rest["posts"]] == ids[3::-1]
    back = await nour.call("talk.read", limit=9, after=rest["previous"])
    assert [post["id"] for post in back["posts"]] == ids[:5:-1]
    assert ids[4] not in [post["id"] for post in back["posts"]]


async def test_a_time_and_a_person(nour: Bench) -> None:
    ids = await fill(nour, 9)
    assert [post["id"] for post in (await nour.call("talk.read", since=NOON + 2, until=NOON + 2))["posts"]] == ids[
        5:2:-1
    ]
    assert (await nour.call("talk.read", since=NOON + 2, author="Sam"))["posts"] == []
    found = await nour.call("talk.read", search="n", until=NOON + 1, author="Nour")
    assert {post["id"] for post in found["posts"]} == set(ids[:3])
    assert (found["next"], found["previous"]) == ("", "")


@pytest.mark.parametrize("name", ["before", "after"])
@pytest.mark.parametrize(
    "place", ["1.2.3", "1.2." + "g" * 64, "-1.2." + "0" * 64, "٣.2." + "0" * 64, f"{'9' * 19}.0." + "0" * 64]
)
async def test_what_is_no_place_is_refused(nour: Bench, name: str, place: str) -> None:
    with pytest.raises(UsageError):
        await nour.call("talk.read", **{name: place})


async def test_a_hostile_claim_of_the_far_future_has_no_place_among_the_newest(nour: Bench) -> None:
    nour.clock.at += 10**9
    (late,) = await fill(nour, 1)
    nour.clock.at = NOON
    ids = await fill(nour, 3)
    page = await nour.call("talk.read", limit=2)
    assert [post["id"] for post in page["ahead"]] == [late]
    up = await nour.call("talk.read", after=(await nour.call("talk.read", before=page["next"]))["previous"])
    assert [post["id"] for post in up["posts"]] == ids[:0:-1]


@pytest.mark.long
async def test_every_filter_is_quick_among_a_hundred_thousand(nour: Bench) -> None:
    space = bytes.fromhex(SPACE)
    people = [bytes.fromhex(member(n)) for n in (0xA1, 0xB2, 0xC3)]
    rows, topics = [], []
    for n in range(100_000):
        own, thread = n.to_bytes(32, "big"), (n - n % 10).to_bytes(32, "big")
        who = people[2] if n % 1000 == 7 else people[n % 2]
        label = "rare" if n % 5000 == 0 else "family" if n % 10 == 0 else ""
        private = people[1] if n % 50 == 1 else b""
        kind = 14 if private else 1111 if n % 10 else 11
        rows.append((space, own, kind, thread, b"", who, NOON + n, n, "", f"n{n}", label, "", 0, "", "", 0, private, 0))
        if label:
            topics.append((space, label, NOON + n, own))
    nour.tables.many(f"INSERT INTO talk_posts VALUES ({', '.join('?' * 18)})", rows)
    nour.tables.many("INSERT INTO talk_topics VALUES (?, ?, ?, ?)", topics)
    reader = Reader(nour.tables, SPACE, NOUR, NOON + 100_000 - AHEAD)
    middle = Cursor(NOON + 50_000, 50_000, (50_000).to_bytes(32, "big"))
    slow: dict[str, float] = {}
    for name, wanted in {
        "newest": Wanted(), "author": Wanted(author=people[2]), "topic": Wanted(topic="rare"),
        "private": Wanted(private=b""), "with": Wanted(private=people[1]), "unread": Wanted(unread=True),
        "long ago": Wanted(since=NOON + 5, until=NOON + 90),
        "author long ago": Wanted(author=people[2], until=NOON + 20_000),
        "author and topic": Wanted(author=people[2], topic="family"), "nobody": Wanted(author=b"\0" * 32),
        "unread of a topic": Wanted(topic="family", unread=True), "thread": Wanted(thread=(40_000).to_bytes(32, "big")),
    }.items():  # fmt: skip
        for where in ("", "before", "after"):
            asked = replace(wanted, **({where: middle} if where else {}))
            took = []
            for _ in range(3):
                began = time.perf_counter()
                reader.newest(asked, 50)
                took.append(time.perf_counter() - began)
            if min(took) > 0.1:
                slow[f"{name} {where}"] = min(took)
    assert not slow
