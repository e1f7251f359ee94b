from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask_babel import lazy_gettext as _l
from flask_babel import to_utc
from wtforms import DateTimeLocalField, SelectField, ValidationError
from wtforms.fields import SelectChoice
from wtforms.validators import Optional

from ...database import now
from ...events.models import Activity, Event
from ...forms import Form

FARTHEST = timedelta(days=366)


class FreezeForm(Form):
    """What is to be frozen, and as of when: in the time of the installation, as boards show it."""

    activity = SelectField(_l("What"), coerce=int)
    at = DateTimeLocalField(
        _l("As of"),
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        validators=[Optional()],
        invalid_value_message=_l("This is not a time."),
    )

    def __init__(self, event: Event) -> None:
        super().__init__()
        choices = [SelectChoice(0, _l("The whole event"))]
        self.activity.choices = choices + [SelectChoice(one.id, one.name) for one in event.activities]
        self._activities = {one.id: one for one in event.activities}

    def validate_at(self, _field: DateTimeLocalField) -> None:
        if self.moment and abs(self.moment - now()) > FARTHEST:
            raise ValidationError(_l("That is too far away."))

    @property
    def moment(self) -> datetime | None:
        typed: datetime | None = self.at.data
        return to_utc(typed).replace(tzinfo=UTC) if typed else None  # type: ignore[no-untyped-call]

    @property
    def chosen(self) -> Activity | None:
        return self._activities.get(self.activity.data)
