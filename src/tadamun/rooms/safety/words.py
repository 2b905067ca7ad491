"""What is called how in cases, for pages and commands alike."""

from __future__ import annotations

from typing import Final

from tadamun.core.words import N_

STAGES: Final = {
    "reported": N_("reported"),
    "asked": N_("asked, and not answered yet"),
    "heard": N_("heard"),
    "decided": N_("decided"),
    "appeal": N_("appealed against"),
    "appealed": N_("judged anew"),
    "closed": N_("closed"),
}
DECISIONS: Final = {
    "nothing": N_("Nothing is to be done."),
    "warned": N_("A warning."),
    "hidden": N_("The post was taken down."),
}
VOTES: Final = {
    "": N_("has not said yet"),
    "uphold": N_("it holds"),
    "reverse": N_("it does not hold"),
    "aside": N_("stands aside"),
}
OUTCOMES: Final = {
    "": N_("The appeal is not decided yet."),
    "uphold": N_("The appeal is decided: the decision holds."),
    "reverse": N_("The appeal is decided: the decision does not hold."),
}
