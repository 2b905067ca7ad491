"""Names, vouches, safety numbers; and the tricks people play with names."""

from __future__ import annotations

import pytest
from rooms_town import SPACE, Bench, Town, member

from tadamun.core.body import spell
from tadamun.core.errors import NotAllowed, UsageError
from tadamun.core.ports import Saying
from tadamun.rooms.people.actions import vouch
from tadamun.rooms.people.bodies import Profile
from tadamun.rooms.people.lookalike import skeleton

pytestmark = pytest.mark.anyio

NOUR, SAM, EVE, NEW = member(0xA1), member(0xB2), member(0xE5), member(0xD4)


@pytest.fixture
def town() -> Town:
    return Town({NOUR: 100, SAM: 10, EVE: 10, NEW: 0}, write=10)


@pytest.fixture
async def nour(town: Town) -> Bench:
    await town.nodes[NOUR].call(
        "people.profile", name="Nour", pronouns="she/her", languages=["ar", "EN-gb"], about="From Beirut"
    )
    await town.nodes[SAM].call("people.profile", name="Sam")
    town.pass_on()
    return town.nodes[NOUR]


async def test_a_profile_is_shown_to_everyone(town: Town, nour: Bench) -> None:
    for node in town.nodes.values():
        shown = await node.call("people.show", member="nour")
        assert (shown["name"], shown["pronouns"], shown["languages"]) == ("Nour", "she/her", ["ar", "en-gb"])
        assert (shown["about"], shown["level"], shown["me"]) == ("From Beirut", 100, node.own == NOUR)
    listed = await nour.call("people.list")
    assert [person["name"] for person in listed] == ["#d4d4d4d4", "#e5e5e5e5", "Nour", "Sam"]


async def test_after_a_renaming_the_old_name_is_nowhere(town: Town, nour: Bench) -> None:
    await nour.call("talk.post", text="hi")
    await nour.call("people.profile", name="Leila")
    town.pass_on()
    for node in town.nodes.values():
        shown = await node.call("people.show", member="leila")
        assert (shown["name"], shown["pronouns"]) == ("Leila", "she/her")
        assert (await node.call("talk.read"))["posts"][0]["name"] == "Leila"
        assert node.matches(SPACE, "leila", 9) == [NOUR]
        assert node.matches(SPACE, "nour", 9) == []
        assert "Nour" not in repr(node.tables.dump(local=True))
        with pytest.raises(UsageError):
            await node.call("people.show", member="Nour")


async def test_the_highest_version_wins_whatever_the_clocks_say(town: Town, nour: Bench) -> None:
    nour.clock.at -= 10**6
    await nour.call("people.profile", name="Later")
    town.pass_on()
    assert (await town.nodes[SAM].call("people.show", member=NOUR[:4]))["name"] == "Later"
    entries = [entry for entry in town.log if entry[0].kind == 0 and entry[0].pubkey == NOUR]
    back = Town({NOUR: 100, SAM: 10}).nodes[SAM]
    back.receive(entries[::-1])
    assert back.facts.names.name(SPACE, NOUR) == "Later"


@pytest.mark.parametrize(
    "name",
    ["", "   ", "\u200b\u200b", "\u202e", "\u3164", "x" * 61, "a\x07b", "a@b", "a #1", "Z" + "\u0335" * 30, "\u0301"],
)
async def test_names_that_are_no_names_are_refused(nour: Bench, name: str) -> None:
    with pytest.raises(UsageError) as caught:
        await nour.call("people.profile", name=name)
    assert str(caught.value).endswith((".", "one."))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Nour   Haddad ", "Nour Haddad"),
        ("No\u202eur", "Nour"),
        ("No\u200bur\u200f", "Nour"),
        ("Rene\u0301", "René"),
        ("Sara\u200d", "Sara"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩‍🚀", "👩‍🚀"),
    ],
)
async def test_names_are_tidied(nour: Bench, typed: str, kept: str) -> None:
    assert (await nour.call("people.profile", name=typed))["name"] == kept


