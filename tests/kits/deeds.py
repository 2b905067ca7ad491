"""What the community of community.py does besides talking: helps each other, gathers and tells, so that every page of
those rooms has something to show. Everybody in it is invented."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from kits.community import JAD, LAYAN, NOUR, RIMA, SAMI, SPACE, Community
from kits.processes import Node, until

ZONE: Final = "Asia/Beirut"
DISH: Final = "عشاء السبت · Saturday dinner"


def act(town: Community) -> dict[str, str]:
    """Do it all; gives what stands in the braces of paths."""
    return help_each_other(town) | gather(town) | look_after(town) | tell_stories(town)


def help_each_other(town: Community) -> dict[str, str]:
    nour, sami, rima = (town.nodes[one] for one in (NOUR, SAMI, RIMA))
    sami.call(
        "aid.post", space=SPACE, direction="offer", category="transport", title="سيارة كل مساء بعد السابعة",
        text="داخل بيروت وحتى جونيه.", languages=["ar"], place="بيروت", wanted=3,
    )  # fmt: skip
    rima.call(
        "aid.post", space=SPACE, direction="offer", category="mentoring", title="Somebody to talk to about hormones",
        tags=["transition"], languages=["en", "ar"], conditions=["settled"],
    )  # fmt: skip
    until(lambda: nour.call("aid.blind", space=SPACE)["offered"], "one can speak without a name")
    blind = nour.call(
        "aid.post", space=SPACE, direction="request", category="money", title="Rent for one month", urgency="5d",
        blind=True, within=0,
    )["id"]  # fmt: skip
    item = nour.call(
        "aid.post", space=SPACE, direction="request", category="housing", title="A room for two weeks, for a friend",
        text="She comes from Tripoli. Quiet, no smoke.\n\nتصل يوم الاثنين.", tags=["quiet"], languages=["ar", "en"],
        place="Beirut", urgency="2d",
    )["id"]  # fmt: skip
    until(lambda: any(one["id"] == item for one in rima.call("aid.list", space=SPACE)["items"]), "Rima reads it")
    rima.call("aid.move", space=SPACE, item=item, to="claimed")
    nour.call("aid.give", space=SPACE, member=SAMI, amount=90, note="Forms at the ministry")
    sami.call("aid.give", space=SPACE, member=NOUR, amount=45, note="دراجة")
    resource = nour.call(
        "aid.resource_add", space=SPACE, sort="clinic", name="The clinic on the hill", country="LB", place="Beirut",
        text="A doctor who listens. Tuesdays without insurance.", languages=["ar", "en", "fr"], opening="Mo-Fr 9-17",
        web="https://clinic.example.org", checked_how="Went there",
    )["id"]  # fmt: skip
    return {"item": item, "opening": blind, "resource": resource, "format": "json"}


def gather(town: Community) -> dict[str, str]:
    nour, sami, layan, jad = (town.nodes[one] for one in (NOUR, SAMI, LAYAN, JAD))
    start = datetime.now(ZoneInfo(ZONE)).replace(hour=18, minute=0) + timedelta(days=9)
    made = nour.call(
        "gathering.make", space=SPACE, title=DISH, text="Lentils, rice, something sweet.\n\nمن عنده طنجرة كبيرة؟",
        start=f"{start:%Y-%m-%dT%H:%M}", end=f"{start:%Y-%m-%dT21:00}", zone=ZONE, place="Hamra", topics=["meet-up"],
        capacity=3,
    )  # fmt: skip
    gathering = str(made["id"])
    nour.call(
        "gathering.make", space=SPACE, title="Walk by the sea", day=f"{start + timedelta(days=3):%Y-%m-%d}",
        every="week", times=3,
    )  # fmt: skip

    def listed(node: Node) -> bool:
        return any(one["id"] == gathering for one in node.call("gathering.list", space=SPACE)["gatherings"])

    for node in (sami, layan, jad):
        until(lambda node=node: listed(node), "everybody reads it")
    nour.call("gathering.come", space=SPACE, gathering=gathering)
    sami.call("gathering.come", space=SPACE, gathering=gathering, note="سأحضر الخبز")
    jad.call("gathering.come", space=SPACE, gathering=gathering, status="tentative")
    layan.call("gathering.come", space=SPACE, gathering=gathering, seen_by="organisers")
    nour.call(
        "gathering.brief", space=SPACE, gathering=gathering, role="marshal", members=[SAMI, NOUR],
        text="The garden door is the way out.",
    )  # fmt: skip
    nour.call(
        "gathering.seal", space=SPACE, gathering=gathering, place="The back room, by the garden",
        marshals=[NOUR, SAMI], need=2,
    )  # fmt: skip
    return {"gathering": gathering}


def look_after(town: Community) -> dict[str, str]:
    """Sami reports a post that nobody need worry about; Nour, who moderates, finds it among her cases."""
    nour, sami = town.nodes[NOUR], town.nodes[SAMI]
    written = [one for one in sami.call("talk.read", space=SPACE)["posts"] if not one["mine"] and not one["retracted"]]
    me = next(one["member"] for one in nour.call("people.list", space=SPACE) if one["me"])
    post = next(one["id"] for one in written if one["author"] != me and not one["ring"])
    case = str(sami.call("safety.report", space=SPACE, post=post, why="It names a place.")["case"])
    until(lambda: any(one["case"] == case for one in nour.call("safety.cases", space=SPACE)["cases"]), "Nour reads it")
    return {"case": case}


def tell_stories(town: Community) -> dict[str, str]:
    """One in two languages, one that two are still writing, and a campaign."""
    nour, sami = town.nodes[NOUR], town.nodes[SAMI]
    story = nour.call(
        "stories.tell", space=SPACE, title="Twelve of us, in the rain", language="en", when="2006-05-17",
        topics=["march", "beirut"], summary="The first time we stood in a street together.", warning="Police",
        text="We were twelve.\n\nIt rained, and nobody had thought of umbrellas.",
    )["id"]  # fmt: skip
    until(lambda: any(one["id"] == story for one in sami.call("stories.list", space=SPACE)["stories"]), "Sami reads it")
    sami.call(
        "stories.tell", space=SPACE, title="اثنا عشر تحت المطر", language="ar", of=story, when="2006-05-17",
        text="كنّا اثني عشر.\n\nأمطرت، ولم يخطر لأحد أن يحمل مظلّة.",
    )  # fmt: skip
    nour.call(
        "stories.tell", space=SPACE, title="The flat in Hamra", language="en", together=[SAMI],
        text="Four rooms, nine people, one kettle.",
    )  # fmt: skip
    campaign = nour.call(
        "stories.campaign", space=SPACE, title="Against article 534", stories=[story],
        text="A law of 1943 that nobody here ever voted for.", call="Write to your deputy. Tell one person why.",
    )["campaign"]  # fmt: skip
    return {"story": story, "campaign": str(campaign)}
