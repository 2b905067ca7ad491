"""One connection to our relay: the conversation of NIP-01, 42, 45, 70 and 77 with somebody we do not know.

What comes in is taken in the order it came; events that follow each other are let in as one batch. Whatever goes wrong
here ends this connection and nothing else. This file does not know HTTP, sockets or other connections.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Final

import msgspec

from tadamun.carry import proof, reading
from tadamun.carry.filters import decode_filter
from tadamun.carry.gate import claimed_id
from tadamun.carry.house import Ended, Hearing, House
from tadamun.carry.pace import Bucket
from tadamun.carry.pipe import Pipe
from tadamun.carry.questions import Questions
from tadamun.carry.reconciliations import Reconciliations
from tadamun.core.errors import Reason, RemoteError
from tadamun.core.event import parse

MAX_NAME: Final = 64  # characters of a subscription id
MAX_INBOX: Final = 256  # messages read ahead
MAX_INBOX_BYTES: Final = 1024 * 1024
MAX_MISTAKES: Final = 50  # messages not as the protocol says, before the connection is closed
MAX_REFUSED: Final = 1_000  # events over a stranger's pace, likewise

_message: Final = msgspec.json.Decoder(list[msgspec.Raw])
_text: Final = msgspec.json.Decoder(str)


class Guest:
    """host: the Host header it came with; challenge: random text for NIP-42. Call `stay` once."""

    def __init__(self, house: House, socket: Hearing, host: str, challenge: str) -> None:
        now = house.monotonic()
        self.proven: set[str] = set()
        self.pipe = Pipe(socket, house.policy.queue, house.policy.stall)
        self.questions = Questions(house, self.pipe, self.proven, self._spend)
        self._reconciliations = Reconciliations(house, self.pipe, self.proven, self._spend)
        self._house, self._socket, self._host, self._challenge = house, socket, host, challenge
        self._inbox: deque[str] = deque()
        self._inbox_bytes = 0
        self._some, self._space = asyncio.Event(), asyncio.Event()
        self._asked, self._brought = Bucket(house.policy.asking, now), Bucket(house.policy.stranger, now)
        self._member = False
        self._mistakes = self._refused = 0

    @property
    def is_member(self) -> bool:
        """Whether it proved a mailbox that this node serves. A keeper serves them all."""
        policy = self._house.policy
        if not self._member and ((policy.keeper and self.proven) or any(map(policy.known, self.proven))):
            self._member = True
            self._brought = Bucket(self._house.policy.member, self._house.monotonic())
        return self._member

    async def stay(self) -> None:
        """Talk until the connection ends. Raises RemoteError when it is to be closed by the peer's fault, else what
        went wrong here (the wire store, a mistake of ours)."""
        self._say("AUTH", self._challenge)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._read())
                tasks.create_task(self._work())
                tasks.create_task(self._expect_proof())
                tasks.create_task(self._tidy())
                tasks.create_task(self.pipe.run())
        except ExceptionGroup as group:
            fault = _worst(group)
            if not isinstance(fault, Ended):
                raise fault from None
        finally:
            self.questions.close_all()
            self._reconciliations.close_all()

    # The tasks of a connection, besides the pipe's.

    async def _read(self) -> None:
        while (message := await self._socket.receive()) is not None:
            if isinstance(message, bytes):
                raise RemoteError(Reason.PROTOCOL, "binary message")
            self._inbox.append(message)
            self._inbox_bytes += len(message)
            self._some.set()
            while len(self._inbox) >= MAX_INBOX or self._inbox_bytes >= MAX_INBOX_BYTES:
                self._space.clear()
                await self._space.wait()
        raise Ended

    async def _work(self) -> None:
        while True:
            await self._some.wait()
            self._some.clear()
            batch, self._inbox, self._inbox_bytes = self._inbox, deque(), 0
            self._space.set()
            events: list[bytes] = []
            for message in batch:
                parts = self._decode(message)
                if len(parts) == 2 and bytes(parts[0]) == b'"EVENT"':
                    events.append(bytes(parts[1]))
                    continue
                await self._bring(events)
                events = []
                if parts:
                    await self._obey(parts)
            await self._bring(events)

    async def _expect_proof(self) -> None:
        """Where nothing is to be had without a key, those who show none do not keep the place of others."""
        if not self._house.policy.public:
            await asyncio.sleep(self._house.policy.proof)
            if not self.proven:
                raise RemoteError(Reason.TOO_SLOW, "no key was proved")

    async def _tidy(self) -> None:
        while True:
            await asyncio.sleep(self._house.policy.rest)
            self._reconciliations.drop_unused()

    # What is said, and what is answered.

    def _decode(self, message: str) -> list[msgspec.Raw]:
        """The elements of a message, unread; none when it is not a message at all."""
        try:
            parts = _message.decode(message)
        except (ValueError, RecursionError):
            parts = []
        if len(parts) < 2:
            self._mistake(Reason.MALFORMED, "invalid: not a message of this protocol")
            return []
        return parts

    async def _bring(self, events: Sequence[bytes]) -> None:
        """Let events in at the connection's pace: members wait their turn, strangers are told to slow down."""
        if not events:
            return
        now = self._house.monotonic()
        if self.is_member:
            if debt := self._brought.owe(len(events), now):
                self._house.count(Reason.TOO_FAST)
                await asyncio.sleep(debt)
        else:
            taken = [self._brought.take(1, now) for _ in events]
            for raw, within in zip(events, taken, strict=True):
                if not within:
                    self._too_fast(raw)
            events = [raw for raw, within in zip(events, taken, strict=True) if within]
        for verdict in await self._house.gate.admit(events, self):
            if verdict.id:
                self._say("OK", verdict.id, verdict.ok, verdict.text)
            else:
                self._mistake(None, verdict.text)
        await self.pipe.room()

    async def _obey(self, parts: list[msgspec.Raw]) -> None:
        if debt := self._asked.owe(1, self._house.monotonic()):
            self._house.count(Reason.TOO_FAST)
            await asyncio.sleep(debt)
        word = name = ""
        try:
            word = _text.decode(parts[0])
            if word == "AUTH":
                self._prove(bytes(parts[1]))
            else:
                name = _name(parts[1])
                await self._do(word, name, parts[2:])
        except reading.Refused as refused:
            self._house.count(Reason.NOT_ALLOWED)
            self._refuse(word, name, str(refused))
        except RemoteError as error:
            self._refuse(word, name, f"invalid: {error.detail}")
            self._mistake(error.reason, "")
        except (ValueError, RecursionError):
            self._refuse(word, name, "invalid: not a message of this protocol")
            self._mistake(Reason.MALFORMED, "")
        await self.pipe.room()

    async def _do(self, word: str, name: str, rest: list[msgspec.Raw]) -> None:
        match word, rest:
            case "REQ", filters:
                await self.questions.request(name, [decode_filter(raw) for raw in filters])
            case "COUNT", filters:
                await self.questions.count(name, [decode_filter(raw) for raw in filters])
            case "CLOSE", []:
                self.questions.close(name)
            case "NEG-OPEN", [wanted, message]:
                await self._reconciliations.open(name, decode_filter(wanted), _hex(message))
            case "NEG-MSG", [message]:
                await self._reconciliations.answer(name, _hex(message))
            case "NEG-CLOSE", []:
                self._reconciliations.close(name)
            case _:
                raise RemoteError(Reason.PROTOCOL, "not a message of this protocol")

    def _prove(self, raw: bytes) -> None:
        """NIP-42. Several keys may be proved on one connection, and add up."""
        try:
            event = parse(raw)
        except RemoteError as error:
            self._house.count(error.reason)
            self._say("OK", claimed_id(raw), False, f"invalid: {error.reason}")
            return
        try:
            if len(self.proven) >= self._house.policy.max_proofs:
                raise RemoteError(Reason.OVER_QUOTA, "too many keys")
            now = self._house.clock.now()
            self.proven.add(proof.check(event, challenge=self._challenge, host=self._host, now=now))
        except RemoteError as error:
            self._say("OK", event.id, False, f"restricted: {error.detail or error.reason}")
            self._mistake(error.reason, "")
        else:
            self._say("OK", event.id, True, "")

    def _refuse(self, word: str, name: str, text: str) -> None:
        """Say no in the form that the question has for it; what it asked for is not open afterwards."""
        if word in ("NEG-OPEN", "NEG-MSG"):
            self._reconciliations.close(name)
            self._say("NEG-ERR", name, text)
        elif word in ("REQ", "COUNT"):
            self.questions.close(name)
            self._say("CLOSED", name, text)
        else:
            self._say("NOTICE", text)

    def _too_fast(self, raw: bytes) -> None:
        self._house.count(Reason.TOO_FAST)
        self._refused += 1
        if self._refused > MAX_REFUSED:
            raise RemoteError(Reason.TOO_FAST)
        self._say("OK", claimed_id(raw), False, "rate-limited: slow down, or prove the key of a mailbox first")

    def _mistake(self, reason: Reason | None, notice: str) -> None:
        """One more thing not as the protocol says. reason None: counted already. Raises when it was one too many."""
        if reason:
            self._house.count(reason)
        if notice:
            self._say("NOTICE", notice)
        self._mistakes += 1
        if self._mistakes > MAX_MISTAKES:
            raise RemoteError(Reason.PROTOCOL, "too many mistakes")

    def _spend(self, amount: float) -> None:
        """Answers that cost much are paid for before the next question is heard."""
        self._asked.owe(amount, self._house.monotonic())

    def _say(self, *parts: str | bool) -> None:
        self.pipe.put(msgspec.json.encode(parts))


def _name(raw: msgspec.Raw) -> str:
    name = _text.decode(raw)
    if not 0 < len(name) <= MAX_NAME:
        raise RemoteError(Reason.PROTOCOL, "an id has 1 to 64 characters")
    return name


def _hex(raw: msgspec.Raw) -> bytes:
    text = _text.decode(raw)
    # `fromhex` forgives white space.
    if not text.isalnum():
        raise RemoteError(Reason.PROTOCOL, "a reconciliation message is hexadecimal")
    return bytes.fromhex(text)


def _worst(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Of what ended a connection the one to act on: a mistake of ours, else the peer's fault, else its leaving."""
    leaves: list[BaseException] = []
    for error in group.exceptions:
        leaves.append(_worst(error) if isinstance(error, BaseExceptionGroup) else error)
    return min(leaves, key=lambda error: (isinstance(error, Ended), isinstance(error, RemoteError)))
