from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField, StringField
from wtforms.fields import SelectChoice

from ...events.forms import CHOSEN, REQUIRED, longest, words
from ...events.models import Activity, Group
from ...forms import Form

HOURS = {"4": _l("4 hours"), "12": _l("12 hours"), "48": _l("2 days"), "168": _l("a week")}


class LinkForm(Form):
    group = SelectField(_l("Group"), coerce=int, validators=[CHOSEN])
    activity = SelectField(_l("Activity"), coerce=int)
    hours = SelectField(_l("Good for"), choices=[SelectChoice(hours, words) for hours, words in HOURS.items()])

    def __init__(self, groups: Iterable[Group], activities: Iterable[Activity]) -> None:
        super().__init__(data={"hours": "12"})
        self.group.choices = [SelectChoice(group.id, group.name) for group in groups]
        every = SelectChoice(0, _("All of the group's sheets"))
        self.activity.choices = [every, *(SelectChoice(activity.id, activity.name) for activity in activities)]


class NameForm(Form):
    name = StringField(_l("Your name"), filters=[words], validators=[REQUIRED, longest(60)])
    token = HiddenField()
