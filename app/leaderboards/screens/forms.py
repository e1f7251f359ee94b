from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import RadioField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.fields import SelectChoice

from ...accounts import pictures
from ...events.forms import CHOSEN, REQUIRED, lines, longest, words
from ...events.models import Event
from ...forms import Form
from ..board import has_whole, whole_name
from ..schemes import plan_of
from ..whole import Whole
from .contents import Content, Kind
from .models import Screen

KINDS = {
    Kind.BOARD: _l("A board, page by page"),
    Kind.WINNERS: _l("The winners: 3, 2, 1"),
    Kind.NEXT: _l("Who is next"),
    Kind.MESSAGE: _l("A message"),
    Kind.SPONSORS: _l("The sponsors' pictures"),
    Kind.NOTHING: _l("Only the event's name"),
}
THEMES = {"dark": _l("Dark"), "light": _l("Light")}


class PairForm(Form):
    def __init__(self) -> None:
        super().__init__(prefix="pair-")

    code = StringField(_l("Code on the screen"), validators=[REQUIRED, longest(20)])
    name = StringField(_l("What you call it"), filters=[words], validators=[REQUIRED, longest(60)])


class NameForm(Form):
    """Of a scene or of an overlay: `prefix` says which."""

    name = StringField(_l("What you call it"), filters=[words], validators=[REQUIRED, longest(60)])


class ImageForm(Form):
    """`picture` is made anew."""

    name = StringField(_l("Whose it is"), filters=[words], validators=[REQUIRED, longest(60)])
    file = FileField(_l("Picture"))
    picture: bytes = b""

    def __init__(self) -> None:
        super().__init__(prefix="image-")

    def validate_file(self, field: FileField) -> None:
        if not field.data:
            raise ValidationError(_l("Choose a picture first."))
        try:
            with field.data.stream as sent:
                self.picture = pictures.shrunk(sent.read(pictures.LARGEST + 1))
        except pictures.BadPicture as bad:
            raise ValidationError(str(bad)) from None


def which(value: object) -> int | Whole:
    """An activity by its id, or all together."""
    return Whole(str(value)) if value in set(Whole) else int(str(value))


class ShowForm(Form):
    """What to show, and on which screen; screen 0 is all of them."""

    screen = SelectField(_l("On"), coerce=int)
    kind = RadioField(_l("Show"), choices=[SelectChoice(kind, label) for kind, label in KINDS.items()], default="board")
    activity = SelectField(_l("Activity"), coerce=which, validators=[CHOSEN])
    bucket = SelectField(_l("Category"), default="all")
    group = SelectField(_l("Group"), coerce=int)
    text = TextAreaField(_l("Message"), filters=[lines], validators=[longest(300)])
    theme = RadioField(
        _l("Look"), choices=[SelectChoice(name, label) for name, label in THEMES.items()], default="dark"
    )

    def __init__(self, event: Event, screens: Sequence[Screen], buckets: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        everywhere = SelectChoice(0, _l("all screens"))
        self.screen.choices = [everywhere, *(SelectChoice(screen.id, screen.name) for screen in screens)]
        plan = plan_of(event)
        wholes = [SelectChoice(whole.value, whole_name(whole)) for whole in Whole if has_whole(plan, whole)]
        activities = [SelectChoice(one.id, one.name) for one in event.activities]
        self.activity.choices = [*activities, *wholes] or [SelectChoice(0, "–")]
        self.bucket.choices = [SelectChoice("all", _l("All together")), *(SelectChoice(*one) for one in buckets)]
        self.group.choices = [SelectChoice(group.id, group.name) for group in event.groups] or [SelectChoice(0, "–")]

    def validate_text(self, field: TextAreaField) -> None:
        if self.kind.data == Kind.MESSAGE and not field.data:
            raise ValidationError(str(REQUIRED.message))

    def validate_activity(self, field: SelectField) -> None:
        if not field.data and self.kind.data in {Kind.BOARD, Kind.WINNERS, Kind.NEXT}:
            raise ValidationError(_l("There is no activity yet."))
        if isinstance(field.data, Whole) and self.kind.data == Kind.NEXT:
            raise ValidationError(_l("Who is next is of one activity."))

    @property
    def content(self) -> Content:
        kind = Kind(self.kind.data)
        asks = kind in {Kind.BOARD, Kind.WINNERS, Kind.NEXT}
        return Content(
            kind=kind,
            activity=self.activity.data if asks else None,
            bucket=self.bucket.data if asks else "all",
            group=self.group.data if kind is Kind.NEXT else None,
            text=self.text.data if kind is Kind.MESSAGE else "",
        )
