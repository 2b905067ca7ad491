"""The work on one sealed post that no program can avoid, written with the bare libraries and nothing of Tadamun's.

`sealed_posts` makes what a carrier would bring (docs/protocol/3-seal.md): NIP-44 v2 payloads of signed inner
events, in outer events. `parse`, `opened`, `genuine` and `Log.write` are the four unavoidable steps. They are the
quickest calls that these libraries have, without checks a node makes besides, so that their sum is a floor.
Sources: NIP-01, NIP-44 v2, BIP340, RFC 8439 (ChaCha20), RFC 5869 (HKDF).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec
import sqlcipher3.dbapi2 as sqlcipher
from coincurve import PrivateKey, PublicKeyXOnly
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import ChaCha20
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from bench.posts import posts

BATCH: Final = 2_000  # events a transaction; fewer pay more for the log of changed pages


class Event(msgspec.Struct):
    """A NIP-01 event, decoded without any constraint."""

    id: str
    pubkey: str
    created_at: int
    kind: int
    tags: list[list[str]]
    content: str
    sig: str


_decode: Final = msgspec.json.Decoder(Event).decode
_encode: Final = msgspec.json.Encoder().encode


def _signed(secret: PrivateKey, created_at: int, kind: int, tags: list[list[str]], content: str) -> bytes:
    public = secret.public_key_xonly.format().hex()
    digest = hashlib.sha256(_encode((0, public, created_at, kind, tags, content))).digest()
    return _encode(Event(digest.hex(), public, created_at, kind, tags, content, secret.sign_schnorr(digest).hex()))


def _message_keys(conversation: bytes, nonce: bytes) -> tuple[bytes, bytes, bytes]:
    """NIP-44 v2 step 2: ChaCha20 key, its nonce (with a counter of 0 before it), HMAC key."""
    expanded = HKDFExpand(SHA256(), 76, nonce).derive(conversation)
    return expanded[:32], bytes(4) + expanded[32:44], expanded[44:]


def _padded(plain: bytes) -> bytes:
    """NIP-44 v2 padding: length in two bytes, the text, zeros."""
    power = 1 << (len(plain) - 1).bit_length()
    chunk = 32 if power <= 256 else power // 8
    return len(plain).to_bytes(2, "big") + plain.ljust(chunk * ((len(plain) - 1) // chunk + 1), b"\0")


def _payload(conversation: bytes, plain: bytes) -> str:
    nonce = os.urandom(32)
    key, start, mac = _message_keys(conversation, nonce)
    cipher = Cipher(ChaCha20(key, start), None).encryptor().update(_padded(plain))
    return base64.b64encode(b"\2" + nonce + cipher + hmac.digest(mac, nonce + cipher, "sha256")).decode()


def sealed_posts(count: int, conversation: bytes, authors: int = 20) -> Iterator[bytes]:
    """Outer events as JSON. Each holds a post of 280 bytes by one of that many devices, in an inner event of ~870."""
    space, head = os.urandom(32).hex(), os.urandom(32).hex()
    mailbox = PrivateKey().public_key_xonly.format().hex()
    devices = [PrivateKey() for _ in range(authors)]
    previous = [""] * authors
    for number, (topic, text) in enumerate(posts(count)):
        seq, which = divmod(number, authors)
        frame = [["h", space], ["auth", head], ["cp", "0"], ["log", str(seq), previous[which]]]
        inner = _signed(devices[which], 1_700_000_000 + number, 11, [*frame, ["t", topic]], text)
        previous[which] = _decode(inner).id
        yield _signed(PrivateKey(), 1_700_000_000, 3700, [["p", mailbox]], _payload(conversation, inner))


def parse(raw: bytes) -> Event:
    """JSON to values; nothing is checked but that the fields are there."""
    return _decode(raw)


def opened(payload: str, conversation: bytes) -> bytes:
    """NIP-44 v2 with the conversation key given: base64, message keys, MAC, ChaCha20, padding off."""
    data = binascii.a2b_base64(payload)
    nonce, cipher = data[1:33], data[33:-32]
    key, start, mac = _message_keys(conversation, nonce)
    if not hmac.compare_digest(hmac.digest(mac, nonce + cipher, "sha256"), data[-32:]):
        raise ValueError("MAC")
    plain = Cipher(ChaCha20(key, start), None).decryptor().update(cipher)
    return plain[2 : 2 + int.from_bytes(plain[:2], "big")]


class Devices(dict[str, PublicKeyXOnly]):
    """Public keys made ready once: a space has few devices and many posts."""

    def __missing__(self, public: str) -> PublicKeyXOnly:
        key = self[public] = PublicKeyXOnly(bytes.fromhex(public))
        return key


def genuine(event: Event, devices: Devices) -> bytes:
    """The id that the event must have (NIP-01) and its BIP340 signature. Returns the id's 32 bytes."""
    bare = (0, event.pubkey, event.created_at, event.kind, event.tags, event.content)
    digest = hashlib.sha256(_encode(bare)).digest()
    if not devices[event.pubkey].verify(bytes.fromhex(event.sig), digest):
        raise ValueError("signature")
    return digest


class Log:
    """One SQLCipher table with what any log of events must find again: by id, by device and count, by time."""

    def __init__(self, path: Path) -> None:
        self._database = sqlcipher.connect(str(path), isolation_level=None)
        self._database.execute(f"PRAGMA key = \"x'{os.urandom(32).hex()}'\"")
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.execute(
            "CREATE TABLE log (number INTEGER PRIMARY KEY, id BLOB, device BLOB, at INTEGER, raw BLOB)"
        )
        self._database.execute("CREATE UNIQUE INDEX log_id ON log (id)")
        self._database.execute("CREATE INDEX log_device ON log (device, number)")
        self._database.execute("CREATE INDEX log_at ON log (at)")

    def write(self, rows: Sequence[tuple[bytes, bytes, int, bytes]]) -> None:
        """One durable transaction of (id, device, created_at, inner JSON)."""
        self._database.execute("BEGIN IMMEDIATE")
        self._database.executemany("INSERT INTO log (id, device, at, raw) VALUES (?, ?, ?, ?)", rows)
        self._database.execute("COMMIT")

    def close(self) -> None:
        self._database.close()
