"""Finds the sentences in Jinja templates: `{{ _("…") }}`, `{{ say("…") }}`, `{{ ngettext(…) }}`, `{% trans %}`.

Reads Jinja's own syntax tree after its i18n extension has turned `{% trans %}` into calls, so that nothing is found
here that would not be said there. What `{% trans %}` writes as `%(name)s` is `{name}` in the catalogues, as everywhere.
This file does not know languages; web/words.py says what it finds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from jinja2 import Environment, nodes

from tadamun.i18n.extract import Found

# Function → how many of its first arguments are msgids. `gettext` is what `{% trans %}` calls.
MARKS: Final[dict[str, int]] = {"_": 1, "gettext": 1, "say": 1, "ngettext": 2, "say_count": 2}
EXTENSIONS: Final = ("jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols")
_PERCENT: Final = re.compile(r"%\((\w+)\)s|%%")


def in_braces(message: str) -> str:
    """The msgid of what `{% trans %}` passes on: `{name}` for `%(name)s`, a single `%` for two."""
    return _PERCENT.sub(lambda found: "{" + found[1] + "}" if found[1] else "%", message)


def in_folder(root: Path) -> Iterator[Found]:
    """Everything in the templates under a folder, file by file. Raises jinja2.TemplateSyntaxError."""
    for path in sorted(root.rglob("*.html")):
        yield from in_template(path.read_text(encoding="utf-8"), path.relative_to(root).as_posix())


def in_template(source: str, file: str) -> Iterator[Found]:
    """Everything in one template's text, from top to bottom. Raises jinja2.TemplateSyntaxError."""
    tree = _reader().parse(source, filename=file)
    for call in sorted(tree.find_all(nodes.Call), key=lambda call: call.lineno):
        wanted = MARKS.get(call.node.name, 0) if isinstance(call.node, nodes.Name) else 0
        if wanted == 1 and call.args:
            for message in _literals(call.args[0]):
                yield Found(file, call.lineno, message)
        elif wanted == 2 and len(call.args) > 1:
            for one, many in zip(_literals(call.args[0]), _literals(call.args[1]), strict=True):
                yield Found(file, call.lineno, one, many or "")


def _reader() -> Environment:
    """What a template is read by: the extensions pages have, and `{% trans %}` trimmed of its line breaks."""
    reader = Environment(extensions=EXTENSIONS, autoescape=True)
    reader.policies["ext.i18n.trimmed"] = True
    # As pages are rendered (web/words.py): a `%` stays double in a block with and without names.
    reader.newstyle_gettext = True  # type: ignore[attr-defined]  # the extension adds it
    return reader


def _literals(node: nodes.Expr) -> list[str | None]:
    """The text of a literal, both of `a if … else b`, or [None] for anything else."""
    match node:
        case nodes.Const(value=str(text)):
            return [in_braces(text)]
        case nodes.CondExpr(expr1=one, expr2=other) if other is not None:
            return _literals(one) + _literals(other)
        case nodes.MarkSafe(expr=inner) | nodes.MarkSafeIfAutoescape(expr=inner):
            return _literals(inner)
        case _:
            return [None]
