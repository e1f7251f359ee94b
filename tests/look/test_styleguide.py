"""The styleguide is there for those who build, and what it shows keeps the rules that every template keeps."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import render_template
from flask.testing import FlaskClient

from app.config import ROOT
from app.styleguide import EXAMPLES
from tests.conftest import AppFactory

# Mails are no pages: what reads them knows no style sheet of ours.
TEMPLATES = sorted(file for file in (ROOT / "templates").rglob("*.html") if file.parent.name != "mail")
STYLES = sorted((ROOT / "static" / "css").glob("*.css"))

FORBIDDEN = {
    "an inline style": r"\sstyle\s*=",
    "a style element": r"<style\b",
    "an inline script": r"<script(?![^>]*\ssrc=)",
    "an event handler": r"\son[a-z]+\s*=\s*[\"']",
    "code for htmx": r"\bhx-on\b|\bhx-vals\s*=\s*[\"']js:|\bjavascript:",
}


def test_it_shows_every_part(client: FlaskClient) -> None:
    answer = client.get("/styleguide")
    assert answer.status_code == 200
    assert "The same, refused" in answer.text


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name != "error"])
def test_each_example_is_a_whole_page(client: FlaskClient, name: str) -> None:
    answer = client.get(f"/styleguide/{name}")
    assert answer.status_code == 200
    assert answer.text.count("<h1") == 1


def test_production_has_none_of_it(make_app: AppFactory) -> None:
    client = make_app(production=True).test_client()
    assert client.get("/styleguide").status_code == 404
    assert client.get("/styleguide/board").status_code == 404


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda file: str(file.relative_to(ROOT)))
def test_templates_hold_nothing_that_the_policy_stops(template: Path) -> None:
    # What is between the braces is no markup: `only="open"` there is an argument.
    markup = re.sub(r"{[{%].*?[%}]}", "", template.read_text(encoding="utf-8"), flags=re.DOTALL)
    found = {what: re.findall(pattern, markup) for what, pattern in FORBIDDEN.items()}
    assert not any(found.values()), found


def test_templates_use_only_classes_that_are_styled() -> None:
    """A class that no style sheet knows is a slip, and shows as a page that looks unfinished."""
    known = set(re.findall(r"\.([a-z][\w-]*)", "".join(file.read_text(encoding="utf-8") for file in STYLES)))
    for template in TEMPLATES:
        unknown = set(classes_in(template)) - known
        assert not unknown, f"{template.relative_to(ROOT)}: {sorted(unknown)}"


def classes_in(template: Path) -> list[str]:
    """The classes written out in a template; those put together from variables are left aside."""
    markup = re.sub(r"{#.*?#}", "", template.read_text(encoding="utf-8"), flags=re.DOTALL)
    values = re.findall(r'\bclass="([^"]*)"', re.sub(r"{{.*?}}", "{}", markup, flags=re.DOTALL))
    return [name for value in values for name in re.sub(r"{%.*?%}", " ", value).split() if "{}" not in name]


def test_style_sheets_stay_small_enough_to_read() -> None:
    assert {file.name for file in STYLES if len(file.read_text(encoding="utf-8").splitlines()) > 350} == set()


def test_pages_for_everybody_hold_nothing_personal(client: FlaskClient) -> None:
    page = client.get("/styleguide/hall", headers={"Cookie": "laurel=whoever"})
    assert "csrf" not in page.text.lower()
    assert "Věra" not in page.text
    assert "Set-Cookie" not in page.headers


def test_an_error_shows_a_way_on_and_the_request_id(client: FlaskClient) -> None:
    page = client.get("/nowhere", headers={"X-Request-ID": "abcdef-123456"})
    assert page.status_code == 404
    assert "To the home page" in page.text
    assert "abcdef-123456" in page.text


def test_an_error_for_htmx_is_a_toast(client: FlaskClient) -> None:
    piece = client.get("/nowhere", headers={"HX-Request": "true"})
    assert piece.headers["HX-Retarget"] == "#toasts"
    assert piece.text.strip().startswith('<div class="toast toast--bad"')
    assert "<html" not in piece.text


def test_language_and_theme_are_links_that_come_back(client: FlaskClient) -> None:
    page = client.get("/styleguide/board?category=3")
    assert "/preferences?language=cs&amp;next=/styleguide/board?category%3D3" in page.text
    assert "/preferences?theme=dark&amp;next=/styleguide/board?category%3D3" in page.text


def test_the_theme_is_right_on_the_first_paint(client: FlaskClient) -> None:
    client.set_cookie("theme", "dark")
    page = client.get("/styleguide")
    assert '<html lang="en" data-theme="dark">' in page.text
    assert '<meta name="color-scheme" content="dark">' in page.text


def test_flashes_are_toasts_of_their_kind(make_app: AppFactory) -> None:
    app = make_app()
    with app.test_request_context("/"):
        from flask import flash

        flash("Archived.", "ok")
        assert 'toast toast--ok" data-kind="ok"' in render_template(
            "errors/error.html", status=404, title="", detail=""
        )
