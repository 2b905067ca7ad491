"""What follows from an invite's secret (docs/protocol/4-joining.md, 4.1): its key and its mailbox."""

from __future__ import annotations

from typing import NoReturn

from tadamun.core.ports import Random
from tadamun.crypto import labels
from tadamun.crypto.epoch import EpochKeys
from tadamun.crypto.keys import SigningKey
from tadamun.crypto.secret import Secret


class Invite:
    """Both sides derive it from the link's secret. key: signs join proofs; mailbox: where request and answer pass."""

    __slots__ = ("key", "mailbox", "secret", "space")

    def __init__(self, space: str | bytes, secret: Secret) -> None:
        """secret: 32 bytes. Raises RemoteError(MALFORMED) on a space that is no id."""
        self.mailbox = EpochKeys(space, secret.derive(labels.INVITE_MAILBOX))
        self.key = SigningKey(secret.derive(labels.INVITE_SIGN))
        self.secret = secret
        self.space = self.mailbox.scope

    @classmethod
    def make(cls, space: str | bytes, random: Random) -> Invite:
        return cls(space, Secret.make(random))

    def __repr__(self) -> str:
        return "<invite>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("an invite is not copied or pickled")
