"""What people bring for their diplomas: pictures and pages made anew, fonts looked into before they are kept."""

from __future__ import annotations

import tempfile
from pathlib import Path
from threading import BoundedSemaphore

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from ..accounts.pictures import BadPicture, for_print
from . import fonts

LARGEST = 25 * 1024 * 1024
LONGEST = 3000
"""Pixels on the longer side of a page: 256 to the inch on A4."""
LOGO = 1200
FONT_STARTS = (b"\x00\x01\x00\x00", b"OTTO", b"true")
_one_at_a_time = BoundedSemaphore(1)


class Unusable(ValueError):
    """`message` says why, in the reader's language."""

    def __init__(self, message: LazyString | str) -> None:
        super().__init__(str(message))
        self.message = message


def background(data: bytes) -> bytes:
    """A picture, or a PDF's first page drawn: nothing of the file itself is kept. Raises Unusable."""
    if len(data) > LARGEST:
        raise Unusable(_l("A background has at most 25 MB."))
    return _picture(_first_page(data) if data.lstrip()[:5] == b"%PDF-" else data, LONGEST)


def logo(data: bytes) -> bytes:
    return _picture(data, LOGO)


def font(data: bytes) -> str:
    """The family that this font is of. Raises Unusable."""
    if not data.startswith(FONT_STARTS):
        raise Unusable(_l("Send a font as TTF or OTF."))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "font"
        file.write_bytes(data)
        try:
            return fonts.family_of(file)
        except fonts.BadFont as bad:
            if str(bad) == "restricted":
                raise Unusable(_l("Its maker does not allow this font to be embedded in a PDF.")) from None
            raise Unusable(_l("This font is damaged, or not what it says it is.")) from None


def _picture(data: bytes, longest: int) -> bytes:
    try:
        return for_print(data, longest)
    except BadPicture as bad:
        raise Unusable(bad.message) from None


def _first_page(data: bytes) -> bytes:
    import io

    import pypdfium2 as pdfium

    with _one_at_a_time:
        try:
            document = pdfium.PdfDocument(data)
            page = document[0]
            scale = LONGEST / max(page.get_size())
            drawn = page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
            document.close()
        except Exception as error:  # The library has no single one for what is broken.
            raise Unusable(_l("This PDF is damaged, protected or empty.")) from error
    out = io.BytesIO()
    drawn.save(out, "PNG", compress_level=1)
    return out.getvalue()
