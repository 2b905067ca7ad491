"""Reports and cases: reporting a post, what concerns one, and each step of it for whose turn it is."""

from __future__ import annotations

from typing import Any, Final

from tadamun.core.errors import UsageError
from tadamun.core.words import N_
from tadamun.i18n.words import _, say, say_count
from tadamun.rooms.safety import pages_words as wording
from tadamun.rooms.safety import words
from tadamun.web.page import Answer, Visit

DAYS: Final = (1, 2, 3, 7, 14)  # to answer

_DONE: Final = {
    "ask": N_("They are asked. You are told when they answer."),
    "answer": N_("Your answer is with the moderators."),
    "appeal": N_("Your appeal is with those who judge it."),
    "judge": N_("Your judgement is noted."),
    "close": N_("The case is closed."),
    "seen": N_("It is noted on this computer that you read it."),
}


async def show_all(visit: Visit) -> Answer:
    found = (await visit.call("safety.cases", space=visit.path["space"]))["cases"]
    for case in found:
        case["stage_name"] = _(words.STAGES[case["stage"]])
    return await visit.render("safety/cases.html", **await wording.frame(visit, "cases"), cases=found)


async def reporting(visit: Visit) -> Answer:
    """What is reported, and who will read it."""
    space, post = visit.path["space"], visit.path["post"]
    told: dict[str, Any] = {"readers": [], "text": "", "name": "", "private": False}
    problem = ""
    try:
        told = await visit.call("safety.readers", space=space, post=post)
    except UsageError as error:
        problem = say(error.message, **error.arguments)
    return await visit.render(
        "safety/report.html",
        **await wording.frame(visit, "cases"),
        told=told,
        problem=problem or ("" if told["readers"] else say("You wrote that yourself. You can retract it.")),
    )


async def report(visit: Visit) -> Answer:
    space = visit.path["space"]
    made = await visit.call("safety.report", space=space, post=visit.path["post"], why=visit.form.text("why"))
    notice = N_("It is reported. Only those who moderate can read it.")
    return visit.see("safety-case", notice, space=space, case=made["case"])


async def show(visit: Visit) -> Answer:
    space = visit.path["space"]
    case = await visit.call("safety.case", space=space, case=visit.path["case"])
    if case["appeal"]:
        for judge in case["appeal"]["judges"]:
            judge["said"] = _(words.VOTES[judge["vote"]])
    decided = case["appeal"] if case["appeal"] and not case["decided"] else case["decided"]
    return await visit.render(
        "safety/case.html",
        **await wording.frame(visit, "cases"),
        case=case,
        stage=_(words.STAGES[case["stage"]]),
        decision=_(words.DECISIONS[decided["decision"]]) if decided and decided["decision"] else "",
        outcome=_(words.OUTCOMES[case["appeal"]["outcome"]]) if case["appeal"] else "",
        days=[(str(count), say_count("{count} day", "{count} days", count)) for count in DAYS],
    )


async def act(visit: Visit) -> Answer:
    """One step, by which button was pressed."""
    space, case, form = visit.path["space"], visit.path["case"], visit.form
    do, typed = form.line("do"), {"words": form.text("words")}
    at = {"space": space, "case": case}
    if do == "ask":
        days = form.number("days")
        await visit.call("safety.ask", **at, **typed, days=days if days in DAYS else 3)
    elif do in ("nothing", "warned", "hidden"):
        done = await visit.call("safety.decide", **at, **typed, decision=do)
        if done["hidden"]:
            visit.notice(N_("It is decided, and the post is taken down. Who read it may remember it."))
        else:
            visit.notice(N_("It is decided. Whoever was asked about it is told, and so is who reported it."))
        return visit.see("safety-case", **at)
    elif do in ("stewards", "panel"):
        await visit.call("safety.appeal", **at, **typed, to=do)
        do = "appeal"
    elif do in ("uphold", "reverse", "aside"):
        await visit.call("safety.judge", **at, **typed, vote=do)
        do = "judge"
    elif do in ("answer", "close"):
        await visit.call(f"safety.{do}", **at, **typed)
    elif do == "seen":
        await visit.call("safety.seen", **at)
    else:
        raise UsageError("Nothing was done. Choose one of the buttons.")
    return visit.see("safety-case", _DONE[do], **at)
