from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    EmailField,
    HiddenField,
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, EqualTo, Length, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from ..database import now
from ..forms import Form
from ..i18n import LANGUAGES, THEMES, language, theme
from . import profile, queries, usernames
from .models import Audience, Role, Scope, User
from .passwords import LONGEST, SHORTEST, verify_password

ROLES = {
    Role.PLAYER: _l("Player: their own page"),
    Role.EVALUATOR: _l("Evaluator: the groups they are assigned to"),
    Role.ADMIN: _l("Admin: events and everything in them"),
    Role.SUPER_ADMIN: _l("Super admin: also people and their roles"),
}

ROLE_CHOICES = [SelectChoice(role.value, words) for role, words in ROLES.items()]

REQUIRED = DataRequired(_l("Please fill this in."))
GOOD_LENGTH = Length(SHORTEST, LONGEST, _l("A password has %(min)d to %(max)d characters."))
AN_ADDRESS = Regexp(r"^\s*[^@\s]+@[^@\s]+\.[^@\s]+\s*$", message=_l("This is not an email address."))


def _is_own(form: Form, field: PasswordField) -> None:
    if not verify_password(field.data or "", form.password_hash):
        raise ValidationError(_l("This is not your password."))


OWN_PASSWORD = (REQUIRED, Length(max=LONGEST), _is_own)
"""For a form that knows the `password_hash` of whoever fills it in."""


def trimmed(text: str | None) -> str:
    return (text or "").strip()


def one_line(text: str | None) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text or "").split())


def lines(text: str | None) -> str:
    return "\n".join(one_line(line) for line in (text or "").splitlines()).strip()


class SignInForm(Form):
    email = EmailField(_l("Email"), validators=[REQUIRED, Length(max=254)])
    password = PasswordField(_l("Password"), validators=[REQUIRED, Length(max=LONGEST)])
    next = HiddenField()


class PersonForm(Form):
    name = StringField(_l("Name"), filters=[trimmed], validators=[REQUIRED, Length(max=120)])
    email = EmailField(_l("Email"), filters=[trimmed], validators=[REQUIRED, Length(max=254), AN_ADDRESS])
    role = SelectField(_l("Role"), choices=ROLE_CHOICES, default=Role.EVALUATOR.value)
    password = PasswordField(_l("Password"), validators=[REQUIRED, GOOD_LENGTH])

    def validate_email(self, field: EmailField) -> None:
        if queries.user_by_email(field.data or ""):
            raise ValidationError(_l("Somebody with this address is here already."))


class RoleForm(Form):
    role = SelectField(_l("Role"), choices=ROLE_CHOICES)


AUDIENCES = {
    Audience.EVERYONE: _l("Everyone"),
    Audience.SIGNED_IN: _l("Whoever is signed in"),
    Audience.ONLY_ME: _l("Only me"),
}
LONGER = _l("This is longer than %(max)d characters.")


class ProfileForm(Form):
    name = StringField(_l("Name"), filters=[one_line], validators=[REQUIRED, Length(max=120, message=LONGER)])
    username = StringField(_l("Username"), filters=[usernames.fold], validators=[REQUIRED])
    nickname = StringField(_l("Nickname"), filters=[one_line], validators=[Length(max=60, message=LONGER)])
    bio = TextAreaField(_l("About you"), filters=[lines], validators=[Length(max=500, message=LONGER)])
    visible_to = SelectField(
        _l("Who may see your profile and picture"),
        choices=[SelectChoice(audience.value, words) for audience, words in AUDIENCES.items()],
    )
    language = SelectField(_l("Language"), choices=[SelectChoice(code, name) for code, name in LANGUAGES.items()])
    theme = SelectField(_l("Colours"), choices=[SelectChoice(code, words) for code, words in THEMES.items()])

    def __init__(self, user: User) -> None:
        said = {name: getattr(user, name) for name in profile.FIELDS}
        said["language"], said["theme"] = user.language or language(), user.theme or theme()
        super().__init__(data=said)
        self._user = user

    def validate_username(self, field: StringField) -> None:
        if not usernames.is_username(field.data):
            raise ValidationError(_l("Letters a to z, digits, and . _ - between them; 32 at most."))
        other = queries.user_by_username(field.data)
        if other is not None and other.id != self._user.id:
            raise ValidationError(_l("Somebody has this username already."))

    def refuse_username(self) -> None:
        self.username.errors = [_l("Somebody has this username already.")]

    @property
    def wanted(self) -> dict[str, object]:
        return {**{name: self[name].data for name in profile.FIELDS}, "visible_to": Audience(self.visible_to.data)}


class PasswordForm(Form):
    current = PasswordField(_l("Password now"), validators=OWN_PASSWORD)
    password = PasswordField(_l("New password"), validators=[REQUIRED, GOOD_LENGTH])
    again = PasswordField(
        _l("New password again"), validators=[REQUIRED, EqualTo("password", _l("The two are not the same."))]
    )

    def __init__(self, password_hash: str | None) -> None:
        super().__init__()
        self.password_hash = password_hash


SCOPES = {
    Scope.RESULTS_READ: _l("Read events, people and standings"),
    Scope.RESULTS_WRITE: _l("Write values, bring people in"),
    Scope.PROFILE_READ: _l("Read who I am"),
    Scope.USAGE_WRITE: _l("Write how much I played"),
}
FOR_EVALUATORS = {Scope.RESULTS_READ, Scope.RESULTS_WRITE}
EXPIRIES = {"30": _l("in 30 days"), "90": _l("in 90 days"), "365": _l("in a year"), "": _l("never")}


class TokenForm(Form):
    name = StringField(_l("What is it for?"), filters=[trimmed], validators=[REQUIRED, Length(max=80)])
    scopes = SelectMultipleField(
        _l("What may it do?"),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        validators=[DataRequired(_l("Choose one at least."))],
    )
    expires = SelectField(
        _l("When does it end?"), choices=[SelectChoice(days, words) for days, words in EXPIRIES.items()], default="90"
    )

    def __init__(self, user: User, **options: Any) -> None:
        super().__init__(**options)
        offered = [scope for scope in SCOPES if user.is_evaluator or scope not in FOR_EVALUATORS]
        self.scopes.choices = [SelectChoice(scope.value, SCOPES[scope]) for scope in offered]

    @property
    def expires_at(self) -> datetime | None:
        return now() + timedelta(days=int(self.expires.data)) if self.expires.data else None


class CodeForm(Form):
    code = StringField(_l("Code"), filters=[trimmed], validators=[REQUIRED, Length(max=40)])


class BeginStepForm(Form):
    """The password once more, where there is one: a device left open must not lock its owner out."""

    password = PasswordField(_l("Your password"), validators=OWN_PASSWORD)

    def __init__(self, user: User, **options: Any) -> None:
        super().__init__(**options)
        self.password_hash = user.password_hash
        if not user.password_hash:
            del self.password
