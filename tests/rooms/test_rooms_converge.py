"""Any order, any repetition, in bulk or one by one: the same state, the same rows, the same texts to be found."""

from __future__ import annotations

from typing import Any

import pytest
import sqlcipher3
from hypothesis import given, settings
from hypothesis import strategies as st
from rooms_town import NOON, PEOPLE, SPACE, TALK, Bench, Memory, Town, member

from tadamun.core.event import Event, event_id
from tadamun.core.ports import Audience, Saying
from tadamun.core.room import Verdict
from tadamun.rooms.people import actions as people
from tadamun.rooms.talk import actions as talk
from tadamun.rooms.talk.bodies import Comment, Message, Thread
from tadamun.store.tables import Connection

WHO = [member(0xA1), member(0xB2), member(0xC3), member(0xD4)]
LEVELS = dict(zip(WHO, (100, 20, 10, 0), strict=True))
Entry = tuple[Event, tuple[str, str] | None, int, int]

texts = st.sampled_from(["hello", "مرحبا", "with @" + WHO[2], "two\nlines", "again"])
signs = st.sampled_from(["+", "♥", "🏳️‍🌈"])
versions = st.integers(1, 3)


def entry(author: str, saying: Saying, at: int, n: int) -> Entry:
    """What `author` says, whether or not the rules allow it."""
    tags = (("n", str(n)), *saying.tags)
    made = event_id(author, at, saying.kind, tags, saying.content)
    to = saying.audience.member
    channel = (min(author, to), max(author, to)) if to else None
    return (
        Event(made, author, at, saying.kind, saying.tags, saying.content, "0" * 128),
        channel,
        saying.audience.expires_at,
        n,
    )


@st.composite
def lives(draw: st.DrawFn) -> list[Entry]:
    """A few posts of all kinds, and what members (rightly or not) say about them, in no order."""
    entries: list[Entry] = []
    posts: list[tuple[str, str, int, Audience]] = []

    def add(author: str, saying: Saying) -> str:
        entries.append(entry(author, saying, NOON + draw(st.integers(-2, 10**9)), len(entries)))
        return entries[-1][0].id

    for _ in range(draw(st.integers(1, 5))):
        author, text = draw(st.sampled_from(WHO)), draw(texts)
        audience = Audience(expires_at=draw(st.sampled_from([0, 0, NOON + 10**10])))
        threads = [id for id, _, kind, _ in posts if kind == 11]
        shape = draw(st.sampled_from(["thread", "thread", "comment", "message"]))
        if shape == "comment" and threads:
            root = draw(st.sampled_from(threads))
            saying = talk.post(Comment(text, root, draw(st.sampled_from(threads))), audience)
        elif shape == "message":
            audience = Audience(draw(st.sampled_from([who for who in WHO[:2] if who != author])))
            saying = talk.post(Message(text), audience)
        else:
            topics = talk.tidy_topics(draw(st.lists(st.sampled_from(["family", "work"]), max_size=2)))
            saying = talk.post(Thread(text, draw(st.sampled_from(["", "Title"])), topics), audience)
        posts.append((add(author, saying), author, saying.kind, audience))
    reactions = ["f" * 64]
    for _ in range(draw(st.integers(0, 14))):
        post, owner, kind, audience = draw(st.sampled_from(posts))
        author = draw(st.sampled_from(WHO))
        if draw(st.integers(0, 5)) == 0:
            audience = draw(st.sampled_from([Audience(), Audience(expires_at=NOON + 10**10)]))
        elif audience.member:
            # Between the two, seen from whoever speaks.
            author, other = draw(st.permutations([owner, audience.member]))
            audience = Audience(other)
        what = draw(st.sampled_from(["edit", "edit", "react", "react", "back", "retract"]))
        if what == "edit":
            title = draw(st.sampled_from(["", "T"]))
            add(
                draw(st.sampled_from([author, owner])),
                talk.edit(post, draw(versions), draw(texts), title, (), "", audience),
            )
        elif what == "react":
            reactions.append(add(author, talk.reaction(post, owner, kind, draw(signs), audience)))
        elif what == "back":
            add(
                author,
                talk.take_back(post, draw(st.lists(st.sampled_from(reactions), min_size=1, max_size=3)), audience),
            )
        else:
            add(author, talk.retraction(post, kind, draw(st.sampled_from(["", "why"])), audience))
    for _ in range(draw(st.integers(0, 6))):
        author = draw(st.sampled_from(WHO))
        if draw(st.booleans()):
            add(
                author, people.profile(draw(versions), draw(st.sampled_from(["Sam", "Ѕam", "نور", "Maya"])), about="hi")
            )
        else:
            add(author, people.vouch(draw(versions), draw(st.sampled_from(WHO)), draw(st.booleans()), "known"))
    return draw(st.permutations(entries))


def node(me: str, entries: list[Entry]) -> Bench:
    bench = Town(LEVELS, write=10).nodes[me]
    bench.receive(entries)
    return bench


