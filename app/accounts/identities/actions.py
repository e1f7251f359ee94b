from __future__ import annotations

from ... import audit
from ...database import locked, now
from ...extensions import client_address, db
from ...jobs import enqueue
from .. import actions as accounts
from .. import queries as people
from ..models import Role, User
from . import failures, jobs, queries
from .models import Identity
from .services import Profile, Service, Tokens
from .tokens import stored


def sign_in_or_up(service: Service, profile: Profile, tokens: Tokens) -> User:
    """Who this is here; a new player, if it is nobody yet. Raises Failure.

    An address opens nothing: who has one that is known here signs in to that account, and links from there.
    """
    identity = queries.identity(service.provider, profile.subject)
    if identity is None:
        if profile.email and people.user_by_email(profile.email):
            raise failures.AddressTaken
        user = accounts.create_user(profile.email, profile.name, Role.PLAYER, None, by=None)
        add(user, service, profile, tokens)
        return user
    if not identity.user.active:
        accounts.refuse_sign_in(identity.user, address=client_address())
        db.session.commit()
        raise failures.ShutOut
    keep(identity, service, profile, tokens)
    return identity.user


def link(user: User, service: Service, profile: Profile, tokens: Tokens) -> None:
    """Make it a way in to this account. Raises Failure when it opens another, or another opens this one."""
    identity = queries.identity(service.provider, profile.subject)
    if identity is not None and identity.user_id != user.id:
        raise failures.SomebodyElses
    if identity is not None:
        keep(identity, service, profile, tokens)
    elif queries.identity_at(service.provider, user):
        raise failures.HasAnother
    else:
        add(user, service, profile, tokens)


def add(user: User, service: Service, profile: Profile, tokens: Tokens) -> Identity:
    identity = Identity(
        user_id=user.id,
        user=user,
        provider=service.provider,
        subject=profile.subject,
        username=profile.username,
        created_at=now(),
    )
    keep(identity, service, profile, tokens)
    audit.record(
        None, "identity.link", by=user, subject=user, payload={"service": service.title, "name": profile.username}
    )
    return identity


def keep(identity: Identity, service: Service, profile: Profile, tokens: Tokens) -> None:
    """What the service says of them today. Their name here follows it, unless they gave themselves another."""
    user = identity.user
    if identity.username != profile.username:
        payload = {"service": service.title, "old": identity.username, "new": profile.username}
        audit.record(None, "identity.rename", by=user, subject=user, payload=payload)
        if user.name == identity.username:
            user.name = profile.name
    has_new_picture = bool(profile.avatar_url) and identity.avatar_url != profile.avatar_url
    identity.username = profile.username
    identity.country, identity.hue, identity.avatar_url = profile.country, profile.hue, profile.avatar_url
    identity.signed_in_at = now()
    if profile.figures is not None:
        identity.figures, identity.figures_at = profile.figures, now()
    if service.keeps_tokens:
        for column, value in stored(tokens).items():
            setattr(identity, column, value)
    db.session.add(identity)
    db.session.flush()
    if has_new_picture and user.avatar == identity.picture:
        enqueue(jobs.fetch_picture, identity.id)


def unlink(user: User, service: Service) -> None:
    """Raises LastWayIn, NotLinked."""
    locked(User, user.id)
    identity = queries.identity_at(service.provider, user)
    if identity is None:
        raise failures.NotLinked
    if queries.ways_in(user) < 2:
        raise failures.LastWayIn
    audit.record(
        None, "identity.unlink", by=user, subject=user, payload={"service": service.title, "name": identity.username}
    )
    _revoke(identity)
    db.session.delete(identity)


def forget(user: User) -> None:
    """Before an account is deleted: what Laurel holds of it at other services is given back there."""
    for identity in queries.identities_of(user):
        _revoke(identity)


def _revoke(identity: Identity) -> None:
    # As they are stored: a job's arguments stand in the database.
    if identity.access_token:
        enqueue(jobs.revoke_at_osu, identity.access_token, identity.refresh_token)
