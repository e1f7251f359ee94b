"""Diplomas as PDF and PNG through typst. What is shown in the editor is made by the same lines as what is printed."""

from __future__ import annotations

import io
import json
import re
import tempfile
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import fonts
from .template import SMALLEST, Item, Picture, Qr, Template, Text, What

if TYPE_CHECKING:
    import typst

SOURCE = Path(__file__).with_name("diploma.typ")
STANDARD = "a-2b"
LONGEST = 400


@dataclass(frozen=True)
class Words:
    """What one diploma says: by field, and the address that its QR code leads to."""

    says: Mapping[What, str]
    address: str


@dataclass(frozen=True)
class Unfit:
    """An item that cannot be printed as it should: `missing` holds characters no font has, else it is too long."""

    diploma: int
    item: str
    missing: str = ""


@dataclass(frozen=True)
class Labels:
    """Words around the diplomas: the document's title and author, what a QR code is called, the language's code."""

    title: str
    author: str
    qr: str
    language: str


class Renderer:
    """One template with its files, ready to be filled in. Use it as a context manager: it keeps a folder of its own.

    `files` holds the bytes of all `template.files`.
    """

    def __init__(self, template: Template, files: Mapping[str, bytes], labels: Labels) -> None:
        self._template = template
        self._files = files
        self._labels = labels

    @contextmanager
    def open(self) -> Iterator[Renderer]:
        import typst

        with tempfile.TemporaryDirectory(prefix="laurel-diplomas-") as folder:
            self._folder = Path(folder)
            self._names = {key: self._store(key) for key in sorted(self._template.files)}
            (self._folder / "diploma.typ").write_bytes(SOURCE.read_bytes())
            own = [self._folder / "fonts"] if self._template.fonts else []
            self._fonts: typst.Fonts = typst.Fonts(False, False, [str(path) for path in (fonts.FOLDER, *own)])
            yield self

    def pdf(self, diplomas: Sequence[Words], *, made_at: datetime) -> bytes:
        """PDF/A-2b, tagged, one page a diploma in their order. The same input gives the same bytes."""
        document = self._document(diplomas, made_at)
        return self._compile(document, format="pdf", pdf_standards=[STANDARD], timestamp=int(made_at.timestamp()))

    def png(self, diploma: Words, *, width: int) -> bytes:
        """The page as a picture of `width` pixels."""
        return self._compile(self._document([diploma]), format="png", ppi=width * 25.4 / self._template.millimetres[0])

    def unfit(self, diplomas: Sequence[Words]) -> list[Unfit]:
        """What of these would not be printed as it should: too long, over the edge, or without a glyph."""
        own = [self._folder / self._names[font.file] for font in self._template.fonts]
        texts = [item for item in self._template.items if isinstance(item, Text)]
        missing = [
            Unfit(number, item.id, gone)
            for number, words in enumerate(diplomas)
            for item in texts
            if (gone := fonts.undrawable(_words(item, words), item.font, own))
        ]
        import typst

        found = json.loads(typst.query(selector="<unfit>", field="value", **self._document(diplomas)))
        return missing + [Unfit(one["diploma"], one["item"]) for one in found]

    def _compile(self, document: Mapping[str, Any], **options: Any) -> bytes:
        import typst

        made = typst.compile(**document, **options)
        return made if isinstance(made, bytes) else b"".join(made or [])

    def _document(self, diplomas: Sequence[Words], made_at: datetime | None = None) -> dict[str, Any]:
        return {
            "input": self._folder / "diploma.typ",
            "root": self._folder,
            "font_paths": self._fonts,
            "ignore_system_fonts": True,
            "sys_inputs": {"data": self._data(diplomas, made_at)},
        }

    def _data(self, diplomas: Sequence[Words], made_at: datetime | None) -> str:
        width, height = self._template.millimetres
        background = self._template.background
        items = self._template.items
        return json.dumps(
            {
                "page": {"width": width, "height": height},
                "background": self._names[background] if background else None,
                "title": self._labels.title,
                "author": self._labels.author,
                "qr": self._labels.qr,
                "language": self._labels.language,
                "made": [made_at.year, made_at.month, made_at.day] if made_at else None,
                "smallest": SMALLEST,
                "items": [self._item(item) for item in items],
                "diplomas": [[_content(item, words) for item in items] for words in diplomas],
            }
        )

    def _item(self, item: Item) -> dict[str, Any]:
        plain = item.model_dump(mode="json")
        if isinstance(item, Text):
            plain |= {"fonts": fonts.chain(item.font), "style": "italic" if item.italic else "normal"}
        if isinstance(item, Picture):
            plain["file"] = self._names[item.file]
        return plain

    def _store(self, key: str) -> str:
        """Write a file under a name by which typst knows its kind; fonts into a folder of their own."""
        data = self._files[key]
        is_font = key in {font.file for font in self._template.fonts}
        name = f"fonts/{key}.ttf" if is_font else f"{key}{_ending(data)}"
        (self._folder / name).parent.mkdir(exist_ok=True)
        (self._folder / name).write_bytes(data)
        return name


def _content(item: Item, words: Words) -> str:
    if isinstance(item, Text):
        return _words(item, words)
    return _qr(words.address, item.colour) if isinstance(item, Qr) else ""


def _words(item: Text, words: Words) -> str:
    return plain(words.says.get(item.shows, "") if item.shows else item.text)


def plain(text: str) -> str:
    """One line without control characters; what steers the direction of writing is balanced by being left out."""
    kept = (
        " " if one.isspace() else one
        for one in text
        if unicodedata.category(one) not in {"Cc", "Cs", "Cn"} or one.isspace()
    )
    return re.sub(r"[\u202a-\u202e\u2066-\u2069]", "", "".join(kept)).strip()[:LONGEST]


def _qr(address: str, colour: str) -> str:
    import segno

    drawn = io.BytesIO()
    segno.make_qr(address, error="m", boost_error=False).save(
        drawn, kind="svg", border=0, xmldecl=False, svgclass=None, lineclass=None, omitsize=True, dark=colour
    )
    return drawn.getvalue().decode()


def _ending(data: bytes) -> str:
    """Of what is stored here: pictures made anew by us, and pages of a PDF."""
    kinds = {b"\x89PNG": ".png", b"\xff\xd8\xff": ".jpg", b"%PDF": ".pdf", b"RIFF": ".webp"}
    return next((ending for start, ending in kinds.items() if data.startswith(start)), ".bin")
