"""Language, theme and time zone: chosen by cookie, so that the first paint is right and cached bytes stay anonymous."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from flask import Blueprint, Flask, Request, current_app, g, redirect, request
from flask_babel import format_timedelta, get_locale, get_timezone
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from werkzeug.wrappers import Response

from . import web
from .extensions import babel

LANGUAGES = {"en": "English", "cs": "Čeština"}
THEMES = {"auto": _l("As the device"), "dark": _l("Dark"), "light": _l("Light")}
CHOICES: dict[str, Mapping[str, object]] = {"language": LANGUAGES, "theme": THEMES}
YEAR = 365 * 24 * 3600

when_chosen: list[Callable[[dict[str, str]], None]] = []
"""What features do with a choice, beside the cookie."""

bp = Blueprint("preferences", __name__)


def init_app(app: Flask) -> None:
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "translations"
    babel.init_app(app, locale_selector=language)  # type: ignore[no-untyped-call]
    app.register_blueprint(bp)
    app.after_request(_keep_choices)
    app.jinja_env.finalize = _escape_lazy_texts
    app.add_template_filter(ago)
    app.context_processor(_template_context)


def language() -> str:
    """The language of whoever reads; without a request, the installation's."""
    if "language" not in g:
        g.language = language_of(request) if request else current_app.config["BABEL_DEFAULT_LOCALE"]
    return str(g.language)


def language_of(asked: Request) -> str:
    """As chosen, else as the browser asks, else the installation's."""
    chosen = asked.cookies.get("language", "")
    if chosen in LANGUAGES:
        return chosen
    return asked.accept_languages.best_match(LANGUAGES) or str(current_app.config["BABEL_DEFAULT_LOCALE"])


def theme() -> str:
    return theme_of(request)


def theme_of(asked: Request) -> str:
    chosen = asked.cookies.get("theme", "")
    return chosen if chosen in THEMES else "auto"


def decimal_mark() -> str:
    """The mark between whole and decimal digits in the reader's language."""
    locale = get_locale()
    return str(locale.number_symbols["latn"]["decimal"]) if locale else "."


def local_time(moment: datetime) -> datetime:
    return moment.astimezone(get_timezone())


@bp.get("/preferences")
@web.public
def save() -> Response:
    """Keep a language or theme and go back. Harmless to repeat, so it is a plain link."""
    back = request.args.get("next", "/")
    chosen = {name: request.args[name] for name, choices in CHOICES.items() if request.args.get(name) in choices}
    for follow in when_chosen:
        follow(chosen)
    choose(**chosen)
    return redirect(back if web.is_local(back) else "/", 303)


def chosen_here() -> dict[str, str]:
    """What was chosen in this browser."""
    return {name: request.cookies[name] for name, choices in CHOICES.items() if request.cookies.get(name) in choices}


def choose(**chosen: str) -> None:
    """What whoever asks has chosen, here or elsewhere: this browser's cookies follow with the answer."""
    g.chosen = {**g.get("chosen", {}), **{name: chosen[name] for name in CHOICES if chosen.get(name) in CHOICES[name]}}


def _keep_choices(response: Response) -> Response:
    secure = current_app.config["SETTINGS"].secure_cookies
    for name, value in g.get("chosen", {}).items():
        if request.cookies.get(name) != value and not response.cache_control.public:
            response.set_cookie(name, value, max_age=YEAR, samesite="Lax", secure=secure, httponly=True)
    return response


def _template_context() -> dict[str, object]:
    return {"language": language(), "theme": theme(), "LANGUAGES": LANGUAGES, "THEMES": THEMES}


def _escape_lazy_texts(value: object) -> object:
    """A lazy text calls itself safe HTML, even where it holds what somebody typed: make it plain, to be escaped."""
    return str(value) if isinstance(value, LazyString) else value


def ago(moment: datetime) -> str:
    """ "3 minutes ago" in the reader's language; "now" for what has just been."""
    seconds = (datetime.now(UTC) - moment).total_seconds()
    return _("just now") if seconds < 10 else format_timedelta(timedelta(seconds=-seconds), add_direction=True)
