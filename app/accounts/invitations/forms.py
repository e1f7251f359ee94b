from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import EmailField, IntegerField, PasswordField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange

from ...forms import Form
from ...i18n import LANGUAGES, language
from .. import queries as people
from ..forms import GOOD_LENGTH, REQUIRED, ROLES, trimmed
from ..models import Role, User
from . import queries
from .addresses import Invited, is_address, read

MOST_AT_ONCE = 500
LANGUAGE_CHOICES = [SelectChoice(code, name) for code, name in LANGUAGES.items()]


def role_choices(roles: Sequence[Role]) -> list[SelectChoice]:
    return [SelectChoice(role.value, ROLES[role]) for role in roles]


class InviteForm(Form):
    people = TextAreaField(_l("Email addresses"), validators=[REQUIRED, Length(max=60_000)])
    role = SelectField(_l("Role"), default=Role.EVALUATOR.value)
    language = SelectField(_l("Language of the mail"), choices=LANGUAGE_CHOICES, default=language)

    def __init__(self, by: User, roles: Sequence[Role] = tuple(Role)) -> None:
        super().__init__(prefix="mail-")
        self.role.choices = role_choices([role for role in queries.may_give(by.role) if role in roles])
        self.invited: list[Invited] = []

    def validate_people(self, field: TextAreaField) -> None:
        self.invited = read(field.data or "")
        wrong = [who.typed for who in self.invited if not who.email]
        if wrong:
            shown = ", ".join(wrong[:5]) + (" …" if len(wrong) > 5 else "")
            raise ValidationError(
                ngettext(
                    "This is not an email address: %(shown)s",
                    "These are not email addresses: %(shown)s",
                    len(wrong),
                    shown=shown,
                )
            )
        if len(self.invited) > MOST_AT_ONCE:
            raise ValidationError(_l("At most %(most)s people at once.", most=MOST_AT_ONCE))


class LinkForm(Form):
    """An invitation to whoever has the link. Not to the highest role: a link gets around."""

    role = SelectField(_l("Role"), default=Role.EVALUATOR.value)
    most = IntegerField(_l("How many may use it"), default=20, validators=[InputRequired(), NumberRange(1, 1000)])
    days = IntegerField(_l("Days that it is good for"), default=7, validators=[InputRequired(), NumberRange(1, 60)])

    def __init__(self, by: User, roles: Sequence[Role] = (Role.PLAYER, Role.EVALUATOR, Role.ADMIN)) -> None:
        super().__init__(prefix="link-")
        self.role.choices = role_choices([role for role in queries.may_give(by.role) if role in roles])


class AcceptForm(Form):
    """Who comes by mail has an address that is known; who comes by a link says it."""

    name = StringField(_l("Name"), filters=[trimmed], validators=[REQUIRED, Length(max=120)])
    email = EmailField(_l("Email"), filters=[trimmed], validators=[REQUIRED, Length(max=254)])
    password = PasswordField(_l("Password"), validators=[REQUIRED, GOOD_LENGTH])

    def validate_email(self, field: EmailField) -> None:
        if not is_address(field.data or ""):
            raise ValidationError(_l("This is not an email address."))
        if people.user_by_email(field.data or ""):
            raise ValidationError(_l("Somebody with this address is here already. Sign in, and open this link again."))
