"""The pages of aid, by plain forms: asking, finding, claiming, what fits."""

from __future__ import annotations

import pytest

from kits.visitor import Pages

pytestmark = pytest.mark.anyio


async def asked(pages: Pages, space: str, **more: str) -> str:
    """A request made on the page; gives the address it led to."""
    typed = {"category": "housing", "title": "A room for a week", "urgency": "2d", "wanted": "1", **more}
    shown = await pages.post(pages.url("aid-new", space=space), typed)
    assert shown.status == 200, shown.words
    return shown.path


async def test_every_page_in_both_languages(pages: Pages) -> None:
    space = await pages.space()
    item = (await asked(pages, space, text="Quiet", until="2027-03-01", condition="settled")).rpartition("/")[2]
    for tag in ("en", "ar"):
        await pages.call("node.prefer", language=tag)
        for name in ("aid", "aid-new", "aid-fits"):
            assert (await pages.get(pages.url(name, space=space))).status == 200, name
        for name in ("aid-item", "aid-change"):
            assert (await pages.get(pages.url(name, space=space, item=item))).status == 200, name
        for more in ({"view": "mine"}, {"direction": "offer"}, {"search": "room", "language": "ar"}, {"page": "9" * 9}):
            assert (await pages.get(pages.url("aid", space=space, **more))).status == 200, more


async def test_asking_changing_and_withdrawing(pages: Pages) -> None:
    space = await pages.space()
    form = await pages.get(pages.url("aid-new", space=space))
    assert "They see your name" in form.words, "who will read it stands where it is written"
    at = await asked(pages, space, text="Third floor is fine.", place="Beirut", language="ar")
    item = at.rpartition("/")[2]
    shown = await pages.get(at)
    for part in ("A room for a week", "Third floor is fine.", "Beirut", "Arabic", "Still open"):
        assert part in shown.words, part
    change = pages.url("aid-change", space=space, item=item)
    assert 'value="Beirut"' in (await pages.get(change)).text
    shown = await pages.post(change, {"category": "housing", "title": "Two nights", "urgency": "any", "wanted": "2"})
    assert "Two nights" in shown.words
    assert "Beirut" not in shown.words
    shown = await pages.post(at, {"to": "withdrawn"})
    assert "It was withdrawn by whoever wrote it." in shown.words
    assert "Two nights" not in shown.words


async def test_what_was_typed_stays_when_it_cannot_be(pages: Pages) -> None:
    space = await pages.space()
    typed = {"category": "legal", "title": "Papers", "place": "Hamra 12", "wanted": "3", "condition": "settled"}
    shown = await pages.post(pages.url("aid-new", space=space), typed)
    assert shown.status == 422
    assert "Never write an address here" in shown.words
    for kept in ('value="Papers"', 'value="Hamra 12"', 'value="legal" selected', 'value="settled" checked'):
        assert kept in shown.text, kept


async def test_hostile_words_are_only_words(pages: Pages) -> None:
    space = await pages.space()
    at = await asked(pages, space, title="<script>x</script>\u202e", text="<b>bold</b> {count}", tags="a<b")
    shown = await pages.get(at)
    assert "<script>x" not in shown.text
    assert "<b>bold" not in shown.text
    listed = await pages.get(pages.url("aid", space=space))
    assert "&lt;script&gt;x" in listed.text


async def test_what_one_could_give_stays_here_and_finds_what_fits(pages: Pages) -> None:
    space = await pages.space()
    fits = pages.url("aid-fits", space=space)
    typed = {"category": ["housing", "company"], "place": "Beirut", "language": ["ar"], "other_language": "pt"}
    shown = await pages.post(fits, typed)
    assert "tells nobody" in shown.words
    assert 'value="housing" checked' in shown.text
    assert (await pages.call("aid.means", space=space))["languages"] == ["ar", "pt"]
    assert "Nothing fits just now" in shown.words


