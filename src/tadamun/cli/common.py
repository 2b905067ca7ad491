"""What a file of commands needs, from one place. Rooms write their `cli.py` on this and on Click alone.

    @command("post", help=N_("Write to the space."), example='tadamun post "Good morning" --topic family')
    @click.argument("text")
    @click.option("--topic", help=N_("What it is about."))
    def post(here: Here, text: str, topic: str | None) -> None:
        asked = {"space": here.space, "text": text, "topics": [topic] if topic else []}
        said = ask(here, "talk.post", asked, sends=True)
        show(here, said, lambda said: say("Written, as {id}.", id=short(said["id"])))

Every sentence is a literal in `say`, `say_count`, `_`, `N_` or an error, where the catalogues find it; user text goes
in as an argument, or through `name` and `paragraph`, never into a sentence by itself.
"""

from __future__ import annotations

from tadamun.cli.asking import ask, converse
from tadamun.cli.command import Family, command
from tadamun.cli.here import Here
from tadamun.cli.kinds import LENGTH
from tadamun.cli.showing import as_json, name, once, paint, paragraph, short, show, table
from tadamun.core.errors import UsageError
from tadamun.core.words import N_
from tadamun.i18n.words import _, say, say_count

__all__ = [
    "LENGTH",
    "N_",
    "Family",
    "Here",
    "UsageError",
    "_",
    "as_json",
    "ask",
    "command",
    "converse",
    "name",
    "once",
    "paint",
    "paragraph",
    "say",
    "say_count",
    "short",
    "show",
    "table",
]
