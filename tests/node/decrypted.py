"""The bytes that an SQLCipher file holds once its key is known: every page, used or free, and every frame of its log.

SQLCipher 4: pages of 4,096 bytes, of which the last 80 are the IV (16) and the MAC (64); the first 16 of the file are
its salt; AES-256-CBC under the key as given (https://www.zetetic.net/sqlcipher/design/).
"""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from kits.sim import WORDS, Home
from tadamun.store import keyfile

PAGE, RESERVED, IV, SALT = 4_096, 80, 16, 16
WAL_HEADER, FRAME_HEADER = 32, 24


def plain_bytes(home: Home) -> bytes:
    """The vault of a home, decrypted page by page, with whatever lies in its write-ahead log."""
    key = keyfile.read(home.folder / "vault.key", WORDS).reveal()
    return decrypted(home.folder / "vault.db", key)


def decrypted(path: Path, key: bytes) -> bytes:
    raw = path.read_bytes()
    assert not raw.startswith(b"SQLite format 3"), "not encrypted at all"
    pages = [_page(raw[at : at + PAGE], key, first=at == 0) for at in range(0, len(raw), PAGE)]
    wal = path.with_name(path.name + "-wal")
    frames = wal.read_bytes()[WAL_HEADER:] if wal.exists() else b""
    size = FRAME_HEADER + PAGE
    for at in range(0, len(frames) - size + 1, size):
        number = int.from_bytes(frames[at : at + 4], "big")
        pages.append(_page(frames[at + FRAME_HEADER : at + size], key, first=number == 1))
    return b"".join(pages)


def _page(page: bytes, key: bytes, first: bool) -> bytes:
    if not any(page):
        return b""
    iv = page[PAGE - RESERVED : PAGE - RESERVED + IV]
    body = page[SALT if first else 0 : PAGE - RESERVED]
    opener = Cipher(AES(key), CBC(iv)).decryptor()
    return opener.update(body) + opener.finalize()
