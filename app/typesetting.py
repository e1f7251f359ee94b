"""Pages set by typst out of data alone: nothing that people typed ever becomes markup."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from .config import ROOT

FONTS = ROOT / "static" / "vendor" / "print"
LONGEST = 400

_one_at_a_time = BoundedSemaphore(1)


def pdf(source: Path, data: Mapping[str, Any]) -> bytes:
    """What `source` makes of `data`, which it finds as JSON in its inputs. Not for two at a time in a process; the same
    data give the same bytes.
    """
    return _compiled(source, data, format="pdf", timestamp=0)


def png(source: Path, data: Mapping[str, Any]) -> bytes:
    """The same as a picture of its one page, a pixel for each point."""
    return _compiled(source, data, format="png", ppi=72)


def _compiled(source: Path, data: Mapping[str, Any], **options: Any) -> bytes:
    import typst

    with _one_at_a_time:
        made = typst.compile(
            source,
            root=source.parent,
            font_paths=typst.Fonts(False, False, [str(FONTS)]),
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(_plain(data))},
            **options,
        )
    return made if isinstance(made, bytes) else b"".join(page for page in made or [] if page)


def plain(text: str) -> str:
    """One line without control characters; what steers the direction of writing is balanced by being left out."""
    kept = (
        " " if one.isspace() else one
        for one in text
        if unicodedata.category(one) not in {"Cc", "Cs", "Cn"} or one.isspace()
    )
    return re.sub(r"[\u202a-\u202e\u2066-\u2069]", "", "".join(kept)).strip()[:LONGEST]


def _plain(data: Any) -> Any:
    match data:
        case str():
            return plain(data)
        case Mapping():
            return {name: _plain(one) for name, one in data.items()}
        case list() | tuple():
            return [_plain(one) for one in data]
        case _:
            return data
