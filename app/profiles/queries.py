from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload

from ..accounts import usernames
from ..accounts.identities.models import Identity, Provider
from ..accounts.models import Audience, FormerUsername, User
from ..diplomas.kinds import DiplomaState
from ..diplomas.models import Diploma
from ..events.models import Participant
from ..extensions import db
from .models import InvitedPlayer, Tie

PAGE = 50


@dataclass(frozen=True)
class Player:
    """Somebody with a page, and who they are at osu! if they said so."""

    user: User
    osu: Identity | None

    @property
    def name(self) -> str:
        return self.user.nickname or self.user.name


def player(username: str) -> Player | None:
    """Whoever has this username now; not a team, and nobody who is shut out."""
    at_osu = (Identity.user_id == User.id) & (Identity.provider == Provider.OSU)
    row = db.session.execute(
        select(User, Identity)
        .outerjoin(Identity, at_osu)
        .where(User.username == usernames.fold(username), User.active, ~User.shared)
    ).one_or_none()
    return Player(row[0], row[1]) if row else None


def renamed(username: str) -> str | None:
    """What somebody is called now who had this username before."""
    return db.session.scalar(
        select(User.username)
        .join(FormerUsername, FormerUsername.user_id == User.id)
        .where(FormerUsername.username == usernames.fold(username), User.active, ~User.shared)
    )


def found(sought: str, audiences: Sequence[Audience], page: int) -> tuple[list[Player], bool]:
    """Players whose profile these audiences may see, by name, and whether there are more behind this page."""
    at_osu = (Identity.user_id == User.id) & (Identity.provider == Provider.OSU)
    shown = func.coalesce(func.nullif(User.nickname, ""), User.name)
    wanted = (
        select(User, Identity)
        .outerjoin(Identity, at_osu)
        .where(User.active, ~User.shared, User.visible_to.in_(audiences))
        .order_by(func.lower(shown), User.id)
        .limit(PAGE + 1)
        .offset((max(page, 1) - 1) * PAGE)
    )
    if sought:
        plain = usernames.derive(sought)
        wanted = wanted.where(
            or_(
                User.username.contains(plain, autoescape=True),
                shown.icontains(sought, autoescape=True),
                Identity.username.icontains(sought, autoescape=True),
            )
        )
    rows = [Player(user, osu) for user, osu in db.session.execute(wanted)]
    return rows[:PAGE], len(rows) > PAGE


def diplomas(participant_ids: Sequence[int]) -> Sequence[Diploma]:
    """Those that count, the best place first."""
    return db.session.scalars(
        select(Diploma)
        .where(Diploma.participant_id.in_(participant_ids), Diploma.state == DiplomaState.VALID)
        .order_by(Diploma.place.is_(None), Diploma.place, Diploma.id)
    ).all()


# Who a participant is ---------------------------------------------------------------------------------------------


def tie_of(participant: Participant) -> Tie | None:
    return db.session.get(Tie, participant.id, options=[joinedload(Tie.user)])


def open_username(participant_id: int) -> str | None:
    """Of the player that a participant is, if everybody may see their page."""
    return db.session.scalar(
        select(User.username)
        .join(Tie, Tie.user_id == User.id)
        .where(Tie.participant_id == participant_id, User.active, User.visible_to == Audience.EVERYONE)
    )


def is_invited(participant: Participant) -> bool:
    wanted = select(InvitedPlayer.invitation_id).where(InvitedPlayer.participant_id == participant.id)
    return db.session.scalar(wanted.limit(1)) is not None


def suggested(participant: Participant) -> list[Player]:
    """Whose osu! id or name stands among what is known of the participant. That alone ties nobody."""
    known = {str(text).strip() for text in (participant.external_id, *participant.extra.values()) if text}
    if not known:
        return []
    names = [text.casefold() for text in known]
    return _players(
        select(User, Identity)
        .join(Identity, Identity.user_id == User.id)
        .where(
            Identity.provider == Provider.OSU,
            or_(Identity.subject.in_(known), func.lower(Identity.username).in_(names)),
        )
    )


def candidates(sought: str) -> list[Player]:
    """For an admin, who knows the person: by name, username, address, or by osu! name or id."""
    if not sought:
        return []
    at_osu = (Identity.user_id == User.id) & (Identity.provider == Provider.OSU)
    return _players(
        select(User, Identity)
        .outerjoin(Identity, at_osu)
        .where(
            or_(
                User.username == usernames.fold(sought),
                User.email == sought.casefold(),
                User.name.icontains(sought, autoescape=True),
                Identity.subject == sought,
                func.lower(Identity.username) == sought.casefold(),
            )
        )
    )


def _players(wanted: Select[User, Identity]) -> list[Player]:
    rows = db.session.execute(wanted.where(User.active, ~User.shared).order_by(User.name, User.id).limit(20))
    return [Player(user, osu) for user, osu in rows]
