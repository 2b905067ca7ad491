"""People: profiles, vouches, safety numbers. Its commands, by name, for `main` to place in the command line."""

from collections.abc import Mapping
from typing import Final

COMMANDS: Final[Mapping[str, str]] = {
    name: f"tadamun.rooms.people.cli:{name}" for name in ("who", "profile", "vouch", "safety")
}
