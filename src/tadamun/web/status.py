"""Status: what moves, what waits, what was refused and why. Sentences first; the counters stand behind them."""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import Response

from tadamun.i18n import formats
from tadamun.i18n.terms import REASONS, STANDINGS, STATES, term
from tadamun.i18n.words import say
from tadamun.web.instead import instead
from tadamun.web.page import Page, Visit


async def status(visit: Visit) -> Response:
    told = await visit.call("node.status")
    reach = await visit.call("node.reach")
    connected = {one["space"]: one["connected"] for one in await visit.call("space.overview")}
    for one in told["spaces"]:
        one["standing"] = term(STANDINGS, one["status"])
        one["connected"] = connected.get(one["space"], {"members": 0, "meeting_points": 0, "names": []})
        one["peers"] = [{**peer, "words": term(STATES, peer["what"])} for peer in one["peers"]]
    return await visit.render(
        "status.html",
        node=told["node"],
        uptime=formats.span(told["node"]["uptime"]),
        told=told["spaces"],
        reach=reach,
        stored=told["stored"],
        moving=sum(one["outbox"] + one["waiting"] for one in told["spaces"]),
        parked=sum(one["parked"] for one in told["spaces"]),
        counters=[(term(REASONS, reason), count) for reason, count in sorted(told["counters"].items())],
        refused=sum(told["counters"].values()),
    )


async def check(visit: Visit) -> Response:
    """What `tadamun doctor` looks at."""
    found: list[dict[str, Any]] = (await visit.call("node.doctor"))["checks"]
    checks = [(one["ok"], say(instead(one["message"]), **one["arguments"])) for one in found]
    return await visit.render("check.html", checks=checks, well=all(ok for ok, _words in checks))


PAGES: Final = (
    Page("/status", "status", status),
    Page("/status/check", "check", check),
)
