from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField
from wtforms.fields import SelectChoice

from ...events.forms import REQUIRED, longest, words
from ...events.models import Activity
from ...events.staff_forms import SOME, BoxesField
from ...forms import Form


class StateForm(Form):
    """Which activities, and why."""

    activities = BoxesField(_l("Activities"), coerce=int, validators=[SOME])
    despite_flags = BooleanField(_l("Although there are open flags"))
    reason = StringField(_l("Reason"), filters=[words], validators=[REQUIRED, longest(300)])

    def __init__(self, activities: Iterable[Activity], chosen: Iterable[int] = ()) -> None:
        super().__init__(data={"activities": list(chosen)})
        self.activities.choices = [SelectChoice(activity.id, activity.name) for activity in activities]
