"""Opening private channels and hearing that others did: with one other member (3.8) or a circle of several (3.9).

The two differ in how their secret is handed out, and in nothing after that.
"""

from __future__ import annotations

from collections.abc import Sequence

from tadamun.core import upkeep
from tadamun.core.body import spell
from tadamun.core.errors import RemoteError
from tadamun.core.ports import Random
from tadamun.crypto.circle import attend, convene
from tadamun.crypto.epoch import EpochKeys
from tadamun.crypto.lockbox import BoxKey
from tadamun.crypto.whisper import Whisper, hear
from tadamun.node.letters import Letter, channel
from tadamun.node.place import Place


def opened(
    place: Place, others: Sequence[str], publics: Sequence[str], expires_at: int, random: Random
) -> tuple[EpochKeys, list[Letter]]:
    """A secret for this person's private channel with the others, and what hands it to their devices.

    publics: HPKE keys (prekeys if it expires) of everybody's devices, one's own too.
    """
    scope, author = place.channel_of(others), place.device.public
    if len(others) == 1:
        keys, letter = channel(place.space, (place.me, others[0]), scope, expires_at, author, publics, random)
        return keys, [letter]
    keys = EpochKeys.make(scope, random)
    parts, roll = convene(keys.secret, (*others, place.me), publics, place.space, author, random, expires_at)
    bodies = [upkeep.Convening(boxes=boxes, roll=roll) for boxes in parts]
    return keys, [Letter(upkeep.CONVENING, spell(body), expires_at) for body in bodies]


def listen(body: upkeep.Whisper | upkeep.Convening, keys: Sequence[BoxKey], space: str, author: str) -> Whisper | None:
    """What an opened channel's boxes tell whoever holds these keys; None if they are for others or not sound."""
    try:
        for key in keys:
            if isinstance(body, upkeep.Whisper):
                heard = hear(key, body.boxes, space, author)
            else:
                heard = attend(key, body.boxes, body.roll, space, author)
            if heard is not None:
                return heard
    except RemoteError:
        return None
    return None
