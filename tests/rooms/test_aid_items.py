"""Requests and offers, call by call: what is asked, claimed, done, and by whom; and hostile bodies."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rooms_town import AID, NOON, Bench, Memory, Town, member

from tadamun.core.errors import NotAllowed, RemoteError, UsageError
from tadamun.core.event import Event, event_id
from tadamun.core.ports import Audience, Saying
from tadamun.core.room import Verdict
from tadamun.rooms.aid import actions, bodies
from tadamun.rooms.aid.bodies import Change, Item

pytestmark = pytest.mark.anyio

NOUR, SAM, MOD, NEW, FAR = member(0xA1), member(0xB2), member(0xC3), member(0xD4), member(0xE5)
WHO = [NOUR, SAM, MOD, NEW]
DAY = 86_400
ROOM: dict[str, Any] = {"direction": "request", "category": "housing", "title": "A room for a week"}


@pytest.fixture
async def town() -> Town:
    town = Town({NOUR: 100, SAM: 10, MOD: 20, NEW: 0, FAR: 10}, write=10)
    for who, called in ((NOUR, "Nour"), (SAM, "Sam"), (MOD, "Maya"), (NEW, "Zed"), (FAR, "Lina")):
        await town.nodes[who].call("people.profile", name=called)
    town.pass_on()
    return town


async def posted(town: Town, who: str = NOUR, **more: Any) -> str:
    made = await town.nodes[who].call("aid.post", **(ROOM | more))
    town.pass_on()
    return str(made["id"])


async def moved(town: Town, who: str, item: str, to: str, **more: Any) -> str:
    done = await town.nodes[who].call("aid.move", item=item, to=to, **more)
    town.pass_on()
    return str(done["state"])


async def seen(town: Town, who: str, item: str) -> dict[str, Any]:
    found: dict[str, Any] = await town.nodes[who].call("aid.show", item=item)
    return found


async def test_what_is_asked_is_read_by_the_others(town: Town) -> None:
    item = await posted(
        town, text="Quiet, please.", tags=["#Quiet Room"], languages=["ar", "en"], place="Beirut", urgency="2d"
    )
    one = await seen(town, SAM, item[:8])
    assert (one["name"], one["title"], one["text"], one["tags"]) == (
        "Nour", ROOM["title"], "Quiet, please.", ["quiet-room"],
    )  # fmt: skip
    assert (one["state"], one["place"], one["languages"], one["urgency"]) == ("open", "Beirut", ["ar", "en"], "2d")
    assert (one["mine"], one["may"]) == (False, ["claimed"])
    assert (await seen(town, NOUR, item))["may"] == ["done", "withdrawn"]


async def test_the_way_of_a_request(town: Town) -> None:
    item = await posted(town)
    assert await moved(town, SAM, item, "claimed") == "claimed"
    assert (await town.nodes[FAR].call("aid.list"))["items"] == []
    with pytest.raises(UsageError, match="Others have claimed"):
        await moved(town, FAR, item, "claimed")
    assert await moved(town, SAM, item, "under-way") == "under-way"
    assert await moved(town, NOUR, item, "done", member="Sam") == "done"
    assert (await seen(town, FAR, item))["parts"] == [{"member": SAM, "name": "Sam", "state": "done", "me": False}]
    assert await moved(town, NOUR, item, "open") == "done", "one was wanted, and one has done it"


async def test_several_are_wanted(town: Town) -> None:
    item = await posted(town, wanted=2)
    assert await moved(town, SAM, item, "claimed") == "open"
    assert await moved(town, FAR, item, "claimed") == "claimed"
    assert await moved(town, FAR, item, "under-way") == "under-way"
    assert await moved(town, SAM, item, "given-up") == "open"
    assert await moved(town, MOD, item, "claimed") == "under-way"
    assert await moved(town, NOUR, item, "declined", member="Maya") == "open"
    assert await moved(town, MOD, item, "under-way") == "open", "who was declined does not count until asked again"
    assert await moved(town, NOUR, item, "under-way", member="Maya") == "under-way"


async def test_a_claim_made_twice_across_a_partition_stands_twice_and_the_owner_chooses(town: Town) -> None:
    item = await posted(town)
    await town.nodes[SAM].call("aid.move", item=item, to="claimed")
    await town.nodes[FAR].call("aid.move", item=item, to="claimed")
    town.pass_on()
    one = await seen(town, NOUR, item)
    assert (one["state"], one["taken"], len(one["parts"])) == ("claimed", 2, 2)
    assert await moved(town, NOUR, item, "declined", member="Lina") == "claimed"
    assert (await seen(town, NOUR, item))["taken"] == 1


async def test_withdrawn_by_its_author_it_loses_its_words_and_can_come_back(town: Town) -> None:
    item = await posted(town, text="secret words")
    assert await moved(town, NOUR, item, "withdrawn") == "withdrawn"
    one = await seen(town, SAM, item)
    assert (one["title"], one["text"], one["withdrawn"], one["may"]) == ("", "", "author", [])
    assert (await town.nodes[SAM].call("aid.list", search="secret", state=""))["items"] == []
    with pytest.raises(UsageError, match="withdrawn"):
        await moved(town, SAM, item, "claimed")
    assert await moved(town, NOUR, item, "open") == "open"
    assert (await seen(town, SAM, item))["text"] == "secret words"


async def test_a_moderator_takes_down_for_good(town: Town) -> None:
    item = await posted(town)
    with pytest.raises(NotAllowed):
        await moved(town, SAM, item, "withdrawn")
    assert await moved(town, MOD, item, "withdrawn") == "withdrawn"
    assert await moved(town, NOUR, item, "open") == "withdrawn"


async def test_expired_is_told_by_the_readers_clock_alone(town: Town) -> None:
    item = await posted(town, until=NOON + DAY)
    other = await posted(town, until=NOON + DAY, title="begun")
    await moved(town, SAM, other, "claimed")
    await moved(town, SAM, other, "under-way")
    town.nodes[FAR].clock.at = NOON + DAY
    assert (await seen(town, FAR, item))["state"] == "expired"
    assert (await seen(town, FAR, other))["state"] == "under-way"
    assert (await seen(town, SAM, item))["state"] == "open"
    assert [one["id"] for one in (await town.nodes[FAR].call("aid.list", state="expired"))["items"]] == [item]
    with pytest.raises(UsageError, match="over"):
        await town.nodes[FAR].call("aid.move", item=item, to="claimed")


async def test_changing(town: Town) -> None:
    item = await posted(town, text="one", tags=["a"])
    await town.nodes[NOUR].call("aid.change", item=item, text="two")
    await town.nodes[NOUR].call("aid.change", item=item, wanted=3, tags=[])
    town.pass_on()
    one = await seen(town, SAM, item)
    assert (one["text"], one["tags"], one["wanted"], one["changed"]) == ("two", [], 3, True)
    with pytest.raises(UsageError, match="Only whoever"):
        await town.nodes[SAM].call("aid.change", item=item, text="three")


async def test_lists_are_filtered(town: Town) -> None:
    await posted(town, title="near", place="بيروت", languages=["ar-LB"], tags=["stairs"], urgency="2d")
    await posted(town, SAM, title="far", place="Tripoli", languages=["en"], urgency="7d", category="money")
    await posted(town, FAR, title="given", direction="offer", place="البيروت")

    async def titles(**asked: Any) -> list[str]:
        found = await town.nodes[MOD].call("aid.list", **asked)
        return [one["title"] for one in found["items"]]

    assert set(await titles()) == {"given", "far", "near"}
    assert await titles(direction="offer") == ["given"]
    assert await titles(category="money") == ["far"]
    assert await titles(tag="Stairs") == ["near"]
    assert await titles(language="ar") == ["near"]
    assert set(await titles(place="بيروت")) == {"near", "given"}
    assert await titles(urgency="2d") == ["near"]
    assert set(await titles(urgency="7d")) == {"near", "far"}
    assert await titles(search="Tripoli") == ["far"]
    assert await town.nodes[SAM].call("aid.list", mine=True) != {"items": [], "more": False}
    first = await town.nodes[MOD].call("aid.list", limit=2)
    second = await town.nodes[MOD].call("aid.list", limit=2, page=1)
    assert (first["more"], second["more"]) == (True, False)
    assert len({one["id"] for one in (*first["items"], *second["items"])}) == 3
    flow = (await town.nodes[MOD].call("aid.flow"))["categories"]
    assert flow == [
        {"category": "money", "requests": 1, "offers": 0, "under_way": 0, "done": 0},
        {"category": "housing", "requests": 1, "offers": 1, "under_way": 0, "done": 0},
    ]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"title": " "}, "few words"),
        ({"title": "x" * 121}, "more than"),
        ({"place": "Hamra Street 12"}, "Never write an address"),
        ({"place": "شارع ١٢"}, "Never write an address"),
        ({"place": "Beirut, Hamra"}, "Never write an address"),
        ({"category": "weapons"}, "no kind of help"),
        ({"urgency": "now"}, "no kind of help"),
        ({"wanted": 0}, "how many"),
        ({"languages": ["no tag!"]}, "language tag"),
        ({"conditions": ["near", "elsewhere"], "place": "X"}, "fit nobody"),
        ({"conditions": ["elsewhere"]}, "compared"),
        ({"conditions": ["rich"]}, "no kind of help"),
        ({"until": NOON}, "within a year"),
        ({"direction": "sale"}, "request or an offer"),
        ({"tags": ["x" * 41]}, "one word"),
        ({"text": "a\x00b"}, "control"),
    ],
)
async def test_what_cannot_be_said_is_refused_in_words(town: Town, wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        await town.nodes[NOUR].call("aid.post", **(ROOM | wrong))


async def test_who_may_not_write_asks_nothing(town: Town) -> None:
    with pytest.raises(NotAllowed):
        await posted(town, NEW)


def _event(kind: int, content: str, tags: tuple[tuple[str, ...], ...]) -> Event:
    return Event(event_id(NOUR, NOON, kind, tags, content), NOUR, NOON, kind, tags, content, "0" * 128)


GOOD = bodies.tags_of(Item("0" * 32, "request", "housing", "T", place="Beirut", languages=("ar",), until=5))


@pytest.mark.parametrize(
    "tags",
    [
        GOOD[1:],
        GOOD[::-1],
        (*GOOD, ("x", "y")),
        (*GOOD, ("price", "5", "EUR")),
        tuple(("d", "A" * 32) if tag[0] == "d" else tag for tag in GOOD),
        tuple(("wanted", "007") if tag[0] == "wanted" else tag for tag in GOOD),
        tuple(("wanted", "١") if tag[0] == "wanted" else tag for tag in GOOD),
        tuple(("wanted", "1000") if tag[0] == "wanted" else tag for tag in GOOD),
        tuple(("until", "0") if tag[0] == "until" else tag for tag in GOOD),
        tuple(("location", "Hamra 12") if tag[0] == "location" else tag for tag in GOOD),
        tuple(("title", "a\u202eb") if tag[0] == "title" else tag for tag in GOOD),
    ],
)
def test_an_item_has_one_spelling(tags: tuple[tuple[str, ...], ...]) -> None:
    assert bodies.decode(_event(30402, "", GOOD), GOOD)
    with pytest.raises(RemoteError):
        bodies.decode(_event(30402, "", tags), tags)


@given(
    st.sampled_from([*bodies.KINDS, 3799]),
    st.text(max_size=60) | st.sampled_from(['{"v":1}', '{"v":2}', "[" * 2000, '{"v":1,"of":""}']),
    st.lists(st.lists(st.text(max_size=8), min_size=1, max_size=3).map(tuple), max_size=4).map(tuple),
)
def test_decoding_never_crashes(kind: int, content: str, tags: tuple[tuple[str, ...], ...]) -> None:
    with contextlib.suppress(RemoteError):
        bodies.decode(_event(kind, content, tags), tags)


Entry = tuple[Event, tuple[str, str] | None, int, int]


def entry(author: str, saying: Saying, n: int) -> Entry:
    tags = (("n", str(n)), *saying.tags)
    made = event_id(author, NOON, saying.kind, tags, saying.content)
    event = Event(made, author, NOON + n % 3, saying.kind, saying.tags, saying.content, "0" * 128)
    to = saying.audience.member
    return event, (min(author, to), max(author, to)) if to else None, saying.audience.expires_at, n


@st.composite
def lives(draw: st.DrawFn) -> list[Entry]:
    """A few items, and what members (rightly or not) do with them, in no order."""
    entries: list[Entry] = []
    ids: list[str] = []
    for n in range(draw(st.integers(1, 2))):
        item = Item(f"{n:032x}", "request", "money", f"T{n}", wanted=draw(st.integers(1, 2)))
        entries.append(entry(draw(st.sampled_from(WHO)), actions.item(item), len(entries)))
        ids.append(entries[-1][0].id)
    for _ in range(draw(st.integers(0, 10))):
        author, of, version = draw(st.sampled_from(WHO)), draw(st.sampled_from(ids)), draw(st.integers(1, 2))
        if draw(st.integers(0, 3)) == 0:
            new = Change(
                of=of, version=version, category="legal", title=draw(st.sampled_from("XYZ")), text="", tags=(),
                languages=(), place="", urgency="any", wanted=1, until=0, conditions=(),
            )  # fmt: skip
            entries.append(entry(author, actions.change(new), len(entries)))
            continue
        who = draw(st.sampled_from(["", author, *WHO]))
        to = draw(st.sampled_from(bodies.PARTS if who else bodies.WHOLE))
        entries.append(entry(author, actions.move(of, version, who, to), len(entries)))  # type: ignore[arg-type] - of the list
    return draw(st.permutations(entries))


def node(me: str, entries: list[Entry]) -> Bench:
    bench = Town({NOUR: 100, SAM: 10, MOD: 20, NEW: 0}, write=10).nodes[me]
    bench.receive(entries)
    return bench


@given(lives(), st.data())
@settings(max_examples=80)
def test_order_and_repetition_decide_nothing(entries: list[Entry], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(entries)) + data.draw(st.lists(st.sampled_from(entries), max_size=3))
    one, other = node(NOUR, entries), node(SAM, shuffled)
    assert one.tables.dump() == other.tables.dump()
    assert one.texts == other.texts
    before = one.tables.dump()
    one.tables = Memory()
    for _, topic in list(one.topics):
        one.fold_topic(AID, topic)
    assert one.tables.dump() == before, "a rebuild gives the same rows"


@given(lives(), st.data())
@settings(max_examples=80)
def test_what_the_rules_allow_commutes(entries: list[Entry], data: st.DataObject) -> None:
    bench = node(NOUR, entries)
    for (_, topic), saids in bench.topics.items():
        verdicts = bench.fold_topic(AID, topic)
        allowed = [said for said in saids.values() if verdicts[said.id] is Verdict.ALLOW]
        opening = [said for said in allowed if said.id == topic]
        rest = [said for said in allowed if said.id != topic]
        states = []
        for order in (rest, data.draw(st.permutations(rest)), rest * 2):
            state = AID.empty(topic)
            for said in (*opening, *order):
                state = AID.reduce(state, said)
            states.append(state)
        assert states[0] == states[1] == states[2]


@pytest.mark.parametrize("audience", [Audience(SAM), Audience(expires_at=NOON + DAY)])
async def test_an_item_is_for_the_whole_space_and_goes_by_nobodys_clock(town: Town, audience: Audience) -> None:
    saying = actions.item(Item("0" * 32, "request", "money", "T"))
    with pytest.raises(NotAllowed):
        town.nodes[NOUR].utter(Saying(saying.kind, saying.content, saying.tags, audience))


async def test_what_somebody_asked_who_belongs_no_more_is_marked_and_not_claimed(town: Town) -> None:
    item = await posted(town, FAR)
    del town.levels[FAR]
    one = await seen(town, SAM, item)
    assert (one["former"], one["may"]) == (True, [])
    with pytest.raises(UsageError, match="belongs no more"):
        await town.nodes[SAM].call("aid.move", item=item, to="claimed")
