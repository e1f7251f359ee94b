"""Diplomas as PDF and PNG through typst. What is shown in the editor is made by the same lines as what is printed."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..typesetting import plain
from . import fonts
from .template import SMALLEST, Item, Picture, Qr, Template, Text, What

if TYPE_CHECKING:
    import typst

SOURCE = Path(__file__).with_name("diploma.typ")
STANDARD = "a-2b"
MASK = 3


@dataclass(frozen=True)
class Words:
    """What one diploma says: by field, the address that its QR code leads to, and which of the templates it is on."""

    says: Mapping[What, str]
    address: str
    template: int = 0


@dataclass(frozen=True)
class Unfit:
    """An item that cannot be printed as it should: `missing` holds characters no font has, else it is too long."""

    diploma: int
    item: str
    missing: str = ""


@dataclass(frozen=True)
class Spot:
    """Where an item is on its page: a box around it in millimetres, a text's `baseline` and its size in points.

    `fits` is false for what is too long or over the edge.
    """

    item: str
    x: float
    y: float
    width: float
    height: float
    baseline: float
    size: float
    fits: bool


@dataclass(frozen=True)
class Labels:
    """Words around the diplomas: the document's title and author, what a QR code is called, the language's code."""

    title: str
    author: str
    qr: str
    language: str


class Renderer:
    """Templates with their files, ready to be filled in. Use it as a context manager: it keeps a folder of its own.

    `files` holds the bytes of all their `files`.
    """

    def __init__(self, templates: Sequence[Template], files: Mapping[str, bytes], labels: Labels) -> None:
        self._templates = templates
        self._files = files
        self._labels = labels

    @contextmanager
    def open(self) -> Iterator[Renderer]:
        import typst

        with tempfile.TemporaryDirectory(prefix="laurel-diplomas-") as folder:
            self._folder = Path(folder)
            self._own_fonts = {font.file for template in self._templates for font in template.fonts}
            keys = {key for template in self._templates for key in template.files}
            self._names = {key: self._store(key) for key in sorted(keys)}
            (self._folder / "diploma.typ").write_bytes(SOURCE.read_bytes())
            own = [self._folder / "fonts"] if self._own_fonts else []
            self._fonts: typst.Fonts = typst.Fonts(False, False, [str(path) for path in (fonts.FOLDER, *own)])
            yield self

    def pdf(self, diplomas: Sequence[Words], *, made_at: datetime) -> bytes:
        """PDF/A-2b, tagged, one page a diploma in their order. The same input gives the same bytes."""
        document = self._document(diplomas, made_at)
        return self._compile(document, format="pdf", pdf_standards=[STANDARD], timestamp=int(made_at.timestamp()))

    def png(self, diploma: Words, *, width: int) -> bytes:
        """The page as a picture of `width` pixels."""
        page = self._templates[diploma.template].millimetres[0]
        return self._compile(self._document([diploma]), format="png", ppi=width * 25.4 / page)

    def spots(self, diploma: Words) -> list[Spot]:
        """Where the items of this diploma are, in the order of its template."""
        return [_spot(one) for one in self._query("<spot>", [diploma])]

    def unfit(self, diplomas: Sequence[Words]) -> list[Unfit]:
        """What of these would not be printed as it should: too long, over the edge, or without a glyph."""
        missing = [
            Unfit(number, item.id, gone)
            for number, words in enumerate(diplomas)
            for item in self._templates[words.template].items
            if isinstance(item, Text)
            if (gone := fonts.undrawable(_words(item, words), item.font, self._own(words.template)))
        ]
        found = self._query("<unfit>", diplomas)
        return missing + [Unfit(one["diploma"], one["item"]) for one in found]

    def _own(self, template: int) -> fonts.Own:
        own = self._templates[template].fonts
        return tuple((font.family, self._folder / self._names[font.file]) for font in own)

    def _query(self, selector: str, diplomas: Sequence[Words]) -> list[dict[str, Any]]:
        """What the document tells of itself. Its codes are left out, which would take most of the time."""
        import typst

        document = self._document([Words(words.says, "", words.template) for words in diplomas])
        found: list[dict[str, Any]] = json.loads(typst.query(selector=selector, field="value", **document))
        return found

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
        return json.dumps(
            {
                "title": self._labels.title,
                "author": self._labels.author,
                "qr": self._labels.qr,
                "language": self._labels.language,
                "made": [made_at.year, made_at.month, made_at.day] if made_at else None,
                "smallest": SMALLEST,
                "pages": [self._page(template) for template in self._templates],
                "diplomas": [
                    {
                        "page": words.template,
                        "words": [self._content(item, words) for item in self._templates[words.template].items],
                    }
                    for words in diplomas
                ],
            }
        )

    def _page(self, template: Template) -> dict[str, Any]:
        width, height = template.millimetres
        return {
            "width": width,
            "height": height,
            "background": self._names[template.background] if template.background else None,
            "items": [self._item(item) for item in template.items],
        }

    def _item(self, item: Item) -> dict[str, Any]:
        plain = item.model_dump(mode="json")
        if isinstance(item, Text):
            plain |= {"style": "italic" if item.italic else "normal"}
        if isinstance(item, Picture):
            plain["file"] = self._names[item.file]
        return plain

    def _content(self, item: Item, words: Words) -> dict[str, Any] | str:
        """A text with the fonts that it is set in, or a code as a drawing."""
        if isinstance(item, Text):
            text = _words(item, words)
            return {"text": text, "fonts": fonts.for_text(text, item.font, self._own(words.template))}
        return _qr(words.address, item.colour) if isinstance(item, Qr) else ""

    def _store(self, key: str) -> str:
        """Write a file under a name by which typst knows its kind; fonts into a folder of their own."""
        data = self._files[key]
        name = f"fonts/{key}.ttf" if key in self._own_fonts else f"{key}{_ending(data)}"
        (self._folder / name).parent.mkdir(exist_ok=True)
        (self._folder / name).write_bytes(data)
        return name


def _words(item: Text, words: Words) -> str:
    return plain(words.says.get(item.shows, "") if item.shows else item.text)


def _spot(told: Mapping[str, Any]) -> Spot:
    numbers = {name: round(float(told[name]), 3) for name in ("x", "y", "width", "height", "baseline", "size")}
    return Spot(item=str(told["item"]), fits=bool(told["fits"]), **numbers)


def _qr(address: str, colour: str) -> str:
    """With a mask that is given: to try all eight of them for the prettiest takes longer than all the rest."""
    import segno

    if not address:
        return ""
    drawn = io.BytesIO()
    segno.make_qr(address, error="m", boost_error=False, mask=MASK).save(
        drawn, kind="svg", border=0, xmldecl=False, svgclass=None, lineclass=None, omitsize=True, dark=colour
    )
    return drawn.getvalue().decode()


def _ending(data: bytes) -> str:
    """Of what is stored here: pictures made anew by us, and our own drawings. Nobody's SVG is taken."""
    kinds = {b"\x89PNG": ".png", b"\xff\xd8\xff": ".jpg", b"%PDF": ".pdf", b"RIFF": ".webp", b"<svg": ".svg"}
    return next((ending for start, ending in kinds.items() if data.startswith(start)), ".bin")
