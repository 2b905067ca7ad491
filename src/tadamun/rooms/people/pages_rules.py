"""Who may do what here, and what is done by those rules: the charter, proposals, roles, removing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tadamun.core.errors import UsageError
from tadamun.core.words import N_
from tadamun.i18n.words import _, say, say_count
from tadamun.rooms.people import pages_words as wording
from tadamun.rooms.people.pages_members import tabs
from tadamun.web.page import Answer, Visit

PROPOSED: Final = N_("It is proposed, and your signature is on it. Nothing changes until enough have signed.")
NAMES: Final = {
    "write": N_("Writing"),
    "invite": N_("Inviting"),
    "admit": N_("Letting people in"),
    "moderate": N_("Retracting what others wrote"),
    "remove": N_("Removing people, or lowering their role"),
    "amend": N_("Changing this charter"),
    "history": N_("Reading what was said before"),
    "newcomer_days": N_("Newcomers"),
}
FROM: Final = {
    100: N_("The founder alone."),
    50: N_("Stewards, and the founder."),
    20: N_("Moderators, stewards, and the founder."),
    10: N_("Members, and everyone of a higher role. Not newcomers."),
}


async def charter(visit: Visit) -> Answer:
    """The space's rules as sentences, and a form to change them for who may."""
    rules = await visit.call("space.rules", space=visit.path["space"])
    amend = next(one for one in rules["acts"] if one["act"] == "amend")
    acts = [one | {"rule": _(NAMES[one["act"]]), "from": _from(one["act"], one["level"])} for one in rules["acts"]]
    held = {one["act"]: one["level"] for one in rules["acts"]}
    return await visit.render(
        "people/charter.html",
        tabs=await tabs(visit, "charter"),
        rules=rules,
        acts=acts,
        history=_history(rules["history_days"] or rules["history"]),
        newcomers=_newcomers(rules["newcomer_days"]),
        may_amend=amend["mine"],
        may_propose=rules["together"]["mine"] and rules["together"]["needed"] <= rules["together"]["electors"],
        settings=[(act, _(NAMES[act]), _levels(act, held[act]), str(held[act])) for act in held if act != "moderate"],
        held_history="days" if rules["history"] == "days" else rules["history"],
    )


async def amend(visit: Visit) -> Answer:
    """Change the charter, or propose it."""
    space, form = visit.path["space"], visit.form
    history = form.line("history")
    done = await visit.call(
        "space.amend",
        space=space,
        **{act: form.number(act) for act in ("write", "invite", "admit", "remove", "amend")},
        history=f"days:{form.number('history_days')}" if history == "days" else history,
        newcomer_days=form.number("newcomer_days"),
    )
    if done["done"]:
        return visit.see("charter", N_("The charter is changed."), space=space)
    return visit.see("act", PROPOSED, space=space, act=done["proposal"])


async def acts(visit: Visit) -> Answer:
    """What waits for signatures."""
    waiting = await visit.call("acts.waiting", space=visit.path["space"])
    rules = await visit.call("space.rules", space=visit.path["space"])
    return await visit.render(
        "people/acts.html",
        tabs=await tabs(visit, "acts"),
        acts=[one | {"title": _title(one)} for one in waiting],
        together=rules["together"],
    )


async def act(visit: Visit) -> Answer:
    """One proposal: what it means, who signed, and signing it too."""
    space, wanted = visit.path["space"], visit.path["act"]
    one = next((one for one in await visit.call("acts.waiting", space=space) if one["id"] == wanted), None)
    removal = None
    if one is not None and one["act"] == "remove":
        removal = await visit.call("members.removal", space=space, member=one["member"])
    return await visit.render(
        "people/act.html",
        one=one,
        title=_title(one) if one else "",
        removal=removal,
        changes=[_change(change) for change in one["changes"]] if one else [],
    )


async def cosign(visit: Visit) -> Answer:
    space, wanted = visit.path["space"], visit.path["act"]
    done = await visit.call("acts.cosign", space=space, id=wanted)
    if done["done"]:
        return visit.see("acts", N_("You signed, and that was enough: it is done."), space=space)
    return visit.see("act", N_("You signed. It takes effect when enough have."), space=space, act=wanted)


