"""Where the pages are bound."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from kits.visitor import Time
from tadamun.crypto.random import SystemRandom
from tadamun.web.address import Address

pytestmark = pytest.mark.anyio


async def test_small_answers_are_sent_at_once(tmp_path: Path) -> None:
    """Not held back until the browser has confirmed what came before, which costs 40 ms a page."""
    listening = Address(tmp_path / "home", Time(), SystemRandom()).listening
    delay = asyncio.get_running_loop().create_future()

    def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted = writer.get_extra_info("socket")
        delay.set_result(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    async with await asyncio.start_server(met, sock=listening) as server:
        _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        assert await delay
        writer.close()
