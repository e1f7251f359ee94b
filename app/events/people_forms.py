from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField, SelectMultipleField, StringField, ValidationError
from wtforms.fields import SelectChoice
from wtforms.validators import Optional

from ..forms import Form
from . import people_queries
from .details import ParticipantDetails
from .forms import AGE, CHOSEN, OLDEST, REQUIRED, WholeNumberField, day_field, gender_field, longest, words
from .kinds import Gender
from .labels import GENDERS
from .models import Event, Group, Participant


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
        twin = people_queries.participant_numbered(self.event, field.data) if field.data else None
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


class PeopleForm(Form):
    """Several participants, chosen in the list by their ids."""

    people = SelectMultipleField(coerce=int, validate_choice=False)
