"""Sentences of templates are found as they are said, and templates say them as the catalogues expect."""

from __future__ import annotations

import re

import pytest
from jinja2 import Environment, TemplateSyntaxError, nodes

from tadamun.i18n import catalogue
from tadamun.i18n.templates import EXTENSIONS, in_braces, in_folder, in_template

TEMPLATES = sorted(catalogue.SOURCE.rglob("*.html"))
# An attribute's value that is begun by a sentence for HTML with an argument: its <bdi> would be read as text there.
BDI_IN_ATTRIBUTE = re.compile(r"""=\s*"[^"<>]*\{\{[^"{}]*\b(?:_|ngettext)\(\s*(?:'[^']*'|"[^"]*")\s*,""")
# What people write, as calls name it, and what makes it fit to be shown.
WRITTEN = frozenset({"name", "text", "title", "about", "pronouns", "warning", "reason", "note", "topic", "old_name"})
FIT = frozenset({"person", "plain_person", "line", "plain_line", "words", "names"})


def unfit(source: str) -> list[str]:
    """What people wrote that a template shows as it came: escaped, but free to turn the line around."""
    tree = Environment(extensions=EXTENSIONS, autoescape=True).parse(source)
    shown = [part for output in tree.find_all(nodes.Output) for part in output.nodes]
    found = []
    while shown:
        part = shown.pop()
        if isinstance(part, nodes.Filter) and part.name not in FIT and part.node is not None:
            shown.append(part.node)
        elif isinstance(part, nodes.CondExpr):
            shown += [one for one in (part.expr1, part.expr2) if one is not None]
        elif isinstance(part, nodes.Or | nodes.And):
            shown += [part.left, part.right]
        elif isinstance(part, nodes.Getattr) and part.attr in WRITTEN:
            found.append(part.attr)
        elif isinstance(part, nodes.Getitem) and isinstance(part.arg, nodes.Const) and part.arg.value in WRITTEN:
            found.append(part.arg.value)
    return found


def test_everything_a_template_says_is_found() -> None:
    source = """
        {{ _("Hello {name}", name=who) }} {{ _("a" if first else "b") }} {{ _(variable) }} {{ other("not this") }}
        {% trans user=who %}
          Bye {{ user }},
          100% {% endtrans %}{% trans %}50%{% endtrans %}
        {% trans count=n %}{{ count }} post{% pluralize %}{{ count }} posts{% endtrans %}
        {{ ngettext("{count} day", "{count} days", n) }} <i title="{{ say('in a title') }}"></i>
        {% macro button(label=_("by default")) %}{{ label | default(_("deeper")) }}{% endmacro %}
        {{ say_count("{count} one", "{count} many", 2) }} {# {{ _("a comment") }} #}
    """
    assert [(found.message, found.plural) for found in in_template(source, "x.html")] == [
        ("Hello {name}", ""),
        ("a", ""),
        ("b", ""),
        (None, ""),
        ("Bye {user}, 100%", ""),
        ("50%", ""),
        ("{count} post", "{count} posts"),
        ("{count} day", "{count} days"),
        ("in a title", ""),
        ("by default", ""),
        ("deeper", ""),
        ("{count} one", "{count} many"),
    ]


@pytest.mark.parametrize(
    ("said", "kept"), [("%(a)s and %(b)s", "{a} and {b}"), ("100%%", "100%"), ("100%", "100%"), ("{a}", "{a}")]
)
def test_placeholders_have_one_form_in_the_catalogues(said: str, kept: str) -> None:
    assert in_braces(said) == kept


def test_a_template_that_cannot_be_read_is_told() -> None:
    with pytest.raises(TemplateSyntaxError):
        list(in_template("{{ _('never closed' }}", "x.html"))


def test_templates_are_part_of_what_is_translated() -> None:
    assert TEMPLATES
    said = {found.message for found in in_folder(catalogue.SOURCE) if found.message}
    assert said
    assert said <= {m.id if isinstance(m.id, str) else m.id[0] for m in catalogue.read("ar")}


def test_no_sentence_holds_markup() -> None:
    """It would be shown as it stands: markup goes in as an argument."""
    found = [each for each in in_folder(catalogue.SOURCE) if re.search(r"<[a-z/]|&\w+;", each.message or "")]
    assert found == []


def test_sentences_for_html_stay_out_of_attributes() -> None:
    assert BDI_IN_ATTRIBUTE.search('<a title="{{ _("To {name}", name=who) }}">')
    assert BDI_IN_ATTRIBUTE.search("<a aria-label=\"{{ _('To {name}', name=who) }}\">")
    assert not BDI_IN_ATTRIBUTE.search('<a title="{{ say("To {name}", name=who) }}"> {{ _("To {name}", name=who) }}')
    assert not BDI_IN_ATTRIBUTE.search("<a title=\"{{ _('Close') }}\">")
    assert [path for path in TEMPLATES if BDI_IN_ATTRIBUTE.search(path.read_text(encoding="utf-8"))] == []


def test_what_people_write_is_never_shown_as_it_came() -> None:
    assert unfit("{{ post.text }} {{ post['name'] | upper }} {{ one.title if x else one.about | truncate(3) }}") != []
    assert unfit("{{ x or post.title or '' }}") == ["title"]
    assert unfit("{{ post.text | words }} {{ x.name | person }} {{ y.title | line(3) | upper }} {{ post.id }}") == []
    given_back = {"web/templates/again.html"}  # what was typed, in the field it was typed in
    for path in TEMPLATES:
        if path.relative_to(catalogue.SOURCE).as_posix() not in given_back:
            assert (path.name, unfit(path.read_text(encoding="utf-8"))) == (path.name, [])
