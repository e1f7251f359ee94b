"""Which package may import which: a lower one knows nothing of a higher one, except where pages and scripts come in."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

APP = Path(__file__).parent.parent / "app"

LEVELS = [
    {
        "assets",
        "audit",
        "config",
        "database",
        "extensions",
        "i18n",
        "icons",
        "jobs",
        "logs",
        "mail",
        "maintenance",
        "metrics",
        "spreadsheets",
        "typesetting",
        "web",
    },
    {"accounts"},
    {"events"},
    {"scoring"},
    {"leaderboards", "osu", "paper"},
    {"bundles", "changing", "diplomas", "exports", "tournaments", "webhooks"},
    {"profiles"},
]
LEVEL = {name: level for level, names in enumerate(LEVELS) for name in names}
ENTRANCES = {"routes.py", "api.py"}
"""Where requests come in: these may ask any feature."""


def test_no_package_imports_one_above_it() -> None:
    wrong = [
        f"{file.relative_to(APP)} imports {imported}"
        for file in APP.rglob("*.py")
        if file.name not in ENTRANCES and not file.name.endswith("_routes.py") and package(file) in LEVEL
        for imported in imports(file)
        if LEVEL.get(imported, -1) > LEVEL[package(file)]
    ]
    assert wrong == []


def test_the_levels_name_packages_that_exist_or_are_to_come() -> None:
    to_come: set[str] = set()
    missing = {name for name in LEVEL if not (APP / name).exists() and not (APP / f"{name}.py").exists()}
    assert missing <= to_come


def package(file: Path) -> str:
    return file.relative_to(APP).parts[0].removesuffix(".py")


def imports(file: Path) -> Iterator[str]:
    """The packages of ours that a file imports, also inside functions."""
    here = file.relative_to(APP.parent).parent.parts
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom):
            base = here[: len(here) - node.level + 1] if node.level else ()
            path = (*base, *(node.module.split(".") if node.module else ()))
            for alias in node.names:
                full = (*path, alias.name)
                if full[0] == "app" and len(full) > 1:
                    yield full[1]
        elif isinstance(node, ast.Import):
            yield from (alias.name.split(".")[1] for alias in node.names if alias.name.startswith("app."))
