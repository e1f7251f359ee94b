"""What opens other people's files, in a process of its own: one that is made to fill the memory or the day ends this
process and no other.

    python -m app.paper.reading.child take < photo     the pictures in it, made anew, and what is seen on each
    python -m app.paper.reading.child read < packed    a page with its layout: the rows, and the page laid flat
    python -m app.paper.reading.child table < photo    words and numbers of a sheet that is not Laurel's, row by row

Both sides speak in parts, each with four bytes of length before it; the first part is JSON.
"""

from __future__ import annotations

import io
import json
import resource
import struct
import sys
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image

MEMORY = 3 * 1024**3
"""Of addresses, most of which the libraries only reserve."""
SECONDS = 40
LARGEST_SIDE = 2600
"""Pixels: what the reader needs."""
MOST_PIXELS = 60_000_000
MOST_PAGES = 20
"""Of a PDF."""

BROKEN, TOO_LARGE = 3, 4
"""How it ends where it does not end well; whatever else happens counts as too large."""


def pack(parts: Sequence[bytes]) -> bytes:
    return b"".join(struct.pack("<I", len(part)) + part for part in parts)


def unpack(data: bytes) -> list[bytes]:
    parts, at = [], 0
    while at < len(data):
        (length,) = struct.unpack_from("<I", data, at)
        parts.append(data[at + 4 : at + 4 + length])
        at += 4 + length
    return parts


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    data = sys.stdin.buffer.read()
    try:
        parts = {"take": take, "read": read_page, "table": read_table}[sys.argv[1]](data)
    except MemoryError:
        sys.exit(TOO_LARGE)
    sys.stdout.buffer.write(pack(parts))


def take(data: bytes) -> list[bytes]:
    import cv2
    import numpy as np

    from . import rectify

    cv2.setNumThreads(1)
    told, pictures = [], []
    for picture in _pictures(data):
        grey = np.asarray(picture.convert("L"))
        seen = rectify.look(grey)
        told.append(
            {
                "codes": seen.codes,
                "markers": sorted(seen.markers),
                "page": seen.page,
                "width": picture.width,
                "height": picture.height,
                "light": round(float(grey.mean()), 1),
                "sharpness": round(float(cv2.Laplacian(grey, cv2.CV_64F).var()), 1),
            }
        )
        kept = io.BytesIO()
        picture.save(kept, "JPEG", quality=85)
        pictures.append(kept.getvalue())
    return [json.dumps(told).encode(), *pictures]


def _pictures(data: bytes) -> list[Image]:
    try:
        return _pages(data) if data[:1024].lstrip().startswith(b"%PDF-") else [_picture(data)]
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  Whatever the libraries say: it is no picture that they know.
        sys.exit(BROKEN)


def _picture(data: bytes) -> Image:
    from PIL import Image, ImageOps
    from pillow_heif import register_heif_opener

    register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None  # Said below, and with its own reason.
    picture: Image.Image = Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP", "HEIF"))
    if picture.width * picture.height > MOST_PIXELS:
        sys.exit(TOO_LARGE)
    picture.draft("RGB", (LARGEST_SIDE, LARGEST_SIDE))
    picture = ImageOps.exif_transpose(picture)
    # Not smaller than this, and never larger than it was.
    picture.thumbnail((LARGEST_SIDE, LARGEST_SIDE), Image.Resampling.BOX)
    return picture.convert("RGB")


def _pages(data: bytes) -> list[Image]:
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    if len(document) > MOST_PAGES:
        sys.exit(TOO_LARGE)
    pictures = []
    for page in document:
        side = max(page.get_size())
        pictures.append(page.render(scale=LARGEST_SIDE / side, grayscale=True).to_pil().convert("RGB"))
    return pictures


def read_page(data: bytes) -> list[bytes]:
    """Of a pack: the layout, which page of it, and the marks' ends, a pair for each, a null where there is none; and
    the photo.
    """
    import cv2
    import numpy as np

    from ..layout import from_json
    from . import rectify
    from .rows import read_rows

    cv2.setNumThreads(1)
    told, photo = unpack(data)
    wanted: dict[str, Any] = json.loads(told)
    layout = from_json(wanted["layout"])
    page = layout.pages[wanted["page"] - 1]
    size = (layout.width, layout.height)
    grey = np.asarray(cv2.imdecode(np.frombuffer(photo, np.uint8), cv2.IMREAD_GRAYSCALE), dtype=np.uint8)
    projection = rectify.project(rectify.look_for_markers(grey), page, size)
    if projection is None:
        return [json.dumps({"rows": None}).encode(), b""]
    flat = rectify.flatten(grey, projection, size)
    ends = [(_decimal(low), _decimal(high)) for low, high in wanted["ends"]]
    rows = read_rows(rectify.ink_of(flat), page, layout.pattern, ends)
    _fine, kept = cv2.imencode(".jpg", flat, [cv2.IMWRITE_JPEG_QUALITY, 80])
    answer = {"rows": rows, "error_mm": round(projection.error, 3), "scale": rectify.SCALE}
    return [json.dumps(answer).encode(), kept.tobytes()]


def read_table(photo: bytes) -> list[bytes]:
    """A JSON object a row in which a name stands, top down: name, numbers, corners in pixels, whether both readings of
    the numbers agree, and how sure the least sure piece is.
    """
    import cv2
    import numpy as np

    from . import foreign, second
    from .ocr import pieces_of

    cv2.setNumThreads(1)
    grey = np.asarray(cv2.imdecode(np.frombuffer(photo, np.uint8), cv2.IMREAD_GRAYSCALE), dtype=np.uint8)
    pieces = pieces_of(grey)
    # Numbers are read a second time, from the photo as it came rather than from the smaller one that words need.
    numbers = [place for place, piece in enumerate(pieces) if foreign.NUMBER.fullmatch(piece.text)]
    strips = [second.of_photo(grey[pieces[place].inside(grey.shape)]) for place in numbers]
    again = dict(zip(numbers, second.read(strips, second.NUMBERS), strict=True))
    doubted = {pieces[place] for place, text in again.items() if text != pieces[place].text}
    rows = [
        {
            "row": number,
            "name": row.name,
            "numbers": row.numbers,
            "tick": row.tick,
            "corners": [round(one) for one in row.corners],
            "agree": doubted.isdisjoint(row.pieces),
            "confidence": round(row.score, 4),
        }
        for number, row in enumerate(foreign.rows_of(pieces))
    ]
    return [json.dumps(rows).encode()]


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


if __name__ == "__main__":
    main()
