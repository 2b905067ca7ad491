"""The pages of people: which there are. What they show is in pages_*.py."""

from __future__ import annotations

from typing import Final

from tadamun.core.words import N_
from tadamun.rooms.people import pages_devices, pages_invites, pages_members, pages_rules, pages_self
from tadamun.rooms.people.pages_members import within
from tadamun.web.page import Handler, Page


def _page(path: str, name: str, get: Handler | None = None, post: Handler | None = None, nav: str = "") -> Page:
    """A page below a space's people, for its members."""
    return Page(
        f"/{{space}}/people{path}",
        name,
        within(get) if get is not None else None,
        within(post) if post is not None else None,
        nav=nav,
        icon="people" if nav else "",
    )


PAGES: Final = (
    _page("", "people", pages_members.people, nav=N_("People")),
    _page("/profile", "profile", pages_self.profile, pages_self.say_who),
    _page("/name", "rename", pages_self.rename, pages_self.take_name),
    _page("/leave", "leave", pages_self.leaving, pages_self.leave),
    _page("/charter", "charter", pages_rules.charter, pages_rules.amend),
    _page("/proposals", "acts", pages_rules.acts),
    _page("/proposals/{act}", "act", pages_rules.act, pages_rules.cosign),
    _page("/invitations", "invites", pages_invites.invites, pages_invites.make),
    _page("/invitations/{key}", "invite", pages_invites.invite, pages_invites.revoke),
    _page("/devices/new", "device-add", pages_devices.adding, pages_devices.add),
    _page("/devices/{device}", "device", pages_devices.revoking, pages_devices.revoke),
    _page("/{member}", "member", pages_members.member),
    _page("/{member}/vouch", "vouch", pages_members.member, pages_members.vouch),
    _page("/{member}/safety", "safety", pages_members.safety, pages_members.compared),
    _page("/{member}/devices", "devices", pages_devices.devices),
    _page("/{member}/role", "role", pages_rules.role, pages_rules.change_role),
    _page("/{member}/remove", "remove", pages_rules.removing, pages_rules.remove),
)
