"""Pictures on talk's pages: chosen in a form or let fall on it, kept until sent, shown once all of one is here."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image

from kits.visitor import Answer, Pages
from tadamun.web import guard

pytestmark = pytest.mark.anyio

BOUNDARY = "x" * 40


def png(width: int = 40, height: int = 30) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(out, "PNG")
    return out.getvalue()


async def send(
    pages: Pages,
    path: str,
    fields: dict[str, str],
    file: bytes,
    token: str,
    name: str = "secret-place.png",
    **headers: str,
) -> Answer:
    """As a browser sends a form with a file."""
    parts = [f'Content-Disposition: form-data; name="{key}"\r\n\r\n{value}'.encode() for key, value in fields.items()]
    parts.append(f'Content-Disposition: form-data; name="form_token"\r\n\r\n{token}'.encode())
    head = f'Content-Disposition: form-data; name="picture"; filename="{name}"\r\nContent-Type: image/png\r\n\r\n'
    parts.append(head.encode() + file)
    body = b"".join(b"--%s\r\n%s\r\n" % (BOUNDARY.encode(), part) for part in parts) + f"--{BOUNDARY}--\r\n".encode()
    given = {"origin": "null", "content_type": f"multipart/form-data; boundary={BOUNDARY}", **headers}
    answer = await pages.browser.ask("POST", path, body, **given)
    return await pages.get(answer.location) if answer.status == 303 else answer


@pytest.fixture
async def space(pages: Pages) -> str:
    return await pages.space()


@pytest.fixture
def talk(pages: Pages, space: str) -> str:
    return pages.url("talk", space=space)


async def test_a_picture_goes_with_its_post(pages: Pages, space: str, talk: str) -> None:
    token = (await pages.get(talk)).token(talk)
    await send(pages, talk, {"text": "look", "alt": "teal, all over", "attached": ""}, png(), token)
    [post] = (await pages.call("talk.read", space=space))["posts"]
    assert post["images"][0]["alt"] == "teal, all over"
    shown = await pages.get(pages.url("talk-thread", space=space, thread=post["id"]))
    [(source, alt)] = re.findall(r'<img src="([^"]+)"[^>]*alt="([^"]*)"', shown.text)
    assert alt == "teal, all over"
    picture = await pages.get(source)
    assert (picture.status, picture.headers["content-type"]) == (200, "image/jpeg")
    assert picture.headers["cache-control"] == "no-store"
    with Image.open(io.BytesIO(picture.body)) as opened:
        assert opened.size == (40, 30)


async def test_without_a_script_one_picture_after_another(pages: Pages, space: str, talk: str) -> None:
    token = (await pages.get(talk)).token(talk)
    first = await send(pages, talk, {"text": "two", "alt": "one", "do": "attach"}, png(), token)
    assert first.status == 200
    [one] = re.findall(r'name="attached" value="(\w+)" checked', first.text)
    assert 'value="one"' in first.text
    fields = {"text": "two", "attached": one, f"alt-{one}": "the first", "alt": "two", "do": "attach"}
    both = await send(pages, talk, fields, png(50), first.token(talk))
    kept = re.findall(r'name="attached" value="(\w+)" checked', both.text)
    assert len(kept) == 2
    waiting = await pages.get(pages.url("talk-attached", space=space, picture=kept[1]))
    assert waiting.headers["content-type"] == "image/jpeg"
    await pages.post(talk, {"text": "two", "attached": kept[1]}, token=both.token(talk))
    [post] = (await pages.call("talk.read", space=space))["posts"]
    assert [image["alt"] for image in post["images"]] == ["two"], "only those that are still ticked"


async def test_what_fails_keeps_the_picture_and_the_text(pages: Pages, space: str, talk: str) -> None:
    token = (await pages.get(talk)).token(talk)
    refused = await send(pages, talk, {"text": "x" * 40_000, "alt": "kept"}, png(), token)
    assert refused.status == 422
    assert "x" * 40_000 in refused.text
    [one] = re.findall(r'name="attached" value="(\w+)" checked', refused.text)
    await pages.post(
        talk, {"text": "shorter", "attached": one, f"alt-{one}": "kept and changed"}, token=refused.token(talk)
    )
    [post] = (await pages.call("talk.read", space=space))["posts"]
    assert [image["alt"] for image in post["images"]] == ["kept and changed"]


@pytest.mark.parametrize("file", [b"no picture", png()[:60], b"GIF89a" + b"\xff" * 9, b"<svg onload='alert(1)'/>"])
async def test_what_is_no_picture_is_refused_in_words(pages: Pages, space: str, talk: str, file: bytes) -> None:
    refused = await send(pages, talk, {"text": "kept"}, file, (await pages.get(talk)).token(talk))
    assert refused.status == 422
    assert "no picture that can be read" in refused.words
    assert "kept" in refused.words


async def test_a_bomb_is_refused(pages: Pages, space: str, talk: str) -> None:
    refused = await send(pages, talk, {"text": "kept"}, png(30_000, 1_000), (await pages.get(talk)).token(talk))
    assert refused.status == 422
    assert "million pixels" in refused.words


async def test_a_script_lets_a_picture_fall(pages: Pages, space: str, talk: str) -> None:
    [standing] = re.findall(r'name="standing-token" content="(\w+)"', (await pages.get(talk)).text)
    attach = pages.url("talk-attach", space=space)
    taken = await send(pages, attach, {}, png(), "", x_form_token=standing)
    assert taken.status == 200
    assert re.search(r'<li>.*name="attached" value="\w{64}" checked', taken.text, re.S)
    assert "secret-place" not in taken.text
    refused = await send(pages, attach, {}, b"nothing", "", x_form_token=standing)
    assert refused.status == 422
    assert 'role="alert"' in refused.text


async def test_pictures_that_are_not_there(pages: Pages, space: str) -> None:
    said = await pages.call("talk.post", space=space, text="none")
    for path in (
        pages.url("talk-picture", space=space, post=said["id"], number="1"),
        pages.url("talk-picture", space=space, post=said["id"], number="x"),
        pages.url("talk-attached", space=space, picture="ab" * 32),
        pages.url("talk-attached", space=space, picture="%00"),
    ):
        shown = await pages.get(path)
        assert shown.status == 422
        assert "Something went wrong" not in shown.words


async def test_a_file_that_is_too_large_does_not_take_the_words_along(pages: Pages, space: str) -> None:
    talk = pages.url("talk", space=space)
    most = next(page.most for page in pages.made.site.pages if page.name == "talk")
    fields = {"text": "a long letter\nin two lines", "title": "to be kept", "passphrase": "never given back"}
    answer = await send(pages, talk, fields, b"\xff" * (most + 1), (await pages.get(talk)).token(talk))
    assert answer.status == 413
    assert "too large for one form" in answer.words
    assert "a long letter\nin two lines</textarea>" in answer.text
    assert "to be kept" in answer.text
    assert "never given back" not in answer.text
    assert (await pages.call("talk.read", space=space))["posts"] == []
    sent = await pages.post(talk, fields, token=answer.token(talk))
    assert sent.status == 200
    [post] = (await pages.call("talk.read", space=space))["posts"]
    assert post["text"] == fields["text"]


async def test_more_than_any_request_may_hold_is_refused(
    pages: Pages, space: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = pages.url("talk", space=space)
    monkeypatch.setattr(guard, "MOST_SENT", 20_000)
    told: tuple[dict[str, str], ...] = ({}, {"content_length": "10"})
    for length in told:
        answer = await send(pages, talk, {"text": "x"}, b"\xff" * 40_000, (await pages.get(talk)).token(talk), **length)
        assert answer.status == 413
        assert "Go back with your browser" in answer.words
