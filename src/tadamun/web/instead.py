"""Sentences for a page in place of those that tell what to type: calls serve the command line too, and name commands.

A test holds that every sentence of a call that names a command stands here, or has nothing to do on a page.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tadamun.core.words import N_

INSTEAD: Final[Mapping[str, str]] = {
    "You are in no space of that name. See yours with: tadamun space list": N_(
        "There is no such space on this node. Choose one from the list of your spaces."
    ),
    'You are in no space yet. Found one with "tadamun space new", or join with a link.': N_(
        "You are in no space yet. Make one, or join with a link."
    ),
    "You are in several spaces. Say which one with --space.": N_(
        "There is no such space on this node. Choose one from the list of your spaces."
    ),
    "To leave the space yourself, use: tadamun leave": N_(
        "Nobody removes themselves. Nothing was changed. To leave the space, go there from your own card."
    ),
    "There is no such device. See the list with: tadamun devices list": N_(
        "There is no such device, or it is shut out already. Nothing was changed. Look at the list of devices again."
    ),
    "There is no such invitation. See the list with: tadamun invite list": N_(
        "This invitation is not open any more. Nothing was changed. Look at the list of invitations again."
    ),
    "There is no such proposal to co-sign. See the list with: tadamun acts list": N_(
        "This proposal is not open any more. Nothing was changed. Look at the list of proposals again."
    ),
    "Nobody who can let you in answered yet. Your request is kept: leave the node running (tadamun up), and it "
    "completes when one of them is online.": N_(
        "Nobody who can let you in has answered yet. Your request is kept: it goes on by itself while your node is "
        "open, and you are in as soon as one of them is there."
    ),
    "What a room does by itself failed {count} times since the start. That is a fault of the program, not yours; it is "
    "tried again every minute. Please report it with what is shown by: tadamun --json status": N_(
        "What a room does by itself failed {count} times since the start. That is a fault of the program, not yours; "
        "it is tried again every minute. Please tell those who make the program."
    ),
    "{space}: no checkpoint can be made, because {names} had to sign it and one person alone removed them. Until the "
    "others agree, newcomers are given nothing from before and stay newcomers. Propose it with `tadamun remove NAME`; "
    "it takes {needed} signatures, given with `tadamun acts cosign`.": N_(
        "{space}: no checkpoint can be made, because {names} had to sign it and one person alone removed them. Until "
        "the others agree, newcomers are given nothing from before and stay newcomers. The space's proposals show "
        "what is to be signed; it takes {needed} signatures."
    ),
}


def instead(message: str) -> str:
    """The msgid to say on a page. It needs no other arguments."""
    return INSTEAD.get(message, message)