async def test_the_directory(pages: Pages) -> None:
    space = await pages.space()
    new = pages.url("aid-directory-new", space=space)
    typed = {
        "name": "The clinic", "sort": "clinic", "text": "Open to all.", "warnings": "Ask first.", "country": "lb",
        "phone": "+961 1 000", "web": "javascript:alert(1)", "language": "ar", "checked_at": "2026-12-01",
        "trust_until": "2030-01-01", "tags": "hormones",
    }  # fmt: skip
    shown = await pages.post(new, typed)
    for part in ("The clinic", "Open to all.", "Ask first.", "Checked; good until", "LB", "hormones"):
        assert part in shown.words, part
    assert 'href="javascript' not in shown.text
    assert 'href="tel:+9611000"' in shown.text
    at = shown.path
    for tag in ("en", "ar"):
        await pages.call("node.prefer", language=tag)
        for path in (at, at + "/change", new, pages.url("aid-directory", space=space, search="طبيب")):
            assert (await pages.get(path)).status == 200, path
    await pages.call("node.prefer", language="en")
    assert "The clinic" in (await pages.get(pages.url("aid-directory", space=space, search="طبيب"))).words
    shown = await pages.post(at + "/change", {**typed, "name": "Another name", "web": ""})
    assert "Another name" in shown.words
    shown = await pages.post(at, {"word": "closed", "note": "I stood before the door"})
    assert "not there any more" in shown.words
    assert "I stood before the door" in shown.words
    shown = await pages.post(at, {"gone": "1"})
    assert "The directory is empty" in shown.words


async def test_what_is_looked_for_stands_in_no_address(pages: Pages) -> None:
    space = await pages.space()
    await asked(pages, space, title="A quiet room", place="Beirut")
    await asked(pages, space, title="Something else", category="money")
    at = pages.url("aid", space=space)
    shown = await pages.get(at)
    shown = await pages.post(
        pages.url("find"), {"at": at, "search": "quiet", "place": "Beirut"}, token=shown.token(pages.url("find"))
    )
    assert "A quiet room" in shown.words
    assert "Something else" not in shown.words
    assert "quiet" not in shown.path
    assert "Beirut" not in shown.path
    assert 'value="quiet"' in shown.text


async def test_files_out_and_in(pages: Pages) -> None:
    space = await pages.space()
    await pages.call("aid.resource_add", space=space, name="=1+1", sort="lawyer")
    for kind in ("csv", "json"):
        file = await pages.browser.ask("GET", pages.url("aid-file", space=space, format=kind))
        assert f"directory.{kind}" in file.headers["content-disposition"]
        assert "=1+1" in file.text
    files = pages.url("aid-files", space=space)
    shown = await pages.post(files, {"data": "name\nA\n", "format": "csv"})
    assert "New: 1" in shown.words
    assert (await pages.get(pages.url("aid-directory", space=space))).text.count("thread-line") == 1
    shown = await pages.post(files, {"data": "name\nA\n", "format": "csv", "sure": "1"})
    assert "Taken in: 1" in shown.words
    shown = await pages.post(files, {"data": "name,country\nB,Lebanon\n", "format": "csv", "sure": "1"})
    assert "Entry 1" in shown.words
    shown = await pages.post(files, {"data": "name,x\nB,1\n", "format": "csv"})
    assert "There is no column x" in shown.words


async def test_alone_there_is_nobody_to_owe_anything(pages: Pages) -> None:
    space = await pages.space()
    for tag in ("en", "ar"):
        await pages.call("node.prefer", language=tag)
        for name in ("aid-ledger", "aid-mentors"):
            assert (await pages.get(pages.url(name, space=space))).status == 200


async def test_looking_for_a_mentor(pages: Pages) -> None:
    space = await pages.space()
    await asked(pages, space, category="mentoring", title="Somebody to talk to")
    shown = await pages.get(pages.url("aid-mentors", space=space))
    assert "Somebody to talk to" in shown.words
    assert "Ask Nour" not in shown.words, "nobody is asked to be their own mentor"


async def test_alone_nobody_can_ask_without_a_name_and_the_page_says_why(pages: Pages) -> None:
    space = await pages.space()
    for tag in ("en", "ar"):
        await pages.call("node.prefer", language=tag)
        assert (await pages.get(pages.url("aid-blind", space=space))).status == 200
    await pages.call("node.prefer", language="en")
    form = await pages.get(pages.url("aid-new", space=space))
    assert "too few to hide among" in form.words
    assert 'value="without"' not in form.text
    typed = {"category": "money", "title": "T", "urgency": "any", "wanted": "1", "name": "without"}
    shown = await pages.post(pages.url("aid-new", space=space), typed)
    assert shown.status == 403, "nothing is said with a name that was to be said without"
    assert (await pages.call("aid.list", space=space))["items"] == []
