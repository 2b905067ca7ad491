"""With scripts switched off everything works: two people, from the way in to an answered question."""

from __future__ import annotations

from kits.browser import Opens
from kits.person import Person, shown
from kits.processes import Node, until


def test_a_whole_conversation(opens: Opens, pair: list[Node]) -> None:
    nour = Person(pair[0], opens("Nour", script=False))
    sami = Person(pair[1], opens("Sami", language="ar", script=False))
    for one in (nour, sami):
        one.talk()
    nour.say("Is anybody awake?")
    shown(nour.page, "Is anybody awake?")
    until(lambda: "Is anybody awake?" in pair[1].texts(), "Sami's node has the question")
    sami.page.reload()
    shown(sami.page, "Is anybody awake?")
    sami.say("أنا هنا.")
    shown(sami.page, "أنا هنا.")
    until(lambda: "أنا هنا." in pair[0].texts(), "Nour's node has the answer")
    nour.page.reload()
    shown(nour.page, "أنا هنا.")
    nour.lock()
    nour.unlock()
    nour.talk()
    shown(nour.page, "أنا هنا.")
