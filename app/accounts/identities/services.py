"""osu! and GitHub, as far as Laurel speaks with them: where one agrees, how a code becomes tokens, who one is.

Authlib knows the protocol and httpx carries it; both are imported when somebody comes, and not by every web process.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import current_app

from ...config import Settings
from ...database import now
from . import failures
from .models import Provider

if TYPE_CHECKING:
    import httpx
    from authlib.oauth2.client import OAuth2Client

SECONDS = 5
PATIENCE = 30
"""Seconds to ask somebody to wait who is told so without being told how long."""
HEADERS = {"User-Agent": "Laurel", "Accept": "application/json"}
GRADES = ("ssh", "ss", "sh", "s", "a")
TITLES = {Provider.OSU: "osu!", Provider.GITHUB: "GitHub"}


@dataclass(frozen=True)
class Profile:
    """Who somebody is there, and what is said of them. `email` is one that the service has verified, or None."""

    subject: str
    username: str
    name: str
    country: str = ""
    avatar_url: str = ""
    hue: int | None = None
    email: str | None = None
    restricted: bool = False
    figures: dict[str, Any] | None = None
    """Of their play: `figures_of` says which."""


@dataclass(frozen=True)
class Tokens:
    access: str
    refresh: str | None
    expires_at: datetime | None


@dataclass(frozen=True)
class Service:
    provider: Provider
    url: str
    """Its address, and with it the only place that a sign-in may lead to."""
    api_url: str
    authorize: str
    token: str
    scope: str
    client_id: str
    client_secret: str

    @property
    def title(self) -> str:
        return TITLES[self.provider]

    @property
    def icon(self) -> str:
        """Ours, for what one does there: their own marks are theirs."""
        return {Provider.OSU: "circle-dot", Provider.GITHUB: "code-xml"}[self.provider]

    @property
    def keeps_tokens(self) -> bool:
        """Whether Laurel goes on asking there in the person's name, after the sign-in."""
        return self.provider is Provider.OSU

    def page_to_agree_on(self, redirect_uri: str, state: str, verifier: str) -> str:
        from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
        from authlib.oauth2.rfc7636 import create_s256_code_challenge

        url: str = prepare_grant_uri(
            self.url + self.authorize,
            self.client_id,
            "code",
            redirect_uri=redirect_uri,
            scope=self.scope,
            state=state,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
        )
        return url

    def exchange(self, code: str, redirect_uri: str, verifier: str) -> Tokens:
        """Raises Failure; CodeRefused when it is the code's fault."""
        with self._protocol(failures.CodeRefused) as (client, secrets):
            url = self.url + self.token
            return tokens_of(
                client.fetch_token(url, code=code, redirect_uri=redirect_uri, code_verifier=verifier, **secrets)
            )

    def refresh(self, refresh_token: str) -> Tokens:
        """New ones; the refresh token given in is used up, whatever happens next. Raises Failure."""
        with self._protocol(failures.SignInAgain) as (client, secrets):
            return tokens_of(client.refresh_token(self.url + self.token, refresh_token=refresh_token, **secrets))

    def profile(self, access_token: str) -> Profile:
        """Whose token this is. Raises Failure."""
        with http(self.url) as client:
            read = _osu_profile if self.provider is Provider.OSU else _github_profile
            return read(Asking(client, self.api_url, access_token))

    def revoke(self, access_token: str) -> None:
        """End a token of osu!'s, and what refreshes it. Raises Failure; TokenRefused if it had ended already."""
        with http(self.url) as client:
            answer = client.delete(f"{self.api_url}/oauth/tokens/current", headers=bearer(access_token))
            check(answer)

    @contextmanager
    def _protocol(self, refused: type[failures.Failure]) -> Iterator[tuple[OAuth2Client, dict[str, Any]]]:
        import httpx
        from authlib.oauth2 import OAuth2Error
        from authlib.oauth2.client import OAuth2Client

        # Both services take the secret in the form; httpx is told that there is nothing to add.
        secrets = {"client_id": self.client_id, "client_secret": self.client_secret, "auth": httpx.Auth()}
        with http(self.url) as client:
            # In the protocol's own words only what is wrong with what was sent: being busy or broken is not that.
            client.event_hooks["response"].append(refuse_unless_about_us)
            try:
                yield OAuth2Client(client), secrets
            except OAuth2Error as error:
                if error.error in {"invalid_client", "incorrect_client_credentials", "redirect_uri_mismatch"}:
                    raise failures.KeysRefused from None
                raise refused from None
            except httpx.HTTPStatusError:
                raise failures.Away from None


def service(provider: str) -> Service | None:
    """A service, if this installation has keys for it."""
    return next((found for found in services() if found.provider.value == provider), None)


def services() -> list[Service]:
    """Those that people can sign in through here."""
    settings: Settings = current_app.config["SETTINGS"]
    osu = Service(
        provider=Provider.OSU,
        url=settings.osu_url,
        api_url=f"{settings.osu_url}/api/v2",
        authorize="/oauth/authorize",
        token="/oauth/token",  # noqa: S106
        scope="identify public",
        client_id=settings.osu_client_id,
        client_secret=settings.osu_client_secret,
    )
    public = settings.github_url == Settings.github_url
    github = Service(
        provider=Provider.GITHUB,
        url=settings.github_url,
        api_url="https://api.github.com" if public else f"{settings.github_url}/api/v3",
        authorize="/login/oauth/authorize",
        token="/login/oauth/access_token",  # noqa: S106
        scope="user:email",
        client_id=settings.github_client_id,
        client_secret=settings.github_client_secret,
    )
    return [each for each in (osu, github) if each.client_id]


