"""Sentences of templates are found as they are said, and templates say them as the catalogues expect."""

from __future__ import annotations

import re

import pytest
from jinja2 import TemplateSyntaxError

from tadamun.i18n import catalogue
from tadamun.i18n.templates import in_braces, in_folder, in_template

TEMPLATES = sorted(catalogue.SOURCE.rglob("*.html"))
# An attribute's value that is begun by a sentence for HTML with an argument: its <bdi> would be read as text there.
BDI_IN_ATTRIBUTE = re.compile(r"""=\s*"[^"<>]*\{\{[^"{}]*\b(?:_|ngettext)\(\s*(?:'[^']*'|"[^"]*")\s*,""")


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
