"""Talk: threads, comments, direct messages. Its commands, by name, for `main` to place in the command line."""

from collections.abc import Mapping
from typing import Final

COMMANDS: Final[Mapping[str, str]] = {
    name: f"tadamun.rooms.talk.cli:{name}"
    for name in ("post", "read", "watch", "message", "threads", "search", "react", "edit", "retract")
}
