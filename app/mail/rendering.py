"""A message's words, in the reader's language, as text and as HTML.

A template in templates/mail/ sets `subject`, `paragraphs`, and where it has them `action` (what a button says, and
where it leads) and `note`. Its values come to it by their names, and the link's address as `link`. Both forms are made
from the same words.
"""

from __future__ import annotations

from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Any

from flask import current_app
from flask_babel import force_locale

from .. import web
from ..database import now
from .models import Mail

Letter = EmailMessage


class Link:
    """A page of Laurel that a mail leads to."""

    def __init__(self, endpoint: str, **values: str) -> None:
        self.endpoint, self.values = endpoint, values


@dataclass(frozen=True)
class Words:
    subject: str
    paragraphs: list[str]
    action: tuple[str, str] | None
    note: str | None


def subject(kind: str, language: str, values: dict[str, str]) -> str:
    with force_locale(language):
        return _words(kind, "", values).subject


def letter(mail: Mail, link: Link | None, values: dict[str, str]) -> Letter:
    url = web.public_url_for(link.endpoint, **link.values) if link else ""
    with force_locale(mail.language):
        words = _words(mail.kind, url, values)
        frames = [_render(f"mail/frame.{ending}", words, mail.language) for ending in ("txt", "html")]
    name, address = parseaddr(current_app.config["SETTINGS"].mail_from)
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(name, addr_spec=address)
    message["To"] = Address(addr_spec=mail.recipient)
    message["Subject"] = words.subject
    message["Date"] = format_datetime(now())
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(frames[0])
    message.add_alternative(frames[1], subtype="html")
    message["Content-Language"] = mail.language  # `set_content` takes away what was there before it.
    return message


def _words(kind: str, link: str, values: dict[str, str]) -> Words:
    said: Any = current_app.jinja_env.get_template(f"mail/{kind}.txt").make_module({**values, "link": link})
    return Words(
        subject=" ".join(said.subject.split())[:200],
        paragraphs=[text for text in said.paragraphs if text],
        action=getattr(said, "action", None),
        note=getattr(said, "note", None),
    )


def _render(frame: str, words: Words, language: str) -> str:
    # Not through `render_template`: what that adds is about a visitor, and there is none.
    return current_app.jinja_env.get_template(frame).render(words=words, language=language)
