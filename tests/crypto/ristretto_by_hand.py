"""ristretto255 from the text of RFC 9496, and ring signatures from docs/protocol/6-masked.md, in plain whole numbers.

Written a second time, without the library, so that two readings of the same pages can be held against each other. Slow,
and not for secrets.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
L = 2**252 + 27742317777372353535851937790883648493
ROOT = pow(2, (P - 1) // 4, P)  # of −1

Point = tuple[int, int, int, int]  # extended coordinates (X, Y, Z, T), RFC 8032 §5.1.4


def negative(x: int) -> bool:
    return x % P % 2 == 1


def absolute(x: int) -> int:
    return -x % P if negative(x) else x % P


def ratio_root(u: int, v: int) -> tuple[bool, int]:
    """§4.2, SQRT_RATIO_M1."""
    r = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    check = v * r * r % P
    right, turned = check == u % P, check == -u % P
    turned_too = check == -u * ROOT % P
    if turned or turned_too:
        r = r * ROOT % P
    return right or turned, absolute(r)


SQRT_AD_MINUS_ONE = 25063068953384623474111414158702152701244531502492656460079210482610430750235
INVSQRT_A_MINUS_D = 54469307008909316920995813868745141605393597292927456921205312896311721017578
ONE_MINUS_D_SQ = (1 - D * D) % P
D_MINUS_ONE_SQ = (D - 1) ** 2 % P
ZERO: Point = (0, 1, 1, 0)


def decode(data: bytes) -> Point:
    """§4.3.1. Raises ValueError."""
    s = int.from_bytes(data, "little")
    if len(data) != 32 or s >= P or negative(s):
        raise ValueError
    ss = s * s % P
    u1, u2 = (1 - ss) % P, (1 + ss) % P
    v = (-(D * u1 * u1) - u2 * u2) % P
    square, inverse = ratio_root(1, v * u2 * u2 % P)
    den_x = inverse * u2 % P
    den_y = inverse * den_x * v % P
    x = absolute(2 * s * den_x)
    y = u1 * den_y % P
    t = x * y % P
    if not square or negative(t) or y == 0:
        raise ValueError
    return x, y, 1, t


def encode(point: Point) -> bytes:
    """§4.3.2."""
    x0, y0, z0, t0 = point
    u1, u2 = (z0 + y0) * (z0 - y0) % P, x0 * y0 % P
    _, inverse = ratio_root(1, u1 * u2 * u2 % P)
    den1, den2 = inverse * u1 % P, inverse * u2 % P
    z_inv = den1 * den2 * t0 % P
    if negative(t0 * z_inv):
        x, y, den_inv = y0 * ROOT % P, x0 * ROOT % P, den1 * INVSQRT_A_MINUS_D % P
    else:
        x, y, den_inv = x0, y0, den2
    if negative(x * z_inv):
        y = -y % P
    return absolute(den_inv * (z0 - y)).to_bytes(32, "little")


def add(one: Point, other: Point) -> Point:
    """RFC 8032 §5.1.4, a complete addition: it doubles as well."""
    (x1, y1, z1, t1), (x2, y2, z2, t2) = one, other
    a, b = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    c, d = 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(scalar: int, point: Point) -> Point:
    found = ZERO
    for bit in bin(scalar)[2:]:
        found = add(found, found)
        if bit == "1":
            found = add(found, point)
    return found


def from_uniform(data: bytes) -> Point:
    """§4.3.4, element derivation."""
    low = int.from_bytes(data[:32], "little") % 2**255
    high = int.from_bytes(data[32:], "little") % 2**255
    return add(_map(low % P), _map(high % P))


def _map(t: int) -> Point:
    r = ROOT * t * t % P
    u = (r + 1) * ONE_MINUS_D_SQ % P
    v = (-1 - r * D) * (r + D) % P
    square, s = ratio_root(u, v)
    if not square:
        s = -absolute(s * t) % P
    c = -1 if square else r
    n = (c * (r - 1) * D_MINUS_ONE_SQ - v) % P
    w0, w1 = 2 * s * v % P, n * SQRT_AD_MINUS_ONE % P
    w2, w3 = (1 - s * s) % P, (1 + s * s) % P
    return w0 * w3 % P, w2 * w1 % P, w1 * w3 % P, w0 * w2 % P


GENERATOR = decode(bytes.fromhex("e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76"))


def number(digest: bytes) -> int:
    return int.from_bytes(digest, "little") % L


def spell(scalar: int) -> bytes:
    return scalar.to_bytes(32, "little")


def scope_point(scope: bytes) -> Point:
    return from_uniform(hashlib.sha512(b"tadamun/ring-scope/v1" + scope).digest())


def public_of(secret: int) -> bytes:
    return encode(multiply(secret, GENERATOR))


def tag_of(secret: int, scope: bytes) -> bytes:
    return encode(multiply(secret, scope_point(scope)))


def bound(ring: Sequence[bytes], scope: bytes, message: bytes, tag: bytes) -> bytes:
    h = hashlib.sha512(b"tadamun/ring/v1")
    h.update(len(scope).to_bytes(8, "big") + scope)
    h.update(len(ring).to_bytes(4, "big") + b"".join(ring) + tag)
    h.update(len(message).to_bytes(8, "big") + message)
    return h.digest()


def challenge(prefix: bytes, place: int, left: Point, right: Point) -> int:
    h = hashlib.sha512(b"tadamun/ring-step/v1" + prefix + place.to_bytes(4, "big"))
    h.update(encode(left) + encode(right))
    return number(h.digest())


def sign(secret: int, ring: Sequence[bytes], scope: bytes, message: bytes, nonce: int, others: Sequence[int]) -> bytes:
    """others: an answer for each key of the ring; one's own is replaced."""
    prefix = bound(ring, scope, message, tag_of(secret, scope))
    mine, n, base = list(ring).index(public_of(secret)), len(ring), scope_point(scope)
    tag = decode(tag_of(secret, scope))
    answers = list(others)
    at = {(mine + 1) % n: challenge(prefix, mine, multiply(nonce, GENERATOR), multiply(nonce, base))}
    for place in [(mine + k) % n for k in range(1, n)]:
        left = add(multiply(answers[place], GENERATOR), multiply(at[place], decode(ring[place])))
        right = add(multiply(answers[place], base), multiply(at[place], tag))
        at[(place + 1) % n] = challenge(prefix, place, left, right)
    answers[mine] = (nonce - at[mine] * secret) % L
    return spell(at[0]) + b"".join(map(spell, answers))


def verify(ring: Sequence[bytes], scope: bytes, message: bytes, tag: bytes, proof: bytes) -> bool:
    """Step by step as 6.2 has it."""
    n = len(ring)
    if not 2 <= n <= 128 or list(ring) != sorted(set(ring)) or len(proof) != 32 * (n + 1):
        return False
    scalars = [int.from_bytes(proof[32 * k : 32 * k + 32], "little") for k in range(n + 1)]
    if not all(0 < scalar < L for scalar in scalars):
        return False
    try:
        points = [decode(one) for one in (tag, *ring)]
    except ValueError:
        return False
    if any(encode(point) == bytes(32) for point in points):
        return False
    prefix, base, c = bound(ring, scope, message, tag), scope_point(scope), scalars[0]
    for place in range(n):
        left = add(multiply(scalars[place + 1], GENERATOR), multiply(c, points[place + 1]))
        right = add(multiply(scalars[place + 1], base), multiply(c, points[0]))
        c = challenge(prefix, place, left, right)
    return c == scalars[0]
