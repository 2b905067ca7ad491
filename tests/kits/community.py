"""A small bilingual community with a few days behind it, lived by real nodes: for pictures, and to look at pages with.

Everybody in it is invented. What they say is what people say, of every form that talk knows: titles, topics, warnings,
answers to answers, edits, reactions, a message to one alone, a post that goes by itself.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kits.processes import PATIENT, Keeper, Node, Troupe, until, until_equal

MINUTE, HOUR, DAY = 60, 3600, 86_400

NOUR, SAMI, RIMA, LAYAN, JAD = "Nour", "سامي", "Rima", "ليان", "Jad"
SPACE: Final = "Beirut Circle"
FOUNDED: Final = 30 * DAY  # seconds ago: nobody is a newcomer any more


@dataclass(frozen=True)
class Person:
    name: str
    pronouns: str
    languages: tuple[str, ...]
    about: str


PEOPLE: Final = (
    Person(NOUR, "she/her", ("en", "ar"), "Tea, maps, and long walks. I keep the keys of the back room."),
    Person(SAMI, "هو", ("ar",), "أصلح الدراجات وأحب الشعر."),
    Person(RIMA, "she/they", ("en", "ar"), "Nurse on night shifts. Ask me anything, I answer slowly."),
    Person(LAYAN, "هي", ("ar", "en"), "أدرس العمارة وأكتب القصص القصيرة."),
    Person(JAD, "he/him", ("en",), "New in town. I cook for many."),
)


@dataclass(frozen=True)
class Line:
    """One thing said. key: how later lines name it; answers: such a key; ago, expires: seconds."""

    who: str
    ago: int
    text: str
    key: str = ""
    answers: str = ""
    title: str = ""
    topics: tuple[str, ...] = ()
    warning: str = ""
    to: str = ""
    expires: int = 0


LINES: Final = (
    Line(NOUR, 3 * DAY, "Welcome. This is our own room: nobody hosts it but us. Take the name you like.\n\n"
         "أهلًا وسهلًا. هذه غرفتنا نحن، ولا يستضيفها أحد غيرنا. خذوا الاسم الذي تحبون.",
         key="welcome", title="Welcome · أهلًا", topics=("circle",)),
    Line(SAMI, 3 * DAY - HOUR, "شكرًا يا نور. صار لنا بيت أخيرًا.", answers="welcome"),
    Line(LAYAN, 2 * DAY, "أمي تسألني كل أسبوع متى أتزوج. أريد أن أخبرها، ولا أعرف من أين أبدأ. هل فعلها أحد منكم وبقي "
         "الكلام بينه وبين أهله؟", key="mother", title="كيف أخبر أمي؟", topics=("family", "coming-out")),
    Line(RIMA, 2 * DAY - 2 * HOUR, "I told my aunt first. She is not my mother, but she was in the room when I told my "
         "mother, and that helped more than any sentence I had prepared.", key="aunt", answers="mother"),
    Line(LAYAN, 2 * DAY - 3 * HOUR, "خالتي سعاد قد تفهم. لم أفكر فيها من قبل.", key="souad", answers="aunt"),
    Line(SAMI, 2 * DAY - 4 * HOUR, "ابدئي بما تخافين منه أنتِ، لا بما تخاف منه هي. هكذا فعلت مع أخي، وما زلنا نشرب "
         "القهوة معًا كل جمعة.", answers="mother"),
    Line(RIMA, 2 * DAY - 5 * HOUR, "If it goes badly, my sofa is free. Any night.", answers="souad"),
    Line(RIMA, DAY + 5 * HOUR, "The clinic on the hill has a doctor who listens. She asked for my name and used it. "
         "Bring the blood results from last month; they do not repeat them.",
         key="doctor", title="A doctor who listens", topics=("health", "transition"), warning="medical"),
    Line(JAD, DAY + 4 * HOUR, "Do they see people without insurance?", key="insurance", answers="doctor"),
    Line(RIMA, DAY + 3 * HOUR, "Yes, on Tuesdays, and nobody asks why.", answers="insurance"),
    Line(SAMI, DAY, "وصلت ورقة الإقامة بعد أحد عشر شهرًا. المحامية التي ساعدتني مستعدة لأن تكلم غيري.",
         key="papers", title="وصلت الأوراق!", topics=("legal",)),
    Line(JAD, 9 * HOUR, "I can cook for twenty on Saturday. Lentils, rice, something sweet. Who has a big pot?",
         key="pot", title="Saturday dinner", topics=("circle",)),
    Line(LAYAN, 8 * HOUR, "عندي طنجرة جدتي، تكفي ثلاثين.", key="tanjara", answers="pot"),
    Line(NOUR, 7 * HOUR, "The back room is ours from six. Please come by the garden side.", answers="pot"),
    Line(JAD, 6 * HOUR, "Then I start at four. شكرًا ليان.", answers="tanjara"),
    Line(NOUR, 2 * HOUR, "The garden door stays open until nine; after that, knock twice. This note goes by itself "
         "tomorrow.", key="door", title="The door on Saturday", topics=("circle",), expires=DAY),
    Line(LAYAN, HOUR, "نور، هل أستطيع أن أكلمك قبل السبت؟ الموضوع عن أمي.", key="whisper", to=NOUR),
    Line(RIMA, 20 * MINUTE, "Night shift again. Somebody send me a poem, please.", key="poem", topics=("work",)),
    Line(SAMI, 5 * MINUTE, "«على هذه الأرض ما يستحق الحياة»: تردد نيسان، رائحة الخبز في الفجر.", answers="poem"),
)  # fmt: skip

SIGNS: Final = (
    (SAMI, "mother", "❤"), (NOUR, "mother", "❤"),
    (RIMA, "papers", "🎉"), (NOUR, "papers", "🎉"), (LAYAN, "papers", "❤"),
    (NOUR, "pot", "+"), (LAYAN, "pot", "😋"), (JAD, "welcome", "❤"),
)  # fmt: skip
STEWARDS: Final = (SAMI, RIMA)
VOUCHES: Final = ((NOUR, SAMI, "ten years"), (SAMI, NOUR, ""), (NOUR, RIMA, ""), (RIMA, LAYAN, ""), (SAMI, LAYAN, ""))


class Community:
    """Their nodes, by name, and the posts, by the keys of LINES."""

    def __init__(self, nodes: dict[str, Node], behind: Path) -> None:
        self.nodes, self._behind = nodes, behind
        self.posts: dict[str, str] = {}
        self.things: dict[str, str] = {}  # of the other rooms: what stands in the braces of their paths → its id
        self.proposal = ""

    def ago(self, seconds: int) -> None:
        """All clocks are behind by so much. Put in place whole: they are read all the time."""
        made = self._behind.with_suffix(".new")
        made.write_text(str(seconds))
        made.replace(self._behind)

    def live(self, lines: Sequence[Line] = LINES) -> None:
        """Say everything at its time; who answers has read what is answered."""
        for line in lines:
            self.ago(line.ago)
            node = self.nodes[line.who]
            reply = self.posts[line.answers] if line.answers else ""
            if reply:
                until(lambda node=node, reply=reply: self._has(node, reply), f"{line.who} reads what is answered")
            said = node.call(
                "talk.post", space=SPACE, text=line.text, title=line.title, topics=list(line.topics),
                warning=line.warning, reply_to=reply, to=line.to, expires=line.expires,
            )  # fmt: skip
            if line.key:
                self.posts[line.key] = said["id"]
        self.ago(0)
        for who, key, sign in SIGNS:
            node = self.nodes[who]
            until(lambda node=node, key=key: self._has(node, self.posts[key]), f"{who} reads {key}")
            node.call("talk.react", space=SPACE, post=self.posts[key], sign=sign)
        for who, whom, note in VOUCHES:
            self.nodes[who].call("people.vouch", space=SPACE, member=whom, note=note)
        until_equal(list(self.nodes.values()))
        # Sami alone cannot change the charter: it waits for another steward's signature.
        self.proposal = self.nodes[SAMI].call("space.amend", space=SPACE, newcomer_days=14)["proposal"]
        self.nodes[NOUR].call("people.verify", space=SPACE, member=RIMA)
        until_equal(list(self.nodes.values()))

    def _has(self, node: Node, post: str) -> bool:
        return any(one["id"] == post for one in node.posts(space=SPACE))


def community(stage: Troupe, people: Sequence[Person] = PEOPLE) -> Community:
    """They meet by a keeper; the first founded the space a month ago. Nothing is said yet."""
    behind = stage.folder / "behind"
    behind.write_text(str(FOUNDED))
    program = (sys.executable, str(Path(__file__).with_name("earlier.py")), str(behind))
    keeper = Keeper(stage.folder / "keeper")
    keeper.program = program
    stage.children.append(keeper)
    keeper.start()
    nodes = {
        one.name: stage.node(f"person{n}", [keeper.address], program=program, pages=True)
        for n, one in enumerate(people)
    }
    for one, node in zip(people, nodes.values(), strict=True):
        who = {"called": one.name, "pronouns": one.pronouns, "languages": list(one.languages), "about": one.about}
        if one is people[0]:
            node.call("space.new", name=SPACE, **who)
            link = node.call("invite.new", uses=len(people))["link"]
        else:
            node.call("join", link=link, timeout=PATIENT, **who)
    founder = nodes[people[0].name]
    for name in STEWARDS:
        founder.call("members.level", space=SPACE, member=name, level="steward")
    # A checkpoint makes them electors.
    electors = len(STEWARDS) + 1
    until(lambda: founder.call("space.rules", space=SPACE)["together"]["electors"] == electors, "stewards decide too")
    until_equal(list(nodes.values()))
    return Community(nodes, behind)
