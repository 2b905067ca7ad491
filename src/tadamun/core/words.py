"""Marks sentences that a person will read, where they are written; the interface translates them where they are shown.

This file knows no language. Errors need no mark: the message of every LocalError is collected by its class's name.
"""

from __future__ import annotations


def N_(message: str) -> str:
    """The message itself, noted for the catalogues (see i18n/catalogue.py). May hold named `{placeholders}`."""
    return message
