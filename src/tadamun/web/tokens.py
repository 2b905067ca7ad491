"""Form tokens: no page but ours can send a form, and no form is done twice.

A token is a number used once, the time, and a keyed BLAKE2b (RFC 7693) of both and the session, so that a page may hold
hundreds of forms and nothing is remembered until one is sent. What came of a sent one is remembered: the same form sent
again (two clicks, back and again, a reload) is answered by what came of it the first time.
Scripts that save drafts and marks send what may be repeated: for them a session has one token that stays.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from typing import Final

from tadamun.core.ports import Random

LIFE: Final = 86_400  # seconds a form may lie open
MOST_USED: Final = 10_000
_NONCE, _TIME, _MAC = 12, 6, 16  # bytes
_KEY: Final = 32


class Tokens:
    """One for the life of the process. now: seconds on a clock that only goes forward."""

    def __init__(self, random: Random, now: Callable[[], float]) -> None:
        self._random, self._now = random, now
        self._key = random.bytes(_KEY)
        self._results: dict[str, asyncio.Future[str | None]] = {}
        self._from = 0  # what was made before counts no more: it may have been used, and that is forgotten

    def make(self, session: str) -> str:
        """A new one for a form of that session."""
        body = self._random.bytes(_NONCE) + int(self._now()).to_bytes(_TIME, "big")
        return (body + self._mac(body, session)).hex()

    def standing(self, session: str) -> str:
        """The session's own, for what may be repeated."""
        return self._mac(b"standing", session).hex()

    def is_standing(self, session: str, given: str) -> bool:
        return self._same(given, self.standing(session))

    def good(self, session: str, given: str) -> bool:
        """Made by us for that session, and not too long ago; used or not."""
        try:
            raw = bytes.fromhex(given)
        except ValueError:
            return False
        if len(raw) != _NONCE + _TIME + _MAC or given != raw.hex():
            return False
        body = raw[: _NONCE + _TIME]
        if not self._same(given, (body + self._mac(body, session)).hex()):
            return False
        made = int.from_bytes(body[_NONCE:], "big")
        return made >= max(self._from, int(self._now()) - LIFE)

    async def begin(self, given: str) -> str | None:
        """None: the form is the caller's to do, who then calls `end`. Else: where its doing led to, waited for if it is
        being done right now."""
        while (doing := self._results.get(given)) is not None:
            led_to = await asyncio.shield(doing)
            if led_to is not None:
                return led_to
        self._results[given] = asyncio.get_running_loop().create_future()
        for gone in list(self._results)[: max(0, len(self._results) - MOST_USED)]:
            self._from = max(self._from, int.from_bytes(bytes.fromhex(gone)[_NONCE : _NONCE + _TIME], "big") + 1)
            del self._results[gone]
        return None

    def end(self, given: str, led_to: str | None) -> None:
        """led_to: the address that answers; None: nothing was done, so that the form may be sent again."""
        doing = self._results.get(given) if led_to else self._results.pop(given, None)
        if doing is not None and not doing.done():
            doing.set_result(led_to)

    def _mac(self, body: bytes, session: str) -> bytes:
        return hashlib.blake2b(session.encode() + b"\0" + body, key=self._key, digest_size=_MAC).digest()

    def _same(self, given: str, expected: str) -> bool:
        """Compared by their hashes under our key: how long that takes tells nothing of how much was right."""
        return self._mac(given.encode("utf-8", "surrogatepass"), "") == self._mac(expected.encode(), "")
