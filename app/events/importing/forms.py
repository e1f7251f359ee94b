from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, SelectChoice, SelectField, ValidationError
from wtforms.validators import Length

from ...forms import Form
from . import wording
from .mapping import LABELS, Field
from .queries import Reading
from .reading import LARGEST, read_table
from .table import Table, UnreadableFile
from .text import clean

LONGEST_FILENAME = 200

FIELDS = [SelectChoice(field.value, label) for field, label in LABELS.items()]
ENCODINGS = [SelectChoice(encoding, name) for encoding, name in wording.ENCODINGS.items()]
DELIMITERS = [SelectChoice(delimiter, name) for delimiter, name in wording.DELIMITERS.items()]


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
    """How to read a file and what its columns mean; `table` is the file read so, once the form is valid."""

    encoding = SelectField(_l("Encoding"), choices=ENCODINGS)
    delimiter = SelectField(_l("Between the columns"), choices=DELIMITERS)

    read: Callable[..., Table]
    headers: tuple[str, ...]
    table: Table

    def validate_encoding(self, field: SelectField) -> None:
        try:
            self.table = self.read(encoding=field.data, delimiter=self.delimiter.data)
        except UnreadableFile as unreadable:
            raise ValidationError(unreadable.message) from None

    @property
    def columns(self) -> list[SelectField]:
        return [self[f"column_{index}"] for index in range(len(self.headers))]

    @property
    def fields(self) -> dict[str, Field]:
        """By header, so that a choice outlives another delimiter."""
        return {header: Field(column.data) for header, column in zip(self.headers, self.columns, strict=True)}


def options_form(reading: Reading, read: Callable[..., Table], **kwargs: Any) -> OptionsForm:
    """With a field for each column of the file as it is read now; what is not sent stays as it is."""

    class FileForm(OptionsForm):
        pass

    for index, field in enumerate(reading.mapping.fields):
        setattr(FileForm, f"column_{index}", SelectField(choices=FIELDS, default=field.value))
    form = FileForm(data={"encoding": reading.table.encoding, "delimiter": reading.table.delimiter}, **kwargs)
    form.read, form.headers = read, reading.table.headers
    return form


class ConfirmForm(Form):
    """`fingerprint` says which plan was looked at."""

    fingerprint = HiddenField(validators=[Length(max=64)])
