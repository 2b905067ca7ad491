"""The directory: who may put in and change, how checks grow old, and files that lose nothing and run nothing."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rooms_town import NOON, Town, member

from tadamun.core.errors import NotAllowed, UsageError
from tadamun.rooms.aid import actions, tabular
from tadamun.rooms.aid.bodies import Resource
from tadamun.rooms.aid.trust import DAY, GOOD_FOR, LONGEST, held_until, standing

pytestmark = pytest.mark.anyio

NOUR, SAM, MOD, NEW = member(0xA1), member(0xB2), member(0xC3), member(0xD4)
TODAY = NOON // DAY * DAY
CLINIC: dict[str, Any] = {
    "sort": "clinic", "name": "عيادة الضوء", "text": "Ask for Dr. S.\nNo questions.", "country": "lb",
    "place": "Beirut, Hamra", "languages": ["ar", "en"], "tags": ["hormones"], "opening": "Mon-Fri 9-17",
    "phone": "+961 1 000 000", "web": "https://example.org", "mail": "a@example.org", "address": "12 Street",
    "checked_how": "visited", "checked_at": TODAY, "trust_until": TODAY + 90 * DAY, "warnings": "The guard asks names.",
}  # fmt: skip


@pytest.fixture
async def town() -> Town:
    town = Town({NOUR: 10, SAM: 10, MOD: 20, NEW: 10}, write=10)
    town.newcomers[NEW] = 0
    for who, called in ((NOUR, "Nour"), (SAM, "Sam"), (MOD, "Maya"), (NEW, "Zed")):
        await town.nodes[who].call("people.profile", name=called)
    town.pass_on()
    return town


async def added(town: Town, **more: Any) -> str:
    made = await town.nodes[NOUR].call("aid.resource_add", **(CLINIC | more))
    town.pass_on()
    return str(made["resource"])


async def seen(town: Town, resource: str, who: str = SAM) -> dict[str, Any]:
    found: dict[str, Any] = await town.nodes[who].call("aid.resource", resource=resource)
    return found


async def test_all_that_was_said_of_it_is_there(town: Town) -> None:
    one = await seen(town, (await added(town))[:8])
    assert {name: one[name] for name in CLINIC} == CLINIC | {"country": "LB"}
    assert (one["trust"], one["trusted_until"], one["author_name"]) == ("trusted", TODAY + 90 * DAY, "Nour")


async def test_trust_ends_by_the_readers_clock_and_a_word_renews_it(town: Town) -> None:
    key = await added(town)
    sam = town.nodes[SAM]
    sam.clock.at = TODAY + 91 * DAY
    assert (await seen(town, key))["trust"] == "stale"
    await sam.call("aid.resource_word", resource=key, word="good", note="I was there")
    town.pass_on()
    one = await seen(town, key)
    assert (one["trust"], one["said_good"], one["words"][0]["note"]) == ("trusted", 1, "I was there")
    await sam.call("aid.resource_word", resource=key, word="closed")
    town.pass_on()
    assert (await seen(town, key, NOUR))["trust"] == "closed"
    await sam.call("aid.resource_word", resource=key, word="none")
    assert (await seen(town, key))["words"] == []
    with pytest.raises(UsageError, match="not come yet"):
        await sam.call("aid.resource_word", resource=key, word="good", at=sam.clock.at + 3 * DAY)


async def test_who_may(town: Town) -> None:
    key = await added(town)
    with pytest.raises(NotAllowed):
        await town.nodes[NEW].call("aid.resource_add", name="x")
    with pytest.raises(NotAllowed):
        await town.nodes[NEW].call("aid.resource_word", resource=key, word="good")
    with pytest.raises(NotAllowed):
        await town.nodes[SAM].call("aid.resource_change", resource=key, name="x")
    await town.nodes[MOD].call("aid.resource_change", resource=key, phone="")
    town.pass_on()
    one = await seen(town, key)
    assert (one["phone"], one["name"]) == ("", CLINIC["name"]), "what is left out stays"
    await town.nodes[MOD].call("aid.resource_change", resource=key, gone=True)
    town.pass_on()
    gone = await seen(town, key)
    assert (gone["trust"], gone["name"], gone["address"]) == ("gone", "", "")
    assert (await town.nodes[SAM].call("aid.resources"))["resources"] == []
    await town.nodes[MOD].call("aid.resource_change", resource=key, name="Again")
    town.pass_on()
    assert (await seen(town, key))["trust"] != "gone"


async def test_found_in_both_languages_and_by_filters(town: Town) -> None:
    await added(town)
    await town.nodes[NOUR].call("aid.resource_add", name="Aid line", sort="hotline", country="JO", languages=["en"])
    town.pass_on()

    async def names(**asked: Any) -> list[str]:
        return [one["name"] for one in (await town.nodes[SAM].call("aid.resources", **asked))["resources"]]

    assert await names(search="طبيب") == [CLINIC["name"]] == await names(search="doctor")
    assert await names(country="jo") == ["Aid line"] == await names(sort="hotline")
    assert await names(language="ar") == [CLINIC["name"]] == await names(tag="hormones")
    assert len(await names()) == 2
    assert (await town.nodes[SAM].call("aid.list", state=""))["items"] == []


@pytest.mark.parametrize("form", ["csv", "json"])
async def test_what_goes_out_comes_in_the_same(town: Town, form: str) -> None:
    await added(town)
    await added(town, name="=cmd|' /C calc'!A0", phone="-1", text="'=1\n@x", warnings="", checked_at=0, trust_until=0)
    out = await town.nodes[SAM].call("aid.resource_export", format=form)
    assert out["count"] == 2
    for who in (NOUR, SAM):
        assert who not in out["data"], "no member is named"
    other = Town({NOUR: 10}, write=10).nodes[NOUR]
    taken = await other.call("aid.resource_import", format=form, data=out["data"])
    assert (taken["added"], taken["known"], taken["problems"]) == (2, 0, [])
    assert (await other.call("aid.resource_export", format=form))["data"] == out["data"]
    again = await other.call("aid.resource_import", format=form, data=out["data"])
    assert (again["added"], again["known"]) == (0, 2)


async def test_one_wrong_entry_and_nothing_is_taken_in(town: Town) -> None:
    nour = town.nodes[NOUR]
    data = "name,country\nGood,LB\nBad,Lebanon\n,LB\n"
    told = await nour.call("aid.resource_import", data=data)
    assert (told["added"], [one["entry"] for one in told["problems"]]) == (0, [2, 3])
    assert (await nour.call("aid.resources"))["resources"] == []
    tried = await nour.call("aid.resource_import", data="name\nGood\n", try_only=True)
    assert (tried["added"], tried["names"]) == (1, ["Good"])
    assert (await nour.call("aid.resources"))["resources"] == []


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("name,secret\nA,b\n", "no column secret"),
        ("name,name\nA,b\n", "each once"),
        ("phone\n1\n", "one of them is name"),
        ("", "one of them is name"),
        ("name,phone\nA\n", "has 1 cells"),
        ('name\n"A\n', "Line"),
        ("name,checked_at\nA,yesterday\n", "2025-11-21"),
        ("name,checked_at\nA,1969-01-01\n", "before 1970"),
        ("name\n" + "A\n" * 1001, "more than 1000 entries"),
        ("name\n" + "ش" * 600_000, "bytes"),
        ('name\n"' + "A\n" * 200_000, "."),
    ],
)
def test_csv_is_refused_clearly(data: str, told: str) -> None:
    with pytest.raises(UsageError, match=told) as refused:
        tabular.read_csv(data)
    assert len(str(refused.value)) < 400


@pytest.mark.parametrize(
    "data",
    [
        "", "[]", "{}", "[" * 100_000, '{"tadamun":"resources","v":2,"resources":[]}',
        '{"tadamun":"resources","v":1,"resources":[{"name":"A","tags":"x"}]}',
        '{"tadamun":"resources","v":1,"resources":[{"name":"A","checked_at":5}]}',
        '{"tadamun":"resources","v":1,"resources":[{"name":"A","owner":"x"}]}',
        '{"tadamun":"resources","v":1,"resources":[{"tags":[]}]}',
        '{"tadamun":"resources","v":1,"resources":[{"name":"A"}],"more":1}',
    ],
)  # fmt: skip
def test_json_is_refused_clearly(data: str) -> None:
    with pytest.raises(UsageError):
        tabular.read_json(data)


lines = st.text(st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\u2028\u2029"), max_size=12)
rows = st.fixed_dictionaries(
    {name: lines for name in tabular.COLUMNS if name not in (*tabular.LISTS, *tabular.DAYS, "sort")}
    | {"sort": st.sampled_from(["clinic", "other"])}
    | {name: st.lists(st.sampled_from(["ar", "en", "x-1"]), max_size=2, unique=True) for name in tabular.LISTS}
    | {name: st.integers(0, 60_000).map(lambda days: days * DAY) for name in tabular.DAYS}
) | st.just({name: [] if name in tabular.LISTS else 0 if name in tabular.DAYS else "'=+" for name in tabular.COLUMNS})


@given(st.lists(rows, min_size=1, max_size=4))
@settings(max_examples=80)
def test_files_lose_nothing_and_no_cell_is_a_formula(some: list[dict[str, Any]]) -> None:
    text = tabular.as_csv(some)
    assert tabular.read_csv(text) == some
    assert tabular.read_json(tabular.as_json(some)) == some
    for cells in csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")):
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    json.loads(tabular.as_json(some))


@given(st.integers(0, 2**40), st.integers(0, 2**62), st.lists(st.integers(0, 2**62), max_size=4), st.integers(1, 2**34))
def test_trust_never_outlives_its_bounds(checked: int, until: int, good: list[int], now: int) -> None:
    held = held_until(checked, until, good, now)
    assert held <= now + DAY + max(GOOD_FOR, LONGEST)
    if not checked:
        assert held == held_until(0, 2**62, good, now), "an end without a check is none"
    assert standing(False, held, False, now) in ("trusted", "stale", "unchecked")


@given(st.data())
@settings(max_examples=60)
def test_versions_and_words_in_any_order_come_to_the_same(data: st.DataObject) -> None:
    blank = {name: () if name in tabular.LISTS else 0 if name in tabular.DAYS else "" for name in tabular.COLUMNS}
    town = Town({NOUR: 10, SAM: 10, MOD: 20}, write=10)

    def version(number: int, of: str, name: str, gone: bool) -> Any:
        body = Resource(of=of, version=number, gone=gone, **(blank | {"name": name, "sort": "other"}))  # type: ignore[arg-type] - of the columns
        return actions.resource(body)

    key = town.nodes[NOUR].utter(version(1, "", "First", False))
    town.pass_on()
    for _ in range(data.draw(st.integers(1, 6))):
        who = data.draw(st.sampled_from([NOUR, SAM, MOD]))
        number = data.draw(st.integers(1, 2))
        if data.draw(st.booleans()):
            said = data.draw(st.sampled_from(["good", "mind", "closed", "none"]))
            town.nodes[who].utter(actions.word(key, number, said, TODAY, ""), force=True)  # type: ignore[arg-type] - of the list
        else:
            name = data.draw(st.sampled_from("XYZ"))
            town.nodes[who].utter(version(number, key, name, data.draw(st.booleans())), force=True)
    one, other = town.nodes[MOD], Town(town.levels, write=10).nodes[MOD]
    one.receive(town.log)
    other.receive(data.draw(st.permutations(town.log)) + town.log[:2])
    assert one.tables.dump() == other.tables.dump()
    assert one.texts == other.texts
