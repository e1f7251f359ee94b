from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext, ngettext
from flask_babel.speaklater import LazyString
from wtforms import (
    DateField,
    Field,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from ..accounts.models import User
from ..forms import Form
from . import queries
from .categories import Bracket, overlaps
from .details import ActivityDetails, CategoryDetails, EventDetails, GroupDetails, ParticipantDetails
from .importing.text import clean
from .kinds import ActivityState, EvaluationType, EventStatus, Formula, Gender, Visibility
from .labels import COLOURS, GENDERS, GENDERS_OF_MANY, LABELS, ages
from .models import Activity, Category, Event, EventEvaluator, Group, Participant
from .names import name_key

FEWEST_MARKS, USUAL_MARKS, MOST_MARKS = 2, 3, 10
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

    @property
    def details(self) -> EventDetails:
        return {"name": self.name.data, "place": self.place.data, "starts_on": self.starts_on.data}


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


class StateForm(Form):
    state = SelectField(choices=[state.value for state in ActivityState], coerce=ActivityState)


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


def unless_written(form: ActivityForm, field: Field) -> None:
    """The result by what counts is stored with each value: another way to score would leave old ones as they are."""
    changed = form.activity and form.values and form.details.get(field.name) != getattr(form.activity, field.name)
    if changed:
        raise ValidationError(
            ngettext(
                "This cannot change any more: one value is written already.",
                "This cannot change any more: %(num)d values are written already.",
                form.values,
            )
        )


class ActivityForm(NamedForm):
    """`values` counts what is written: with some, the way in which it is scored can change no more.

    The page does not offer what cannot change, so it is not sent, and stays; what is sent all the same is refused.
    """

    name = StringField(NAME, filters=[words], validators=[REQUIRED, longest(80)])
    description = TextAreaField(_l("Description"), filters=[lines], validators=[longest(2000)])
    evaluation_type = RadioField(
        _l("What is written down"),
        choices=labelled(EvaluationType),
        default=EvaluationType.NUMERIC_HIGH.value,
        validators=[unless_written],
    )
    unit = StringField(_l("Unit"), filters=[words], validators=[longest(12)])
    mark_count = WholeNumberField(_l("How many marks"), default=USUAL_MARKS, validators=[unless_written])
    formula = RadioField(
        _l("What counts"),
        choices=labelled((Formula.BEST, Formula.SUM)),
        default=Formula.BEST.value,
        validators=[unless_written],
    )
    higher_is_better = RadioField(
        _l("Which is better"),
        choices=[SelectChoice(1, _l("Higher")), SelectChoice(0, _l("Lower"))],
        coerce=int,
        default=1,
        validators=[unless_written],
    )

    def __init__(
        self, event: Event, activities: Sequence[Activity], activity: Activity | None = None, values: int = 0
    ) -> None:
        super().__init__(event, [other for other in activities if other is not activity], obj=activity)
        self.activity = activity
        self.values = values
        if not self._is_set and not self.mark_count.raw_data:
            self.mark_count.data = USUAL_MARKS

    def validate_mark_count(self, field: WholeNumberField) -> None:
        if self._is_set and (field.data is None or not FEWEST_MARKS <= field.data <= MOST_MARKS):
            raise ValidationError(_("From %(fewest)s to %(most)s.", fewest=FEWEST_MARKS, most=MOST_MARKS))

    @property
    def details(self) -> ActivityDetails:
        is_set = self._is_set
        return {
            "name": self.name.data,
            "description": self.description.data,
            "evaluation_type": EvaluationType(self.evaluation_type.data),
            "unit": self.unit.data,
            "mark_count": (self.mark_count.data or 0) if is_set else 1,
            "formula": Formula(self.formula.data) if is_set else Formula.BEST,
            "higher_is_better": bool(self.higher_is_better.data) if is_set else True,
        }

    @property
    def _is_set(self) -> bool:
        return bool(self.evaluation_type.data == EvaluationType.SCORE_SET)


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


class ParticipantForm(Form):
    display_name = StringField(_l("Name"), filters=[words], validators=[REQUIRED, longest(120)])
    external_id = StringField(_l("Number"), filters=[words], validators=[longest(60)])
    group_id = SelectField(_l("Group"), coerce=int, validators=[CHOSEN])
    gender = gender_field(_l("Not stated"), GENDERS)
    born = day_field(_l("Date of birth"), Optional())
    age = WholeNumberField(_l("Age"), validators=[Optional(), AGE])

    def __init__(
        self,
        event: Event,
        groups: Sequence[Group],
        participant: Participant | None = None,
        group_id: int | None = None,
    ) -> None:
        super().__init__(obj=participant, data=None if participant else {"group_id": group_id})
        self.event = event
        self.participant = participant
        self.group_id.choices = [SelectChoice(group.id, group.name) for group in groups]

    def validate_external_id(self, field: StringField) -> None:
        twin = queries.participant_numbered(self.event, field.data) if field.data else None
        if twin is not None and twin is not self.participant:
            raise ValidationError(_("%(name)s has this number.", name=twin.display_name))

    def validate_born(self, field: DateField) -> None:
        if field.data and field.data.year < self.event.starts_on.year - OLDEST:
            raise ValidationError(_("A birth in %(year)s cannot be right.", year=field.data.year))
        if field.data and field.data > self.event.starts_on:
            raise ValidationError(_("This is after the event begins."))

    @property
    def details(self) -> ParticipantDetails:
        return {
            "display_name": self.display_name.data,
            "external_id": self.external_id.data or None,
            "gender": Gender(self.gender.data) if self.gender.data else None,
            "born": self.born.data,
            "age": self.age.data,
            "group_id": self.group_id.data,
        }


class PoolForm(Form):
    """Who else of those that may evaluate joins the pool."""

    users = SelectMultipleField(
        _l("People"),
        coerce=int,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validators=[InputRequired(_l("Choose at least one."))],
    )

    def __init__(self, users: Sequence[User]) -> None:
        super().__init__()
        self.users.choices = [SelectChoice(user.id, f"{user.name} · {user.email}") for user in users]


def assignment_form(members: Sequence[EventEvaluator], groups: Sequence[Group]) -> Form:
    """One choice of group for each evaluator of the pool, named by their id; 0 is none."""
    choices = [SelectChoice(0, _("No group")), *(SelectChoice(group.id, group.name) for group in groups)]
    fields = {group_of(member): SelectField(member.user.name, choices=choices, coerce=int) for member in members}
    now = {group_of(member): member.assignment.group_id if member.assignment else 0 for member in members}
    form: Form = type("AssignmentForm", (Form,), fields)(data=now)
    return form


def group_of(member: EventEvaluator) -> str:
    """The name of the field for an evaluator's group."""
    return f"group_{member.user_id}"
