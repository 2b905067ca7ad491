"""What answers a plain HTTP request to a relay, or a web page's attempt to talk with it: nothing that names it."""

from __future__ import annotations

import asyncio
import json

import pytest
from bystanders import house
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from kits.callers import House
from tadamun.core.errors import Reason

pytestmark = pytest.mark.anyio


async def ask_http(home: House, request: str) -> tuple[str, str]:
    reader, writer = await asyncio.open_connection("127.0.0.1", home.port)
    writer.write(request.replace("\n", "\r\n").encode())
    answer = (await asyncio.wait_for(reader.read(), 5)).decode()
    writer.close()
    head, _, body = answer.partition("\r\n\r\n")
    return head, body


@pytest.mark.parametrize("public", [False, True])
async def test_plain_requests_get_nip_11_or_a_page_that_names_nothing(public: bool) -> None:
    async with house(public=public).open() as home:
        head, body = await ask_http(home, "GET / HTTP/1.1\nHost: x\nAccept: application/nostr+json\n\n")
        said = json.loads(body)
        assert said["supported_nips"] == [1, 9, 11, 40, 42, 45, 70, 77]
        assert said["limitation"]["max_limit"] == 5_000
        assert said["limitation"]["auth_required"] is not public
        assert "application/nostr+json" in head
        assert ("Access-Control-Allow-Origin: *" in head) is public
        page_head, page = await ask_http(home, "GET /any/path?x HTTP/1.1\nHost: x\nAccept: text/html\n\n")
        for text in (head, body, page_head, page):
            for word in ("tadamun", "nostr", "websockets", "Python"):
                assert word.lower() not in text.lower().replace("application/nostr+json", "")
        assert page_head.startswith("HTTP/1.1 200")
        assert not home.counters


async def test_a_web_page_cannot_talk_with_a_node_that_has_nothing_public() -> None:
    origin = {"Origin": "https://evil.example"}
    async with house().open() as home:
        with pytest.raises(InvalidStatus) as refused:
            await connect(home.address, additional_headers=origin, proxy=None)
        assert refused.value.response.status_code == 403
        assert home.counters == {Reason.NOT_ALLOWED: 1}
    async with house(public=True).open() as home, home.caller(additional_headers=origin) as caller:
        assert (await caller.ask("REQ", "s", {"kinds": [1]})) == ["EOSE", "s"]


async def test_two_host_headers_are_refused() -> None:
    async with house().open() as home:
        head, _ = await ask_http(home, "GET / HTTP/1.1\nHost: x\nHost: y\n\n")
        assert head.startswith("HTTP/1.1 403")
