from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, RadioField, SelectChoice, SelectField, StringField, ValidationError
from wtforms.validators import Length, Optional

from ...forms import Form
from . import wording
from .decisions import Kind, Question
from .mapping import LABELS, encoded
from .people import LONGEST_GROUP
from .queries import HOW, Reading
from .reading import LARGEST, read_table
from .results import results_of
from .table import HEAD_ROWS, Table, UnreadableFile
from .text import clean

LONGEST_FILENAME = 200

FIELDS = [SelectChoice(field.value, label) for field, label in LABELS.items()]
ENCODINGS = [SelectChoice(encoding, name) for encoding, name in wording.ENCODINGS.items()]
HEADER_ROWS = [SelectChoice(row, _l("headers in row %(row)s", row=row)) for row in range(1, HEAD_ROWS + 1)]
SAME, DIFFERENT = "same", "different"
ANSWERS = {
    Kind.GROUP: [SelectChoice(SAME, _l("Yes")), SelectChoice(DIFFERENT, _l("No, another one"))],
    Kind.PERSON: [SelectChoice(SAME, _l("Same person")), SelectChoice(DIFFERENT, _l("Two people"))],
}
DECIMALS = [SelectChoice(decimals.value, name) for decimals, name in wording.DECIMALS.items()]
DELIMITERS = [SelectChoice(delimiter, name) for delimiter, name in wording.DELIMITERS.items()]


def _cleaned(text: str | None) -> str:
    return clean((text or "").replace("\0", ""))


class UploadForm(Form):
    """A file that can be read; then `data` holds its bytes and `table` what is in them."""

    file = FileField(_l("File"), validators=[FileRequired(_l("Choose a file."))])

    data_read: bytes
    table: Table

    def validate_file(self, field: FileField) -> None:
        self.data_read = field.data.read(LARGEST + 1)
        try:
            self.table = read_table(self.data_read)
        except UnreadableFile as unreadable:
            raise ValidationError(unreadable.message) from None

    @property
    def filename(self) -> str:
        """What it was called, without folders. Only ever shown."""
        return clean(self.file.data.filename.rpartition("/")[2])[-LONGEST_FILENAME:]


class OptionsForm(Form):
    """How to read a file, what its columns mean and what is one and the same; `table` is the file read so, once the
    form is valid. The class that `options_form` makes has a field for each column and each question too."""

    header_row = SelectField(_l("Headers"), choices=HEADER_ROWS, coerce=int)
    group = StringField(_l("Group for rows without one"), filters=[_cleaned], validators=[Length(max=LONGEST_GROUP)])

    read: Callable[..., Table]
    reading: Reading
    questions: list[Question]
    table: Table

    @property
    def how(self) -> list[SelectField]:
        """The choices of how to read the file."""
        return [self[name] for name in HOW if name in self]

    @property
    def columns(self) -> list[SelectField]:
        return [self[f"column_{index}"] for index in range(len(self.reading.table.headers))]

    @property
    def answers(self) -> list[tuple[Question, RadioField]]:
        return [(question, self[f"same_{question.key}"]) for question in self.questions]

    def asked_at(self, row: int) -> list[tuple[Question, RadioField]]:
        return [answer for answer in self.answers if answer[0].row == row]

    @property
    def options(self) -> dict[str, Any]:
        """Columns by header, so that a choice outlives another delimiter."""
        asked = {question.key for question in self.questions}
        headers = self.reading.table.headers
        return {
            **{name: getattr(self.table, name) for name in HOW},
            "fields": {header: column.data for header, column in zip(headers, self.columns, strict=True)},
            "group": self.group.data or "",
            "same": [*(set(self.reading.choices.same) - asked), *self._answered(SAME)],
            "different": [*(set(self.reading.choices.different) - asked), *self._answered(DIFFERENT)],
        }

    def _answered(self, said: str) -> list[str]:
        return [question.key for question, answer in self.answers if answer.data == said]

    def validate(self, **kwargs: Any) -> bool:
        return bool(super().validate(**kwargs)) and self._can_be_read()

    def _can_be_read(self) -> bool:
        before = self.reading.table
        how = {field.name: field.data for field in self.how}
        changed = [field for field in self.how if field.data != getattr(before, field.name)]
        if how.get("sheet") != (before.sheet or None) and how["header_row"] == before.header_row:
            how["header_row"] = None
        try:
            self.table = self.read(how) if changed else before
        except UnreadableFile as unreadable:
            wrong = changed[0]
            wrong.errors = [*wrong.errors, unreadable.message]
            return False
        return True


def options_form(reading: Reading, questions: list[Question], read: Callable[..., Table], **kwargs: Any) -> OptionsForm:
    """What is not sent stays as it is."""

    class FileForm(OptionsForm):
        pass

    table, choices = reading.table, reading.choices
    if table.sheets:
        FileForm.sheet = SelectField(_l("Sheet"), choices=[SelectChoice(name, name) for name in table.sheets])
    else:
        FileForm.encoding = SelectField(_l("Encoding"), choices=ENCODINGS)
        FileForm.delimiter = SelectField(_l("Between the columns"), choices=DELIMITERS)
        FileForm.decimals = SelectField(_l("Decimals"), choices=DECIMALS)
    activities = [
        SelectChoice(encoded(result), wording.results_of(activity, result))
        for activity in reading.activities
        for result in results_of(activity)
    ]
    for index, meaning in enumerate(reading.mapping.fields):
        column = SelectField(choices=[*FIELDS, *activities], default=encoded(meaning))
        setattr(FileForm, f"column_{index}", column)
    for question in questions:
        said = None if question.same is None else SAME if question.same else DIFFERENT
        answer = RadioField(choices=ANSWERS[question.kind], default=said, validators=[Optional()])
        setattr(FileForm, f"same_{question.key}", answer)
    data = {name: getattr(table, name) for name in HOW}
    form = FileForm(data={**data, "group": choices.group}, **kwargs)
    form.read, form.reading, form.questions = read, reading, questions
    return form


class ConfirmForm(Form):
    """`fingerprint` says which plan was looked at."""

    fingerprint = HiddenField(validators=[Length(max=64)])
