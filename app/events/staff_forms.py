from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, SelectMultipleField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from ..accounts.models import User
from ..forms import Form
from .forms import REQUIRED, words
from .models import EventEvaluator, Group

SOME = InputRequired(_l("Choose at least one."))


class BoxesField(SelectMultipleField):  # type: ignore[misc]
    """Several of a few, by id, each with a box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class PoolForm(Form):
    """Who else of those that may evaluate joins the pool."""

    users = BoxesField(_l("People"), coerce=int, validators=[SOME])

    def __init__(self, users: Sequence[User]) -> None:
        super().__init__()
        self.users.choices = [SelectChoice(user.id, f"{user.name} · {user.email or user.username}") for user in users]


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


class TeamsForm(Form):
    """The groups that get a login for their helpers; all of them, until somebody chooses."""

    groups = BoxesField(_l("Groups"), coerce=int, validators=[SOME])

    def __init__(self, groups: Sequence[Group]) -> None:
        super().__init__(data={"groups": [group.id for group in groups]})
        self.groups.choices = [SelectChoice(group.id, group.name) for group in groups]


class JoinForm(Form):
    code = StringField(_l("Code"), filters=[words], validators=[REQUIRED, Length(max=40)])
