"""What a diploma looks like: a page and the items on it. Kept as JSON; `Template.model_json_schema()` is published.

Positions are in percent of the page from its upper left corner, sizes of type in points. A text stands on its
baseline: `y` is where its letters stand, `x` its left end, middle or right end, as it is aligned. Pictures and QR
codes hang from their upper left corner.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

MOST_ITEMS = 60
SMALLEST = 5.0
"""Points. A text that had to be set smaller than this to fit does not fit."""

Percent = Annotated[float, Field(ge=0, le=100)]
Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
Name = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[\w-]+$")]
AssetKey = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Paper(StrEnum):
    A4 = "a4"
    A5 = "a5"


MILLIMETRES = {Paper.A4: (210.0, 297.0), Paper.A5: (148.0, 210.0)}


class What(StrEnum):
    """What of an award a text shows."""

    PARTICIPANT_NAME = "participant_name"
    PLACE = "place"
    ACTIVITY = "activity"
    CATEGORY = "category"
    EVENT = "event"
    DATE = "date"
    VENUE = "venue"
    VALUE = "value"
    NUMBER = "number"


class Align(StrEnum):
    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


class Text(Strict):
    """A line of type. With a `width` in percent of the page, a longer one is set smaller until it fits."""

    kind: Literal["text"] = "text"
    id: Name
    x: Percent
    y: Percent
    text: Annotated[str, Field(max_length=300)] = ""
    shows: What | None = None
    width: Annotated[float, Field(gt=0, le=100)] | None = None
    shrink: bool = True
    align: Align = Align.CENTER
    size: Annotated[float, Field(ge=SMALLEST, le=400)] = 24
    weight: Annotated[int, Field(ge=100, le=900)] = 400
    italic: bool = False
    font: Annotated[str, Field(min_length=1, max_length=80)] = "Inter"
    colour: Colour = "#1a1a1a"

    @model_validator(mode="after")
    def _shows_something(self) -> Text:
        if (self.shows is None) == (not self.text.strip()):
            raise ValueError("a text has words of its own or shows something of the award, not both")
        return self


class Qr(Strict):
    """The code that leads to the page where the diploma is verified. `width` in percent of the page's."""

    kind: Literal["qr"] = "qr"
    id: Name
    x: Percent
    y: Percent
    width: Annotated[float, Field(ge=3, le=50)] = 10
    colour: Colour = "#000000"


class Picture(Strict):
    """A logo or another picture; its height follows from its width."""

    kind: Literal["picture"] = "picture"
    id: Name
    x: Percent
    y: Percent
    width: Annotated[float, Field(ge=1, le=100)] = 20
    file: AssetKey


class Line(Strict):
    """A signature's line, from its left end."""

    kind: Literal["line"] = "line"
    id: Name
    x: Percent
    y: Percent
    width: Annotated[float, Field(ge=1, le=100)] = 25
    thickness: Annotated[float, Field(ge=0.1, le=20)] = 0.75
    colour: Colour = "#1a1a1a"


Item = Annotated[Text | Qr | Picture | Line, Field(discriminator="kind")]


class OwnFont(Strict):
    family: Annotated[str, Field(min_length=1, max_length=80)]
    file: AssetKey


class Template(Strict):
    """One page. Items are drawn in their order, later ones above earlier ones."""

    version: Literal[1] = 1
    paper: Paper = Paper.A4
    landscape: bool = False
    background: AssetKey | None = None
    fonts: Annotated[list[OwnFont], Field(max_length=8)] = []
    items: Annotated[list[Item], Field(max_length=MOST_ITEMS)] = []

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Template:
        ids = [item.id for item in self.items]
        if len(set(ids)) < len(ids):
            raise ValueError("two items have the same id")
        return self

    @property
    def millimetres(self) -> tuple[float, float]:
        """Width and height of the page."""
        short, long = MILLIMETRES[self.paper]
        return (long, short) if self.landscape else (short, long)

    @property
    def files(self) -> set[str]:
        """Keys of the stored files that it needs."""
        pictures = {item.file for item in self.items if isinstance(item, Picture)}
        return pictures | {font.file for font in self.fonts} | ({self.background} if self.background else set())
