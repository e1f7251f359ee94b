"""Pictures that people send in, made anew: whatever else was in the file, or claimed to be, ends here.

Nothing is decoded before its header says how large it will be. The library is imported with the first picture: most
processes never see one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

if TYPE_CHECKING:
    from PIL.Image import Image

LARGEST = 5 * 1024 * 1024
MOST_PIXELS = 32_000_000
MOST_SCANS = 64
"""A progressive JPEG may go over all its pixels again in a few bytes, thousands of times. Cameras do it ten times."""

SIZES = (64, 192, 512)
PHOTO = 1600
FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
_one_at_a_time = BoundedSemaphore(2)


class BadPicture(ValueError):
    """`message` says what is wrong with it, in the reader's language."""

    def __init__(self, message: LazyString) -> None:
        super().__init__()
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


def squares(data: bytes) -> dict[int, bytes]:
    """A WebP of each size: the middle of the picture's first frame, upright, with nothing but pixels in it.

    Raises BadPicture.
    """
    return _made_anew(data, _cut)


def shrunk(data: bytes) -> bytes:
    """A WebP of the whole picture, at most PHOTO pixels wide and high, as `squares` makes them. Raises BadPicture."""
    return _made_anew(data, lambda data: {PHOTO: _fitted(data, PHOTO)})[PHOTO]


def for_print(data: bytes, longest: int) -> bytes:
    """The whole picture, at most so many pixels wide and high: a JPEG, or a PNG where it is see-through.

    How large the file may be is up to who takes it. Raises BadPicture.
    """

    def fitted(data: bytes) -> dict[int, Image]:
        return {longest: _fitted(data, longest)}

    return _made_anew(data, fitted, _printable, largest=None)[longest]


def _made_anew(
    data: bytes,
    make: Callable[[bytes], dict[int, Image]],
    write: Callable[[Image], bytes] | None = None,
    largest: int | None = LARGEST,
) -> dict[int, bytes]:
    if largest is not None and len(data) > largest:
        raise BadPicture(_l("A picture has at most 5 MB."))
    with _one_at_a_time:
        try:
            return {size: (write or _webp)(picture) for size, picture in make(data).items()}
        except BadPicture:
            raise
        except Exception as error:
            # Each decoder has exceptions of its own for what is broken.
            raise BadPicture(_l("This picture is damaged, or not what it says it is.")) from error


def _fitted(data: bytes, longest: int) -> Image:
    from PIL import ImageOps
    from PIL.Image import Resampling

    picture = _plain(ImageOps.exif_transpose(_decoded(data, longest)))
    picture.thumbnail((longest, longest), Resampling.LANCZOS)
    return picture


def _cut(data: bytes) -> dict[int, Image]:
    from PIL import ImageOps
    from PIL.Image import Resampling

    picture = ImageOps.exif_transpose(_decoded(data, SIZES[-1]))
    large = ImageOps.fit(_plain(picture), (SIZES[-1], SIZES[-1]), Resampling.LANCZOS)
    return {size: large.resize((size, size), Resampling.LANCZOS) for size in SIZES}


def _decoded(data: bytes, wanted: int) -> Image:
    from PIL import Image, UnidentifiedImageError

    try:
        picture = Image.open(BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError:
        raise BadPicture(_l("Send a JPEG, PNG, GIF or WebP.")) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise BadPicture(_TOO_MANY_PIXELS) from None
    if picture.width * picture.height > MOST_PIXELS:
        raise BadPicture(_TOO_MANY_PIXELS)
    if picture.format == "JPEG":
        if len(re.findall(rb"\xff\xda", data)) > MOST_SCANS:
            raise BadPicture(_l("This picture is damaged, or not what it says it is."))
        picture.draft("RGB", (2 * wanted, 2 * wanted))
    picture.load()
    return picture


def _plain(picture: Image) -> Image:
    if picture.mode.startswith("I"):
        return picture.point(lambda value: value / 256).convert("L").convert("RGB")
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def _webp(picture: Image) -> bytes:
    out = BytesIO()
    picture.save(out, "WEBP", quality=84, method=4)
    return out.getvalue()


def _printable(picture: Image) -> bytes:
    out = BytesIO()
    if picture.mode == "RGBA":
        picture.save(out, "PNG", optimize=True)
    else:
        picture.save(out, "JPEG", quality=86)
    return out.getvalue()


_TOO_MANY_PIXELS = _l("A picture has at most 32 million pixels.")
