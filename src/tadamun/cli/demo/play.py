"""The story: Nour, سامي and Rima begin a space, live a morning in it, and shut out somebody who should not be there.

Each scene does what people do and then asks the nodes whether it came true. The first thing that did not ends the
play: it names what was not so, and says so by its result.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from tadamun.cli.demo import checks
from tadamun.cli.demo.stage import PATIENCE, Actor, NotSo, Program, Stage, stage, tadamun
from tadamun.core.errors import LocalError
from tadamun.core.ports import Clock, Random
from tadamun.i18n.words import _, say

NOUR, SAMI, RIMA, KARIM = "Nour", "سامي", "Rima", "كريم"
SPACE: Final = "Beirut Circle"
QUESTION: Final = "Good morning everyone. Who is coming on Saturday? We need two people at the door."
ANSWER: Final = "صباح النور. أنا قادم، وأستطيع المساعدة على الباب."
OFFER: Final = "I will bring tea. وسأحضر الكراسي أيضًا."
WHISPER: Final = "نور، أخي لا يعرف أنني هنا. أرجو ألا يذكر أحد اسمي أمامه."
MEANWHILE: Final = (
    (NOUR, "The room is ours from six o'clock."),
    (SAMI, "تأكدت من المدخل الخلفي، وهو مفتوح."),
    (NOUR, "Please do not write the address anywhere else."),
    (SAMI, "أنا وأختي سنكون هناك من الخامسة."),
)
AFTERWARDS: Final = (
    (NOUR, "Karim is not who we thought. The meeting is somewhere else now."),
    (SAMI, "المكان الجديد لا يُكتب. اسألوني وجهًا لوجه."),
    (RIMA, "Understood. أراكم يوم السبت."),
)


async def play(
    narrate: Callable[[str], None],
    clock: Clock,
    random: Random,
    program: Program = tadamun,
    patience: float = PATIENCE,
) -> bool:
    """Play it all; True if everything that was told was so.

    program: what each person's processes run. patience: seconds in which what should come must have come.
    """
    with stage(program, random, patience) as made:
        try:
            await Play(narrate, made, clock, random).whole()
        except NotSo as error:
            narrate("")
            narrate("✗ " + say("This was to be so, and is not: {what}", what=str(error)))
            return False
        except LocalError as error:
            narrate("")
            narrate("✗ " + say(error.message, **error.arguments))
            return False
    narrate("")
    narrate(_("Everything told here was checked, and was so. The processes are ended and the folders are removed."))
    return True


class Play:
    """The scenes, in order; each leaves to the next what it needs."""

    def __init__(self, narrate: Callable[[str], None], made: Stage, clock: Clock, random: Random) -> None:
        self._narrate, self._stage, self._clock, self._random = narrate, made, clock, random

    async def whole(self) -> None:
        self._narrate(
            _(
                "A morning in a small community. Everyone's computer is played here by a folder and a process of its "
                "own; they meet on this machine only. What bears a ✓ was checked."
            )
        )
        await self.beginning()
        await self.talking()
        await self.offline()
        await self.infiltrated()
        await self.removed()
        await self.same()
        await self.closed()

    async def beginning(self) -> None:
        """A keeper, three vaults, a space, an invitation."""
        self._scene(_("A keeper starts: always on, it holds what is sealed until people fetch it."))
        self.keeper = await self._stage.keeper()
        address = self.keeper.told["listening"][0]
        self._scene(say("{one}, {other} and {third} make their vaults and start their nodes.", **_three()))
        self.nour, self.sami, self.rima = self.all = await self._stage.people((NOUR, SAMI, RIMA), address)
        await self.nour.call("space.new", name=SPACE, called=NOUR, pronouns="she/her", languages=["en", "ar"])
        self._scene(say("{name} founds the space {space}, and hands the others an invitation.", name=NOUR, space=SPACE))
        link = (await self.nour.call("invite.new", uses=2))["link"]
        await self.sami.call("join", link=link, called=SAMI, pronouns="هو", languages=["ar"])
        await self.rima.call("join", link=link, called=RIMA, pronouns="she/they", languages=["en", "ar"])
        self._so(
            await checks.all_count(self.all, (NOUR, SAMI, RIMA)), _("All three computers list the same three members.")
        )

    async def talking(self) -> None:
        """A thread in two languages, a reaction, a search, and something between two."""
        self._scene(say("{name} asks something, and {other} and {third} answer.", name=NOUR, other=SAMI, third=RIMA))
        asked = await self.nour.call("talk.post", text=QUESTION, title="Saturday", topics=["meeting"])
        self._so(await checks.all_read(self.all, [QUESTION]), _("Everybody has the question."))
        await self.sami.call("talk.post", text=ANSWER, reply_to=asked["id"])
        await self.rima.call("talk.post", text=OFFER, reply_to=asked["id"])
        await self.rima.call("talk.react", post=asked["id"], sign="❤")
        self._so(await checks.all_read(self.all, [QUESTION, ANSWER, OFFER]), _("Everybody has the answers."))
        self._so(await self.nour.sees(lambda nour: _loved(nour, asked["id"])), _("The reaction has come to who asked."))
        self._scene(say("On the screen of {name}, `tadamun read` shows:", name=RIMA))
        await self._screen(self.rima, "read", asked["id"][:8])
        self._scene(
            say("{name} looks for {words}, in another spelling than it was written.", name=RIMA, words="المساعده")
        )
        self._so(await checks.texts(self.rima, search="المساعده") == [ANSWER], _("The search finds exactly that post."))
        self._scene(say("{name} writes to {other} alone.", name=SAMI, other=NOUR))
        await self.sami.call("talk.post", text=WHISPER, to=NOUR)

        async def has(nour: Actor) -> bool:
            return WHISPER in await checks.texts(nour, private=True)

        self._so(await self.nour.sees(has), say("{name} can read it.", name=NOUR))
        seen = await checks.texts(self.rima, private=True) + await checks.texts(self.rima, search="أخي")
        self._so(not seen, say("{name} cannot.", name=RIMA))

    async def offline(self) -> None:
        """One closes her computer; the others go on; it catches up."""
        self._scene(say("{name} closes her computer. The others go on.", name=RIMA))
        await self.rima.stop()
        people = dict(zip((NOUR, SAMI, RIMA), self.all, strict=True))
        for name, text in MEANWHILE:
            await people[name].call("talk.post", text=text)
        wanted = [text for _name, text in MEANWHILE]
        self._so(await checks.all_read([self.nour, self.sami], wanted), _("The two who are there read each other."))
        self._scene(_("She opens it again. `tadamun read --unread` shows her what she missed:"))
        await self.rima.start()
        self._so(await checks.all_read([self.rima], wanted), _("Nothing is missing."))
        self._so(set(await checks.texts(self.rima, unread=True)) >= set(wanted), _("All of it is marked as new."))
        await self._screen(self.rima, "read", "--unread")

    async def infiltrated(self) -> None:
        """A fourth comes in by a link that went through the wrong hands. Till then he reads like everybody."""
        self._scene(say("An invitation goes through the wrong hands: somebody joins as {name}.", name=KARIM))
        link = (await self.nour.call("invite.new", uses=1))["link"]
        [self.karim] = await self._stage.people((KARIM,), self.keeper.told["listening"][0])
        await self.karim.call("join", link=link, called=KARIM)
        self._so(
            await checks.all_read([self.karim], [QUESTION, *(text for _name, text in MEANWHILE)]),
            say("As a member, {name} can read what the space has said.", name=KARIM),
        )
        await checks.all_count([*self.all, self.karim], (NOUR, SAMI, RIMA, KARIM))

    async def removed(self) -> None:
        """He is removed, and the others go on talking."""
        self._scene(say("It is noticed. {name} removes {other}, and the three go on talking.", name=NOUR, other=KARIM))
        await self.nour.call("members.remove", member=KARIM, reason="not who he said")
        self._so(
            await checks.all_count(self.all, (NOUR, SAMI, RIMA)), _("No computer of the three lists him any more.")
        )
        people = dict(zip((NOUR, SAMI, RIMA), self.all, strict=True))
        self.later = [(await people[name].call("talk.post", text=text))["id"] for name, text in AFTERWARDS]
        wanted = [text for _name, text in AFTERWARDS]
        self._so(await checks.all_read(self.all, wanted), _("The three read what was said afterwards."))

    async def same(self) -> None:
        """The three hold the same, and each computes it again from its log."""
        self._scene(_("Do the three computers hold the same? One figure for who belongs and for everything said:"))
        figures = await checks.all_hold_the_same(self.all)
        for actor, figure in zip(self.all, figures, strict=True):
            self._narrate("    " + say("{name} holds {figure}", name=actor.name, figure=figure))
        self._so(len(set(figures)) == 1, _("They hold the same."))
        again = [(await one.call("node.rebuild"))["same"] for one in self.all]
        self._so(all(again), _("Each gets the same when it works everything out anew from its log."))

    async def closed(self) -> None:
        """What the removed one can make of everything that went over the wire."""
        self._scene(
            say(
                "What if {name} gets hold of all that the keeper has? Both are stopped, and he is given it.", name=KARIM
            )
        )
        await self.karim.stop()
        await self.keeper.stop()
        await self.nour.stop()
        sealed = await checks.kept(self.keeper, self._clock, self._random)
        hers = await checks.openable(self.nour, sealed)
        self._so(hers.issuperset(self.later), say("The keeper has it all, and {name} can open it.", name=NOUR))
        words = [QUESTION, ANSWER, WHISPER, SPACE, NOUR, SAMI, *(text for _name, text in AFTERWARDS)]
        self._so(
            not any(word.encode() in raw for raw in sealed for word in words),
            say("In all {count} sealed events there is no text and no name to be seen.", count=len(sealed)),
        )
        his = await checks.openable(self.karim, sealed)
        self._so(bool(his), say("{name} still opens what came before his removal.", name=KARIM))
        self._so(
            his.isdisjoint(self.later),
            _("With every secret he has he opens nothing of what came later."),
        )
        new = await checks.given(self.karim, sealed, self._clock, self._random)
        self._so(
            new >= len(self.later), say("His computer takes {count} sealed events that it did not have.", count=new)
        )
        await self.karim.start()
        self._so(await checks.stands(self.karim), _("His node has gone through all of them."))
        seen = await checks.texts(self.karim)
        self._so(
            QUESTION in seen and not set(seen) & {text for _name, text in AFTERWARDS},
            _("It shows what he knew, and nothing of what came later."),
        )

    def _scene(self, sentence: str) -> None:
        self._narrate("")
        self._narrate(sentence)

    def _so(self, good: bool, sentence: str) -> None:
        """Tell what was checked. Raises NotSo if it is not so."""
        if not good:
            raise NotSo(sentence)
        self._narrate("  ✓ " + sentence)

    async def _screen(self, actor: Actor, *command: str) -> None:
        for line in await actor.screen(*command):
            self._narrate("    " + line if line else "")


def _three() -> dict[str, str]:
    return {"one": NOUR, "other": SAMI, "third": RIMA}


async def _loved(actor: Actor, post: str) -> bool:
    posts: Sequence[dict[str, object]] = (await actor.call("talk.read", thread=post))["posts"]
    return any(one["id"] == post and one["reactions"] == {"❤": 1} for one in posts)
