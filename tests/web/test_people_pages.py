"""The pages of people, by plain forms: who is here, oneself, trust, invitations, devices, rules, removing."""

from __future__ import annotations

import html
import re

import pytest

from kits.visitor import Answer, Pages
from tadamun.web.house import State

pytestmark = pytest.mark.anyio

NAMES = ("people", "profile", "rename", "leave", "charter", "acts", "invites", "device-add")
OF_MEMBER = ("member", "safety", "devices", "role", "remove")


async def me(pages: Pages, space: str) -> str:
    return str(next(one["me"] for one in await pages.call("space.list") if one["space"] == space))


async def looked_at(pages: Pages, space: str, name: str) -> Answer:
    """The page that shows what that name would change."""
    return await pages.post(pages.url("rename", space=space), {"name": name, "do": "show"})


def link_in(text: str) -> str:
    found = re.search(r"tadamun:\w+#[\w.~-]+", html.unescape(text))
    assert found is not None
    return found[0]


async def test_every_page_in_both_languages(pages: Pages) -> None:
    space = await pages.space()
    mine = await me(pages, space)
    for tag in ("en", "ar"):
        await pages.call("node.prefer", language=tag)
        for name in NAMES:
            assert (await pages.get(pages.url(name, space=space))).status == 200, name
        for name in ("member", "devices"):
            assert (await pages.get(pages.url(name, space=space, member=mine))).status == 200, name


async def test_the_first_one_is_told_how_it_goes_on(pages: Pages) -> None:
    space = await pages.space()
    shown = await pages.get(pages.url("people", space=space))
    assert "You are the first here" in shown.words
    assert pages.url("invites", space=space) in shown.text


async def test_ones_card(pages: Pages) -> None:
    space = await pages.space()
    form = pages.url("profile", space=space)
    typed = {"pronouns": "she/her", "language": ["ar", "en"], "other_languages": "pt، nl", "about": "Tea.\n\nMaps."}
    shown = await pages.post(form, typed)
    assert shown.path == pages.url("member", space=space, member=await me(pages, space))
    assert "she/her" in shown.words
    assert "Arabic, English, Portuguese, and Dutch" in shown.words
    assert '<p dir="auto">Maps.</p>' in shown.text


async def test_what_was_typed_stays_when_it_cannot_be(pages: Pages) -> None:
    space = await pages.space()
    form = pages.url("profile", space=space)
    shown = await pages.post(
        form, {"pronouns": "they", "language": ["tr"], "other_languages": "no tag!", "about": "Hi"}
    )
    assert shown.status == 422
    assert 'value="they"' in shown.text
    assert 'value="no tag!"' in shown.text
    assert re.search(r'value="tr" checked', shown.text)


async def test_a_new_name_is_shown_with_what_stays_of_the_old(pages: Pages) -> None:
    space = await pages.space(called="Old Name")
    await pages.call("talk.post", space=space, text="Old Name was here")
    shown = await looked_at(pages, space, "Nour")
    assert "From Old Name to Nour" in shown.words
    assert shown.path == pages.url("rename", space=space), "no name in an address, which browsers keep"
    assert "1 text here holds the old name." in shown.words
    done = await pages.post(pages.url("rename", space=space), {"name": "Nour"})
    assert "You are called Nour here from now on." in done.words
    assert "Old Name" not in done.words


@pytest.mark.parametrize("name", ["", "a" * 10_240, "@ll", "x\x07y", "<script>alert(1)</script>" * 9])
async def test_a_name_that_cannot_be_says_why(pages: Pages, name: str) -> None:
    space = await pages.space()
    shown = await pages.post(pages.url("rename", space=space), {"name": name})
    assert shown.status == 422
    assert "<script>alert" not in shown.text
    asked = await looked_at(pages, space, name)
    assert asked.status == 200
    assert ("aria-invalid" in asked.text) is bool(name)
    assert "<script>alert" not in asked.text
    assert (await pages.call("people.list", space=space))[0]["name"] == "Nour"


async def test_names_and_texts_of_others_stay_words(pages: Pages) -> None:
    space = await pages.space(name="<b>Circle</b>", called="<i>Nour</i>")
    mine = await me(pages, space)
    hostile = "<img src=x onerror=alert(1)> \u202eflipped\u202c"
    await pages.call("people.profile", space=space, pronouns="<u>she</u>", about=hostile)
    for name in NAMES:
        answer = await pages.get(pages.url(name, space=space))
        assert "<i>Nour" not in answer.text, name
        assert "<b>Circle" not in answer.text, name
    shown = await pages.get(pages.url("member", space=space, member=mine))
    for raw in ("<img src=x", "<u>she", "\u202e"):
        assert raw not in shown.text


async def test_an_invitation_from_making_to_withdrawing(pages: Pages) -> None:
    space = await pages.space()
    form = pages.url("invites", space=space)
    made = await pages.post(form, {"uses": "٣", "expires": "86400", "level": "0"})
    [open_] = await pages.call("invite.list", space=space)
    assert (open_["left"], open_["level"]) == (3, 0)
    assert made.path == pages.url("invite", space=space, key=open_["key"])
    link = link_in(made.text)
    assert 'src="data:image/svg+xml' in made.text
    assert link_in((await pages.get(made.path)).text) == link
    assert "3 people" in made.words
    listed = await pages.post(made.path, {})
    assert listed.path == form
    assert "None is open." in listed.words
    gone = await pages.get(made.path)
    assert gone.status == 200
    assert "not open any more" in gone.words
    assert link not in gone.text


