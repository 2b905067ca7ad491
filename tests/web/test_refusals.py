"""What a refusal tells: to whoever knows the way the first page, to a stranger nothing, not even where that is."""

from __future__ import annotations

import pytest

from kits.visitor import Pages

pytestmark = pytest.mark.anyio


async def test_a_stranger_is_not_told_our_path(pages: Pages) -> None:
    secret = pages.address.path.strip("/")
    for path in ("/", "/enter/x", "/static/tadamun.css", "//" + secret, "/x/" + secret):
        answer = await pages.stranger().ask("GET", path)
        assert answer.status == 404
        assert secret not in answer.text.replace(path, "")
        assert "Not this way" in answer.words
    assert secret not in (await pages.stranger().ask("GET", "/", host="evil.example")).text


async def test_one_who_comes_by_it_is_led_on(pages: Pages) -> None:
    answer = await pages.browser.ask("GET", pages.address.path + "/no-such-page")
    assert answer.status == 404
    assert f'href="{pages.address.path}/"' in answer.text
