"""A small NIP-01 relay that can be made to misbehave in every way a stranger's relay may. Not the project's relay."""

from __future__ import annotations

import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from tadamun.carry.reconcile import Side

Json = dict[str, Any]


@dataclass
class Flaws:
    """What is wrong with it. page: most events it gives a REQ, whatever the limit asked for."""

    page: int = 500
    ignores_limit: bool = False
    ignores_until: bool = False
    exclusive_until: bool = False
    withholds: int = 0  # of 100 stored events; the same ones each time
    backwards: bool = False
    repeats: int = 1
    garbage: int = 0  # useless messages before each answer
    never_ends: bool = False  # no EOSE
    hangs_up_after: int = 0  # events sent, then closes
    rubbish_for_ever: bool = False
    takes: str = "all"  # all | nothing | silent | nameless
    slow_down: int = 0  # first so many EVENTs are refused with rate-limited
    wants_proof: bool = False
    late_challenge: bool = False  # the challenge comes with the first refusal
    reconciles: bool = False
    too_many: int = 0  # NIP-77: refuses more stored events than this
    refuses_difference: str = ""
    says_nothing_of_itself: bool = False
    limitation: Json = field(default_factory=dict)


class SmallRelay:
    def __init__(self, flaws: Flaws | None = None) -> None:
        self.flaws = flaws or Flaws()
        self.events: dict[str, Json] = {}
        self.asked: list[Json] = []  # every filter of every REQ and NEG-OPEN
        self.heard: list[str] = []  # every verb
        self.offered: list[str] = []  # ids of every EVENT
        self.proven: list[str] = []
        self.open: dict[ServerConnection, dict[str, list[Json]]] = {}
        self.connections = 0
        self.port = 0
        self._slowed = 0

    @property
    def address(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def running(self, port: int = 0) -> AsyncIterator[SmallRelay]:
        async with serve(
            self._serve, "127.0.0.1", port, process_request=self._about, compression=None, close_timeout=0.1
        ) as server:
            self.port = server.sockets[0].getsockname()[1]
            yield self

    def add(self, event: Json) -> None:
        self.events[event["id"]] = event

    async def hang_up(self) -> None:
        for socket in list(self.open):
            await socket.close()

    def _about(self, socket: ServerConnection, request: Request) -> Response | None:
        if "Upgrade" in request.headers:
            return None
        if self.flaws.says_nothing_of_itself:
            return Response(404, "Not Found", Headers())
        nips = [1, 11] + [42] * self.flaws.wants_proof + [77] * self.flaws.reconciles
        body = json.dumps({"supported_nips": nips, "limitation": self.flaws.limitation}).encode()
        return Response(200, "OK", Headers({"Content-Length": str(len(body))}), body)

    async def _serve(self, socket: ServerConnection) -> None:
        self.connections += 1
        self.open[socket] = {}
        sides: dict[str, Side] = {}
        proven: set[str] = set()
        challenge = secrets.token_hex(8)
        try:
            if self.flaws.wants_proof and not self.flaws.late_challenge:
                await say(socket, "AUTH", challenge)
            async for message in socket:
                verb, *rest = json.loads(message)
                self.heard.append(verb)
                match verb:
                    case "AUTH":
                        good = ["challenge", challenge] in rest[0]["tags"] and ["relay", self.address] in rest[0][
                            "tags"
                        ]
                        if good:
                            proven.add(rest[0]["pubkey"])
                            self.proven.append(rest[0]["pubkey"])
                        await say(socket, "OK", rest[0]["id"], good, "" if good else "auth-required: not so")
                    case "EVENT":
                        await self._event(socket, rest[0])
                    case "REQ":
                        self.asked += rest[1:]
                        if self.flaws.wants_proof and any(not proven >= set(f.get("#p", ())) for f in rest[1:]):
                            if self.flaws.late_challenge:
                                await say(socket, "AUTH", challenge)
                            await say(socket, "CLOSED", rest[0], "auth-required: prove the mailbox")
                        else:
                            self.open[socket][rest[0]] = rest[1:]
                            await self._answer(socket, rest[0], rest[1:])
                    case "CLOSE":
                        self.open[socket].pop(rest[0], None)
                    case "NEG-OPEN":
                        self.asked.append(rest[1])
                        found = self._find(rest[1])
                        if self.flaws.refuses_difference:
                            await say(socket, "NEG-ERR", rest[0], self.flaws.refuses_difference)
                        elif self.flaws.too_many and len(found) > self.flaws.too_many:
                            await say(
                                socket, "NEG-ERR", rest[0], "blocked: too many query results", self.flaws.too_many
                            )
                        else:
                            sides[rest[0]] = Side([(e["created_at"], e["id"]) for e in found], 4096)
                            answer = sides[rest[0]].answer(bytes.fromhex(rest[2])).reply or b""
                            await say(socket, "NEG-MSG", rest[0], answer.hex())
                    case "NEG-MSG":
                        answer = sides[rest[0]].answer(bytes.fromhex(rest[1])).reply or b""
                        await say(socket, "NEG-MSG", rest[0], answer.hex())
        except ConnectionClosed:
            pass
        finally:
            del self.open[socket]

    async def _event(self, socket: ServerConnection, event: Json) -> None:
        self.offered.append(event["id"])
        if self._slowed < self.flaws.slow_down:
            self._slowed += 1
            await say(socket, "OK", event["id"], False, "rate-limited: slow down")
            return
        match self.flaws.takes:
            case "nothing":
                await say(socket, "OK", event["id"], False, "blocked: not you")
            case "nameless":
                await say(socket, "OK", "", False, "invalid: something")
            case "all":
                new = event["id"] not in self.events
                self.add(event)
                await say(socket, "OK", event["id"], new, "" if new else "duplicate: have it")
                if new:
                    await self.spread(event)

    async def spread(self, event: Json) -> None:
        """Send an event to all live subscriptions that match."""
        for other, subs in list(self.open.items()):
            for sub, filters in list(subs.items()):
                if any(matches(event, f) for f in filters):
                    await say(other, "EVENT", sub, event)

    def _find(self, wanted: Json) -> list[Json]:
        flaws = self.flaws
        wanted = dict(wanted)
        if flaws.ignores_until:
            wanted.pop("until", None)
        elif flaws.exclusive_until and "until" in wanted:
            wanted["until"] -= 1
        found = [e for e in self.events.values() if matches(e, wanted)]
        found.sort(key=lambda e: (-e["created_at"], e["id"]))
        return [e for e in found if int(e["id"][:8], 16) % 100 >= flaws.withholds]

    async def _answer(self, socket: ServerConnection, sub: str, filters: list[Json]) -> None:
        flaws = self.flaws
        for k in range(flaws.garbage):
            await socket.send(("{", '["EVENT"]', "[" * 5_000, "\x00", f'["EVENT","{sub}",{{"id":7}}]')[k % 5])
        while flaws.rubbish_for_ever:
            await say(socket, "NOTICE", "buy our relay " * 500)
        sent = 0
        for wanted in filters:
            page = self._find(wanted)
            if not flaws.ignores_limit:
                page = page[: min(wanted.get("limit", flaws.page), flaws.page)]
            if flaws.backwards:
                page.reverse()
            for event in page:
                for _ in range(flaws.repeats):
                    await say(socket, "EVENT", sub, event)
                    sent += 1
                    if flaws.hangs_up_after and sent >= flaws.hangs_up_after:
                        await socket.close()
                        return
        if not flaws.never_ends:
            await say(socket, "EOSE", sub)


def matches(event: Json, wanted: Json) -> bool:
    return (
        ("ids" not in wanted or event["id"] in wanted["ids"])
        and ("kinds" not in wanted or event["kind"] in wanted["kinds"])
        and wanted.get("since", 0) <= event["created_at"] <= wanted.get("until", 2**63)
        and ("#p" not in wanted or any(t[0] == "p" and t[1] in wanted["#p"] for t in event["tags"]))
    )


async def say(socket: ServerConnection, *words: Any) -> None:
    await socket.send(json.dumps(words))
