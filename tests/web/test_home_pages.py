"""Home, making a space, and joining one by a link or the picture of its code."""

from __future__ import annotations

import io

import pytest
import segno
from PIL import Image

from kits.visitor import Answer, Pages
from tadamun.core.errors import UsageError
from tadamun.web import codes

pytestmark = pytest.mark.anyio

LINK = "tadamun:join#" + "AQx_-" * 60


def code(text: str, kind: str = "png", scale: int = 4) -> bytes:
    made, out = io.BytesIO(), io.BytesIO()
    segno.make(text, error="l").save(made, kind="png", scale=scale)
    Image.open(made).convert("L").save(out, kind)
    return out.getvalue()


async def upload(pages: Pages, picture: bytes, called: str = "Sam") -> Answer:
    """The form of joining with a file, as a browser sends it."""
    page = pages.url("join")
    token = (await pages.get(page)).token(page)
    fields = {"form_token": token, "link": "", "called": called}
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    ]
    head = '--x\r\nContent-Disposition: form-data; name="picture"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
    body = "".join(parts).encode() + head.encode() + picture + b"\r\n--x--\r\n"
    return await pages.browser.ask("POST", page, body, origin="null", content_type="multipart/form-data; boundary=x")


async def test_nothing_there_yet_is_a_friendly_beginning(pages: Pages) -> None:
    shown = await pages.get(pages.url("home"))
    assert "Nothing here yet" in shown.words
    for name in ("join", "found", "lock", "settings", "status"):
        assert pages.url(name) in shown.text


async def test_what_is_new_and_who_is_there(pages: Pages) -> None:
    space = await pages.space("Beirut Circle", "Nour")
    assert "Nothing has been said here yet." in (await pages.get(pages.url("home"))).words
    await pages.call("talk.post", space=space, title="Soup on <Sunday>", text="at six")
    shown = await pages.get(pages.url("home"))
    assert "Nour : Soup on <Sunday>" in shown.words.replace("  ", " ")
    assert "1 member" in shown.words
    assert "Not connected to anybody just now" in shown.words
    assert 'hx-trigger="live:changed from:body' in shown.text
    await pages.call("talk.post", space=space, text="the answer is in it", warning="food")
    shown = await pages.get(pages.url("home"))
    assert "with a content warning: food" in shown.words
    assert "the answer" not in shown.text


@pytest.mark.parametrize(
    ("members", "points", "told"),
    [
        (2, 1, "Connected: 2 members directly, 1 keeper or relay"),
        (1, 0, "Connected: 1 member directly"),
        (0, 2, "Connected: 2 keepers or relays"),
        (0, 0, "Not connected to anybody just now"),
    ],
)
async def test_whom_one_is_connected_with_is_said_in_words(
    pages: Pages, monkeypatch: pytest.MonkeyPatch, members: int, points: int, told: str
) -> None:
    await pages.space()
    plain = pages.house.call

    async def call(name: str, params: object) -> object:
        answer = await plain(name, params)  # type: ignore[arg-type] - passed on as it is
        if name == "space.overview":
            answer[0]["connected"] = {"members": members, "meeting_points": points, "names": []}
        return answer

    monkeypatch.setattr(pages.house, "call", call)
    assert told in (await pages.get(pages.url("home"))).words


async def test_how_much_is_new_is_a_bare_number_for_a_page_in_the_background(pages: Pages) -> None:
    assert (await pages.get(pages.url("fresh"))).text == "0"
    await pages.house.lock()
    assert (await pages.get(pages.url("fresh"))).path == pages.url("unlock")


async def test_a_name_that_is_missing_leaves_the_rest_typed(pages: Pages) -> None:
    shown = await pages.post(pages.url("found"), {"name": "Circle <b>", "called": ""})
    assert shown.status == 422
    assert 'value="Circle &lt;b&gt;"' in shown.text
    assert await pages.call("space.list") == []


@pytest.mark.parametrize("link", ["", "   ", "https://example.org", "tadamun:join#AAAA", "x" * 5000])
async def test_a_link_that_is_none_is_given_back(pages: Pages, link: str) -> None:
    shown = await pages.post(pages.url("join"), {"link": link, "called": "Sam"})
    assert shown.status == 422
    assert 'role="alert"' in shown.text
    assert 'value="Sam"' in shown.text
    assert await pages.call("space.list") == []


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
def test_the_code_in_a_picture_is_read(kind: str) -> None:
    assert codes.read(code(LINK, kind)) == LINK


def test_a_photograph_that_is_turned_and_large_is_read() -> None:
    whole = Image.new("L", (3000, 2200), 180)
    whole.paste(Image.open(io.BytesIO(code(LINK, scale=12))).rotate(7, expand=True, fillcolor=255), (300, 200))
    out = io.BytesIO()
    whole.save(out, "jpeg", quality=70)
    assert codes.read(out.getvalue()) == LINK


def bomb() -> bytes:
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "png")
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no picture",
        code("https://example.org/other"),
        code(LINK)[:200],
        b"GIF89a" + bytes(50),
        bytes(codes.MOST + 1),
    ],
    ids=["empty", "text", "another code", "cut off", "another format", "too many bytes"],
)
def test_what_holds_no_invitation_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(UsageError, match="Nothing was sent"):
        codes.read(data)


def test_an_image_bomb_is_not_decoded() -> None:
    with pytest.raises(UsageError, match="too large"):
        codes.read(bomb())


async def test_a_picture_is_enough_to_ask_by(pages: Pages) -> None:
    shown = await upload(pages, code("tadamun:join#AAAA"))
    assert shown.status == 422
    assert "No code" not in shown.words, "the code was read; what is in it is no invitation"
    shown = await upload(pages, b"no picture")
    assert "No code with an invitation" in shown.words


async def test_who_waits_is_told_so(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    from tadamun.web import home

    monkeypatch.setattr(home, "PATIENT", 0.05)
    space = await pages.space("Elsewhere", "Nour")
    made = await pages.call("invite.new", space=space)
    await pages.call("space.forget", space=space, confirm=space)
    shown = await pages.post(
        pages.url("join"), {"link": f" {made['link'][:40]}\r\n{made['link'][40:]}", "called": "Sam"}
    )
    assert shown.path == pages.url("home")
    assert "Nobody who can let you in has answered yet" in shown.words
    assert "Waiting to be let in" in shown.words
