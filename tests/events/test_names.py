import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.events.names import name_key


@pytest.mark.parametrize("spelling", ["red team", "RED  TEAM", " Red\u00a0team ", "Ｒed team"])
def test_case_width_and_spaces_do_not_make_another_name(spelling: str) -> None:
    assert name_key(spelling) == name_key("Red team")


def test_accents_make_another_name() -> None:
    assert name_key("Žlutí") != name_key("Zluti")


@given(st.text())
def test_how_accents_are_stored_makes_no_difference(name: str) -> None:
    assert name_key(unicodedata.normalize("NFD", name)) == name_key(unicodedata.normalize("NFC", name))
