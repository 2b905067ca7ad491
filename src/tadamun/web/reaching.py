"""How others may reach one: the four choices in plain words, each with what it shows to whom, and the form that asks.

The first run and the settings both ask. What a choice does is node/calls_reach.py's.
"""

from __future__ import annotations

from typing import Any, Final

from tadamun.i18n.words import _
from tadamun.web.page import Form

PORT: Final = 7447


def options() -> list[tuple[str, str, str]]:
    """For `forms.choice`: (value, words, what it shows to whom)."""
    return [
        (
            "alone",
            _("This computer only"),
            _(
                "Nobody can come to you. Your node goes out by itself, to the addresses that are in an invitation or "
                "that you add. Those computers see your internet address, and nothing of what you write."
            ),
        ),
        (
            "near",
            _("This local network"),
            _(
                "Members who are in the same network, at home or in a café, find you by themselves. Everybody in this "
                "network can see that some program answers here, under a name that changes every hour; not who you "
                "are, nor which spaces you are in."
            ),
        ),
        (
            "address",
            _("An address of your own"),
            _(
                "Members of your spaces come to you from anywhere. They all see this address, and it can lead to the "
                "place you live in. Whoever watches your line sees that a service runs here."
            ),
        ),
        (
            "keeper",
            _("A keeper"),
            _(
                "A computer that is always on takes what is for you, sealed, until you fetch it. It sees your internet "
                "address, when you are there and how much comes; it can read nothing. The others need the same keeper."
            ),
        ),
    ]


def chosen(form: Form) -> dict[str, Any]:
    """For `node.reach_by`: what was chosen, without what belongs to the other choices."""
    how = form.line("how", "alone")
    asked: dict[str, Any] = {"how": how}
    if how in ("near", "address"):
        asked["port"] = form.number("port", PORT)
    if how == "address":
        asked["address"] = address(form.line("address"))
    if how == "keeper":
        asked["keeper"] = address(form.line("keeper"))
    return asked


def address(typed: str) -> str:
    """With `ws://` before it, where somebody wrote nothing but a name and a port."""
    return typed if not typed or "://" in typed else f"ws://{typed}"
