"""What a browser gets from other people's packages: pinned, whole, and from our own server only."""

from __future__ import annotations

import json
import re

import pytest

from app.config import ROOT

VENDOR = ROOT / "static" / "vendor"


@pytest.mark.parametrize("font", ["inter", "outfit"])
def test_fonts_come_from_our_own_server(font: str) -> None:
    css = (VENDOR / "fonts" / f"{font}.css").read_text()
    files = re.findall(r"url\(([^)]*)\)", css)
    assert files
    assert all((VENDOR / "fonts" / file).is_file() for file in files)


def test_the_scripts_speak_the_version_that_the_server_does() -> None:
    assert re.search(r'version:"2\.0\.\d+"', (VENDOR / "js" / "htmx.min.js").read_text())
    assert (VENDOR / "js" / "idiomorph-ext.min.js").is_file()


def test_locks_name_hashes_and_no_place_to_get_things_from() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert all("integrity" in package and "resolved" not in package for name, package in packages.items() if name)
    for lock in ROOT.glob("requirements*.txt"):
        assert "--hash=sha256:" in lock.read_text()
        assert "://" not in lock.read_text()
