"""The server among others on the same computer: whoever opens connections and says nothing keeps nobody out."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import pytest

from kits.visitor import Pages
from tadamun.web.serve import MOST_CONNECTIONS, MOST_UNASKED, serve

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def served(pages: Pages, strangers: set[int]) -> AsyncIterator[int]:
    """The pages' port. strangers: ports of connections that belong to another user."""

    def owner(client: tuple[str, int], server: tuple[str, int]) -> int:
        return os.geteuid() + (client[1] in strangers)

    listening = socket.create_server(("127.0.0.1", 0))
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(serve(pages.made.app, listening, owner))
        try:
            yield listening.getsockname()[1]
        finally:
            serving.cancel()


async def opened(port: int, strangers: set[int], theirs: bool) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    ours = socket.socket()
    ours.bind(("127.0.0.1", 0))
    if theirs:
        strangers.add(ours.getsockname()[1])
    ours.setblocking(False)
    await asyncio.get_running_loop().sock_connect(ours, ("127.0.0.1", port))
    return await asyncio.open_connection(sock=ours)


async def closed(reader: asyncio.StreamReader) -> bool:
    with suppress(ConnectionResetError):
        return await reader.read(1) == b""
    return True


async def asks(port: int, strangers: set[int]) -> bytes:
    reader, writer = await opened(port, strangers, theirs=False)
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    answer = await reader.read()
    writer.close()
    return answer.partition(b"\r\n")[0]


@pytest.mark.parametrize("theirs", [True, False])
async def test_silent_connections_of_others_keep_nobody_out(fresh: Pages, theirs: bool) -> None:
    strangers: set[int] = set()
    async with asyncio.timeout(30), served(fresh, strangers) as port, AsyncExitStack() as stack:
        readers = []
        for _ in range(MOST_CONNECTIONS + 20):
            reader, writer = await opened(port, strangers, theirs)
            stack.callback(writer.close)
            readers.append(reader)
        # Those that are one too many are closed; what is asked by the person's own browser is answered.
        for reader in readers[MOST_UNASKED if theirs else MOST_CONNECTIONS :]:
            assert await closed(reader)
        assert not readers[0].at_eof()
        if theirs:
            assert await asks(port, strangers) == b"HTTP/1.1 421 Misdirected Request"
