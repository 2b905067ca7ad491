"""Limits every decoder enforces before work is done (docs/protocol/1-events.md, section "Limits")."""

from __future__ import annotations

MAX_SEALED = 64 * 1024  # bytes of an outer event's JSON
MAX_INNER = 40 * 1024  # bytes of an inner event's JSON
MAX_TAGS = 2_000
MAX_TAG_ITEMS = 300
MAX_PARENTS = 16  # ids in `auth`, `prev`
MAX_LOCKBOXES = 200  # an event; so many, of 184 bytes each, fit in MAX_INNER
MAX_CIRCLE = 64  # members of a private channel
MAX_INTEGER = 2**63 - 1
MAX_RING = 128  # members that one of whom says something
MAX_SLOTS = 1_000  # turns of a scope in a month
MAX_PERIOD = 2**31 - 1  # months since January 1970
MAX_UNDER = 200  # events under a one-time key after the one that opened it
MAX_PARKED_SPACE = 10_000
MAX_PARKED_DEVICE = 200
MAX_KIND = 65_535
