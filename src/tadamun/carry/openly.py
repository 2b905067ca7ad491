"""Giving one public event to one relay of the open network, once, and hearing what it says.

For what a person makes public on purpose. It proves no key (NIP-42), asks nothing else, and tries no second time: the
person sees the answer and decides. This file does not know what the event says.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import Final

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI

from tadamun.carry.address import parse_address
from tadamun.carry.frames import Took, hear
from tadamun.carry.link import dial
from tadamun.carry.status import Trouble
from tadamun.carry.surroundings import Patience
from tadamun.core.errors import RemoteError

MOST_HEARD: Final = 20  # messages until it answers: a challenge and notices may come first


async def give(address: str, event_id: str, raw: bytes, patience: Patience) -> tuple[bool, str]:
    """(whether the relay took it, what it said of that: in its own words, or a `Trouble`).

    Raises RemoteError for an address that is none; whatever goes wrong on the way is told and not raised.
    """
    where = parse_address(address)
    try:
        async with asyncio.timeout(patience.answer):
            return await _give(where.text, event_id, raw, patience)
    except (RemoteError, InvalidHandshake, InvalidURI):
        return False, Trouble.NOT_A_RELAY
    except ConnectionClosed:
        return False, Trouble.CLOSED
    except ssl.SSLError:
        return False, Trouble.TLS
    except TimeoutError:
        return False, Trouble.TIMEOUT
    except OSError:
        return False, Trouble.UNREACHABLE


async def _give(address: str, event_id: str, raw: bytes, patience: Patience) -> tuple[bool, str]:
    socket = await dial(address, patience)
    try:
        await socket.send(b'["EVENT",' + raw + b"]", text=True)
        for _ in range(MOST_HEARD):
            match hear(await socket.recv(decode=False)):
                case Took(id=one, ok=ok, why=why) if one in (event_id, ""):
                    return ok, why
                case _:
                    continue
        return False, Trouble.NOT_A_RELAY
    finally:
        socket.transport.abort()  # no courtesies: who talks for ever would be listened to for as long
