"""The base of every form: what WTForms says by itself, it says in Laurel's words and the reader's language."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

_NO_CHOICE = _l("This is not a choice here.")
_NO_NUMBER = _l("This is not a number.")

WORDS = {
    "This field is required.": _l("Please fill this in."),
    "Invalid input.": _l("Something in it is not right."),
    "Field must be equal to %(other_name)s.": _l("The two are not the same."),
    "Field must be at least %(min)d characters long.": _l("This is shorter than %(min)d characters."),
    "Field cannot be longer than %(max)d characters.": _l("This is longer than %(max)d characters."),
    "Field must be exactly %(max)d characters long.": _l("Write between %(min)d and %(max)d characters."),
    "Field must be between %(min)d and %(max)d characters long.": _l("Write between %(min)d and %(max)d characters."),
    "Number must be at least %(min)s.": _l("Write %(min)s or more."),
    "Number must be at most %(max)s.": _l("Write %(max)s or less."),
    "Number must be between %(min)s and %(max)s.": _l("Write a number from %(min)s to %(max)s."),
    "Not a valid choice.": _NO_CHOICE,
    "Invalid Choice: could not coerce.": _NO_CHOICE,
    "Invalid choice(s): one or more data inputs could not be coerced.": _NO_CHOICE,
    "'%(value)s' are not valid choices for this field.": _NO_CHOICE,
    "Not a valid integer value.": _l("This is not a whole number."),
    "Not a valid decimal value.": _NO_NUMBER,
    "Not a valid float value.": _NO_NUMBER,
    "Not a valid date value.": _l("This is not a date."),
    "Not a valid datetime value.": _l("This is not a date."),
    "Not a valid time value.": _l("This is not a time."),
}
"""By the text of WTForms, the plural one where it has two."""


class Words:
    """What WTForms asks for a translation of its texts."""

    def gettext(self, text: str) -> str:
        return str(WORDS.get(text, text))

    def ngettext(self, _one: str, several: str, _count: int) -> str:
        return self.gettext(several)


class Form(FlaskForm):  # type: ignore[misc]
    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        def get_translations(self, _form: Any) -> Words:
            return Words()
