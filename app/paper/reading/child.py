"""What opens other people's files, in a process of its own: one that is made to fill the memory or the day ends this
process and no other.

It is told one thing after the other, each as a message of parts; parts and messages have four bytes of length before
them. What comes first is a file: it answers with JSON on what is seen on each of its pictures, and with the pictures,
made anew. After that it may be asked, in JSON, for the rows of a picture:

    {"picture": 0, "layout": .., "page": 1, "ends": ..}    of a page of ours: rows, and the page laid flat
    {"picture": 0}                                         of a sheet that is not Laurel's: names and numbers
"""

from __future__ import annotations

import io
import json
import resource
import struct
import sys
from collections.abc import Sequence
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image

    from .rectify import Grey, Seen

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


def send(stream: IO[bytes], parts: Sequence[bytes]) -> None:
    message = pack(parts)
    stream.write(struct.pack("<I", len(message)) + message)
    stream.flush()


def receive(stream: IO[bytes]) -> list[bytes] | None:
    """None where there is no more. Raises EOFError in the middle of a message."""
    head = stream.read(4)
    if not head:
        return None
    (length,) = struct.unpack("<I", head)
    message = stream.read(length)
    if len(message) < length:
        raise EOFError
    return unpack(message)


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    told, answers = sys.stdin.buffer, sys.stdout.buffer
    photo = Photo()
    try:
        while (parts := receive(told)) is not None:
            send(answers, photo.answer(parts[0]))
    except MemoryError:
        sys.exit(TOO_LARGE)


class Photo:
    """What is known of the file so far: its pictures in grey, and what is seen on each."""

    def __init__(self) -> None:
        self.pictures: list[tuple[Grey, Seen]] | None = None

    def answer(self, part: bytes) -> list[bytes]:
        if self.pictures is None:
            answer, self.pictures = take(part)
            return answer
        wanted: dict[str, Any] = json.loads(part)
        grey, seen = self.pictures[wanted["picture"]]
        return read_page(grey, seen, wanted) if "layout" in wanted else read_table(grey)


def take(data: bytes) -> tuple[list[bytes], list[tuple[Grey, Seen]]]:
    import cv2
    import numpy as np

    from . import rectify

    cv2.setNumThreads(1)
    told, pictures, opened = [], [], []
    for picture in _pictures(data):
        grey = np.asarray(picture.convert("L"))
        seen = rectify.look(grey)
        opened.append((grey, seen))
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
    return [json.dumps(told).encode(), *pictures], opened


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


def read_page(grey: Grey, seen: Seen, wanted: dict[str, Any]) -> list[bytes]:
    """By the layout, which page of it, and the marks' ends: a pair for each, a null where there is none."""
    import cv2

    from ..layout import from_json
    from . import rectify
    from .rows import read_rows

    layout = from_json(wanted["layout"])
    page = layout.pages[wanted["page"] - 1]
    size = (layout.width, layout.height)
    projection = rectify.project(seen, page, size)
    if projection is None:
        return [json.dumps({"rows": None}).encode(), b""]
    flat = rectify.flatten(grey, projection, size)
    ends = [(_decimal(low), _decimal(high)) for low, high in wanted["ends"]]
    rows = read_rows(rectify.ink_of(flat), page, layout.pattern, ends)
    _fine, kept = cv2.imencode(".jpg", flat, [cv2.IMWRITE_JPEG_QUALITY, 80])
    answer = {"rows": rows, "error_mm": round(projection.error, 3), "scale": rectify.SCALE}
    return [json.dumps(answer).encode(), kept.tobytes()]


def read_table(grey: Grey) -> list[bytes]:
    """A JSON object a row in which a name stands, top down: name, numbers, corners in pixels, whether both readings of
    the numbers agree, and how sure the least sure piece is.
    """
    from . import foreign, second
    from .ocr import pieces_of

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
