"""Set reconciliation: which events do two sides not share? (NIP-77, Negentropy protocol version 1.)

Pure: bytes in, bytes out. This file does not know sockets, relays, filters or what an event is: an item is a
time and an id. The one who asks (`begin`) learns the difference; the one who answers learns nothing and keeps nothing
between messages but its items. Cost of an answer: O(log n) an incoming range, plus what fits into one frame.

Deviations from the reference implementations, none visible to a well-behaved peer:
- When the frame is full, the remaining range is fingerprinted from where the output ends. (Others leave out the range
  they had no room for, and then miss a difference when the peer has nothing there.)
- Ranges that run backwards, follow infinity or have padded varints are refused instead of read somehow.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import accumulate, pairwise
from typing import Final

from tadamun.core.errors import Reason, RemoteError

Item = tuple[int, str]  # created_at in Unix seconds, id in lower-case hex
Bound = tuple[int, str]  # time, beginning of an id in hex: comes before every item that begins so

VERSION: Final = 0x61
SKIP, FINGERPRINT, ID_LIST = 0, 1, 2
INFINITY: Final = (2**64 - 1, "")
BUCKETS: Final = 16
RESERVE: Final = 200  # bytes kept free in a frame for the closing range
MIN_FRAME: Final = 4096  # bytes; as the protocol demands of a limit
MAX_ROUNDS: Final = 10_000  # a peer that keeps finding something to ask is broken or hostile


@dataclass(frozen=True, slots=True)
class Answer:
    """reply: what to send, None when the initiator is done. have: ids only we hold; need: ids only they hold (in hex).

    Both lists are always empty on the answering side.
    """

    reply: bytes | None
    have: list[str] = field(default_factory=list)
    need: list[str] = field(default_factory=list)


class Items:
    """A sorted set of items with running sums of their ids: a fingerprint of any range costs one subtraction."""

    __slots__ = ("_sorted", "_sums")

    def __init__(self, items: Sequence[Item]) -> None:
        self._sorted = sorted(items)  # linear when sorted already, as the wire store gives them
        packed = bytes.fromhex("".join([i for _, i in self._sorted]))
        if len(packed) != 32 * len(self._sorted):
            raise ValueError("an id is 32 bytes")
        from_bytes = int.from_bytes
        self._sums = list(
            accumulate((from_bytes(packed[k : k + 32], "little") for k in range(0, len(packed), 32)), initial=0)
        )

    def __len__(self) -> int:
        return len(self._sorted)

    def __getitem__(self, index: int) -> Item:
        return self._sorted[index]

    def ids(self, lower: int, upper: int) -> list[str]:
        return [i for _, i in self._sorted[lower:upper]]

    def find(self, bound: Bound, start: int) -> int:
        """Index of the first item, from `start` on, that is not before the bound."""
        return bisect_left(self._sorted, bound, start)

    def fingerprint(self, lower: int, upper: int) -> bytes:
        """The first 16 bytes of SHA-256(sum of the ids mod 2^256, little-endian ‖ their number as a varint)."""
        total = (self._sums[upper] - self._sums[lower]) & (2**256 - 1)
        return sha256(total.to_bytes(32, "little") + varint(upper - lower)).digest()[:16]


class Side:
    """One side of one reconciliation. Call `begin` to ask; call `answer` for each message that comes."""

    def __init__(self, items: Sequence[Item] | Items, frame_limit: int = 0) -> None:
        """frame_limit: most bytes of one message of ours, at least 4096; 0: no limit. Raises ValueError."""
        if frame_limit and frame_limit < MIN_FRAME:
            raise ValueError(f"a frame limit below {MIN_FRAME} bytes cannot make progress")
        self._items = items if isinstance(items, Items) else Items(items)
        self._limit = frame_limit - RESERVE if frame_limit else 2**62
        self._asking = False
        self._rounds = 0

    def begin(self) -> bytes:
        """The first message of the one who asks."""
        self._asking = True
        out = _Writer()
        self._split(out, 0, len(self._items), INFINITY)
        return bytes(out.data)

    def answer(self, message: bytes) -> Answer:
        """Take one message of the other side. Raises RemoteError (PROTOCOL) on anything not as the protocol says."""
        self._rounds += 1
        if self._rounds > MAX_ROUNDS:
            raise _broken("reconciliation without end")
        if not message or not 0x60 <= message[0] <= 0x6F:
            raise _broken("no negentropy version")
        if message[0] != VERSION:
            if self._asking:
                raise _broken("negentropy version not supported")
            return Answer(bytes([VERSION]))
        out = _Writer()
        result = Answer(None)
        edge = (0, "")  # everything before it is settled, by output or by leaving it out
        index = 0
        for bound, mode, payload in _ranges(message):
            lower, upper = index, self._items.find(bound, index)
            if mode == SKIP or (mode == FINGERPRINT and payload == self._items.fingerprint(lower, upper)):
                pass
            elif mode == ID_LIST and self._asking:
                theirs = {payload[k : k + 32].hex() for k in range(0, len(payload), 32)}
                ours = set(self._items.ids(lower, upper))
                result.have.extend(i for i in self._items.ids(lower, upper) if i not in theirs)
                result.need.extend(theirs - ours)
            else:
                mark = out.mark()
                out.skip_to(edge)
                if mode == FINGERPRINT:
                    self._split(out, lower, upper, bound)
                else:
                    upper, bound = self._list(out, lower, upper, bound)
                if len(out.data) > self._limit:
                    out.back_to(mark)
                    out.skip_to(edge)
                    out.fingerprint(INFINITY, self._items.fingerprint(lower, len(self._items)))
                    break
            index, edge = upper, bound
            if out.full:
                out.fingerprint(INFINITY, self._items.fingerprint(index, len(self._items)))
                break
        if self._asking and len(out.data) == 1:
            return result
        return Answer(bytes(out.data), result.have, result.need)

    def _list(self, out: _Writer, lower: int, upper: int, bound: Bound) -> tuple[int, Bound]:
        """Write our ids of a range, as many as there is room for; returns how far that came."""
        room = max(0, self._limit - len(out.data) - 64) // 32  # 64: the range's own bound, mode and length
        if upper - lower > room:
            upper = lower + room
            bound = self._items[upper]
            out.full = True
        out.id_list(bound, self._items.ids(lower, upper))
        return upper, bound

    def _split(self, out: _Writer, lower: int, upper: int, bound: Bound) -> None:
        """Describe a range that differs: all its ids when they are few, else fingerprints of its sixteenths."""
        count = upper - lower
        if count < BUCKETS * 2:
            out.id_list(bound, self._items.ids(lower, upper))
            return
        edges = [lower + count * k // BUCKETS for k in range(BUCKETS + 1)]
        for start, end in pairwise(edges):
            inside = bound if end == upper else _between(self._items[end - 1], self._items[end])
            out.fingerprint(inside, self._items.fingerprint(start, end))


class _Writer:
    """A message being written. Times are written as differences to the one before."""

    __slots__ = ("_edge", "_time", "data", "full")

    def __init__(self) -> None:
        self.data = bytearray([VERSION])
        self.full = False
        self._time = 0
        self._edge: Bound = (0, "")

    def mark(self) -> tuple[int, int, Bound]:
        return len(self.data), self._time, self._edge

    def back_to(self, mark: tuple[int, int, Bound]) -> None:
        length, self._time, self._edge = mark
        del self.data[length:]
        self.full = False

    def skip_to(self, bound: Bound) -> None:
        if bound != self._edge:
            self._bound(bound)
            self.data.append(SKIP)

    def fingerprint(self, bound: Bound, digest: bytes) -> None:
        self._bound(bound)
        self.data.append(FINGERPRINT)
        self.data += digest

    def id_list(self, bound: Bound, ids: list[str]) -> None:
        self._bound(bound)
        self.data.append(ID_LIST)
        self.data += varint(len(ids)) + bytes.fromhex("".join(ids))

    def _bound(self, bound: Bound) -> None:
        time, prefix = bound
        if time == INFINITY[0]:
            self.data += b"\0\0"
        else:
            self.data += varint(time - self._time + 1) + varint(len(prefix) // 2) + bytes.fromhex(prefix)
            self._time = time
        self._edge = bound


def varint(number: int) -> bytes:
    """Base 128, most significant digit first, the high bit set on all but the last byte."""
    if number < 128:
        return bytes((number,))
    digits = [number & 127]
    while number := number >> 7:
        digits.append(number & 127 | 128)
    return bytes(reversed(digits))


def _between(before: Item, after: Item) -> Bound:
    """The shortest bound that keeps the two apart."""
    if before[0] != after[0]:
        return after[0], ""
    shared = next((k for k in range(0, 64, 2) if before[1][k : k + 2] != after[1][k : k + 2]), 62)
    return after[0], after[1][: shared + 2]


def _ranges(message: bytes) -> Iterator[tuple[Bound, int, bytes]]:
    """(upper bound, mode, payload) of each range. Payload: the fingerprint, or the ids one after the other."""
    position, last, size = 1, (0, ""), len(message)

    def number() -> int:
        nonlocal position
        value = 0
        for k in range(10):
            if position >= size:
                raise _broken("message ends early")
            digit = message[position]
            position += 1
            if k == 0 and digit == 128:
                raise _broken("padded number")
            value = value << 7 | digit & 127
            if digit < 128:
                if value >= 2**64:
                    break
                return value
        raise _broken("number too large")

    def take(count: int) -> bytes:
        nonlocal position
        if count > size - position:
            raise _broken("message ends early")
        position += count
        return message[position - count : position]

    while position < size:
        if last[0] == INFINITY[0]:
            raise _broken("range after infinity")
        step = number()
        length = number()
        if length > 32:
            raise _broken("bound too long")
        prefix = take(length).hex()
        if step == 0 and prefix:
            raise _broken("range after infinity")
        bound = (last[0] + step - 1, prefix) if step else INFINITY
        if bound < last or bound > INFINITY:
            raise _broken("ranges out of order")
        last = bound
        mode = number()
        if mode == SKIP:
            payload = b""
        elif mode == FINGERPRINT:
            payload = take(16)
        elif mode == ID_LIST:
            payload = take(min(number(), size) * 32)
        else:
            raise _broken("unknown mode")
        yield bound, mode, payload


def _broken(detail: str) -> RemoteError:
    return RemoteError(Reason.PROTOCOL, detail)
