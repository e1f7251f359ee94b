"""Every text in every language: nothing missing, nothing left over, and what stands in a text's gaps is the same."""

from __future__ import annotations

import inspect
import re
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from wtforms.validators import DataRequired, Length

from app.config import ROOT
from app.forms import WORDS
from app.i18n import LANGUAGES
from tests.support import messages

GAP = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
TRANSLATED = [pytest.param(file, id=file.parts[-3]) for file in messages.files()]


@pytest.fixture(scope="module")
def texts() -> Catalog:
    return messages.template()


@pytest.fixture
def translated(file: Path) -> Catalog:
    return messages.catalogue(file)


def test_every_language_but_english_has_a_catalogue() -> None:
    assert {file.parts[-3] for file in messages.files()} == set(LANGUAGES) - {"en"}


@pytest.mark.parametrize("file", TRANSLATED)
def test_the_catalogue_holds_the_texts_of_the_code_and_no_others(translated: Catalog, texts: Catalog) -> None:
    ours, theirs = ({(message.context, message.id) for message in each} for each in (translated, texts))
    assert sorted(map(str, theirs - ours)) == [], "texts without a place in the catalogue: run `make messages`"
    assert sorted(map(str, ours - theirs)) == [], "texts that are gone: run `make messages`"
    assert not translated.obsolete


def test_a_text_for_one_goes_with_only_one_text_for_several() -> None:
    """A catalogue finds both by the first: of two second ones only one would be there to be translated."""
    pairs = {(context, *text) for text, context in messages.found() if isinstance(text, tuple)}
    assert [pair for pair, count in Counter(pair[:2] for pair in pairs).items() if count > 1] == []


@pytest.mark.parametrize("file", TRANSLATED)
def test_every_text_is_translated_in_all_its_forms(translated: Catalog) -> None:
    every = [message for message in translated if message.id]
    assert [message.id for message in every if not all(messages.forms(message))] == []
    assert [message.id for message in every if message.fuzzy] == []
    wrong = [m.id for m in every if len(messages.forms(m)) != (translated.num_plurals if m.pluralizable else 1)]
    assert wrong == []


@pytest.mark.parametrize("file", TRANSLATED)
def test_a_translation_has_the_gaps_of_its_text(translated: Catalog) -> None:
    assert [message.id for message in translated if message.id and not has_its_gaps(message)] == []


def has_its_gaps(message: Message) -> bool:
    """What is said of one may leave the number out, as the English does: "One group", "%(num)d groups"."""
    if not message.pluralizable:
        return gaps(messages.forms(message)[0]) == gaps(str(message.id))
    one, several = map(gaps, message.id)
    first, *others = map(gaps, messages.forms(message))
    return first in (one, several) and all(other == several for other in others)


def gaps(text: str) -> list[str]:
    return sorted(GAP.findall(text))


def test_gaps_that_differ_are_noticed() -> None:
    assert not has_its_gaps(Message("%(name)s is added.", "Přidáno."))
    assert not has_its_gaps(Message(("One group", "%(num)d groups"), ("Jedna skupina", "%(num)d skupiny", "skupin")))
    assert has_its_gaps(Message(("One group", "%(num)d groups"), ("Jedna", "%(num)d skupiny", "%(num)d skupin")))


def test_czech_is_set_as_czech_is() -> None:
    """Quotes as „these“, and no letter left alone at the end of a line."""
    translated = messages.catalogue(messages.TRANSLATIONS / "cs" / "LC_MESSAGES" / "messages.po")
    words = [form for message in translated if message.id for form in messages.forms(message)]
    assert [word for word in words if re.search(r"(?<![\w)%])[ksvzouiaKSVZOUIA] ", word)] == []
    assert [word for word in words if '"' in word.partition("{")[0] or word.count("„") != word.count("“")] == []


# What WTForms says by itself --------------------------------------------------------------------------------------

SAID = re.compile(r'gettext\(\s*(?:"[^"]*",\s*)?"([^"]+)"')
FOR_DEVELOPERS = {"Choices cannot be None.", "Invalid field name '%s'."}
FORMS = sorted(ROOT.glob("app/**/forms.py"))


@pytest.mark.parametrize("file", FORMS, ids=lambda file: str(file.relative_to(ROOT)))
def test_whatever_a_field_or_validator_says_is_said_in_our_words(file: Path) -> None:
    module = import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))
    used = [thing for _name, thing in inspect.getmembers(module, inspect.isclass)]
    theirs = [
        base for thing in used for base in thing.__mro__ if base.__module__.startswith(("wtforms.", "flask_wtf.f"))
    ]
    said = {text for base in theirs for text in SAID.findall(inspect.getsource(base))}
    assert said - set(WORDS) - FOR_DEVELOPERS == set()


def test_what_they_say_is_found() -> None:
    assert SAID.findall(inspect.getsource(DataRequired)) == ["This field is required."]
    assert set(SAID.findall(inspect.getsource(Length))) < set(WORDS)


def test_every_form_is_one_of_ours() -> None:
    others = [file for file in ROOT.glob("app/**/*.py") if "import FlaskForm" in file.read_text()]
    assert {file.relative_to(ROOT).as_posix() for file in others} <= {"app/forms.py", "app/styleguide.py"}
