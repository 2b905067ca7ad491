"""Talk's lists: threads, posts, what is unread, what is found, and pages that stay good while new posts come."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

from kits.visitor import Answer, Pages

pytestmark = pytest.mark.anyio


@pytest.fixture
async def space(pages: Pages) -> str:
    return await pages.space()


def order(answer: Answer, *texts: str) -> list[str]:
    """Those of the texts that are on the page, in the order in which they stand in it."""
    return sorted((text for text in texts if text in answer.words), key=answer.words.index)


def link(answer: Answer, rel: str) -> str:
    found = re.search(rf'href="([^"]+)" rel="{rel}"', answer.text)
    assert found is not None, f"no {rel} page in {answer.words}"
    return found[1].replace("&amp;", "&")


async def test_threads_stand_by_their_latest_answer(pages: Pages, space: str) -> None:
    first = await pages.call("talk.post", space=space, text="the first", title="One", topics=["family"])
    pages.time.at += 60
    await pages.call("talk.post", space=space, text="the second")
    talk = pages.url("talk", space=space)
    assert order(await pages.get(talk), "the first", "the second") == ["the second", "the first"]
    pages.time.at += 60
    await pages.call("talk.post", space=space, text="an answer", reply_to=first["id"])
    shown = await pages.get(talk)
    assert order(shown, "the first", "the second") == ["the first", "the second"]
    assert "1 answer " in shown.words
    assert "an answer" not in shown.words
    assert "an answer" in (await pages.get(talk + "?view=posts")).words


async def test_by_topic_and_by_person(pages: Pages, space: str) -> None:
    said = await pages.call("talk.post", space=space, text="about mother", topics=["family", "tea"])
    await pages.call("talk.post", space=space, text="about papers", topics=["legal"])
    talk = pages.url("talk", space=space)
    for topic in ("family", "tea"):
        shown = await pages.get(f"{talk}?topic={topic}")
        assert order(shown, "about mother", "about papers") == ["about mother"]
    me = (await pages.call("talk.one", space=space, post=said["id"]))["post"]["author"]
    assert "about mother" in (await pages.get(f"{talk}?author={me}")).words
    assert "Nothing here" in (await pages.get(f"{talk}?topic=nobody")).words


@pytest.mark.parametrize("view", ["", "posts"])
async def test_pages_stay_good_while_new_posts_come(pages: Pages, space: str, view: str) -> None:
    texts = [f"text-{n:03}." for n in range(70)]
    for text in texts[:65]:
        pages.time.at += 1
        await pages.call("talk.post", space=space, text=text)
    talk = pages.url("talk", space=space, view=view)
    page = await pages.get(talk)
    seen = order(page, *texts)
    for text in texts[65:]:
        pages.time.at += 1
        await pages.call("talk.post", space=space, text=text)
    while 'rel="next"' in page.text:
        page = await pages.get(link(page, "next"))
        assert 'name="text"' not in page.text, "one writes on the first page"
        seen += order(page, *texts)
    assert seen == texts[:65][::-1]
    if view:
        assert order(await pages.get(link(page, "prev")), *texts)[-1] == texts[5]


async def test_what_was_read_stays_read(pages: Pages, space: str) -> None:
    unread = pages.url("talk", space=space, view="unread")
    assert "You have read everything" in (await pages.get(unread)).words
    read = pages.url("talk-read", space=space)
    assert "Mark all as read" not in (await pages.get(unread)).words
    shown = await pages.post(
        read, {"everything": "1"}, token=(await pages.get(unread)).token(pages.url("talk", space=space))
    )
    assert shown.path == pages.url("talk", space=space)


async def test_found_by_words_person_topic_and_time(pages: Pages, space: str) -> None:
    await pages.call("talk.post", space=space, text="أُحبّ القهوة في الصباح", topics=["tea"])
    await pages.call("talk.post", space=space, text="nothing of the kind")
    search = pages.url("talk-search", space=space)
    assert "post found" not in (await pages.get(search)).words
    for query in (
        "words=احب+القهوه",
        "words=قهوة&topic=tea",
        "topic=tea",
        "topic=tea&from=2026-12-01&until=2027-01-31",
    ):
        shown = await pages.get(f"{search}?{quote(query, safe='=&+')}")
        assert "القهوة" in shown.words, query
        assert "nothing of the kind" not in shown.words
    for query in ("words=قهوة&topic=legal", "topic=tea&until=2026-12-01", "topic=tea&from=2027-02-01", "words=xyzzy"):
        assert "Nothing found" in (await pages.get(f"{search}?{quote(query, safe='=&+')}")).words, query


@pytest.mark.parametrize("date", ["yesterday", "2027-13-40", "9999-12-31", "0001-01-01", "٢٠٢٧"])
async def test_a_date_that_is_none_is_said_and_kept(pages: Pages, space: str, date: str) -> None:
    shown = await pages.get(pages.url("talk-search", space=space, **{"from": date, "until": date}))
    assert shown.status == 200
    assert f'value="{date}"' in shown.text


@pytest.mark.parametrize(
    "query",
    ["before=x", "before=-1", "before=9" * 40, "view=posts&after=1.2.3", "view=../..", "author=nobody",
     "topic=" + "x" * 900, "view=posts&before=" + "9" * 18 + ".0." + "f" * 64],
)  # fmt: skip
async def test_what_somebody_puts_into_the_address_is_answered_in_words(pages: Pages, space: str, query: str) -> None:
    shown = await pages.get(pages.url("talk", space=space) + "?" + query)
    assert shown.status in (200, 422)
    assert "Something went wrong that should not have" not in shown.words


async def test_a_space_that_is_not_there(pages: Pages, space: str) -> None:
    for name, more in (
        ("talk", {}),
        ("talk-search", {}),
        ("talk-messages", {}),
        ("talk-thread", {"thread": "ab" * 32}),
    ):
        shown = await pages.get(pages.url(name, space="0" * 64, **more))
        assert shown.status == 422
        assert "no such space" in shown.words


async def test_words_of_others_never_become_markup(pages: Pages, space: str) -> None:
    bad = '"><script>alert(1)</script><img src=x onerror=alert(1)>\u202e'
    said = await pages.call("talk.post", space=space, text=bad, title=bad[:100], warning=bad[:80], topics=["a"])
    for name, more in (("talk", {}), ("talk", {"view": "posts"}), ("talk-thread", {"thread": said["id"]}),
                       ("talk-edit", {"post": said["id"]}), ("talk-retract", {"post": said["id"]}),
                       ("talk-search", {"words": "alert"})):  # fmt: skip
        shown = await pages.get(pages.url(name, space=space, **more))
        assert shown.status == 200
        assert "<script>alert" not in shown.text
        assert "<img src=x" not in shown.text


async def test_with_discreet_looks_topics_are_read_only_when_asked_for(pages: Pages, space: str) -> None:
    said = await pages.call("talk.post", space=space, text="words", topics=["coming-out"])
    talk, thread = pages.url("talk", space=space), pages.url("talk-thread", space=space, thread=said["id"])

    async def seen(path: str) -> str:
        """What stands there without opening anything."""
        return re.sub(r"<details.*?</details>", "", (await pages.get(path)).text, flags=re.S)

    for path in (talk, thread):
        assert "Coming out" in await seen(path)
    await pages.call("node.prefer", discreet=True)
    for path in (talk, thread):
        assert "Coming out" not in await seen(path)
        assert "Coming out" in (await pages.get(path)).text
