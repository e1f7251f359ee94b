"""Pictures, fonts and layouts of diplomas on their way in: whether they are such at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..accounts.pictures import BadPicture, for_print
from ..diplomas import uploads
from ..diplomas.kinds import FileKind
from ..diplomas.starters import STARTERS
from ..diplomas.template import Template
from ..i18n import LANGUAGES
from .cells import FILE, WrongCell, whole, with_files
from .tables import CARRIED, columns, names_a_file

Rows = Mapping[str, Sequence[dict[str, Any]]]

ANY_KEY = "0" * 32
"""Stands for a file while a layout is looked at: files have no keys before they are kept."""
SMALL = 64
"""Pixels of a picture that is made only to see whether it can be."""


def check(rows: Rows, files: Sequence[bytes]) -> None:
    """Raises WrongCell, or ValueError for a layout that is none."""
    _check_files(rows, files)
    _check_layouts(rows)


def _check_files(rows: Rows, files: Sequence[bytes]) -> None:
    fonts = {one["key"]: one["name"] for one in rows["diploma_files"] if one["kind"] is FileKind.FONT}
    drawings = [starter.background for starter in STARTERS.values() if starter.drawing]
    for number in {number for name in CARRIED for number in _named(rows, name)}:
        data = files[number - 1]
        if number in fonts:
            if uploads.font(data) != fonts[number]:
                raise WrongCell("is another font")
        elif data not in drawings:
            _check_picture(data)


def _named(rows: Rows, table: str) -> list[int]:
    names = [column.name for column in columns(table) if names_a_file(column)]
    return [row[name] for row in rows[table] for name in names if row.get(name)]


def _check_picture(data: bytes) -> None:
    try:
        for_print(data, SMALL)
    except BadPicture as bad:
        raise WrongCell("is no picture") from bad


def _check_layouts(rows: Rows) -> None:
    known = {one["key"] for one in rows["diploma_files"]}
    revisions: dict[int, set[int]] = {number: set() for number, _template in enumerate(rows["diploma_templates"], 1)}

    def key(mention: Any) -> str | None:
        if mention == ANY_KEY:
            raise WrongCell("names no file of the bundle")
        if not isinstance(mention, dict):
            return None
        if whole(mention[FILE]) not in known:
            raise WrongCell("shows a file that its event has not")
        return ANY_KEY

    for layout in rows["diploma_layouts"]:
        if Template.model_validate(with_files(layout["layout"], key)).files - {ANY_KEY}:
            raise WrongCell("names a file of another installation")
        revisions[layout["template_id"]].add(layout["revision"])
    for layout in rows["diploma_layouts"]:
        if not {layout["undo"], layout["redo"]} - {None} <= revisions[layout["template_id"]]:
            raise WrongCell("leads to a layout that is not there")
    for number, template in enumerate(rows["diploma_templates"], 1):
        if template["revision"] not in revisions[number] or template["language"] not in LANGUAGES:
            raise WrongCell("is a template without its layout, or in no language there is")
    if any(rule["places"] < 1 for rule in rows["award_rules"]):
        raise WrongCell("gives diplomas for no place")
