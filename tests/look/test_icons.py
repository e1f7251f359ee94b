"""Icons are drawn inline, once read, and a slip in a name is found before production."""

from __future__ import annotations

import pytest

from app import icons
from tests.conftest import AppFactory


def test_an_icon_beside_words_is_not_read_out(make_app: AppFactory) -> None:
    with make_app().app_context():
        drawn = icons.icon("laurel")
    assert 'aria-hidden="true"' in drawn
    assert "<title>" not in drawn


def test_an_icon_alone_has_a_name(make_app: AppFactory) -> None:
    with make_app().app_context():
        drawn = icons.icon("laurel", label='Best of <3> "all"')
    assert 'role="img"' in drawn
    assert "<title>Best of &lt;3&gt;" in drawn


def test_the_drawing_takes_its_colour_from_the_words() -> None:
    attributes, shapes = icons._drawing("laurel") or ("", "")
    assert 'fill="currentColor"' in attributes
    assert "\n" not in shapes


def test_a_slip_in_a_name_is_found(make_app: AppFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(icons, "LUCIDE", icons.OWN)
    with make_app().app_context(), pytest.raises(LookupError, match="lorel"):
        icons.icon("lorel")


def test_production_goes_on_without_a_drawing(make_app: AppFactory) -> None:
    with make_app(production=True).app_context():
        assert icons.icon("lorel") == ""
