from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, StringField, ValidationError
from wtforms.validators import Length

from ...forms import Form
from ..forms import OWN_PASSWORD, REQUIRED, trimmed
from ..models import User


class DeleteForm(Form):
    """The username is typed, so that nobody is deleted by a slip of the hand."""

    username = StringField(_l("Username"), filters=[trimmed], validators=[REQUIRED, Length(max=32)])

    def __init__(self, user: User) -> None:
        super().__init__()
        self._user = user

    def validate_username(self, field: StringField) -> None:
        if (field.data or "").casefold() != self._user.username:
            raise ValidationError(_l("This is not the username."))


class DeleteOwnForm(DeleteForm):
    current = PasswordField(_l("Password"), validators=OWN_PASSWORD)

    def __init__(self, user: User) -> None:
        super().__init__(user)
        self.password_hash = user.password_hash
        if user.password_hash is None:
            del self.current
