"""`tadamun status`, `doctor`, `rebuild`: how the node is, and making it well."""

from __future__ import annotations

from typing import Any

import click

from tadamun.cli.common import N_, Here, _, ask, command, name, once, paint, say, say_count, show, table
from tadamun.cli.kinds import role_name
from tadamun.i18n import formats
from tadamun.i18n.terms import REASONS, STANDINGS, STATES, term


@command("status", help=N_("How your node and your spaces are."), example="tadamun status", space=False)
def status(here: Here) -> None:
    def human(told: dict[str, Any]) -> list[str]:
        lines = _node(here, told["node"])
        for one in told["spaces"]:
            lines += ["", *_space(here, one)]
        if told["counters"]:
            rows = [
                (term(REASONS, reason), formats.number(count)) for reason, count in sorted(told["counters"].items())
            ]
            lines += ["", _("Dropped or set aside, because it was"), *_indent(table(here, rows))]
        stored = told["stored"]
        lines += [
            "",
            say(
                "On disk: {vault} in the vault, {wire} of sealed events.",
                vault=formats.size(stored["vault_bytes"]),
                wire=formats.size(stored["wire_bytes"]),
            ),
        ]
        return lines

    told = ask(here, "node.status", {})
    told["node"]["running"] = not here.alone
    show(here, told, human)


def _node(here: Here, node: dict[str, Any]) -> list[str]:
    if not node["running"]:
        return [_("Your node is not running. Start it with `tadamun up`.")]
    lines = [
        paint(
            here,
            say(
                "Your node is running, for {time} (process {pid}).",
                time=formats.span(node["uptime"]),
                pid=str(node["pid"]),
            ),
            bold=True,
        )
    ]
    return lines + _indent(table(here, [(_("Listening"), name(address)) for address in node["listening"]]))


def _space(here: Here, one: dict[str, Any]) -> list[str]:
    peers = [f"{name(peer['address'])} ({term(STATES, peer['what'])})" for peer in one["peers"]]
    rows = [
        (_("Members"), formats.number(one["members"])),
        (_("You are"), term(STANDINGS, one["status"]) or role_name(one["level"])),
        *((_("Peers"), peer) for peer in peers or [_("none yet")]),
        (_("To be sent"), formats.number(one["outbox"])),
        (_("Waiting for what they refer to"), formats.number(one["parked"])),
    ]
    for told in one["alerts"]:
        words = say(told["message"], **told["arguments"])  # a msgid of its room's
        rows.append((_("To see to"), paint(here, words, colour="red") if told["urgent"] else words))
    if one["cannot_sign"]:
        rows.append((_("No checkpoint without"), paint(here, ", ".join(map(name, one["cannot_sign"])), colour="red")))
        rows.append(("", _("What to do: `tadamun doctor`")))
    if one["alarms"]:
        rows.append((_("Checkpoints that contradict each other"), paint(here, str(one["alarms"]), colour="red")))
    return [paint(here, name(one["name"]), bold=True), *_indent(table(here, once(rows)))]


@command(
    "doctor",
    help=N_("Check your node and your vault, and say what to do.\n\nThe exit code is 1 if a check fails."),
    example="tadamun doctor",
    space=False,
)
def doctor(here: Here) -> None:
    told = ask(here, "node.doctor", {})

    def human(told: dict[str, Any]) -> list[str]:
        return [
            f"{_mark(here, check['ok'])} {say(check['message'], **check['arguments'])}"  # a msgid of the node's
            for check in told["checks"]
        ]

    show(here, told, human)
    if not all(check["ok"] for check in told["checks"]):
        raise click.exceptions.Exit(1)


@command(
    "rebuild",
    help=N_(
        "Make everything that is shown anew from the log, and see that it comes out the same.\n\n"
        "The log itself is only read. The exit code is 1 if something differed."
    ),
    example="tadamun rebuild",
    space=False,
)
def rebuild(here: Here) -> None:
    told = ask(here, "node.rebuild", {})

    def human(told: dict[str, Any]) -> tuple[str, str]:
        read = say_count("{count} event was read again.", "{count} events were read again.", told["events"])
        if told["same"]:
            return read, _("Everything came out the same.")
        return read, _("Something came out different; what is shown now is right. Please tell those who make Tadamun.")

    show(here, told, human)
    if not told["same"]:
        raise click.exceptions.Exit(1)


def _mark(here: Here, ok: bool) -> str:
    return paint(here, "✓", colour="green") if ok else paint(here, "✗", colour="red", bold=True)


def _indent(lines: list[str]) -> list[str]:
    return ["  " + line for line in lines]