def tokens_of(answer: dict[str, Any]) -> Tokens:
    access, refresh, seconds = answer.get("access_token"), answer.get("refresh_token"), answer.get("expires_in")
    if not isinstance(access, str) or not access:
        raise failures.Away
    lasts = timedelta(seconds=seconds) if isinstance(seconds, int | float) else None
    return Tokens(access, refresh if isinstance(refresh, str) else None, now() + lasts if lasts is not None else None)


# Asking ----------------------------------------------------------------------------------------------------------


@contextmanager
def http(url: str) -> Iterator[httpx.Client]:
    """A client that does not wait for long. What it raises inside comes out as a Failure."""
    import httpx

    near = urlsplit(url).hostname in {"127.0.0.1", "::1", "localhost"}
    try:
        with httpx.Client(timeout=SECONDS, headers=HEADERS, trust_env=not near) as client:
            yield client
    except httpx.TimeoutException:
        raise failures.Slow from None
    except httpx.HTTPStatusError as error:
        raise failure_of(error.response) from None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        raise failures.Away from None


@dataclass(frozen=True)
class Asking:
    """Asks an API in somebody's name."""

    client: httpx.Client
    api_url: str
    access_token: str

    def __call__(self, path: str) -> Any:
        answer = self.client.get(self.api_url + path, headers=bearer(self.access_token))
        check(answer)
        return answer.json()


def bearer(access_token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {access_token}"}


def check(answer: httpx.Response) -> None:
    if not answer.is_success:
        raise failure_of(answer)


def refuse_unless_about_us(answer: httpx.Response) -> None:
    if answer.status_code not in {200, 400, 401, 403}:
        raise failure_of(answer)


def failure_of(answer: httpx.Response) -> failures.Failure:
    if answer.status_code in {401, 403}:
        return failures.TokenRefused()
    if answer.status_code in {429, 503}:
        asked = answer.headers.get("Retry-After", "")
        return failures.Busy(min(int(asked), 3600) if asked.isdecimal() else PATIENCE)
    return failures.Away()


# Who somebody is -------------------------------------------------------------------------------------------------


def _osu_profile(ask: Asking) -> Profile:
    told = ask("/me")
    subject, username = _whole(told, "id"), _text(told, "username")
    country, hue = told.get("country_code"), told.get("profile_hue")
    return Profile(
        subject=str(subject),
        username=username,
        name=username,
        country=country if isinstance(country, str) and len(country) == 2 else "",
        avatar_url=_address(told.get("avatar_url")) if "/images/layout/" not in str(told.get("avatar_url")) else "",
        hue=hue % 360 if isinstance(hue, int) else None,
        restricted=told.get("is_restricted") is True,
        figures=figures_of(told),
    )


def figures_of(told: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a player's page shows of osu!'s `statistics`, as far as it is there: `rank`, `country_rank`, `pp`,
    `accuracy` in percent, `level`, `play_count`, and how many `grades` by letter.
    """
    given = told.get("statistics")
    if not isinstance(given, dict):
        return None
    level = given.get("level")
    known = {
        "rank": given.get("global_rank"),
        "country_rank": given.get("country_rank"),
        "pp": given.get("pp"),
        "accuracy": given.get("hit_accuracy"),
        "level": level.get("current") if isinstance(level, dict) else None,
        "play_count": given.get("play_count"),
    }
    grades = given.get("grade_counts")
    return {
        **{name: value for name, value in known.items() if _is_number(value)},
        "grades": {name: grades[name] for name in GRADES if _is_number(grades.get(name))}
        if isinstance(grades, dict)
        else {},
    }


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _github_profile(ask: Asking) -> Profile:
    told = ask("/user")
    subject, username, name = _whole(told, "id"), _text(told, "login"), told.get("name")
    return Profile(
        subject=str(subject),
        username=username,
        name=name.strip()[:120] if isinstance(name, str) and name.strip() else username,
        avatar_url=_address(told.get("avatar_url")),
        email=_verified_address(ask),
    )


def _verified_address(ask: Asking) -> str | None:
    """The primary address, if GitHub knows that it is theirs. Whoever shows none goes without."""
    try:
        told = ask("/user/emails")
    except failures.TokenRefused:
        return None
    for each in told if isinstance(told, list) else ():
        if isinstance(each, dict) and each.get("primary") is True and each.get("verified") is True:
            email = each.get("email")
            return email if isinstance(email, str) and "@" in email and len(email) <= 254 else None
    return None


def _whole(told: Any, name: str) -> int:
    value = told.get(name) if isinstance(told, dict) else None
    if not isinstance(value, int) or isinstance(value, bool):
        raise failures.Away
    return value


def _text(told: dict[str, Any], name: str) -> str:
    value = told.get(name)
    if not isinstance(value, str) or not value.strip():
        raise failures.Away
    return value.strip()[:120]


def _address(value: Any) -> str:
    return value if isinstance(value, str) and value.startswith(("https://", "http://")) and len(value) <= 500 else ""
