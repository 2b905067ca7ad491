"""The short safety guide: what somebody who is frightened and knows nothing of computers should know, a few lines each.

Every sentence is true to docs/threats.md: whoever changes what Tadamun protects against changes it here too. This file
does not know how the guide is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tadamun.core.words import N_
from tadamun.i18n.words import _


@dataclass(frozen=True, slots=True)
class Chapter:
    """page: the house's page where it is set, "" for none; there: what the way to it is called. commands: as typed."""

    heading: str
    lines: tuple[str, ...]
    page: str = ""
    there: str = ""
    commands: tuple[str, ...] = ()


GUIDE: Final = (
    Chapter(
        N_("If you are frightened now"),
        (
            N_("Press the button that locks, or Esc three times: that locks, or destroys everything if you chose so."),
            N_("Locked, nothing can be read without the passphrase."),
            N_("Go where you are safe. Everything else can wait: you owe nobody an answer."),
            N_("Then tell somebody you trust, in a way that does not depend on this device."),
        ),
    ),
    Chapter(
        N_("What it can do, and what not"),
        (
            N_("Nothing makes you wholly safe. Tadamun makes some dangers smaller, and says where it cannot help."),
            N_("Whoever can read what you write can copy it and tell others. Choose with care whom you let in."),
            N_("Use a name that you use nowhere else, and no picture that is known elsewhere."),
            N_("What you write is signed. Whoever gets hold of it can show that your device wrote it."),
        ),
    ),
    Chapter(
        N_("This device"),
        (
            N_("Choose a passphrase of several words that nobody guesses. Nobody can give it back if you forget it."),
            N_("Let it lock by itself after a few minutes. Lock it yourself whenever you leave."),
            N_("Encrypt the whole disk too, and switch the computer off when you expect trouble."),
            N_("Whoever has this computer in hand while it is unlocked reads everything that you can read."),
        ),
        "settings_safety",
        N_("When it locks, and the passphrase"),
        ("tadamun passphrase",),
    ),
    Chapter(
        N_("When somebody may look"),
        (
            N_("Discreet looks show plain pages that are called “Notes”."),
            N_("The system and the browser keep traces of their own. Discreet looks do not remove them."),
        ),
        "settings",
        N_("How it looks"),
    ),
    Chapter(
        N_("When somebody may force you"),
        (
            N_("A second passphrase can open a second vault. Use that one now and then, or it convinces nobody."),
            N_("Whoever knows Tadamun knows that there may be a second one, and may ask for it."),
            N_("In some places refusing or destroying is punished. Ask somebody who knows the law, beforehand."),
        ),
        "bad_days",
        N_("Prepare for bad days"),
        ("tadamun passphrase --second",),
    ),
    Chapter(
        N_("Before you write"),
        (
            N_("Below every text stands who will be able to read it. From there you can see it as others will."),
            N_("Let things disappear that need not stay. Honest devices destroy them; copies people made remain."),
            N_("Leave out names, addresses and plans of others wherever you can."),
            N_("Compare safety numbers with those you trust, face to face: then you know whose device it is."),
        ),
        "home",
        N_("Your spaces"),
        ("tadamun safety rehearse", 'tadamun safety-number "Sam"'),
    ),
    Chapter(
        N_("Pictures"),
        (
            N_("Place, time and camera are taken out of every picture before it is sent."),
            N_("What can be seen in it stays: faces, windows, clothes, screens. Look twice, and cut it first."),
        ),
    ),
    Chapter(
        N_("On the network"),
        (
            N_(
                "Others on the network cannot read what you write. They can see when you use it, and the addresses it"
                " speaks with."
            ),
            N_("If that alone is a danger, run it over Tor or a VPN that you trust."),
        ),
        "settings_reach",
        N_("How others reach you"),
    ),
    Chapter(
        N_("If a device is lost or taken"),
        (
            N_(
                "Shut it out from another device of yours, or ask a steward to. It reads nothing of what is said after"
                " that."
            ),
            N_("What had reached it stays on it. If it was locked, only the passphrase stands before it."),
            N_("Warn those you wrote to in private."),
        ),
        commands=("tadamun devices revoke",),
    ),
    Chapter(
        N_("When you leave"),
        (
            N_("An exported file is not encrypted. Keep it where nobody else comes, or make none."),
            N_("Wiping destroys the keys first, and cannot be undone. Others keep what you wrote to them."),
            N_("Backups and flash memory can keep old copies for a while."),
        ),
        "keeping",
        N_("What is stored here"),
        ("tadamun export", "tadamun wipe"),
    ),
)


def chapters() -> list[Chapter]:
    """The guide in the current language."""
    return [
        Chapter(_(one.heading), tuple(map(_, one.lines)), one.page, one.there and _(one.there), one.commands)
        for one in GUIDE
    ]
