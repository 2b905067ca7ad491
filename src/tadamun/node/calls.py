"""All calls of the node itself, by name; those of the rooms stand beside the rooms (docs/adr/0004-calls.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tadamun.node import (
    calls_choices,
    calls_device_links,
    calls_members,
    calls_node,
    calls_overview,
    calls_preferences,
    calls_reach,
    calls_removal,
    calls_rules,
    calls_spaces,
    calls_stored,
)
from tadamun.node.workbench import Call

CALLS: Final[Mapping[str, Call]] = {
    **calls_node.CALLS,
    **calls_overview.CALLS,
    **calls_preferences.CALLS,
    **calls_reach.CALLS,
    **calls_spaces.CALLS,
    **calls_members.CALLS,
    **calls_choices.CALLS,
    **calls_device_links.CALLS,
    **calls_removal.CALLS,
    **calls_rules.CALLS,
    **calls_stored.CALLS,
}