@pytest.mark.parametrize(
    "twin",
    ["Sam", "SAM", "Ѕаm", "S am", "Sám", "𝓢𝓪𝓶", "5am", "Sa\u200dm", "Sаm!", "ＳＡＭ", "Sa\u0301m"],
)
async def test_a_name_that_looks_the_same_bears_a_mark_on_both(town: Town, nour: Bench, twin: str) -> None:
    assert nour.facts.names.name(SPACE, SAM) == "Sam"
    await town.nodes[EVE].call("people.profile", name=twin)
    town.pass_on()
    assert nour.facts.names.name(SPACE, SAM) == "Sam #b2b2"
    assert nour.facts.names.name(SPACE, EVE).endswith(" #e5e5")
    with pytest.raises(UsageError, match="#b2b2, #e5e5"):
        nour.facts.names.who(SPACE, "sam")
    assert nour.facts.names.who(SPACE, "Sam #b2b2") == nour.facts.names.who(SPACE, "#b2b2") == SAM
    assert nour.facts.names.who(SPACE, "b2b2") == SAM
    # When the other is gone the mark goes too, but the one who is gone keeps theirs.
    del town.levels[EVE]
    assert nour.facts.names.name(SPACE, SAM) == "Sam"
    assert nour.facts.names.name(SPACE, EVE).endswith(" #e5e5")
    assert nour.facts.names.who(SPACE, "sam") == SAM


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("أحمد", "احمد"),
        ("علي", "علی"),
        ("فاطمة", "فاطمه"),
        ("نور", "نُـور"),
        ("كريم", "کریم"),
        ("Ali", "AIi"),
        ("Karim", "Karirn"),
    ],
)
def test_skeletons_of_arabic_and_latin(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(("one", "other"), [("Sam", "Pam"), ("نور", "نار"), ("Ali", "Alia"), ("👩", "🧑")])
def test_different_names_stay_different(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)


async def test_a_hostile_profile_is_shown_harmless(town: Town, nour: Bench) -> None:
    """What no action here would make, but a decoder lets pass."""
    for name, shown in (("\u0301" * 60, "#e5e5e5e5"), ("A" + "\u0301" * 59, "Á" + "\u0301" * 4), ("…", "#e5e5e5e5")):
        held = town.nodes[EVE].seq
        profile = Profile(version=held + 1, name=name, pronouns="", languages=(), about="\u202eflip")
        town.nodes[EVE].utter(Saying(0, spell(profile)))
        town.pass_on()
        assert nour.facts.names.name(SPACE, EVE) == shown
        assert (await nour.call("people.show", member="#e5e5"))["about"] == "\u202eflip\u202c"


async def test_ids_that_begin_alike_get_longer_marks() -> None:
    one, other = "a3f2" + "0" * 60, "a3f2" + "1" * 60
    town = Town({one: 10, other: 10})
    for node in town.nodes.values():
        await node.call("people.profile", name="Sam")
    town.pass_on()
    names = town.nodes[one].facts.names
    assert (names.name(SPACE, one), names.name(SPACE, other)) == ("Sam #a3f20", "Sam #a3f21")
    with pytest.raises(UsageError):
        names.who(SPACE, "a3f2")
    with pytest.raises(UsageError):
        names.who(SPACE, "a3f")
    assert names.who(SPACE, "Sam #a3f21") == other
    assert names.find(SPACE, "") == names.find(SPACE, "#") == names.find(SPACE, "%") == []


async def test_vouches(town: Town, nour: Bench) -> None:
    await nour.call("people.vouch", member="Sam", note="met at the café")
    town.pass_on()
    for node in town.nodes.values():
        shown = await node.call("people.show", member="Sam")
        assert shown["vouched_by"] == [{"member": NOUR, "name": "Nour", "note": "met at the café"}]
        assert {p["name"]: p["vouches"] for p in await node.call("people.list")}["Sam"] == 1
    await nour.call("people.unvouch", member="Sam")
    town.pass_on()
    assert (await town.nodes[SAM].call("people.show", member="Sam"))["vouched_by"] == []
    with pytest.raises(UsageError):
        await nour.call("people.unvouch", member="Sam")
    with pytest.raises(UsageError):
        await nour.call("people.vouch", member="Nour")
    with pytest.raises(NotAllowed):
        await town.nodes[NEW].call("people.vouch", member="Sam")
    await town.nodes[NEW].call("people.profile", name="New here")  # but say who they are they may


async def test_the_word_of_somebody_removed_vouches_for_nobody(town: Town, nour: Bench) -> None:
    for who in (EVE, NOUR):
        await town.nodes[who].call("people.vouch", member="Sam")
    town.pass_on()
    assert len((await nour.call("people.show", member="Sam"))["vouched_by"]) == 2
    del town.levels[EVE]
    assert [v["member"] for v in (await nour.call("people.show", member="Sam"))["vouched_by"]] == [NOUR]
    assert {p["name"]: p["vouches"] for p in await nour.call("people.list")} == {"Nour": 0, "Sam": 1, "#d4d4d4d4": 0}


async def test_a_newcomers_word_vouches_for_nobody(town: Town, nour: Bench) -> None:
    town.newcomers[EVE] = 1_800_000_000
    with pytest.raises(NotAllowed):
        await town.nodes[EVE].call("people.vouch", member="Sam")
    town.nodes[EVE].utter(vouch(1, SAM, True), force=True)  # a hostile program does not ask
    town.pass_on()
    assert (await nour.call("people.show", member="Sam"))["vouched_by"] == []
    shown = await nour.call("people.show", member=EVE)
    assert (shown["newcomer"], shown["newcomer_until"]) == (True, 1_800_000_000)


async def test_nobody_vouches_for_themselves(town: Town, nour: Bench) -> None:
    with pytest.raises(NotAllowed):
        town.nodes[EVE].utter(vouch(1, EVE, True))
    town.nodes[EVE].utter(vouch(1, SAM, True))


async def test_the_safety_number_is_the_same_from_both_sides(town: Town, nour: Bench) -> None:
    sam = town.nodes[SAM]
    ours = await nour.call("people.safety", member="Sam")
    theirs = await sam.call("people.safety", member="Nour")
    for what in ("digits", "words_en", "words_ar", "qr"):
        assert ours[what] == theirs[what] != ""
    assert len(ours["words_ar"].split()) == len(ours["words_en"].split()) == 20
    assert (await nour.call("people.safety", member=EVE[:8]))["digits"] != ours["digits"]
    assert (await nour.call("people.verify", member="Sam"))["verified"]
    assert (await nour.call("people.show", member="Sam"))["verified"]
    assert not (await sam.call("people.show", member="Nour"))["verified"]  # each remembers for themselves
    assert not (await nour.call("people.verify", member="Sam", undo=True))["verified"]
    with pytest.raises(UsageError):
        await nour.call("people.safety", member="Nour")
