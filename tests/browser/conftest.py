"""Fixtures for tests in a real browser, with the sizes of screen that Laurel is made for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.support import chromium
from tests.support.servers import Server

# What is expected comes sooner or later: two cores are shared by servers, workers, browsers and tests.
PATIENCE = 20_000  # ms
expect.set_options(timeout=PATIENCE)

Device = Literal["phone", "desk", "projector"]
DEVICES: dict[Device, dict[str, Any]] = {
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "device_scale_factor": 2,
        "is_mobile": True,
        "has_touch": True,
    },
    "desk": {"viewport": {"width": 1440, "height": 900}},
    "projector": {"viewport": {"width": 1920, "height": 1080}},
}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=chromium.ARGUMENTS)
        yield browser
        browser.close()


class OpenPage(Protocol):
    def __call__(self, device: Device = "desk", **options: Any) -> Page: ...


@pytest.fixture
def new_page(browser: Browser, live_server: Server) -> Iterator[OpenPage]:
    """Opens a page as a person of its own, with cookies of its own: `new_page("phone", color_scheme="dark")`.

    Addresses may be relative (`page.goto("/sheets")`). The test fails when a page's script breaks or its content
    security policy stops something.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(device: Device = "desk", **options: Any) -> Page:
        context = browser.new_context(base_url=live_server.url, **{**DEVICES[device], "locale": "en", **options})
        context.set_default_timeout(PATIENCE)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        context.on("console", lambda message: complaints.extend(policy_violations(message)))
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints, "the browser complained:\n" + "\n".join(complaints)


@pytest.fixture
def page(new_page: OpenPage) -> Page:
    """A page on a desk."""
    return new_page()


@pytest.fixture
def phone(new_page: OpenPage) -> Page:
    """A page on a phone with a touch screen."""
    return new_page("phone")


def policy_violations(message: ConsoleMessage) -> list[str]:
    return [message.text] if "Content Security Policy" in message.text else []
