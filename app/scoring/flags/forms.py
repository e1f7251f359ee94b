from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import SelectField, TextAreaField, ValidationError
from wtforms.fields import SelectChoice

from ...accounts import pictures
from ...events.forms import CHOSEN, REQUIRED, lines, longest
from ...forms import Form


class FlagForm(Form):
    """What is wrong, in words and perhaps a photo, which `picture` has made anew."""

    text = TextAreaField(_l("What is wrong"), filters=[lines], validators=[REQUIRED, longest(1000)])
    photo = FileField(_l("Photo"))
    picture: bytes | None = None

    def validate_photo(self, field: FileField) -> None:
        if not field.data:
            return
        try:
            with field.data.stream as sent:
                self.picture = pictures.shrunk(sent.read(pictures.LARGEST + 1))
        except pictures.BadPicture as bad:
            raise ValidationError(str(bad)) from None


class ResultFlagForm(FlagForm):
    """The same from the board, where it is also said of whom."""

    participant = SelectField(_l("Whose result"), coerce=int, validators=[CHOSEN])

    def __init__(self, people: Iterable[tuple[int, str]], chosen: int | None = None) -> None:
        super().__init__(data={"participant": chosen} if chosen else None)
        self.participant.choices = [SelectChoice(person_id, name) for person_id, name in people]


class AnswerForm(Form):
    answer = TextAreaField(_l("Answer"), filters=[lines], validators=[REQUIRED, longest(1000)])
