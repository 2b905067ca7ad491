"""Unpredictable bytes from the operating system: the `Random` port (core/ports.py) that real nodes are given."""

from __future__ import annotations

import os
import secrets


class SystemRandom:
    """`os.urandom` and nothing else; no state, so it may be shared by threads and survives a fork."""

    __slots__ = ()

    def bytes(self, count: int) -> bytes:
        """That many unpredictable bytes."""
        return os.urandom(count)

    def below(self, bound: int) -> int:
        """A uniform integer in [0, bound)."""
        return secrets.randbelow(bound)
