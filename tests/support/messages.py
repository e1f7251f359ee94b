"""The texts of Laurel and their translations, which `make messages` brings together.

A new text gets an empty translation to be filled in, one that is gone goes from the translations too. Nothing is
guessed from similar texts, and no places in the code are noted, so that a change shows only what changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from app.config import ROOT

TRANSLATIONS = ROOT / "app" / "translations"
KEYWORDS = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "lazy_pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
# The style guide is for those who build Laurel, and stays English.
SOURCES = {
    "app": [("styleguide.py", "ignore"), ("**.py", "python")],
    "templates": [("styleguide/**", "ignore"), ("**", "jinja2")],
}


def template() -> Catalog:
    """Every text that the code and the templates show."""
    texts = Catalog()
    for text, context in found():
        texts.add(text, context=context)
    return texts


def found() -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    """Each text, or the two of one and several, wherever it stands; with its context."""
    for folder, methods in SOURCES.items():
        for _file, _line, text, _comments, context in extract_from_dir(
            ROOT / folder,
            methods,
            {"**": {"silent": "false", "trimmed": "true", "newstyle_gettext": "true"}},
            keywords=KEYWORDS,
            directory_filter=lambda folder: not Path(folder).name.startswith((".", "__")),
        ):
            yield text, context


def files() -> list[Path]:
    return sorted(TRANSLATIONS.glob("*/LC_MESSAGES/messages.po"))


def catalogue(file: Path) -> Catalog:
    with file.open("rb") as content:
        return read_po(content, locale=file.parts[-3])


def update() -> Iterator[tuple[Path, int]]:
    """Bring every file up to date. Yields each with the number of texts that it still lacks."""
    texts = template()
    for file in files():
        translated = catalogue(file)
        translated.update(texts, no_fuzzy_matching=True, update_creation_date=False)
        with file.open("wb") as content:
            write_po(content, translated, width=0, no_location=True, sort_output=True, ignore_obsolete=True)
        yield file, sum(not all(forms(message)) for message in translated if message.id)


def compile_changed() -> None:
    """What `make` does before a start, for tests that are started without it."""
    for file in files():
        compiled = file.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < file.stat().st_mtime:
            with compiled.open("wb") as content:
                write_mo(content, catalogue(file))


def forms(message: Message) -> tuple[str, ...]:
    """Its translation, or its translations by number; empty where there is none."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))


def main() -> None:
    for file, missing in update():
        print(f"{file.relative_to(ROOT)}: {missing or 'nothing'} to translate")  # noqa: T201


if __name__ == "__main__":
    main()
