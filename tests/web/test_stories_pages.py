"""Stories on pages: told, translated side by side, looked at before they are public, and taken along as a site."""

from __future__ import annotations

import io
import zipfile

import pytest

from kits.visitor import Pages

pytestmark = pytest.mark.anyio

STORY = {
    "title": "The first march",
    "language": "en",
    "text": "We were twelve.\n\nIt <b>rained</b>.",
    "summary": "Twelve",
}


async def told(pages: Pages, space: str, **more: str) -> str:
    shown = await pages.post(pages.url("story-new", space=space), STORY | more)
    assert shown.status == 200, shown.words
    return shown.path.rsplit("/", 1)[1]


async def test_a_story_is_told_and_read_with_its_translation_beside_it(pages: Pages) -> None:
    space = await pages.space()
    assert "No stories yet" in (await pages.get(pages.url("stories", space=space))).words
    story = await told(pages, space, warning="Police", topics="march beirut", when="2006-05")
    shown = await pages.get(pages.url("story", space=space, story=story))
    assert "<b>rained</b>" not in shown.text
    assert "Police" in shown.words
    arabic = await told(pages, space, of=story, title="المسيرة الأولى", language="ar", text="كنا اثني عشر.")
    beside = await pages.get(pages.url("story", space=space, story=story, beside=arabic))
    assert "كنا اثني عشر." in beside.words
    assert "We were twelve." in beside.words
    assert 'dir="rtl"' in beside.text
    assert "The first march" in (await pages.get(pages.url("stories", space=space, topic="beirut"))).words


async def test_it_is_changed_and_what_changed_meanwhile_is_not_overwritten(pages: Pages) -> None:
    space = await pages.space()
    story = await told(pages, space)
    page = pages.url("story-change", space=space, story=story)
    assert (await pages.post(page, STORY | {"title": "Twelve", "version": "0"})).status == 200
    refused = await pages.post(page, STORY | {"title": "Lost", "version": "0", "text": "written with care"})
    assert refused.status == 422
    assert "written with care" in refused.text, "nothing that was typed is lost"
    assert "Twelve" in (await pages.get(pages.url("story", space=space, story=story))).words


async def test_nothing_is_public_before_it_was_seen(pages: Pages) -> None:
    space = await pages.space()
    story = await told(pages, space, text="Nour was there.", place="Beirut")
    page = pages.url("story-publish", space=space, story=story)
    shown = await pages.get(page)
    for words in (
        "may be meant: Nour",
        "A place is named: Beirut",
        "Exactly this becomes public",
        "taken back by nobody",
    ):
        assert words in shown.words.translate({0x2068: None, 0x2069: None}), words
    sent = {"seen": "0", "found": "0", "how": "pseudonym", "name": "", "relays": ""}
    assert "look at it again" in (await pages.post(page, sent)).words
    assert "no story public" in (await pages.post(pages.url("stories-site", space=space), {"title": "Ours"})).words
    done = await pages.post(page, sent | {"found": "2"})
    assert "ready for the static site" in done.words


async def test_the_site_is_taken_along_once(pages: Pages) -> None:
    space = await pages.space()
    story = await told(pages, space)
    await pages.call("stories.publish", space=space, story=story, seen=0, found=0, name="Noor")
    page = pages.url("stories-site", space=space)
    assert "Take the site along" in (await pages.post(page, {"title": "Our years", "base": "https://x.example/"})).words
    file = await pages.get(pages.url("stories-site-file", space=space))
    with zipfile.ZipFile(io.BytesIO(file.body)) as packed:
        names = packed.namelist()
        assert {"site/index.html", "site/timeline.html", "site/feed.xml", "site/style.css"} < set(names)
        held = b"".join(packed.read(name) for name in names)
    assert b"We were twelve." in held
    for secret in (space, story, (await pages.call("space.list"))[0]["me"]):
        assert secret.encode() not in held, "nothing of the space goes out"
    assert "taken along already" in (await pages.get(pages.url("stories-site-file", space=space))).words


async def test_a_campaign_gathers_them(pages: Pages) -> None:
    space = await pages.space()
    story = await told(pages, space)
    shown = await pages.post(
        pages.url("campaign-new", space=space), {"title": "Against 534", "text": "", "call": "Write.", "story": story}
    )
    assert "Against 534" in shown.words
    assert "The first march" in shown.words
    ended = await pages.post(shown.path, {})
    assert "No campaigns yet" in ended.words


@pytest.mark.parametrize("page", ["stories", "story-new", "campaigns", "campaign-new", "stories-site"])
async def test_every_page_speaks_arabic(pages: Pages, page: str) -> None:
    space = await pages.space()
    await pages.call("node.prefer", language="ar")
    shown = await pages.get(pages.url(page, space=space))
    assert shown.status == 200
    assert 'lang="ar" dir="rtl"' in shown.text
    assert "Stories" not in shown.words