@given(lives(), st.data())
@settings(max_examples=150)
def test_order_and_repetition_decide_nothing(entries: list[Entry], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(entries)) + data.draw(st.lists(st.sampled_from(entries), max_size=4))
    one, other = node(WHO[0], entries), node(WHO[0], shuffled)
    assert one.tables.dump() == other.tables.dump()
    assert one.texts == other.texts
    # Another member's node shows the same but for private messages, which name the other of the two.
    third = node(WHO[2], entries)
    private = bytes(0)
    ours = [row for row in one.tables.dump()["talk_posts"] if row[-1] == private]
    assert ours == [row for row in third.tables.dump()["talk_posts"] if row[-1] == private]


@given(lives())
@settings(max_examples=60)
def test_rebuilt_rows_are_the_incremental_ones(entries: list[Entry]) -> None:
    bench = node(WHO[0], entries)
    before = bench.tables.dump()
    bench.tables = Memory()
    for room, topic in list(bench.topics):
        bench.fold_topic({"talk": TALK, "people": PEOPLE}[room], topic)
    assert bench.tables.dump() == before


@given(lives(), st.data())
@settings(max_examples=60)
def test_applied_by_hand_in_any_order_the_state_is_the_same(entries: list[Entry], data: st.DataObject) -> None:
    """Not only `fold` with its one order: what the rules allow commutes, as a stream's must (1-events.md, 1.6)."""
    bench = node(WHO[0], entries)
    for (room_name, topic), saids in bench.topics.items():
        room = {"talk": TALK, "people": PEOPLE}[room_name]
        verdicts = bench.fold_topic(room, topic)
        allowed = [said for said in saids.values() if verdicts[said.id] is Verdict.ALLOW]
        states = []
        for order in (allowed, data.draw(st.permutations(allowed)), allowed * 2):
            state = room.empty(topic)
            for said in order:
                state = room.reduce(state, said)
            states.append(state)
        assert states[0] == states[1] == states[2]


@given(lives())
@settings(max_examples=60)
def test_fresh_posts_in_bulk_give_the_same_rows(entries: list[Entry]) -> None:
    bench = node(WHO[0], [one for one in entries if one[0].kind in (11, 14, 1111)])
    saids = [said for topic in bench.topics.values() for said in topic.values()]
    allowed = [s for s in saids if TALK.authorise(TALK.empty(s.id), s, bench.town.standing(s.member)) is Verdict.ALLOW]
    bulk, single = Memory(), Memory()
    assert TALK.fresh is not None
    TALK.fresh(bulk, SPACE, allowed)
    for said in allowed:
        TALK.project(single, SPACE, said.id, TALK.reduce(TALK.empty(said.id), said))
    assert bulk.dump() == single.dump()
    for said in allowed:
        found = TALK.search(TALK.reduce(TALK.empty(said.id), said))
        assert found is not None
        assert TALK.text(said.body) == found.text  # what is prepared is what is put
    TALK.fresh(bulk, SPACE, allowed)  # and once more, as after a crash
    assert bulk.dump() == single.dump()


@pytest.mark.parametrize("late", range(5))
def test_an_edit_reaction_or_retraction_may_come_before_its_post(late: int) -> None:
    nour, sam = WHO[0], WHO[2]
    post = entry(nour, talk.post(Thread("text"), Audience()), NOON, 0)
    id = post[0].id
    react = entry(sam, talk.reaction(id, nour, 11, "+", Audience()), NOON, 2)
    entries: list[Any] = [
        post,
        entry(nour, talk.edit(id, 1, "edited", "", (), "", Audience()), NOON, 1),
        react,
        entry(sam, talk.take_back(id, [react[0].id], Audience()), NOON, 3),
        entry(nour, talk.retraction(id, 11, "", Audience()), NOON, 4),
    ]
    expected = node(nour, entries).tables.dump()
    moved = entries[:late] + entries[late + 1 :] + [entries[late]]
    assert node(nour, moved[::-1]).tables.dump() == expected
    bench = node(nour, entries[1:])
    assert bench.tables.dump()["talk_posts"] == []
    bench.receive(entries[:1])
    assert bench.tables.dump() == expected
    assert expected["talk_posts"][0][13] == "author"


def test_the_vault_s_tables_take_the_same_rows_in_bulk() -> None:
    """The store packs many rows into one statement; empty ids and upserts must come through it unchanged."""
    said = node(WHO[0], []).heard
    posts = [
        entry(WHO[1], talk.post(Thread(f"t{n}", "", ("family",) * (n % 2)), Audience()), NOON, n) for n in range(20)
    ]
    posts += [
        entry(WHO[1], talk.post(Message("m", posts[0][0].id * (n % 2)), Audience(WHO[0])), NOON, n) for n in range(9)
    ]
    saids = [said(one) for one in posts]
    raw = sqlcipher3.connect(":memory:", isolation_level=None)
    vault, memory = Connection(raw), Memory()
    for statement in (*TALK.tables, *TALK.local):
        vault.execute(statement)
    assert TALK.fresh is not None
    for tables in (vault, memory):
        TALK.fresh(tables, SPACE, saids)
        TALK.fresh(tables, SPACE, saids)
    for table in ("talk_posts", "talk_topics"):
        assert sorted(vault.execute(f"SELECT * FROM {table}")) == memory.dump()[table] != []
    vault.close()
