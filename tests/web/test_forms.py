"""Forms: done once however often they are sent, and nothing that was typed is lost."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from kits.visitor import PASSPHRASE, Pages
from tadamun.core.errors import NotAllowed, VaultError
from tadamun.crypto.random import SystemRandom
from tadamun.web import tokens

pytestmark = pytest.mark.anyio


@pytest.fixture
async def talk(pages: Pages) -> str:
    return pages.url("talk", space=await pages.space())


async def texts(pages: Pages) -> list[str]:
    return [post["text"] for post in (await pages.call("talk.read"))["posts"]]


async def test_a_form_sent_twice_is_done_once(pages: Pages, talk: str) -> None:
    token = (await pages.get(talk)).token(talk)
    first = await pages.post(talk, {"text": "once"}, token=token, follow=False)
    again = await pages.post(talk, {"text": "once, changed after going back"}, token=token, follow=False)
    assert (again.status, again.location) == (303, first.location)
    assert await texts(pages) == ["once"]


async def test_two_clicks_at_once_are_one(pages: Pages, talk: str) -> None:
    token = (await pages.get(talk)).token(talk)
    answers = await asyncio.gather(*(pages.post(talk, {"text": "once"}, token=token, follow=False) for _ in range(5)))
    assert {(answer.status, answer.location) for answer in answers} == {(303, talk)}
    assert await texts(pages) == ["once"]


async def test_two_tabs_have_a_form_each(pages: Pages, talk: str) -> None:
    one, other = (await pages.get(talk)).token(talk), (await pages.get(talk)).token(talk)
    assert one != other
    await pages.post(talk, {"text": "of one"}, token=one)
    await pages.post(talk, {"text": "of the other"}, token=other)
    assert sorted(await texts(pages)) == ["of one", "of the other"]


async def test_what_was_refused_can_be_sent_again_from_the_page_before(pages: Pages, talk: str) -> None:
    token = (await pages.get(talk)).token(talk)
    refused = await pages.post(talk, {"text": "x" * 45_000}, token=token, follow=False)
    assert refused.status == 422
    assert "x" * 45_000 in refused.text, "what was typed is in the form"
    assert 'role="alert"' in refused.text
    assert (await pages.post(talk, {"text": "shorter"}, token=token, follow=False)).status == 303
    assert await texts(pages) == ["shorter"]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotAllowed("The space's rules do not let you write."), 403),
        (VaultError("The disk is full. Nothing was lost."), 503),
    ],
)
async def test_what_goes_wrong_is_said_and_the_text_stays(
    pages: Pages, talk: str, error: Exception, status: int
) -> None:
    token, real = (await pages.get(talk)).token(talk), pages.node.call

    async def failing(name: str, params: Any) -> Any:
        if name == "talk.post":
            raise error
        return await real(name, params)

    pages.node.call = failing  # type: ignore[method-assign]  # a full disk
    shown = await pages.post(talk, {"text": "a long letter"}, token=token)
    assert shown.status == status
    assert str(error) in shown.words
    assert "a long letter" in shown.words


async def test_where_no_page_can_be_made_any_more_that_is_said(pages: Pages, talk: str) -> None:
    async def failing(name: str, params: Any) -> Any:
        raise VaultError("The disk is full. Nothing was lost.")

    pages.node.call = failing  # type: ignore[method-assign]  # a full disk
    shown = await pages.get(talk)
    assert shown.status == 503
    assert "The disk is full" in shown.words


async def test_an_old_form_is_not_done_and_its_text_comes_back(pages: Pages, talk: str) -> None:
    token = (await pages.get(talk)).token(talk)
    pages.time.at += tokens.LIFE + 1
    shown = await pages.post(talk, {"text": "written\r\nlong ago", "topics": "family"}, token=token)
    assert shown.status == 409
    assert await texts(pages) == []
    assert "written\nlong ago" in shown.text
    assert 'name="topics" value="family"' in shown.text
    assert (await pages.post(talk, {"text": "written\nlong ago"})).path == talk
    assert await texts(pages) == ["written\nlong ago"]


async def test_what_was_sent_to_a_locked_node_comes_back_after_unlocking(pages: Pages, talk: str) -> None:
    token = (await pages.get(talk)).token(talk)
    await pages.house.lock()
    shown = await pages.post(talk, {"text": "half a letter"}, token=token)
    assert shown.path == pages.url("unlock")
    assert "half a letter" not in shown.text
    back = await pages.post(pages.url("unlock"), {"passphrase": PASSPHRASE})
    assert back.path == pages.url("held")
    assert "half a letter" in back.words
    assert PASSPHRASE not in back.text
    assert (await pages.post(talk, {"text": "half a letter"})).path == talk
    assert await texts(pages) == ["half a letter"]
    assert (await pages.get(pages.url("held"))).path == pages.url("home"), "it is given back once"


async def test_what_was_sent_to_a_locked_node_is_not_held_for_long(pages: Pages, talk: str) -> None:
    token = (await pages.get(talk)).token(talk)
    await pages.house.lock()
    await pages.post(talk, {"text": "half a letter"}, token=token)
    pages.time.at += 601
    pages.made.site.held.sweep()
    assert pages.made.site.held.empty
    back = await pages.post(pages.url("unlock"), {"passphrase": PASSPHRASE})
    assert back.path == pages.url("home")


async def test_after_unlocking_one_is_where_one_was(pages: Pages, talk: str) -> None:
    await pages.house.lock()
    assert (await pages.get(talk + "?topic=family")).path == pages.url("unlock")
    await pages.get(pages.url("home"), sec_fetch_dest="empty")  # a script asks
    assert (await pages.post(pages.url("unlock"), {"passphrase": PASSPHRASE})).path == talk + "?topic=family"
    await pages.house.lock()
    await pages.get(talk)
    pages.time.at += 601
    assert (await pages.post(pages.url("unlock"), {"passphrase": PASSPHRASE})).path == pages.url("home")


async def test_the_node_closes_while_a_form_is_being_done(pages: Pages, talk: str) -> None:
    token = (await pages.get(talk)).token(talk)
    real = pages.node.call

    async def slow(name: str, params: Any) -> Any:
        if name == "talk.post":
            await pages.house.lock()
        return await real(name, params)

    pages.node.call = slow  # type: ignore[method-assign]  # somebody locks meanwhile
    shown = await pages.post(talk, {"text": "too late"}, token=token)
    assert shown.path == pages.url("unlock")
    back = await pages.post(pages.url("unlock"), {"passphrase": PASSPHRASE})
    assert "too late" in back.words
    assert "may have been done or not" in back.words


async def test_a_form_that_begins_a_path_with_slashes_leads_nowhere_else(pages: Pages) -> None:
    answer = await pages.browser.ask("GET", pages.address.path + "//evil.example/")
    assert answer.status == 404


def test_a_token_is_good_for_its_session_and_its_time() -> None:
    now = 1000.0
    made = tokens.Tokens(SystemRandom(), lambda: now)
    token = made.make("one")
    assert made.good("one", token)
    assert not made.good("other", token)
    assert not made.good("one", token.upper() if token.upper() != token else token[:-2])
    assert not made.good("one", token[:-1] + ("0" if token[-1] != "0" else "1"))
    assert not made.good("one", "٠" * len(token))
    assert not tokens.Tokens(SystemRandom(), lambda: now).good("one", token), "another run of the program"
    now += tokens.LIFE + 1
    assert not made.good("one", token)


async def test_what_was_used_is_never_good_again_even_when_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "MOST_USED", 3)
    now = 1000.0
    made = tokens.Tokens(SystemRandom(), lambda: now)
    first = made.make("one")
    for _ in range(5):
        token = made.make("one")
        assert await made.begin(token) is None
        made.end(token, "/done")
        assert await made.begin(token) == "/done"
        now += 1
    assert not made.good("one", first), "as old as one that is forgotten"
    assert made.good("one", made.make("one"))


async def test_a_standing_token_is_only_for_what_may_be_repeated(pages: Pages, talk: str) -> None:
    standing = pages.made.site.tokens.standing(next(iter(pages.address.sessions())))
    assert standing in (await pages.get(talk)).text
    refused = await pages.post(talk, {"text": "x"}, token="", x_form_token=standing)
    assert refused.status == 409
    refused = await pages.post(talk, {"text": "x"}, token=standing)
    assert refused.status == 409
    assert await texts(pages) == []