@pytest.mark.parametrize("typed", [{"uses": "0"}, {"uses": "many"}, {"uses": "20000"}, {"level": "999"}])
async def test_an_invitation_that_cannot_be_says_why(pages: Pages, typed: dict[str, str]) -> None:
    space = await pages.space()
    shown = await pages.post(pages.url("invites", space=space), {"uses": "1", "level": "10", **typed})
    assert shown.status in (403, 422)
    assert 'role="alert"' in shown.text
    assert await pages.call("invite.list", space=space) == []


async def test_a_devices_link_is_shown_once(pages: Pages) -> None:
    space = await pages.space()
    page = pages.url("device-add", space=space)
    made = await pages.post(page, {})
    link = link_in(made.text)
    assert 'src="data:image/svg+xml' in made.text
    assert "60 minutes" in made.words
    for again in (await pages.get(page), await (await pages.another()).get(page)):
        assert again.status == 200
        assert link not in again.text


async def test_a_devices_link_can_be_withdrawn(pages: Pages) -> None:
    space = await pages.space()
    page = pages.url("device-add", space=space)
    assert "Links that still let a device in" not in (await pages.get(page)).words
    made = await pages.post(page, {})
    [open_] = await pages.call("devices.links", space=space)
    assert f'value="{open_["key"]}"' in made.text
    shown = await pages.post(page, {"withdraw": open_["key"]}, token=made.token(page))
    assert "The link is withdrawn." in shown.words
    assert await pages.call("devices.links", space=space) == []
    again = await pages.post(page, {"withdraw": open_["key"]}, token=shown.token(page))
    assert (again.status, "There is no such link" in again.words) == (422, True)


async def test_a_devices_link_is_not_kept_in_a_locked_house(pages: Pages) -> None:
    space = await pages.space()
    page = pages.url("device-add", space=space)
    await pages.post(page, {}, follow=False)
    assert pages.made.site.handed
    await pages.house.lock()
    await pages.until(lambda house: house.state is State.LOCKED)
    assert not pages.made.site.handed


async def test_the_device_in_use_does_not_shut_itself_out(pages: Pages) -> None:
    space = await pages.space()
    device = (await pages.call("devices.list", space=space))[0]["device"]
    page = pages.url("device", space=space, device=device)
    shown = await pages.get(page)
    assert "cannot shut itself out" in shown.words
    assert f'action="{page}"' not in shown.text


async def test_the_charter_in_sentences_and_changed(pages: Pages) -> None:
    space = await pages.space()
    page = pages.url("charter", space=space)
    shown = await pages.get(page)
    assert "Writing you may Everyone here, newcomers too. That is 1 person now." in shown.words
    assert "Whoever joins can read everything from before that still stands." in shown.words
    fields = {"write": "10", "invite": "10", "admit": "50", "remove": "50", "amend": "100", "newcomer_days": "7"}
    done = await pages.post(page, {**fields, "history": "days", "history_days": "30"})
    assert "The charter is changed." in done.words
    assert "in the 30 days before" in done.words
    assert "For the first 7 days one is a newcomer" in done.words
    again = await pages.post(page, {**fields, "history": "days", "history_days": "30"})
    assert again.status == 422
    assert "The charter says that already." in again.words


async def test_leaving_needs_to_be_meant(pages: Pages) -> None:
    space = await pages.space()
    page = pages.url("leave", space=space)
    shown = await pages.post(page, {})
    assert shown.status == 422
    assert (await pages.call("space.list"))[0]["status"] == "member"
    done = await pages.post(page, {"sure": "1"})
    assert done.path == pages.url("home")
    assert "You left" in done.words
    for name in NAMES:
        outside = await pages.get(pages.url(name, space=space))
        assert outside.status == 200
        assert "No longer a member" in outside.words
        assert outside.headers["hx-redirect"] == pages.url(name, space=space)
    late = await pages.post(pages.url("profile", space=space), {"about": "x"}, token="")
    assert late.status in (200, 409)


@pytest.mark.parametrize("path", ["people/" + "0" * 64, "people/devices/nothing", "people/proposals/nothing"])
async def test_what_is_not_there_is_no_dead_end(pages: Pages, path: str) -> None:
    space = await pages.space()
    shown = await pages.get(f"{pages.url('home')}{space}/{path}")
    assert shown.status in (200, 422)
    assert f'href="{pages.url("home")}"' in shown.text


async def test_a_space_that_is_not_there(pages: Pages) -> None:
    await pages.space()
    shown = await pages.get(pages.url("people", space="f" * 64))
    assert shown.status == 422
    assert "There is no such space on this node." in shown.words


async def test_a_devices_link_is_shown_in_its_own_space_alone(pages: Pages) -> None:
    here, there = await pages.space("Circle"), await pages.space("Another", "Sami")
    await pages.post(pages.url("device-add", space=here), {}, follow=False)
    assert "tadamun:" not in (await pages.get(pages.url("device-add", space=there))).text
    assert "tadamun:" in (await pages.get(pages.url("device-add", space=here))).text
    assert "tadamun:" not in (await pages.get(pages.url("device-add", space=here))).text
