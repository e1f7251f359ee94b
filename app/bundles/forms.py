from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, ValidationError

from ..events.importing.text import clean
from ..forms import Form
from .archive import LARGEST, Bundle, Damaged, unpacked
from .reading import Contents, contents_of

LONGEST_FILENAME = 200

WORDS = {
    "too_large": _l("This bundle is larger than Laurel takes."),
    "no_zip": _l("This is not a bundle, or it is damaged. Export the event once more and try again."),
    "no_bundle": _l("This file is not a bundle of an event."),
    "newer": _l("This bundle was made by a newer Laurel. Bring this one up to date first."),
    "altered": _l("A file in this bundle is not the one that was put in. Export the event once more."),
    "contradictory": _l("What is in this bundle does not fit together. Export the event once more."),
}


class UploadForm(Form):
    """A bundle that can be brought in; then `data_read` holds its bytes."""

    file = FileField(_l("Bundle"), validators=[FileRequired(_l("Choose a file."))])

    data_read: bytes
    bundle: Bundle
    contents: Contents

    def validate_file(self, field: FileField) -> None:
        self.data_read = field.data.read(LARGEST + 1)
        try:
            self.bundle = unpacked(self.data_read)
            self.contents = contents_of(self.bundle)
        except Damaged as damaged:
            raise ValidationError(WORDS[damaged.code]) from None

    @property
    def filename(self) -> str:
        """What it was called, without folders. Only ever shown."""
        return clean(self.file.data.filename.replace("\0", "").rpartition("/")[2])[-LONGEST_FILENAME:]


class ConfirmForm(Form):
    invite = BooleanField(_l("Bring the evaluators along: whoever has no account here is invited by mail"))
