from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from flask_babel.speaklater import LazyString
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    ValidationError,
)
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from ..forms import Form
from .categories import Bracket, overlaps
from .details import CategoryDetails, EventDetails, GroupDetails
from .importing.text import clean
from .kinds import EventStatus, Gender, Visibility
from .labels import COLOURS, GENDERS_OF_MANY, LABELS, ages
from .models import Activity, Category, Event, Group
from .names import name_key

OLDEST = 130

NAME = lazy_pgettext("of a thing", "Name")
REQUIRED = DataRequired(_l("Please fill this in."))
CHOSEN = InputRequired(_l("Please choose one."))
AGE = NumberRange(0, OLDEST, _l("An age is a whole number from 0 to %(max)d."))


def words(text: str | None) -> str:
    return clean(text or "")


def lines(text: str | None) -> str:
    return "\n".join(clean(line) for line in (text or "").splitlines()).strip()


def longest(characters: int) -> Length:
    return Length(max=characters, message=_l("This is longer than %(max)d characters."))


class WholeNumberField(IntegerField):  # type: ignore[misc]
    """Nothing typed is None, so that whoever asks for a number says so in words that fit."""

    data: int | None

    def __init__(self, label: LazyString, validators: Sequence[Any], **options: Any) -> None:
        super().__init__(label, validators, invalid_value_message=_l("This is not a whole number."), **options)

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = [text for text in valuelist if text.strip()]
        self.data = None if valuelist and not typed else self.data
        super().process_formdata(typed)


def day_field(label: LazyString, *validators: Any) -> DateField:
    return DateField(label, validators=validators, invalid_value_message=_l("This is not a date."))


def gender_field(unsaid: Any, labels: Mapping[StrEnum, Any]) -> SelectField:
    """A choice of gender, or none of them."""
    choices = [SelectChoice("", unsaid), *(SelectChoice(gender.value, words) for gender, words in labels.items())]
    return SelectField(_l("Gender"), choices=choices, default="", filters=[lambda value: value or ""])


def labelled(members: Iterable[StrEnum]) -> list[SelectChoice]:
    return [SelectChoice(member.value, LABELS[member]) for member in members]


class EventForm(Form):
    name = StringField(NAME, filters=[words], validators=[REQUIRED, longest(120)])
    place = StringField(_l("Place"), filters=[words], validators=[longest(120)])
    starts_on = day_field(_l("First day"), InputRequired(REQUIRED.message))
    ends_on = day_field(_l("Last day"), Optional())

    def validate_ends_on(self, field: DateField) -> None:
        if field.data and self.starts_on.data and field.data < self.starts_on.data:
            raise ValidationError(_("This is before the first day."))

    @property
    def details(self) -> EventDetails:
        """An event of one day has no last day."""
        ends_on = self.ends_on.data if self.ends_on.data != self.starts_on.data else None
        return {
            "name": self.name.data,
            "place": self.place.data,
            "starts_on": self.starts_on.data,
            "ends_on": ends_on,
        }


class CloneForm(EventForm):
    people = BooleanField(_l("Participants, but for those who withdrew"))
    staff = BooleanField(_l("Evaluators and their groups"), default=True)


class DeleteForm(Form):
    name = StringField(_l("Name of the event"), filters=[words], validators=[REQUIRED])

    def __init__(self, event: Event) -> None:
        super().__init__()
        self.event = event

    def validate_name(self, field: StringField) -> None:
        if name_key(field.data) != name_key(self.event.name):
            raise ValidationError(_("This is not the name: type “%(name)s”.", name=self.event.name))


class StatusForm(Form):
    status = SelectField(choices=[status.value for status in EventStatus], coerce=EventStatus)


class VisibilityForm(Form):
    visibility = RadioField(
        _l("Who may watch"),
        choices=[
            SelectChoice(Visibility.PRIVATE.value, _l("Private: admins and this event's evaluators")),
            SelectChoice(Visibility.LINK.value, _l("By link: whoever has the link")),
            SelectChoice(Visibility.PUBLIC.value, _l("Public: everyone, and it is listed")),
        ],
        validators=[CHOSEN],
    )


class PlaceForm(Form):
    """The place in an order, counted from 1."""

    place = IntegerField(validators=[InputRequired(), NumberRange(0, 10_000)])


class NamedForm(Form):
    """For a part of an event whose name no other of its kind may have, case and spaces apart."""

    def __init__(self, event: Event, others: Sequence[Group] | Sequence[Activity] | Sequence[Category], **kw: Any):
        super().__init__(**kw)
        self.event = event
        self.others = others

    def validate_name(self, field: StringField) -> None:
        key = name_key(field.data)
        twin = next((other for other in self.others if other.name_key == key), None)
        if twin is not None:
            raise ValidationError(_("There is “%(name)s” already.", name=twin.name))


class GroupForm(NamedForm):
    name = StringField(NAME, filters=[words], validators=[REQUIRED, longest(80)])
    identifier = StringField(_l("Short code"), filters=[words], validators=[longest(20)])
    colour = RadioField(_l("Colour"), choices=[SelectChoice(*colour) for colour in COLOURS.items()], coerce=int)

    def __init__(self, event: Event, groups: Sequence[Group], group: Group | None = None) -> None:
        others = [other for other in groups if other is not group]
        super().__init__(event, others, obj=group, data=None if group else {"colour": len(others) % len(COLOURS) + 1})

    @property
    def details(self) -> GroupDetails:
        return {"name": self.name.data, "identifier": self.identifier.data, "colour": self.colour.data}


class CategoryForm(NamedForm):
    name = StringField(NAME, filters=[words], validators=[REQUIRED, longest(60)])
    age_from = WholeNumberField(_l("Age from"), validators=[Optional(), AGE])
    age_to = WholeNumberField(_l("Age to"), validators=[Optional(), AGE])
    gender = gender_field(_l("Everybody"), GENDERS_OF_MANY)

    def __init__(self, event: Event, categories: Sequence[Category], category: Category | None = None) -> None:
        super().__init__(event, [other for other in categories if other is not category], obj=category)

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        problem = self._problem()
        if problem:
            self.age_to.errors = [problem]
        return not problem

    def _problem(self) -> str | None:
        """What is wrong with the two ages together, or with the bracket beside the others."""
        details = self.details
        age_from, age_to = details["age_from"], details["age_to"]
        if age_from is not None and age_to is not None and age_to < age_from:
            return _("This is below the age it starts from.")
        mine = Bracket(0, details["name"], age_from, age_to, details["gender"])
        pairs = overlaps([mine, *(other.bracket for other in self.others if isinstance(other, Category))])
        named = ", ".join(f"{b.name} ({ages(b.age_from, b.age_to)})" for a, b in pairs if a is mine)
        return _("Somebody could be in two categories: this overlaps with %(named)s.", named=named) if named else None

    @property
    def details(self) -> CategoryDetails:
        return {
            "name": self.name.data,
            "age_from": self.age_from.data,
            "age_to": self.age_to.data,
            "gender": Gender(self.gender.data) if self.gender.data else None,
        }
