"""Oneself and, for a super admin, everybody: over JSON."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request
from flask_babel import gettext as _
from pydantic import BaseModel
from sqlalchemy.exc import IntegrityError

from .. import audit
from ..accounts import actions, avatars, profile, queries
from ..accounts.access import allow_token, me, other_person
from ..accounts.avatar_routes import sent_picture
from ..accounts.models import Role, Scope, User
from ..accounts.people import leaving
from ..accounts.people import queries as people
from ..accounts.pictures import BadPicture, squares
from ..extensions import client_address, db, limiter
from .account_schemas import NewPerson, People, PeopleQuery, Person, PersonChange, Profile, ProfileChange
from .blueprint import bp
from .errors import refusal
from .exchange import answer_with, body_of, form_of, query_of
from .openapi import documented
from .schemas import Error, ItemErrors

FORM_ERRORS: dict[int, type[BaseModel]] = {400: Error, 409: Error, 413: Error, 415: Error, 422: ItemErrors}


@bp.patch("/users/me")
@allow_token(Role.PLAYER, Scope.ACCOUNT)
@documented(
    "Change what you say of yourself; as a form of several parts, with a picture in `avatar`",
    answer=Profile,
    body=ProfileChange,
    file="avatar",
    errors={**FORM_ERRORS, 429: Error},
)
@limiter.limit("60/minute", key_func=client_address, error_message=lambda: _("Too many requests."))
def save_me() -> Response:
    user = me()
    with_file = request.mimetype == "multipart/form-data"
    wanted = (form_of if with_file else body_of)(ProfileChange).model_dump(exclude_unset=True, exclude_none=True)
    refuse_taken_username(wanted, user)
    picture = sent_picture() if with_file else b""
    if picture:
        take_picture(user, picture)
    profile.change(user, wanted, by=user)
    commit()
    return answer_with(Profile.of(user))


def take_picture(user: User, picture: bytes) -> None:
    # Ends the transaction: making the pictures takes its time, and must not keep others from writing.
    db.session.rollback()
    try:
        pictures = squares(picture)
    except BadPicture as bad:
        raise refusal(422, "bad_picture", str(bad)) from None
    avatars.replace(user, pictures)
    audit.record(None, "user.avatar", by=user, subject=user)


@bp.get("/users")
@allow_token(Role.SUPER_ADMIN, Scope.ACCOUNT)
@documented("Everybody with an account, by name", answer=People, query=PeopleQuery, errors={422: ItemErrors})
def list_users() -> Response:
    query = query_of(PeopleQuery)
    role = Role(query.role) if query.role else None
    found, total = people.part_of(query.q, role, limit=query.limit, offset=query.offset)
    users = [Person.of(user) for user in found]
    return answer_with(People(users=users, total=total, limit=query.limit, offset=query.offset))


@bp.post("/users")
@allow_token(Role.SUPER_ADMIN, Scope.ACCOUNT)
@documented("Make an account", answer=Person, body=NewPerson, status=201, errors=FORM_ERRORS)
def create_user() -> Response:
    form = body_of(NewPerson)
    if queries.user_by_email(form.email):
        raise refusal(409, "email_taken", _("Somebody with this address is here already."))
    user = actions.create_user(form.email, form.name, form.role, form.password, by=me())
    commit()
    return answer_with(Person.of(user), 201)


@bp.get("/users/<int:user_id>")
@allow_token(Role.SUPER_ADMIN, Scope.ACCOUNT)
@documented("Somebody", answer=Person)
def show_user(user_id: int) -> Response:
    user = db.session.get(User, user_id)
    return answer_with(Person.of(user)) if user is not None and not user.shared else abort(404)


@bp.patch("/users/<int:user_id>")
@allow_token(Role.SUPER_ADMIN, Scope.ACCOUNT)
@documented(
    "Change somebody, their role, or whether they may sign in", answer=Person, body=PersonChange, errors=FORM_ERRORS
)
def save_user(user_id: int) -> Response:
    user = other_person(user_id)
    wanted = body_of(PersonChange).model_dump(exclude_unset=True, exclude_none=True)
    refuse_taken_username(wanted, user)
    if not wanted.get("active", True) or not wanted.get("role", user.role).includes(user.role):
        keep_a_super_admin(user)
    profile.change(user, {name: wanted[name] for name in ("name", "username") if name in wanted}, by=me())
    if "role" in wanted:
        actions.change_role(user, wanted["role"], by=me())
    if "active" in wanted:
        actions.set_active(user, wanted["active"], by=me())
    commit()
    return answer_with(Person.of(user))


@bp.delete("/users/<int:user_id>")
@allow_token(Role.SUPER_ADMIN, Scope.ACCOUNT)
@documented("Delete somebody: what they wrote down stays, without a name", answer=None, status=204, errors={409: Error})
def delete_user(user_id: int) -> Response:
    user = other_person(user_id)
    keep_a_super_admin(user)
    leaving.delete_user(user, by=me())
    commit()
    return Response(status=204)


def keep_a_super_admin(user: User) -> None:
    try:
        leaving.keep_a_super_admin(user)
    except leaving.LastOne:
        raise refusal(409, "last_super_admin", _("Nobody would be left who can let others in.")) from None


def refuse_taken_username(wanted: dict[str, Any], user: User) -> None:
    other = queries.user_by_username(wanted["username"]) if "username" in wanted else None
    if other is not None and other.id != user.id:
        raise username_taken()


def commit() -> None:
    """Of two who want one name at the same instant, the database lets one have it."""
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        raise username_taken() from None


def username_taken() -> Any:
    return refusal(409, "username_taken", _("Somebody has this username already."))
