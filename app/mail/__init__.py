"""Mail: an outbox that is filled in the transaction which makes a message necessary, and emptied by the worker.

    mail.send("reset", user.email, language="cs", link=Link("accounts.reset", token=token))

`kind` names a template in templates/mail/ that holds the words. The address in a link is built when the mail leaves,
from the settings: whoever asks for a mail cannot make it lead elsewhere. The mail leaves after the commit, is tried
again with growing patience, and waits while Redis or the mail server is away. This package knows no feature.
"""

from __future__ import annotations

import json
import secrets
from datetime import datetime, timedelta
from email.errors import MessageError

import structlog
from flask import current_app
from sqlalchemy import CursorResult, and_, delete, or_, update

from ..database import now
from ..encryption import Unreadable, decrypt, encrypt
from ..extensions import db
from ..jobs import chore, enqueue, job
from . import rendering, transports
from .models import Mail, MailState, Trouble
from .rendering import Link as Link

log = structlog.get_logger()

QUEUE = "mail"
PURPOSE = "mail"
LEASE = transports.LONGEST_TALK + timedelta(seconds=30)
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (0.25, 1, 5, 15, 60, 180, 480))
KEPT = timedelta(days=90)


def send(
    kind: str,
    to: str,
    *,
    language: str,
    link: Link | None = None,
    by: int | None = None,
    expires_at: datetime | None = None,
    **values: str,
) -> Mail:
    """Put a message into the outbox, to leave after the caller's commit; lost with its rollback.

    `values` are for the template; `by` is the id of whose doing it is, who is shown what became of it. After
    `expires_at` it is of no use to anybody and does not leave any more.
    """
    mail = Mail(
        recipient=to,
        language=language,
        kind=kind,
        subject=rendering.subject(kind, language, values),
        arguments=encrypt(json.dumps({"link": link and [link.endpoint, link.values], "values": values}), PURPOSE),
        message_id=f"<{secrets.token_hex(16)}@{transports.domain()}>",
        state=MailState.PENDING,
        attempts=0,
        caused_by_id=by,
        created_at=now(),
        expires_at=expires_at,
    )
    db.session.add(mail)
    db.session.flush()
    enqueue(deliver, mail.id, queue=QUEUE)
    return mail


def forget(address: str) -> None:
    """Take everything to this address out of the outbox. The caller commits."""
    db.session.execute(delete(Mail).where(Mail.recipient == address))


def try_now(mail: Mail) -> None:
    """Do not wait for the next try any longer. The caller commits; a mail that has left does not leave again."""
    enqueue(deliver, mail.id, queue=QUEUE)


@job
def deliver(mail_id: int) -> None:
    """Commits on its own before and after it talks to the mail server: no transaction is open meanwhile, and what has
    left counts as sent even if this job has lost its lease by then."""
    mail = db.session.get(Mail, mail_id)
    if mail is None or mail.state is not MailState.PENDING:
        return
    if not _take(mail):
        enqueue(deliver, mail_id, queue=QUEUE, after=LEASE)
        return
    try:
        if mail.expires_at and mail.expires_at <= now():
            raise transports.NotSent(Trouble.TOO_LATE, final=True)
        transports.deliver(_message(mail), mail.recipient)
    except transports.NotSent as problem:
        _not_sent(mail, problem)
    else:
        mail.state, mail.sent_at, mail.trouble, mail.error = MailState.SENT, now(), None, None
        mail.arguments = mail.leased_until = None
        log.info("mail_sent", mail_id=mail.id, kind=mail.kind, attempts=mail.attempts)
    db.session.commit()


def _take(mail: Mail) -> bool:
    """Claim the mail for one talk with the server; False while somebody else is at it."""
    free = or_(Mail.leased_until.is_(None), Mail.leased_until <= now())
    taken = db.session.execute(
        update(Mail)
        .where(and_(Mail.id == mail.id, Mail.state == MailState.PENDING, free))
        .values(attempts=Mail.attempts + 1, leased_until=now() + LEASE)
    )
    db.session.commit()
    db.session.refresh(mail)
    db.session.commit()
    return isinstance(taken, CursorResult) and taken.rowcount == 1


def _message(mail: Mail) -> rendering.Letter:
    try:
        kept = json.loads(decrypt(mail.arguments or "", PURPOSE))
        link = Link(kept["link"][0], **kept["link"][1]) if kept["link"] else None
        return rendering.letter(mail, link, kept["values"])
    except Unreadable:
        raise transports.NotSent(Trouble.BROKEN, "SECRET_KEY has changed since", final=True) from None
    except (MessageError, ValueError, IndexError) as error:
        # An address that mail cannot have, for example: what the standard library raises is not all one kind.
        raise transports.NotSent(Trouble.BROKEN, str(error), final=True) from None


def _not_sent(mail: Mail, problem: transports.NotSent) -> None:
    mail.trouble, mail.error, mail.leased_until = problem.trouble, problem.words[:500], None
    given_up = problem.final or mail.attempts > len(BACKOFF)
    if given_up:
        mail.state, mail.arguments = MailState.FAILED, None
    else:
        enqueue(deliver, mail.id, queue=QUEUE, after=BACKOFF[mail.attempts - 1])
    log.warning("mail_not_sent", mail_id=mail.id, trouble=problem.trouble.value, error=problem.words, final=given_up)


@chore
def forget_old_mails() -> int:
    deleted = db.session.execute(delete(Mail).where(Mail.created_at < now() - KEPT))
    return deleted.rowcount if isinstance(deleted, CursorResult) else 0


def leaves_this_machine() -> bool:
    """Whether mail reaches people at all here, or stays in a folder."""
    return current_app.config["SETTINGS"].smtp is not None
