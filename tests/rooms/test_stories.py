"""Stories, call by call: told, written together, translated, made public on purpose; and hostile bodies."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rooms_town import STORIES, Town, member

from tadamun.core.errors import NotAllowed, RemoteError, UsageError
from tadamun.core.event import Event, parse
from tadamun.crypto.keys import verify
from tadamun.rooms.stories import bodies, public
from tadamun.rooms.stories.bodies import Story

pytestmark = pytest.mark.anyio

NOUR, SAM, MOD, NEW, FAR = member(0xA1), member(0xB2), member(0xC3), member(0xD4), member(0xE5)
ONE: dict[str, Any] = {"title": "The first march", "text": "We were *twelve*, and it rained.", "language": "en"}


@pytest.fixture
async def town() -> Town:
    town = Town({NOUR: 100, SAM: 10, MOD: 20, NEW: 0, FAR: 10}, write=10)
    for who, called in ((NOUR, "Nour"), (SAM, "Sam Haddad"), (MOD, "Maya"), (NEW, "Zed"), (FAR, "لينا")):
        await town.nodes[who].call("people.profile", name=called)
    town.pass_on()
    return town


async def do(town: Town, who: str, name: str, **params: Any) -> Any:
    done = await town.nodes[who].call(f"stories.{name}", **params)
    town.pass_on()
    return done


async def told(town: Town, who: str = NOUR, **more: Any) -> str:
    return str((await do(town, who, "tell", **(ONE | more)))["id"])


async def titles(town: Town, who: str, **more: Any) -> list[str]:
    return [one["title"] for one in (await do(town, who, "list", **more))["stories"]]


async def test_a_story_is_read_by_the_others(town: Town) -> None:
    story = await told(town, topics=["#Beirut", "two words"], when="2006-05-17", place="Beirut", warning="Police")
    one = await do(town, SAM, "show", story=story[:8])
    assert (one["name"], one["text"], one["topics"]) == ("Nour", ONE["text"], ["beirut", "two-words"])
    assert (one["when"], one["warning"], one["mine"], one["out"]) == ("2006-05-17", "Police", False, None)
    assert await titles(town, SAM, topic="beirut") == ["The first march"]
    assert await titles(town, SAM, search="rained") == ["The first march"]
    assert await titles(town, SAM, language="ar") == []


async def test_only_its_author_changes_it_and_not_what_somebody_changed_meanwhile(town: Town) -> None:
    story = await told(town)
    with pytest.raises(UsageError, match="Only whoever told"):
        await do(town, SAM, "rewrite", story=story, title="Mine")
    await do(town, NOUR, "rewrite", story=story, title="The second march", version=0)
    with pytest.raises(UsageError, match="Somebody has changed it"):
        await do(town, NOUR, "rewrite", story=story, title="Lost", version=0)
    assert await titles(town, SAM) == ["The second march"]
    assert (await do(town, SAM, "show", story=story))["text"] == ONE["text"], "what is left out stays"


async def test_a_draft_is_written_by_those_it_is_written_with_and_read_by_nobody_else(town: Town) -> None:
    for together in (["Sam Haddad"], ["Sam Haddad", "Maya"]):
        draft = (await do(town, NOUR, "tell", **ONE, together=together))["id"]
        await do(town, SAM, "rewrite", story=draft, text="We were thirteen.")
        assert (await do(town, NOUR, "show", story=draft))["changed_by"] == "Sam Haddad"
        assert await titles(town, FAR, drafts=True) == []
        with pytest.raises(UsageError, match="no such story"):
            await do(town, FAR, "show", story=draft)
        done = (await do(town, NOUR, "finish", story=draft))["id"]
        assert (await do(town, FAR, "show", story=done))["text"] == "We were thirteen."
        assert await titles(town, SAM, drafts=True) == []


async def test_translations_stand_side_by_side(town: Town) -> None:
    story = await told(town)
    arabic = await told(town, SAM, title="المسيرة الأولى", language="ar", of=story)
    again = await told(town, FAR, title="La première marche", language="fr", of=arabic)
    for one in (story, arabic, again):
        shown = await do(town, MOD, "show", story=one)
        assert [version["language"] for version in shown["versions"]] == ["ar", "en", "fr"]


async def test_who_may(town: Town) -> None:
    with pytest.raises(NotAllowed):
        await told(town, NEW)
    story = await told(town, SAM)
    with pytest.raises(NotAllowed):
        await do(town, FAR, "withdraw", story=story)
    await do(town, MOD, "withdraw", story=story)
    assert (await do(town, FAR, "show", story=story))["gone"] == "moderator"
    assert (await do(town, FAR, "show", story=story))["text"] == ""
    assert await titles(town, FAR, search="rained") == []
    with pytest.raises(UsageError, match="taken away"):
        await do(town, SAM, "rewrite", story=story, title="Again")


async def test_nothing_is_public_that_was_not_looked_at(town: Town) -> None:
    story = await told(town, text="Sam came, and ولينا stood there.", when="2006-05-17", place="Beirut")
    seen = await do(town, NOUR, "preview", story=story)
    assert {(one["sort"], one["what"]) for one in seen["findings"]} == {
        ("name", "Sam Haddad"), ("name", "لينا"), ("place", "Beirut"), ("day", "2006-05-17"),
    }  # fmt: skip
    assert town.nodes[NOUR].given == [], "looking sends nothing"
    with pytest.raises(UsageError, match="look at it again"):
        await do(town, NOUR, "publish", story=story, seen=0, found=0, relays=["wss://one"])
    with pytest.raises(UsageError, match="Only whoever told"):
        await do(town, SAM, "preview", story=story)
    assert town.nodes[NOUR].given == []


async def test_what_goes_out_is_what_was_shown_and_tells_nothing_of_the_space(town: Town) -> None:
    story = await told(town, topics=["march"], warning="Police")
    seen = await do(town, NOUR, "preview", story=story)
    done = await do(
        town, NOUR, "publish", story=story, seen=seen["version"], found=0, relays=["wss://one", "wss://refuses"]
    )
    assert [(one["relay"], one["taken"]) for one in done["answers"]] == [("wss://one", True), ("wss://refuses", False)]
    raw = town.nodes[NOUR].given[0][1]
    event = parse(json.dumps(raw))
    verify(event)
    assert [list(tag) for tag in event.tags] == [list(tag) for tag in seen["event"]["tags"]]
    assert (event.content, event.created_at % 3600) == (ONE["text"], 0)
    [(d,)] = town.nodes[SAM].tables.execute("SELECT d FROM stories_told")
    for secret in (NOUR, story, "5" * 64, d):
        assert secret not in json.dumps(raw)
    assert (await do(town, SAM, "show", story=story))["out"] is None, "nobody was told"


async def test_two_pseudonyms_are_two_keys_and_a_persona_is_one(town: Town) -> None:
    keys = []
    for how in ("pseudonym", "pseudonym", "persona", "persona"):
        story = await told(town)
        keys.append((await do(town, NOUR, "publish", story=story, seen=0, found=0, how=how))["key"])
    assert len(set(keys)) == 3
    assert keys[2] == keys[3]


async def test_taken_back_it_is_asked_to_be_deleted_and_leaves_the_site(town: Town) -> None:
    story = await told(town)
    done = await do(town, NOUR, "publish", story=story, seen=0, found=0, relays=["wss://one"], tell=True)
    assert (await do(town, SAM, "show", story=story))["out"]["public"] == done["id"]
    await do(town, NOUR, "take_back", story=story, relays=["wss://one"])
    asked = town.nodes[NOUR].given[1][1]
    assert (asked["kind"], asked["pubkey"], asked["tags"][0]) == (5, done["key"], ["e", done["id"]])
    assert (await do(town, SAM, "show", story=story))["out"]["withdrawn"]
    with pytest.raises(UsageError, match="no story public"):
        await do(town, NOUR, "site", title="Our year")
    with pytest.raises(UsageError, match="not public"):
        await do(town, NOUR, "take_back", story=story)


async def test_a_campaign_gathers_stories_and_counts_what_was_made_public(town: Town) -> None:
    one, two = await told(town), await told(town, title="The second march")
    begun = (await do(town, SAM, "campaign", title="Against 534", call="Write to them.", stories=[one, two]))[
        "campaign"
    ]
    await do(town, NOUR, "publish", story=one, seen=0, found=0, tell=True)
    shown = await do(town, FAR, "show_campaign", campaign=begun)
    assert [story["title"] for story in shown["listed"]] == ["The first march", "The second march"]
    assert shown["acts"] == 1
    with pytest.raises(NotAllowed):
        await do(town, FAR, "campaign", campaign=begun, title="Mine")
    await do(town, SAM, "end_campaign", campaign=begun)
    assert (await do(town, FAR, "campaigns"))["campaigns"] == []


@pytest.mark.parametrize(
    "bad",
    [
        {"title": ""}, {"text": " "}, {"language": "english!"}, {"when": "17 May"}, {"when": "2006-13"},
        {"text": "x" * 30_000}, {"topics": [str(n) for n in range(9)]}, {"title": "x" * 161}, {"summary": "a\nb" * 300},
    ],
    ids=str,
)  # fmt: skip
async def test_what_cannot_be_told_is_refused_with_words(town: Town, bad: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        await told(town, **bad)


@given(
    st.text(),
    st.lists(st.lists(st.text(max_size=12), max_size=4).map(tuple), max_size=8).map(tuple),
    st.sampled_from(sorted(bodies.KINDS)),
)
def test_no_bytes_crash_it_and_none_has_two_spellings(content: str, tags: Any, kind: int) -> None:
    event = Event("0" * 64, NOUR, 1, kind, tags, content, "0" * 128)
    try:
        body = STORIES.decode(event, tags)
    except RemoteError:
        return
    assert isinstance(body, Story)
    assert bodies.tags_of(body) == tags


def test_names_are_found_as_arabic_and_english_write_them() -> None:
    row = _row("وصلت لينا مع سام. Thanks to Maya's mother, and samovars.")
    found = {
        one.what
        for one in public.findings(row, {"1" * 64: "لينا حداد", "2" * 64: "Maya", "3" * 64: "Sam", "4" * 64: "Z"})
    }
    assert found == {"لينا حداد", "Maya"}


def _row(text: str) -> Any:
    from tadamun.rooms.stories.reading import Row

    held = dict.fromkeys(Row._fields, "") | {"version": 0, "text": text, "created_at": 0, "seq": 0}
    return Row(**held)
