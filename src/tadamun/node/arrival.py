"""Asking to be let in, by an invitation or as another device of one's own: the joiner's side of
docs/protocol/4-joining.md.

The place exists from the moment of asking, so that an answer that comes tomorrow is still understood.
"""

from __future__ import annotations

from typing import Final

import msgspec

from tadamun.core import upkeep
from tadamun.core.b64 import from_b64, to_b64
from tadamun.core.body import spell
from tadamun.core.control.digests import join_proof_digest
from tadamun.core.errors import Reason, RemoteError, UsageError
from tadamun.core.event import parse
from tadamun.core.genuine import Genuine
from tadamun.core.limits import MAX_INNER
from tadamun.core.ports import Random, Tables
from tadamun.core.words import N_
from tadamun.crypto import labels
from tadamun.crypto.bundle import make_bundle
from tadamun.crypto.epoch import EpochKeys
from tadamun.crypto.invite import Invite
from tadamun.crypto.keys import SigningKey, verify
from tadamun.crypto.link import Link
from tadamun.crypto.lockbox import BoxKey, open_box, seal_to
from tadamun.crypto.secret import Secret
from tadamun.node.mail import Mail, MailboxesChanged
from tadamun.node.place import Arrived, Mailbox, Place
from tadamun.store import epochs, spaces

REFUSALS = {
    "used-up": N_("This invitation has been used up. Ask the person who invited you for a new one."),
    "expired": N_("This invitation has expired. Ask the person who invited you for a new one."),
    "revoked": N_("This invitation was withdrawn. Ask the person who invited you."),
    "not-valid": N_("This invitation is not valid for this device. Ask the person who invited you for a new one."),
}
_answer: msgspec.json.Decoder[upkeep.JoinAnswer] = msgspec.json.Decoder(upkeep.JoinAnswer)
DEVICE_LINK_LIFE: Final = 3_600  # seconds: whoever has such a link becomes the person, so it is good for one sitting
MOST_EPOCHS = 64  # secrets taken from answers, so that a holder of the link cannot fill the vault


def device_request_key(secret: Secret) -> BoxKey:
    """The key that opens asks by a device link; nobody but this member's own devices will answer those."""
    return BoxKey.from_secret(secret.derive(labels.DEVICE_REQUEST))


def new_place(tx: Tables, link: Link, mail: Mail, now: int, random: Random) -> Place:
    """A place for a space one asks to join, with fresh keys for it; kept in the vault."""
    device, box, prekey = SigningKey.make(random), BoxKey.make(random), BoxKey.make(random)
    me = link.member or device.public
    ref = spaces.add(tx, link.space, me, device.secret, box.secret, "joining", link.anchor, now)
    spaces.add_prekey(tx, ref, prekey.raw.hex(), prekey.secret, now)
    place = Place(ref, link.space, me, device, box, "joining", link.anchor)
    place.prekeys.append((prekey, now))
    mail.keep(tx, place, Mailbox(Invite(link.space, link.secret).mailbox, "invite", since=now))
    return place


def ask_again(tx: Tables, place: Place, link: Link, mail: Mail, now: int) -> None:
    """Another link for a space one is already asking to join."""
    place.refused, place.anchor, place.me = "", link.anchor, link.member or place.device.public
    spaces.update(tx, place.ref, me=place.me, anchor=link.anchor)
    mailbox = Mailbox(Invite(link.space, link.secret).mailbox, "invite", since=now)
    if mailbox.id not in place.boxes:
        mail.keep(tx, place, mailbox)


def come_back(tx: Tables, place: Place, link: Link, mail: Mail, now: int) -> None:
    """A link to a space that one is out of: one asks as who one was, and the log goes on from where it is."""
    place.refused, place.status = "", "joining"
    spaces.update(tx, place.ref, status=place.status)
    mailbox = Mailbox(Invite(link.space, link.secret).mailbox, "invite", since=now)
    if mailbox.id not in place.boxes:
        mail.keep(tx, place, mailbox)


def request(place: Place, link: Link) -> tuple[Mailbox, str]:
    """The mailbox to send to and the content of the join request (kind 3719)."""
    invite = Invite(link.space, link.secret)
    mine = make_bundle(place.me, place.device, place.box, place.prekeys[-1][0])
    proof = invite.key.sign_digest(join_proof_digest(place.space, mine.key, mine.hpke))
    ask = upkeep.JoinAsk(device=spell(mine), proof=proof, anchor=place.anchor)
    box = seal_to(link.request, msgspec.json.encode(ask), labels.join(place.space, invite.key.public))
    return place.boxes[invite.mailbox.id], spell(upkeep.JoinRequest(box=to_b64(box)))


def hear_answer(tx: Tables, place: Place, mail: Mail, event: Genuine, now: int) -> tuple[list[object], list[Arrived]]:
    """Take an answer for this device: epochs are kept, a refusal is remembered in the place's status.

    Returns effects, and the control events it brought. Raises RemoteError for what is not a proper answer; others'
    answers give nothing.
    """
    body = upkeep.read(upkeep.WELCOME, event.event.content, ())
    if not isinstance(body, upkeep.Welcome) or body.to != place.device.public:
        return [], []
    try:
        answer = _answer.decode(
            open_box(place.box, from_b64(body.box), labels.welcome(place.space, place.device.public))
        )
    except (ValueError, RecursionError) as error:
        raise RemoteError(Reason.MALFORMED) from error
    if answer.refused:
        place.refused = answer.refused
        return [MailboxesChanged()], []
    place.refused = ""  # whoever read the ask could refuse it; who has let one in proves it by the control log
    for epoch, secret in answer.epochs:
        keys = EpochKeys.from_secret(place.space, Secret(from_b64(secret)))
        if keys.id == epoch and epoch not in place.boxes:
            handed = [one.id for one in place.boxes.values() if one.use == "epoch"]
            if len(handed) >= MOST_EPOCHS:  # the oldest gives way: who is quick cannot keep the true one out
                del place.boxes[handed[0]]
                epochs.destroy(tx, place.ref, handed[:1])
            mail.keep(tx, place, Mailbox(keys, "epoch", since=now))
    return [MailboxesChanged()], [Arrived(verify(parse(raw, MAX_INNER))) for raw in answer.events]


def note_answer(place: Place, event: Genuine, now: int) -> None:
    """Somebody was answered, by this node before it was stopped or by another. Raises RemoteError."""
    body = upkeep.read(upkeep.WELCOME, event.event.content, ())
    state = place.log.state
    device = state.live_devices().get(event.event.pubkey)
    # Whoever holds the link can put an answer there: it must not keep those who may admit from giving theirs.
    if isinstance(body, upkeep.Welcome) and device and state.authority(device.member) >= state.charter.admit:
        place.answered[body.to] = max(place.answered.get(body.to, 0), min(event.event.created_at, now))


def refusal(place: Place) -> UsageError:
    """What a person is told whose ask was refused."""
    return UsageError(REFUSALS.get(place.refused, REFUSALS["not-valid"]))
