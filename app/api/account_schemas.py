"""The JSON of signing in, of oneself and of people."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from ..accounts import usernames
from ..accounts.access_tokens import Pair
from ..accounts.avatar_routes import avatar_url
from ..accounts.models import Audience, Role, User
from ..accounts.passwords import LONGEST, SHORTEST


def _plain(text: str) -> str:
    if not text.isprintable():
        raise ValueError("control characters")
    return text


def _plain_lines(text: str) -> str:
    for line in text.splitlines():
        _plain(line.replace("\t", " "))
    return text


def _username(text: str) -> str:
    folded = usernames.fold(text)
    if not usernames.is_username(folded):
        raise ValueError("not a username")
    return folded


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), AfterValidator(_plain)]
Email = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=254, pattern=r"^\s*[^@\s]+@[^@\s]+\.[^@\s]+\s*$")
]
Username = Annotated[
    str,
    AfterValidator(_username),
    Field(description="Letters a to z, digits and . _ - between them, 32 at most; kept in lower case."),
]
Nickname = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60), AfterValidator(_plain)]
Bio = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(_plain_lines)]
Password = Annotated[str, Field(min_length=SHORTEST, max_length=LONGEST)]


class Registration(BaseModel):
    """`username` is derived where it is absent, from `name` or else from the address."""

    email: Email
    password: Password
    username: Username | None = None
    name: Name | None = None


class Credentials(BaseModel):
    """Either `email` or `username` says who; `code` is for those who have a second step."""

    email: Annotated[str, Field(max_length=254)] | None = None
    username: Annotated[str, Field(max_length=254)] | None = None
    password: Annotated[str, Field(max_length=1000)]
    code: Annotated[str, Field(max_length=40)] | None = None

    @property
    def who(self) -> str:
        return self.email or self.username or ""


class RefreshRequest(BaseModel):
    refresh_token: Annotated[str, Field(max_length=200)]


class Tokens(BaseModel):
    """`token` is the access token once more, under the name that older clients look for."""

    access_token: str
    refresh_token: str = Field(description="Works once, within 14 days. Sent a second time, it ends the session.")
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105
    token: str
    expires_at: datetime = Field(description="When the access token is over.")

    @classmethod
    def of(cls, pair: Pair) -> Tokens:
        return cls(
            access_token=pair.access_token,
            refresh_token=pair.refresh_token,
            token=pair.access_token,
            expires_at=pair.expires_at,
        )


class Me(BaseModel):
    id: int
    username: str
    email: str | None = Field(description="Null for who came in through osu! and gave none.")
    name: str
    image: str | None = Field(description="The picture, 512 pixels a side.")
    avatar: str | None = Field(description="The picture, 192 pixels a side. Its address opens for a day.")

    @classmethod
    def of(cls, user: User) -> Me:
        return cls.model_validate(_words_of(user))


class Profile(Me):
    nickname: str
    bio: str
    visible_to: Audience
    language: str
    theme: str

    @classmethod
    def of(cls, user: User) -> Profile:
        return cls.model_validate(_words_of(user))


class Person(Me):
    role: Role
    active: bool
    created_at: datetime

    @classmethod
    def of(cls, user: User) -> Person:
        return cls.model_validate(_words_of(user))


class People(BaseModel):
    users: list[Person]
    total: int
    limit: int
    offset: int


class PeopleQuery(BaseModel):
    q: str = Field("", max_length=120, pattern=r"^[^\x00]*$", description="Stands in a name, a username or an address.")
    role: Literal["player", "evaluator", "admin", "super_admin"] | None = None
    limit: int = Field(50, ge=1, le=200)
    offset: int = Field(0, ge=0, le=2**31 - 1)


class ProfileChange(BaseModel):
    """What is absent stays as it is."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    username: Username | None = None
    nickname: Nickname | None = None
    bio: Bio | None = None
    visible_to: Audience | None = None
    language: Literal["", "en", "cs"] | None = None
    theme: Literal["", "auto", "dark", "light"] | None = None


class NewPerson(BaseModel):
    """Without a password, they come in by a reset."""

    model_config = ConfigDict(extra="forbid")

    email: Email
    name: Name
    role: Role = Role.PLAYER
    password: Password | None = None


class PersonChange(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    username: Username | None = None
    role: Role | None = None
    active: bool | None = None


def _words_of(user: User) -> dict[str, object]:
    names = ("id", "username", "email", "name", "nickname", "bio", "visible_to", "language", "theme", "role", "active")
    return {
        **{name: getattr(user, name) for name in names},
        "image": avatar_url(user, 512, whole=True, opens=True),
        "avatar": avatar_url(user, 192, whole=True, opens=True),
        "created_at": user.created_at.astimezone(UTC),
    }
