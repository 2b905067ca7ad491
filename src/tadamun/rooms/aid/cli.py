"""`tadamun aid`, with all that stands under it."""

from __future__ import annotations

from tadamun.rooms.aid import cli_blind, cli_directory, cli_ledger, cli_mentors
from tadamun.rooms.aid.cli_items import aid

# Importing them is what puts their commands under `aid`.
FAMILIES = (cli_blind.blind, cli_directory.directory, cli_ledger.ledger, cli_mentors.mentors)

__all__ = ["FAMILIES", "aid"]
