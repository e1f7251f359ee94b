from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, PasswordField, ValidationError
from wtforms.validators import EqualTo, Length

from ...forms import Form
from .. import queries as people
from ..forms import AN_ADDRESS, GOOD_LENGTH, OWN_PASSWORD, REQUIRED, trimmed
from ..models import User

NOT_THE_SAME = _l("The two are not the same.")


class AskForm(Form):
    email = EmailField(_l("Email"), filters=[trimmed], validators=[REQUIRED, Length(max=254), AN_ADDRESS])


class NewPasswordForm(Form):
    password = PasswordField(_l("New password"), validators=[REQUIRED, GOOD_LENGTH])
    again = PasswordField(_l("New password again"), validators=[REQUIRED, EqualTo("password", NOT_THE_SAME)])


class EmailForm(Form):
    """The password is asked for where there is one; who has none has just signed in."""

    email = EmailField(_l("New address"), filters=[trimmed], validators=[REQUIRED, Length(max=254), AN_ADDRESS])
    current = PasswordField(_l("Password"), validators=OWN_PASSWORD)

    def __init__(self, user: User) -> None:
        super().__init__()
        self.password_hash = user.password_hash
        if user.password_hash is None:
            del self.current

    def validate_email(self, field: EmailField) -> None:
        if people.user_by_email(field.data or ""):
            raise ValidationError(_l("Somebody with this address is here already."))
