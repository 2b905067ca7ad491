"""Who may do what in the control log: one plain sentence a rule (docs/protocol/2-control.md, 2.3).

`judge` applies them to one event at its own past. How removals cut through concurrent acts (rule 8) is in era.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from tadamun.core.charter import NEWCOMER, STEWARD
from tadamun.core.control import digests
from tadamun.core.control.bodies import (
    Admit,
    Amend,
    Bundle,
    Checkpoint,
    Cosigned,
    DeviceAdd,
    DeviceRevoke,
    Epoch,
    Genesis,
    Invite,
    InviteRevoke,
    Leave,
    Remove,
    SetLevel,
)
from tadamun.core.control.dag import Node
from tadamun.core.control.look import Look
from tadamun.core.control.state import OUTSIDE, Device
from tadamun.core.control.verdict import Act, Verdict, void
from tadamun.core.words import N_

Verify = Callable[[str, bytes, str], bool]  # (x-only key in hex, 32-byte digest, signature in hex) → is it good?

MAX_DEVICES: Final = 16  # live devices of one member: each costs every rotation a lockbox


def judge(node: Node, look: Look, verify: Verify) -> Verdict:
    """What the rules say of an event, given what holds at its past."""
    device = look.device(node.device)
    if device is None:
        return void("its device belongs to no member")
    member = look.member(device.member)
    body = node.body
    if isinstance(body, Admit | Remove | SetLevel | DeviceRevoke | Amend) and body.cosign:
        return _together(node, body, device, look, verify)
    # Whoever acts is a member, on a device that is live.
    if member is None or not device.live:
        return void("its author is not a member, or the device was shut out")
    # A newcomer acts for nobody but themselves: no level that a charter asks for is low enough.
    return _alone(node, device.member, look.authority(member), look, verify)


def _alone(node: Node, me: str, level: int, look: Look, verify: Verify) -> Verdict:
    """An act by one person, whose member id and level (OUTSIDE: a newcomer) are given."""
    charter, _ = look.charter()
    body = node.body
    match body:
        case Invite():
            # Inviting takes the charter's level for it, and nobody invites above themselves.
            need = max(charter.invite, body.level)
            if any(True for _ in look.writers("i" + body.key)) or body.key in look.era.floor.invites:
                return void("that invite exists already")
            return _needs(need, me, level)
        case InviteRevoke():
            # Who made an invite may revoke it, and so may any steward.
            invite = look.invite(body.key)
            if invite is None:
                return void("no such invite is open")
            return Verdict(True, member=me, level=level) if invite.by == me else _needs(STEWARD, me, level)
        case Admit():
            # Admitting takes the charter's level for it, and nobody admits above themselves.
            refused = _cannot_admit(node, body, look, verify)
            return void(refused) if refused else _needs(max(charter.admit, body.level), me, level)
        case Leave():
            # Anybody may leave.
            return Verdict(True, member=me, level=level, own=True, act=Act(me, was=max(level, NEWCOMER)))
        case Remove():
            # Alone one removes only people of strictly lower level; oneself always.
            target = look.member(body.member)
            if target is None:
                return void("whom it removes is not a member")
            act = Act(body.member, was=look.weight(target))
            return _on(body.member, look.weight(target), charter.remove, act, me, level)
        case SetLevel():
            target = look.member(body.member)
            if target is None:
                return void("whose level it sets is not a member")
            if body.level > target.level:
                # Raising takes a steward, and nobody raises above themselves.
                return _needs(max(STEWARD, body.level), me, level)
            # Lowering is as removing.
            act = Act(body.member, below=body.level, was=look.weight(target))
            return _on(body.member, look.weight(target), charter.remove, act, me, level)
        case DeviceAdd():
            # One adds devices to oneself only, a few, and none that is somebody else's.
            refused = _cannot_list(body.device, me, look, node, verify)
            if not refused and look.era.live_count(me, look) >= MAX_DEVICES:
                refused = N_("too many devices")
            return void(refused) if refused else Verdict(True, member=me, level=level)
        case DeviceRevoke():
            # One revokes one's other devices, and devices of people of strictly lower level.
            device = look.device(body.device)
            if device is None or device.revoked:
                return void("no such device, or revoked already")
            target = look.member(device.member)
            if target is None or (device.member == me and body.device == node.device):
                return void("a device does not revoke itself")
            act = Act(device.member, device=body.device, was=look.weight(target))
            return _on(device.member, look.weight(target), charter.remove, act, me, level)
        case Amend():
            # Amending the charter alone takes the level that the charter says.
            return _needs(charter.amend, me, level)
        case Checkpoint():
            # A checkpoint stands by its signatures; see `checkpoint_stands`.
            return Verdict(True, member=me, level=level)
        case Epoch():
            # Any member may start a new epoch.
            return Verdict(True, member=me, level=level, depth=look.depth() + 1)
        case Genesis():
            return void("a space begins once")


def _together(node: Node, body: Cosigned, author: Device, look: Look, verify: Verify) -> Verdict:
    """A majority act: co-signed by more than half of the electorate without the target, at least two people."""
    electorate = look.electorate()
    # Whoever publishes it is a member on a live device, or an elector whom only one person shut out.
    if not (author.live and look.member(author.member)) and look.elector(node.device, electorate) is None:
        return void("its author is not a member, or the device was shut out")
    act: Act | None = None
    target = ""
    match body:
        case Admit():
            refused = _cannot_admit(node, body, look, verify)
            if refused:
                return void(refused)
        case Remove() | SetLevel():
            member = look.member(body.member)
            if member is None:
                return void("whom it is on is not a member")
            target = body.member
            if isinstance(body, Remove):
                act = Act(target, was=look.weight(member))
            elif body.level <= member.level:
                act = Act(target, below=body.level, was=look.weight(member))
        case DeviceRevoke():
            device = look.device(body.device)
            if device is None or device.revoked:
                return void("no such device, or revoked already")
            target = device.member
            act = Act(target, device=body.device)
        case Amend():
            pass
    digest = digests.act_digest(node.frame.space, node.kind, digests.without_cosign(body))
    # Signatures serve once: else an old removal could be published again against one who came back.
    if look.spent(digest.hex()):
        return void("those signatures were used already")
    rows = [(device, digest, signature) for device, signature in body.cosign]
    signed = signers(node, rows, electorate, look, verify).keys() - {target}
    if len(signed) < digests.majority(electorate, target):
        return void("too few of the electorate signed")
    author_member = look.member(author.member)
    level = author_member.level if author_member else 0
    return Verdict(True, member=author.member, level=level, majority=True, act=act, digest=digest.hex())


def signers(
    node: Node,
    rows: Iterable[tuple[str, bytes, str]],
    electorate: frozenset[str],
    look: Look,
    verify: Verify,
) -> dict[str, str]:
    """Electors who signed → the first device that did; rows: (device, digest, signature). Checks are remembered."""
    signed: dict[str, str] = {}
    for device, digest, signature in rows:
        elector = look.elector(device, electorate)
        if elector is None or elector in signed:
            continue
        if device not in node.signers:
            node.signers[device] = verify(device, digest, signature)
        if node.signers[device]:
            signed[elector] = device
    return signed


def _needs(need: int, me: str, level: int) -> Verdict:
    if level < need:
        return void("its author is a newcomer still") if level == OUTSIDE else void("its author's level is too low")
    return Verdict(True, member=me, level=level, need=need)


def _on(member: str, weight: int, floor: int, act: Act, me: str, level: int) -> Verdict:
    """Rule 2, for removing, lowering and revoking alike; weight: the level of `member` that counts."""
    if member == me:
        return Verdict(True, member=me, level=level, own=True, act=act)
    need = max(floor, weight + 1)
    if level == OUTSIDE:
        return void("its author is a newcomer still")
    if level < need:
        return void("alone one acts only on people of strictly lower level")
    return Verdict(True, member=me, level=level, need=need, act=act)


def _cannot_admit(node: Node, body: Admit, look: Look, verify: Verify) -> str:
    """Why an admission cannot stand whoever makes it; "" if nothing speaks against it."""
    if look.member(body.member) is not None:
        return N_("whom it admits is a member already")
    device = look.device(body.device.key)
    # A new person's id is their first device's key; one who comes back comes with a device they had.
    if body.member != body.device.key and (device is None or device.member != body.member):
        return N_("that device is not that member's")
    refused = _cannot_list(body.device, body.member, look, node, verify)
    if refused or not body.invite:
        return refused
    invite = look.invite(body.invite)
    # An invite admits while it is open, up to its level, whoever holds its secret.
    if invite is None:
        return N_("that invite is not open")
    if body.level > invite.level:
        return N_("it admits above the invite's level")
    proof = digests.join_proof_digest(node.frame.space, body.device.key, body.device.hpke)
    if "invite" not in node.signers:
        node.signers["invite"] = verify(body.invite, proof, body.proof)
    return "" if node.signers["invite"] else N_("the invite's signature is wrong")


def _cannot_list(bundle: Bundle, member: str, look: Look, node: Node, verify: Verify) -> str:
    """Why a device cannot be listed under a member: it belongs to one for ever, of its own will, and holds its keys."""
    known = look.device(bundle.key)
    if known is not None and known.member != member:
        return N_("that device is another member's")
    if known is not None and known.live:
        return N_("that device is listed already")
    if known is None and bundle.key != member and look.standing(bundle.key) is not None:
        return N_("that key is a member's id")
    checked = f"bundle for {member}"
    if checked not in node.signers:
        digest = digests.bundle_digest(member, bundle.key, bundle.hpke, bundle.prekey)
        node.signers[checked] = verify(bundle.key, digest, bundle.proof)
    return "" if node.signers[checked] else N_("the device did not sign that it is this member's")
