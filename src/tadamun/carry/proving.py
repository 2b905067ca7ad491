"""NIP-42 on the client's side: prove to one relay, on one connection, every mailbox key that it is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from tadamun.core.event import Draft, to_json
from tadamun.core.ports import Clock, Signer

KIND: Final = 22242


class Proving:
    """Told of challenges and answers; `prove` does what is still to be done. patience: seconds for the answers.

    The proof names the address that was dialled, so that it is worth nothing at another relay.
    """

    def __init__(self, send: Callable[[bytes], Awaitable[None]], address: str, clock: Clock, patience: float) -> None:
        self._send, self._address, self._clock, self._patience = send, address, clock, patience
        self._challenge = ""
        self._challenged = asyncio.Event()
        self._waiting: dict[str, asyncio.Future[bool]] = {}
        self._proven: set[str] = set()

    @property
    def asked(self) -> bool:
        """Whether the relay has sent a challenge."""
        return self._challenge != ""

    def challenge(self, text: str) -> bool:
        """AUTH of the relay. True when it is a new challenge: everything is to be proved to it."""
        if text == self._challenge:
            return False
        self._challenge = text
        self._challenged.set()
        self._proven.clear()
        return True

    def answered(self, event_id: str, ok: bool) -> bool:
        """OK of the relay. False when it is not about a proof."""
        answer = self._waiting.pop(event_id, None)
        if answer is not None and not answer.done():
            answer.set_result(ok)
        return answer is not None

    async def prove(self, signers: Mapping[str, Signer], wait: float) -> None:
        """Prove every key not yet proven. Without a challenge within `wait` seconds, go on without."""
        try:
            async with asyncio.timeout(wait):
                await self._challenged.wait()
        except TimeoutError:
            return
        loop = asyncio.get_running_loop()
        tags = (("relay", self._address), ("challenge", self._challenge))
        answers: dict[str, asyncio.Future[bool]] = {}
        for key, signer in signers.items():
            if key not in self._proven:
                proof = signer.sign(Draft(KIND, "", tags, self._clock.now()))
                answers[key] = self._waiting[proof.id] = loop.create_future()
                await self._send(b'["AUTH",' + to_json(proof) + b"]")
        if answers:
            await asyncio.wait(answers.values(), timeout=self._patience)
            self._proven.update(key for key, answer in answers.items() if answer.done() and answer.result())
