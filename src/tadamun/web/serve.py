"""Serving the application on an open socket, until cancelled: uvicorn, as part of the node's own event loop.

No access log, no words about errors: both would tell others what was read. Signals are the command's (cli/stopping.py).
Everybody on this computer can open connections, and say nothing on them: as soon as there are many, those of other
users are closed, so that neither the pages nor the node, which needs open files too, are kept from working.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from tadamun.web import neighbour
from tadamun.web.guard import Owner

MOST_CONNECTIONS: Final = 300
MOST_UNASKED: Final = 100  # connections at once of which nobody asks whose they are
GRACE: Final = 1  # seconds for answers that are under way when it ends


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _protocol(owner: Owner) -> type[H11Protocol]:
    class Connection(H11Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.Transport), "a socket's"
            super().connection_made(transport)
            many = len(self.connections)
            if many >= MOST_CONNECTIONS or (many > MOST_UNASKED and self._another()):
                transport.abort()

        def _another(self) -> bool:
            if self.client is None or self.server is None or self.server[1] is None:
                return False
            return owner(self.client, (self.server[0], self.server[1])) not in (None, os.geteuid())

    return Connection


async def serve(app: ASGIApp, listening: socket.socket, owner: Owner = neighbour.owner) -> None:
    """Answer until cancelled, then close every connection. owner: as neighbour.py tells whose a connection is."""
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).disabled = True
    config = uvicorn.Config(
        app,
        http=_protocol(owner),
        ws="none",
        lifespan="off",
        loop="none",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=GRACE,
    )
    server = _Server(config)
    try:
        await server.serve(sockets=[listening])
    finally:
        if server.started and not server.should_exit:
            await server.shutdown(sockets=[listening])
