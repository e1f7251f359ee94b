"""No template holds words that nobody could translate."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from app.config import ROOT

TEMPLATES = [file for file in sorted(ROOT.glob("templates/**/*.html")) if "styleguide" not in file.parts]
READ_OUT = {"alt", "aria-description", "aria-label", "aria-roledescription", "placeholder", "title"}
TRANSLATED = {"_", "gettext", "ngettext", "pgettext", "npgettext"}
ENVIRONMENT = Environment(extensions=["jinja2.ext.i18n"])
KNOWN = {"Laurel", "Select", "osu", "pp"}
"""The product's name, a widget's, and what osu! is called and counts in everywhere."""

WORD = re.compile(r"[^\W\d_]{2,}")
CLASSES = re.compile(r"{% block \w+_class %}.*?{% endblock %}", re.DOTALL)


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_template_holds_no_words_of_its_own(file: Path) -> None:
    source = CLASSES.sub("", file.read_text(encoding="utf-8"))
    assert [*written(source), *handed_on(source)] == []


def test_words_of_its_own_are_noticed() -> None:
    source = """<p title="Hello {{ name }}">{{ _("Good") }} <b>day</b> {{ button("Save it", kind="filled") }}</p>"""
    assert [*written(source), *handed_on(source)] == ["Hello", "day", "Save it"]


def written(source: str) -> list[str]:
    """Words between the tags, and in attributes that people come to read or hear."""
    reader = Reader()
    reader.feed(
        "".join(value if kind == "data" else " " for _line, kind, value in ENVIRONMENT.lex(source) if kind in SHOWN)
    )
    reader.close()
    return [word for text in reader.texts for word in WORD.findall(text) if word not in KNOWN]


SHOWN = {"data", "variable_begin", "block_begin"}


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def handle_data(self, data: str) -> None:
        if self.cdata_elem != "style":
            self.texts.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.texts += [value for name, value in attrs if value and (name in READ_OUT or name.startswith("data-text"))]


def handed_on(source: str) -> Iterator[str]:
    """Texts that begin like a sentence and are given to a macro without having been translated."""
    tree = ENVIRONMENT.parse(source)
    calls = [call for call in tree.find_all(nodes.Call) if getattr(call.node, "name", "") in TRANSLATED]
    translated = {id(text) for call in calls for text in call.find_all(nodes.Const)}
    for text in tree.find_all(nodes.Const):
        is_sentence = isinstance(text.value, str) and re.match(r"[A-Z][a-z]+\b", text.value)
        if is_sentence and id(text) not in translated and text.value not in KNOWN:
            yield text.value
