"""What somebody with the key can read from an SQLCipher file's pages, free ones and the write-ahead log included.

Decrypted here page by page (SQLCipher 4: AES-256-CBC; 48 bytes at the end of a page are IV and HMAC-SHA256), so that no
database engine hides what it considers deleted. The first page says itself how long pages are: a reader that cut them
wrongly would see nothing and find everything clean.
"""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from tadamun.store import keyfile, slots
from tadamun.store.cipher import PAGE
from tadamun.store.vault import KEY

RESERVED, SALT = 48, 16
LOG_HEADER, FRAME_HEADER = 32, 24


def decrypted(path: Path, key: bytes) -> bytes:
    """Database and log beside it, as plain bytes one page after another."""
    raw = path.read_bytes()
    assert not raw.startswith(b"SQLite format 3"), "not encrypted at all"
    pages = [_page(raw[at : at + PAGE], key, at == 0) for at in range(0, len(raw), PAGE)]
    # https://www.sqlite.org/fileformat2.html, 1.3: the page size stands at 16, where the salt ends.
    assert int.from_bytes(pages[0][:2], "big") == PAGE, "not the shape of this file"
    log = path.with_name(path.name + "-wal")
    if log.exists():
        frames = log.read_bytes()
        step = FRAME_HEADER + PAGE
        for at in range(LOG_HEADER, len(frames) - step + 1, step):
            number = int.from_bytes(frames[at : at + 4], "big")
            pages.append(_page(frames[at + FRAME_HEADER : at + step], key, number == 1))
    return b"".join(pages)


def database(folder: Path, passphrase: str) -> tuple[Path, bytes]:
    """The vault's file that a passphrase opens, and its key."""
    opened = keyfile.read(folder / KEY, passphrase)
    return slots.database(folder, opened.number), opened.key.reveal()


def _page(page: bytes, key: bytes, first: bool) -> bytes:
    start = SALT if first else 0
    iv = page[PAGE - RESERVED : PAGE - RESERVED + 16]
    opener = Cipher(AES(key), CBC(iv)).decryptor()
    return opener.update(page[start : PAGE - RESERVED]) + opener.finalize()
