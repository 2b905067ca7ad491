"""A second vault from the pages, and the shortcut for the moment somebody is at the door."""

from __future__ import annotations

import re

import pytest

from kits.visitor import PASSPHRASE, Pages

pytestmark = pytest.mark.anyio

OTHER = "seven other words for a very bad day"


async def make(pages: Pages, what: str, old: str = PASSPHRASE, new: str = OTHER) -> str:
    fields = {"what": what, "passphrase_old": old, "passphrase": new, "passphrase_again": new}
    return (await pages.post(pages.url("second"), fields)).words


async def come_back(pages: Pages, passphrase: str) -> str:
    """Lock, unlock, and what home shows."""
    await pages.house.lock()
    return (await pages.post(pages.url("unlock"), {"passphrase": passphrase})).words


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_each_passphrase_opens_its_own(pages: Pages, language: str) -> None:
    await pages.space("Beirut Circle")
    await pages.call("node.prefer", language=language)
    made = await make(pages, "opens")
    assert ("is made" if language == "en" else "أُنشئت الخزنة الثانية") in made
    assert "Beirut Circle" not in await come_back(pages, OTHER)
    assert pages.house.state == "open"
    assert (await pages.call("node.second")) == {"second": ""}, "it tells of no other"
    assert (await pages.call("node.preferences"))["language"] == language
    await pages.space("Book club")
    assert "Beirut Circle" in await come_back(pages, PASSPHRASE)
    assert "Book club" in await come_back(pages, OTHER)


async def test_the_one_that_destroys_leaves_nothing_to_come_back_to(pages: Pages) -> None:
    await pages.space("Beirut Circle")
    assert "destroys this one" in (await pages.get(pages.url("bad_days"))).words
    await make(pages, "destroys")
    assert "and destroys this one" in (await pages.get(pages.url("bad_days"))).words
    assert "Beirut Circle" not in await come_back(pages, OTHER)
    assert "does not open this vault" in await come_back(pages, PASSPHRASE)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"passphrase_old": "wrong"}, "does not open this vault"),
        ({"passphrase": "short", "passphrase_again": "short"}, "too short"),
        ({"passphrase_again": "another"}, "not the same"),
        ({"passphrase": PASSPHRASE, "passphrase_again": PASSPHRASE, "anyway": "1"}, "is the passphrase of this vault"),
        ({"what": "everything"}, "Choose what"),
    ],
    ids=["wrong", "short", "other", "same", "what"],
)
async def test_what_is_not_right_changes_nothing(pages: Pages, fields: dict[str, str], said: str) -> None:
    sent = {"what": "opens", "passphrase_old": PASSPHRASE, "passphrase": OTHER, "passphrase_again": OTHER} | fields
    shown = await pages.post(pages.url("second"), sent)
    assert said in shown.words
    assert OTHER not in shown.text
    assert (await pages.call("node.second")) == {"second": ""}


async def test_it_can_be_destroyed_from_here(pages: Pages) -> None:
    await make(pages, "opens")
    refused = await pages.post(pages.url("second_none"), {"passphrase_now": "wrong"})
    assert "does not open" in refused.words
    pages.time.at += 60
    gone = await pages.post(pages.url("second_none"), {"passphrase_now": PASSPHRASE})
    assert "is gone" in gone.words
    assert "does not open this vault" in await come_back(pages, OTHER)


@pytest.mark.parametrize("moment", ["lock", "wipe"])
async def test_the_shortcut_does_what_was_set(pages: Pages, moment: str) -> None:
    await pages.space("Beirut Circle")
    await pages.post(pages.url("moment"), {"panic": moment})
    home = await pages.get(pages.url("home"))
    token = re.findall(r'name="standing-token" content="([^"]+)"', home.text)[0]
    shown = await pages.post(pages.url("panic"), {}, token="", x_form_token=token)
    assert "Beirut Circle" not in shown.text
    if moment == "wipe":
        await pages.until(lambda house: house.state == "fresh")
        assert not list(pages.home.glob("*.db"))
    else:
        assert pages.house.state == "locked"
        assert "Beirut Circle" in (await pages.post(pages.url("unlock"), {"passphrase": PASSPHRASE})).words
