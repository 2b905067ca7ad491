"""What is unread and which threads are latest: right after every change, and quick however many posts there are."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import pytest
from rooms_town import NOON, SPACE, Bench, Town, member

from tadamun.core.errors import UsageError
from tadamun.core.ports import Tables
from tadamun.rooms.talk import unread as unread_of
from tadamun.rooms.talk.reading import AHEAD, Reader, Wanted
from tadamun.rooms.talk.room import ROOM as TALK
from tadamun.rooms.talk.threads import Place, latest

pytestmark = pytest.mark.anyio

NOUR, SAM = member(0xA1), member(0xB2)
COUNT = 100_000


@pytest.fixture
async def town() -> Town:
    town = Town({NOUR: 100, SAM: 10})
    for who, called in ((NOUR, "Nour"), (SAM, "Sam")):
        await town.nodes[who].call("people.profile", name=called)
    town.pass_on()
    return town


async def unread(bench: Bench) -> tuple[int, int]:
    found = await bench.call("talk.unread")
    for private, count in ((False, found["unread"]), (True, found["unread_private"])):
        plain = bench.tables.execute(
            "SELECT count(*) FROM talk_posts WHERE author <> ? AND retracted = '' AND (private_with <> x'') = ?"
            " AND id NOT IN (SELECT id FROM talk_read)",
            (bytes.fromhex(bench.own), private),
        )
        assert plain == [(count,)]
        reader = Reader(bench.tables, SPACE, bench.own, bench.clock.now())
        assert len(reader.newest(Wanted(private=b"" if private else None, unread=True), 500)) == count
    return found["unread"], found["unread_private"]


async def test_counted_anew_after_each_change(town: Town) -> None:
    nour, sam = town.nodes[NOUR], town.nodes[SAM]
    assert await unread(nour) == (0, 0)
    first = (await sam.call("talk.post", text="one"))["id"]
    await sam.call("talk.post", text="alone", to="Nour")
    await nour.call("talk.post", text="mine")
    town.pass_on()
    assert await unread(nour) == (1, 1)
    second = (await sam.call("talk.post", text="two"))["id"]
    town.pass_on()
    assert await unread(nour) == (2, 1)
    await nour.call("talk.mark_read", posts=[first])
    assert await unread(nour) == (1, 1)
    await sam.call("talk.retract", post=second)
    town.pass_on()
    assert await unread(nour) == (0, 1)
    await nour.call("talk.mark_read")
    assert await unread(nour) == (0, 0)
    assert await unread(sam) == (1, 0)


async def test_rows_that_are_numbered_anew_are_looked_at_anew(town: Town) -> None:
    nour, sam = town.nodes[NOUR], town.nodes[SAM]
    ids = [(await sam.call("talk.post", text=f"n{n}"))["id"] for n in range(6)]
    town.pass_on()
    await nour.call("talk.mark_read", posts=ids[:3])
    assert await unread(nour) == (3, 0)
    # As a rebuild leaves them: the same rows in another order, the last of them where it was.
    rows = nour.tables.execute("SELECT * FROM talk_posts")
    nour.tables.execute("DELETE FROM talk_posts")
    nour.tables.execute("CREATE TABLE again (n)")
    for row in [*rows[:5][::-1], rows[5]]:
        nour.tables.execute(f"INSERT INTO talk_posts VALUES ({', '.join('?' * 18)})", row)
    assert await unread(nour) == (3, 0)
    # The last one went, and its number was given to another.
    nour.tables.execute("DELETE FROM talk_posts WHERE id = ?", (bytes.fromhex(ids[5]),))
    nour.tables.execute(
        f"INSERT INTO talk_posts VALUES ({', '.join('?' * 18)})", (rows[5][0], b"\xee" * 32, *rows[5][2:])
    )
    assert await unread(nour) == (3, 0)


async def test_threads_of_one_second_are_each_listed_once(town: Town) -> None:
    nour = town.nodes[NOUR]
    ids = [(await nour.call("talk.post", text=f"n{n}"))["id"] for n in range(11)]
    nour.clock.at += 5
    for answered in (ids[3], ids[7], ids[3]):
        await nour.call("talk.post", text="again", reply_to=answered)
    page = await nour.call("talk.threads", limit=3)
    seen = [post["id"] for post in page["threads"]]
    assert set(seen[:2]) == {ids[3], ids[7]}
    while page["next"]:
        page = await nour.call("talk.threads", limit=3, before=page["next"])
        seen += [post["id"] for post in page["threads"]]
    assert sorted(seen) == sorted(ids)


async def test_a_thread_that_goes_on_stands_on_one_page(town: Town) -> None:
    nour = town.nodes[NOUR]
    ids = []
    for n in range(9):
        nour.clock.at += 1
        ids.append((await nour.call("talk.post", text=f"n{n}"))["id"])
    for answered in (ids[0], ids[4]):
        nour.clock.at += 1
        await nour.call("talk.post", text="again", reply_to=answered)
    page = await nour.call("talk.threads", limit=2)
    seen = [post["id"] for post in page["threads"]]
    nour.clock.at += 1
    await nour.call("talk.post", text="moved up meanwhile", reply_to=ids[2])
    while page["next"]:
        page = await nour.call("talk.threads", limit=2, before=page["next"])
        seen += [post["id"] for post in page["threads"]]
    assert seen == [ids[n] for n in (4, 0, 8, 7, 6, 5, 3, 1)]


@pytest.mark.parametrize("place", ["1", "-1.aa", f"{'9' * 19}.{'a' * 64}", "x" * 1000])
async def test_no_place(town: Town, place: str) -> None:
    with pytest.raises(UsageError):
        await town.nodes[NOUR].call("talk.threads", before=place)


async def test_quick_among_a_hundred_thousand(town: Town) -> None:
    nour = town.nodes[NOUR]
    space, people = bytes.fromhex(SPACE), [bytes.fromhex(member(n)) for n in (0xA1, 0xB2)]
    nour.tables.execute("INSERT INTO talk_spaces VALUES (7, ?)", (space,))
    rows = [
        (7, n.to_bytes(32, "big"), 1111 if n % 10 else 11, (n - n % 10).to_bytes(32, "big"), b"", people[n % 3 > 0],
         NOON + n // 4, n, "", "words", "", "", 0, "", "", 0, b"", 0)
        for n in range(COUNT)
    ]  # fmt: skip
    nour.tables.many(f"INSERT INTO talk_posts VALUES ({', '.join('?' * 18)})", rows)
    reader = Reader(nour.tables, SPACE, NOUR, NOON + COUNT - AHEAD)
    assert reader.unread() == (1_000, 0)  # or more
    reader.mark_read(Wanted())
    assert reader.unread() == (0, 0)
    deep = Place(NOON + COUNT // 8, (COUNT // 2).to_bytes(32, "big"))
    slow: dict[str, float] = {}
    for name, ask in {
        "unread": reader.unread,
        "unread posts": lambda: reader.newest(Wanted(unread=True), 50),
        "threads": lambda: latest(reader, 30),
        "threads of long ago": lambda: latest(reader, 30, deep),
    }.items():
        took = []
        for _ in range(3):
            began = time.perf_counter()
            ask()
            took.append(time.perf_counter() - began)
        if min(took) > 0.1:
            slow[name] = min(took)
    assert not slow


async def test_thousands_of_one_second_are_as_quick(town: Town) -> None:
    nour = town.nodes[NOUR]
    nour.tables.execute("INSERT INTO talk_spaces VALUES (7, ?)", (bytes.fromhex(SPACE),))
    rows = [
        (7, (n * 7919 % 20_011).to_bytes(32, "big"), 11, n.to_bytes(32, "big"), b"", bytes.fromhex(SAM), NOON, n, "",
         "words " * 50, "", "", 0, "", "", 0, b"", 0)
        for n in range(20_000)
    ]  # fmt: skip
    nour.tables.many(f"INSERT INTO talk_posts VALUES ({', '.join('?' * 18)})", rows)
    reader = Reader(nour.tables, SPACE, NOUR, NOON)
    first = reader.newest(Wanted(), 30)
    assert [row.seq for row in first] == list(range(19_999, 19_969, -1))
    second = reader.newest(Wanted(before=first[-1].cursor), 30)
    assert second[0].seq == 19_969
    plan = nour.tables.execute(
        "EXPLAIN QUERY PLAN SELECT p.text FROM talk_posts p WHERE p.space = 7 AND p.private_with = x''"
        " AND p.created_at <= 9 ORDER BY p.created_at DESC, p.seq DESC, p.id DESC LIMIT 30"
    )
    # What is left to be sorted is what has time and number in common, and not a whole second.
    assert [row[3] for row in plan][1:] == ["USE TEMP B-TREE FOR RIGHT PART OF ORDER BY"]
    took = []
    for _ in range(3):
        began = time.perf_counter()
        reader.newest(Wanted(), 30)
        took.append(time.perf_counter() - began)
    assert min(took) < 0.02


class Counted:
    """Tables that note how often all posts were looked through."""

    def __init__(self, tables: Tables) -> None:
        self.tables, self.looked = tables, 0

    def execute(self, sql: str, arguments: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        self.looked += "INDEXED BY talk_by_id" in sql
        return self.tables.execute(sql, arguments)

    def many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        self.tables.many(sql, rows)


async def test_what_was_left_is_known_after_a_start(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unread_of, "WORTH", 4)
    nour, sam = town.nodes[NOUR], town.nodes[SAM]
    ids = [(await sam.call("talk.post", text=f"n{n}"))["id"] for n in range(9)]
    town.pass_on()
    assert await unread(nour) == (9, 0)

    def started() -> tuple[int, int]:
        """What is unread to a program that has just been started, and how often it looked through everything."""
        counted = Counted(nour.tables)
        return Reader(counted, SPACE, NOUR, nour.clock.now()).unread()[0], counted.looked

    assert started() == (9, 0)
    await nour.call("talk.mark_read", posts=ids[:5])
    more = (await sam.call("talk.post", text="more"))["id"]
    town.pass_on()
    assert started() == (5, 0)
    assert await unread(nour) == (5, 0)
    # What expired leaves no trace; then everything is looked through once.
    last = nour.tables.execute("SELECT id FROM talk_left")[0][0].hex()
    assert last in (ids[-1], more)
    TALK.project(nour.tables, SPACE, last, None)
    assert nour.tables.execute("SELECT * FROM talk_left") == []
    assert started() == (4, 1)
    TALK.forget(nour.tables, SPACE)
    assert nour.tables.execute("SELECT * FROM talk_left") == []
