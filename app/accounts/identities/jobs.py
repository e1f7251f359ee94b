from __future__ import annotations

import time
from urllib.parse import urljoin, urlsplit

import structlog

from ... import audit
from ...encryption import Unreadable, decrypt
from ...extensions import db
from ...jobs import chore, job
from .. import avatars
from ..pictures import LARGEST, BadPicture, squares
from . import failures, trips
from .models import TOKENS, Identity, Provider
from .services import TITLES, Service, check, http, service

log = structlog.get_logger()

PICTURE_SECONDS = 10
MOST_STEPS = 3
PICTURES_AT = {Provider.OSU: ".ppy.sh", Provider.GITHUB: ".githubusercontent.com"}


@job
def revoke_at_osu(access: str, refresh: str | None) -> None:
    """End tokens that are not needed any more, given as they were stored. What has run out is made valid once more."""
    osu = service(Provider.OSU.value)
    if osu is None:
        return
    try:
        tokens = decrypt(access, TOKENS), decrypt(refresh, TOKENS) if refresh else None
    except Unreadable:
        return
    db.session.rollback()
    try:
        osu.revoke(tokens[0])
    except failures.TokenRefused:
        _revoke_refreshed(osu, tokens[1])


def _revoke_refreshed(osu: Service, refresh: str | None) -> None:
    try:
        if refresh:
            osu.revoke(osu.refresh(refresh).access)
    except (failures.SignInAgain, failures.TokenRefused):
        log.info("tokens_had_ended")


@job
def fetch_picture(identity_id: int) -> None:
    """Take over the picture that somebody has at another service, unless they chose one here."""
    identity = db.session.get(Identity, identity_id)
    at = service(identity.provider.value) if identity else None
    if identity is None or at is None or not identity.avatar_url or identity.user.avatar != identity.picture:
        return
    url = identity.avatar_url
    # Ends the transaction: a picture takes its time, and must not keep others from writing.
    db.session.rollback()
    data = download(at, url)
    try:
        pictures = squares(data) if data else {}
    except BadPicture as bad:
        log.info("picture_not_taken", reason=str(bad))
        return
    identity = db.session.get(Identity, identity_id)
    if pictures and identity is not None and identity.user.avatar == identity.picture:
        avatars.replace(identity.user, pictures)
        identity.picture = identity.user.avatar
        payload = {"service": TITLES[identity.provider]}
        audit.record(None, "user.avatar", by=None, subject=identity.user, payload=payload)


def download(at: Service, url: str) -> bytes | None:
    """Its bytes, or None if it is no picture that may be had. Raises Failure when a later try may do."""
    deadline = time.monotonic() + PICTURE_SECONDS
    with http(url) as client:
        for _step in range(MOST_STEPS):
            if not may_be_fetched(at, url):
                log.info("picture_is_elsewhere", host=urlsplit(url).hostname)
                return None
            with client.stream("GET", url) as answer:
                if not answer.has_redirect_location:
                    if answer.is_client_error and answer.status_code != 429:
                        return None
                    check(answer)
                    data = b""
                    for chunk in answer.iter_bytes():
                        data += chunk
                        if len(data) > LARGEST or time.monotonic() > deadline:
                            return None
                    return data
                url = urljoin(url, answer.headers["Location"])
    return None


def may_be_fetched(at: Service, url: str) -> bool:
    """Only where that service keeps its pictures: no address that somebody else chose is ever asked."""
    parts, own = urlsplit(url), urlsplit(at.url)
    if (parts.scheme, parts.netloc) == (own.scheme, own.netloc):
        return True
    return (
        parts.scheme == "https"
        and parts.port in {None, 443}
        and (parts.hostname or "").endswith(PICTURES_AT[at.provider])
    )


@chore
def forget_used_trips() -> int:
    return trips.forget_old()
