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
    assert "with your name" in form.words, "who will read it stands where it is written"
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
