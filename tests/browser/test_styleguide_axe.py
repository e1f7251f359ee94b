"""Every part of the look, in both themes and at every size: axe finds nothing serious, and nothing is cut off."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from app.styleguide import EXAMPLES

from .conftest import Device, OpenPage

PATHS = ["/styleguide", *(f"/styleguide/{name}" for name in EXAMPLES)]


@pytest.mark.parametrize(
    ("device", "theme"), [("phone", "light"), ("phone", "dark"), ("desk", "dark"), ("projector", "light")]
)
def test_axe_finds_nothing_serious(new_page: OpenPage, device: Device, theme: str) -> None:
    page = new_page(device, reduced_motion="reduce")
    page.goto(f"/preferences?theme={theme}&next=/healthz")
    for path in PATHS:
        page.goto(path)
        assert not serious_violations(page), path


def serious_violations(page: Page) -> list[str]:
    """What axe calls serious or critical on the page as it stands, each with the first element it found."""
    violations = Axe().run(page).response["violations"]
    return [
        f"{found['id']}: {found['nodes'][0]['html']}"
        for found in violations
        if found["impact"] in {"serious", "critical"}
    ]


def test_nothing_is_wider_than_the_smallest_phone(new_page: OpenPage) -> None:
    page = new_page("phone", viewport={"width": 320, "height": 640})
    for path in PATHS:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path


def test_what_one_taps_is_large_enough(phone: Page) -> None:
    for path in PATHS:
        phone.goto(path)
        assert phone.evaluate(TOO_SMALL) == [], path


# Links inside a sentence or a table's cell are exempt, as in WCAG 2.5.8; a choice is as large as its label.
TOO_SMALL = """() => [...document.querySelectorAll("a, button, input, select, textarea")]
  .filter((one) => one.checkVisibility() && !one.closest("p, th, .errors, .skip"))
  .map((one) => one.closest("label") ?? one)
  .filter((one) => one.clientHeight && (one.offsetHeight < 44 || one.offsetWidth < 36))
  .map((one) => one.outerHTML.slice(0, 120))"""
