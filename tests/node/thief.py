"""What somebody can read who has a vault and a pile of sealed events: everything, and whatever that leads to.

The thief keeps no rule: secrets are taken from wherever they open (lockboxes, buckets, whispers, links, welcomes),
for epochs that are clean or not, by devices that are live or not, until nothing more opens.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from kits.sim import Home
from tadamun.core import upkeep
from tadamun.core.b64 import from_b64
from tadamun.core.errors import RemoteError
from tadamun.core.event import Event, parse
from tadamun.core.genuine import Genuine
from tadamun.crypto import labels
from tadamun.crypto.circle import attend
from tadamun.crypto.epoch import EpochKeys, channel_id, circle_id
from tadamun.crypto.lockbox import BoxKey, open_box
from tadamun.crypto.seal import open_sealed
from tadamun.crypto.secret import Secret
from tadamun.crypto.whisper import hear
from tadamun.node.letters import open_lockbox
from tadamun.store import epochs, log, spaces


class Thief:
    """Takes what the vault of a home holds right now."""

    def __init__(self, home: Home) -> None:
        tables = home.up.vault.read
        (row,) = spaces.every(tables)
        self.space, self.device = row.id, home.place.device.public
        self.keys = [
            BoxKey.from_secret(row.box),
            *(BoxKey.from_secret(key) for _, key, _ in spaces.prekeys(tables, row.ref)),
        ]
        self.epochs = {
            kept.id: EpochKeys.from_secret(kept.scope, kept.secret) for kept in epochs.every(tables, row.ref)
        }
        # What lies in the vault's own log is read as well.
        self.inner = {kept.id: kept.event for page in log.every(tables, row.ref) for kept in page}

    def read(self, traffic: Iterable[bytes]) -> dict[str, Event]:
        """All inner events that open, by id, the vault's own log among them."""
        sealed: dict[str, list[Event]] = {}
        for raw in traffic:
            event = parse(raw)
            tag = event.tag("p")
            sealed.setdefault(tag[1] if tag else "", []).append(event)
        seen: set[str] = set()
        tried: set[str] = set()
        while True:
            for keys in list(self.epochs.values()):
                if keys.id in seen:
                    continue
                seen.add(keys.id)
                for outer in sealed.get(keys.mailbox.public, ()):
                    try:
                        genuine: Genuine = open_sealed(outer, keys)
                    except RemoteError:
                        continue
                    self.inner[genuine.event.id] = genuine.event
            before = len(self.epochs)
            for event in list(self.inner.values()):
                if event.id not in tried or event.kind == upkeep.HISTORY:
                    tried.add(event.id)
                    self._rummage(event)
            if len(self.epochs) == before:
                return self.inner

    def _rummage(self, event: Event) -> None:
        if event.kind not in upkeep.BODIES:
            return
        try:
            body = upkeep.read(event.kind, event.content, ())
        except RemoteError:
            return
        match body:
            case upkeep.Lockboxes():
                self._keep(open_lockbox(self.space, body.epoch, body.boxes, self.device, self.keys))
            case upkeep.Bucket():
                info = labels.bucket_box
                self._keep(open_lockbox(body.scope, body.bucket, body.boxes, self.device, self.keys, info))
            case upkeep.Whisper():
                for key in self.keys:
                    heard = hear(key, body.boxes, self.space, event.pubkey)
                    if heard is not None:
                        self._keep(EpochKeys.from_secret(channel_id(self.space, *heard.members), heard.secret))
            case upkeep.Convening():
                for key in self.keys:
                    opened = attend(key, body.boxes, body.roll, self.space, event.pubkey)
                    if opened is not None:
                        self._keep(EpochKeys.from_secret(circle_id(self.space, opened.members), opened.secret))
            case upkeep.HistoryLinks():
                for child, parent, link in body.links:
                    if child in self.epochs and parent not in self.epochs:
                        try:
                            secret = self.epochs[child].open_link(parent, link)
                        except RemoteError:
                            continue
                        self._keep(EpochKeys.from_secret(self.space, secret))
            case upkeep.Welcome():
                for key in self.keys:
                    try:
                        raw = open_box(key, from_b64(body.box), labels.welcome(self.space, body.to))
                    except RemoteError:
                        continue
                    answer = msgspec.json.decode(raw, type=upkeep.JoinAnswer)
                    for _, text in answer.epochs:
                        self._keep(EpochKeys.from_secret(self.space, Secret(from_b64(text))))

    def _keep(self, keys: EpochKeys | None) -> None:
        if keys is not None:
            self.epochs.setdefault(keys.id, keys)


def texts(events: Iterable[Event]) -> str:
    """Everything that was said, to look for words in."""
    return "\n".join(event.content for event in events)
