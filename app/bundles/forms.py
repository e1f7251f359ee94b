from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, ValidationError

from ..accounts.access import me
from ..database import now
from ..events.importing.text import clean
from ..forms import Form
from .archive import LARGEST, Bundle, Damaged, packed, unpacked
from .reading import Contents, contents_of
from .wcif.bringing import bundle_of, looks_like_wcif

LONGEST_FILENAME = 200

WORDS = {
    "too_large": _l("This bundle is larger than Laurel takes."),
    "no_zip": _l("This is not a bundle, or it is damaged. Export the event once more and try again."),
    "no_bundle": _l("This file is not a bundle of an event."),
    "newer": _l("This bundle was made by a newer Laurel. Bring this one up to date first."),
    "no_wcif": _l("This looks like a competition in WCIF, but not all of it can be understood."),
    "altered": _l("A file in this bundle is not the one that was put in. Export the event once more."),
    "contradictory": _l("What is in this bundle does not fit together. Export the event once more."),
}


class UploadForm(Form):
    """A bundle that can be brought in; then `data_read` holds its bytes."""

    file = FileField(_l("Bundle or WCIF"), validators=[FileRequired(_l("Choose a file."))])

    data_read: bytes
    bundle: Bundle
    contents: Contents

    def validate_file(self, field: FileField) -> None:
        self.data_read = field.data.read(LARGEST + 1)
        try:
            self.bundle = self._bundle()
            self.contents = contents_of(self.bundle)
        except Damaged as damaged:
            raise ValidationError(WORDS[damaged.code]) from None

    def _bundle(self) -> Bundle:
        """A competition in another format becomes one, and is kept as one."""
        if not looks_like_wcif(self.data_read):
            return unpacked(self.data_read)
        bundle = bundle_of(self.data_read, by=me().name, at=now().isoformat())
        self.data_read = packed(bundle)
        return bundle

    @property
    def filename(self) -> str:
        """What it was called, without folders. Only ever shown."""
        return clean(self.file.data.filename.replace("\0", "").rpartition("/")[2])[-LONGEST_FILENAME:]


class ConfirmForm(Form):
    invite = BooleanField(_l("Bring the evaluators along: whoever has no account here is invited by mail"))
