from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from pydantic import ValidationError as NotTheTemplate
from wtforms import BooleanField, SelectField, StringField, ValidationError
from wtforms.fields import SelectChoice
from wtforms.validators import Length

from ..events.forms import CHOSEN, NAME, REQUIRED, WholeNumberField, longest, words
from ..events.models import Activity
from ..forms import Form
from ..i18n import LANGUAGES
from .kinds import IN_ACTIVITIES, Basis
from .models import DiplomaTemplate
from .starters import STARTERS
from .template import Item, Line, Picture, Qr, Text, What
from .wording import BASES, FIELDS

MOST_PLACES = 1000


class TemplateForm(Form):
    """A new template, from one of those to start from."""

    name = StringField(NAME, filters=[words], validators=[REQUIRED, longest(80)])
    starter = SelectField(
        _l("To start from"), choices=[SelectChoice(name, one.label) for name, one in STARTERS.items()]
    )
    language = SelectField(
        _l("Language of its words"), choices=[SelectChoice(code, name) for code, name in LANGUAGES.items()]
    )


class RuleForm(Form):
    basis = SelectField(_l("Who"), choices=[SelectChoice(one.value, BASES[one]) for one in Basis], coerce=Basis)
    activity_id = SelectField(_l("In"), coerce=int, default=0)
    places = WholeNumberField(_l("Places 1 to"), validators=[], default=3)
    template_id = SelectField(_l("On"), coerce=int, validators=[CHOSEN])

    def __init__(self, activities: Sequence[Activity], templates: Sequence[DiplomaTemplate], **options: Any) -> None:
        super().__init__(**options)
        self.activity_id.choices = [
            SelectChoice(0, _("Every activity")),
            *(SelectChoice(one.id, one.name) for one in activities),
        ]
        self.template_id.choices = [SelectChoice(one.id, one.name) for one in templates]

    def validate_places(self, field: WholeNumberField) -> None:
        if self.basis.data not in IN_ACTIVITIES:
            self.activity_id.data = 0
        if self.basis.data is Basis.EVERYBODY:
            field.data = 0
        elif field.data is None or not 1 <= field.data <= MOST_PLACES:
            raise ValidationError(_("Write a number from %(min)s to %(max)s.", min=1, max=MOST_PLACES))


class NumberForm(Form):
    """Somebody reads a diploma's number off its paper."""

    class Meta(Form.Meta):
        csrf = False

    @classmethod
    def of_address(cls) -> NumberForm:
        return cls(request.args)

    number = StringField(_l("Number"), filters=[words], validators=[REQUIRED, Length(max=40)])


class DecimalField(StringField):  # type: ignore[misc]
    """A number with a comma or a point; nothing typed is None."""

    data: float | None

    def process_formdata(self, valuelist: list[str]) -> None:
        text = valuelist[0].strip().replace(",", ".") if valuelist else ""
        try:
            self.data = float(text) if text else None
        except ValueError:
            raise ValueError(_("This is not a number.")) from None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{self.data:g}"


class SettingsForm(Form):
    """A template's name and paper."""

    name = StringField(NAME, filters=[words], validators=[REQUIRED, longest(80)])
    language = SelectField(
        _l("Language of its words"), choices=[SelectChoice(code, name) for code, name in LANGUAGES.items()]
    )
    paper = SelectField(_l("Paper"), choices=[SelectChoice("a4", "A4"), SelectChoice("a5", "A5")])
    landscape = BooleanField(_l("Landscape"))


class PlaceForm(Form):
    """What every item has. What is wrong with a value, the template itself says."""

    x = DecimalField(_l("From the left, %"), validators=[CHOSEN])
    y = DecimalField(_l("From the top, %"), validators=[CHOSEN])

    @property
    def values(self) -> dict[str, Any]:
        return {name: field.data for name, field in self._fields.items() if name != "csrf_token"}

    def refuse(self, error: NotTheTemplate) -> None:
        """Say what the template will not have, beside the field."""
        for one in error.errors():
            field = self._fields.get(str(one["loc"][-1])) if one["loc"] else None
            (field or self.x).errors = [_message(one)]


class TextForm(PlaceForm):
    shows = SelectField(_l("Shows"))
    text = StringField(_l("Words of its own"), filters=[words])
    width = DecimalField(_l("Room at most, percent"))
    shrink = BooleanField(_l("Set smaller what is longer"))
    align = SelectField(
        _l("Stands"),
        choices=[
            SelectChoice("left", _l("right of its point")),
            SelectChoice("center", _l("around its point")),
            SelectChoice("right", _l("left of its point")),
        ],
    )
    size = DecimalField(_l("Size, points"), validators=[CHOSEN])
    font = SelectField(_l("Font"))
    weight = SelectField(
        _l("Weight"), coerce=int, choices=[SelectChoice(400, _l("Regular")), SelectChoice(700, _l("Bold"))]
    )
    italic = BooleanField(_l("Italic"))
    colour = StringField(_l("Colour"))

    def __init__(self, families: Sequence[str], **options: Any) -> None:
        super().__init__(**options)
        self.shows.choices = [
            SelectChoice("", _("Words of its own")),
            *(SelectChoice(one.value, FIELDS[one]) for one in What),
        ]
        self.font.choices = [SelectChoice(family, family) for family in families]

    @property
    def values(self) -> dict[str, Any]:
        """Words of its own count where it shows nothing else."""
        shows = self.shows.data or None
        return super().values | {"shows": shows, "text": "" if shows else self.text.data}


class QrForm(PlaceForm):
    width = DecimalField(_l("Width, %"), validators=[CHOSEN])
    colour = StringField(_l("Colour"))


class PictureForm(PlaceForm):
    width = DecimalField(_l("Width, %"), validators=[CHOSEN])


class LineForm(QrForm):
    thickness = DecimalField(_l("Thickness, points"), validators=[CHOSEN])


def item_form(item: Item, families: Sequence[str], *, typed: bool = False) -> PlaceForm:
    """For an item as it is, or as it was typed. The ids of its fields differ from those of other items."""
    options: dict[str, Any] = {"prefix": ""} if typed else {"formdata": None, "data": item.model_dump(mode="json")}
    if isinstance(item, Text):
        form: PlaceForm = TextForm(families if item.font in families else [*families, item.font], **options)
    else:
        form = {Qr: QrForm, Picture: PictureForm, Line: LineForm}[type(item)](**options)
    for name, field in form._fields.items():
        field.id = f"{item.id}-{name}"
        field.label.field_id = field.id
    return form


def _message(error: Any) -> str:
    limits = {name: f"{limit:g}" if isinstance(limit, float) else limit for name, limit in error.get("ctx", {}).items()}
    known = {
        "greater_than_equal": lambda: _("Write %(min)s or more.", min=limits["ge"]),
        "greater_than": lambda: _("Write more than %(min)s.", min=limits["gt"]),
        "less_than_equal": lambda: _("Write %(max)s or less.", max=limits["le"]),
        "string_pattern_mismatch": lambda: _("Write a colour like #1a1a1a."),
        "string_too_long": lambda: _("This is longer than %(max)d characters.", max=limits["max_length"]),
        "value_error": lambda: _("Write some words, or choose what it shows."),
    }
    return known.get(error["type"], lambda: _("Something in it is not right."))()