async def role(visit: Visit) -> Answer:
    """Which roles there are, what each may, and who decides about each."""
    space = visit.path["space"]
    told = await visit.call("members.levels", space=space, member=visit.path["member"])
    rules = await visit.call("space.rules", space=space)
    able = [one for one in told["choices"] if wording.possible(one)]
    # Said once below all of them, where the same people decide about each.
    decides = {wording.decides(one) for one in able}
    return await visit.render(
        "people/role.html",
        told=told,
        role=wording.role(told["level"]),
        options=[
            (
                str(one["level"]), wording.role(one["level"]),
                wording.may(one["level"], rules["acts"]) + (f" {wording.decides(one)}" if len(decides) > 1 else ""),
            )
            for one in able
        ],
        decides=decides.pop() if len(decides) == 1 else "",
        refused=[
            (wording.role(one["level"]), wording.decides(one)) for one in told["choices"] if not wording.possible(one)
        ],
    )  # fmt: skip


async def change_role(visit: Visit) -> Answer:
    space, member = visit.path["space"], visit.path["member"]
    if not visit.form.line("level"):
        raise UsageError("No role was chosen. Nothing was changed.")
    level = visit.form.number("level")
    done = await visit.call("members.level", space=space, member=member, level=level)
    if not done["done"]:
        return visit.see("act", PROPOSED, space=space, act=done["proposal"])
    one = await visit.call("people.show", space=space, member=member)
    visit.notice(N_("{name} has a new role: {role}."), name=one["name"], role=wording.role(level))
    return visit.see("member", space=space, member=one["member"])


async def removing(visit: Visit) -> Answer:
    """Before: who decides and what removing does and cannot do. After: what it came to."""
    space, member = visit.path["space"], visit.path["member"]
    told = await visit.call("members.removal", space=space, member=member, undo=True)
    sentences = {one["id"]: say(one["message"], **one["arguments"]) for one in told["sentences"]}
    if told["who"] == "self":
        return visit.see("leave", space=space)
    if told["status"] != "gone":
        sentences["who"] = sentences["who"] if told["who"] == "nobody" else wording.decides(told)
    undone = sentences.pop("undone", "")
    return await visit.render(
        "people/remove.html",
        told=told,
        who=sentences.pop("who", ""),
        sentences=list(sentences.values()),
        undone=undone,
        possible=wording.possible(told),
    )


async def remove(visit: Visit) -> Answer:
    space, member, form = visit.path["space"], visit.path["member"], visit.form
    before = await visit.call("members.removal", space=space, member=member)
    done = await visit.call(
        "members.remove", space=space, member=before["member"], reason=form.line("reason"), undo=form.flag("undo")
    )
    if not done["done"]:
        return visit.see("act", PROPOSED, space=space, act=done["proposal"])
    visit.notice(N_("{name} is removed."), name=before["name"])
    return visit.see("remove", space=space, member=before["member"])


def _from(act: str, level: int) -> str:
    """From which level on somebody may do that, as a sentence."""
    if level in FROM:
        return _(FROM[level])
    if level == 0:
        return _("Everyone here, newcomers too.") if act == "write" else _("Everyone who is a newcomer no more.")
    return say("Everyone of level {level} or above.", level=level)


def _levels(act: str, held: int) -> list[tuple[str, str]]:
    """Choices for a level of the charter, with one that has no name if that is what holds."""
    return [(str(level), _from(act, level)) for level in sorted({0, 10, 20, 50, 100, held})]


def _history(policy: str | int) -> str:
    match policy:
        case "all":
            return _("Whoever joins can read everything from before that still stands.")
        case "joining":
            return _("Whoever joins reads what is said from then on, and nothing from before.")
        case _:
            return say_count(
                "Whoever joins can read what was said in the {count} day before.",
                "Whoever joins can read what was said in the {count} days before.",
                int(policy),
            )


def _newcomers(days: int) -> str:
    if not days:
        return _("There is no newcomer period: whoever is let in counts at once.")
    return say_count(
        "For the first {count} day one is a newcomer, who reads and takes part but decides nothing for others.",
        "For the first {count} days one is a newcomer, who reads and takes part but decides nothing for others.",
        days,
    )


def _title(one: Mapping[str, Any]) -> str:
    """What is proposed, in a few words."""
    match one["act"]:
        case "remove":
            return say("Remove {name} from the space", name=one["name"])
        case "level":
            return say("Give {name} a new role: {role}", name=one["name"], role=wording.role(one["level"]))
        case "revoke":
            return say("Shut out a device of {name}", name=one["name"])
        case "admit":
            return _("Let somebody new in")
        case _:
            return _("Change the charter")


def _change(change: Mapping[str, Any]) -> tuple[str, str, str]:
    """(which rule, as it is, as it would be)."""
    what = change["what"]
    match what:
        case "history":
            before, after = _history(change["before"]), _history(change["after"])
        case "newcomer_days":
            before, after = _newcomers(change["before"]), _newcomers(change["after"])
        case _:
            before, after = _from(what, change["before"]), _from(what, change["after"])
    return _(NAMES[what]), before, after
