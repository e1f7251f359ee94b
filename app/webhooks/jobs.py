from __future__ import annotations

import time
from datetime import timedelta

from flask import current_app
from sqlalchemy import delete, select

from ..database import locked, now
from ..encryption import Unreadable, decrypt
from ..events.models import Event
from ..extensions import db
from ..jobs import chore, enqueue, job
from . import outbox, signing
from .models import Delivery, DeliveryState, Webhook
from .sending import NotSent, Rules, send

BACKOFF = tuple(timedelta(seconds=wait) for wait in (10, 60, 600, 3600, 6 * 3600, 24 * 3600))
KEPT = timedelta(days=30)
PURPOSE = "webhooks"


def rules() -> Rules:
    settings = current_app.config["SETTINGS"]
    return Rules(plain=settings.private_webhooks, private=settings.private_webhooks)


@job
def tell_hooks(event_id: int) -> None:
    """Make the messages of what the log has since; each is then sent by a job of its own."""
    if db.session.get(Event, event_id) is None:
        return
    locked(Event, event_id)
    for webhook in db.session.scalars(select(Webhook).where(Webhook.event_id == event_id).order_by(Webhook.id)):
        for delivery in outbox.messages_for(webhook):
            enqueue(deliver_hook, delivery.id)


@job
def deliver_hook(delivery_id: int) -> None:
    """Sent, but not known to be, is sent again: a receiver knows a message by its id."""
    delivery = db.session.get(Delivery, delivery_id)
    if delivery is None or delivery.state is not DeliveryState.PENDING:
        return
    url, body, message_id = delivery.webhook.url, delivery.body.encode(), delivery.message_id
    secret = delivery.webhook.secret
    # Ends the transaction: the other side takes its time, and must not keep others from writing.
    db.session.rollback()
    answer: int | None
    try:
        headers = signing.headers(decrypt(secret, PURPOSE), message_id, int(time.time()), body)
        answer, error = send(url, body, headers, rules()), ""
    except NotSent as problem:
        answer, error = problem.answer, problem.words
    except Unreadable:
        answer, error = None, "its secret can no longer be read; make the webhook anew"
    delivery = db.session.get(Delivery, delivery_id)
    if delivery is not None and delivery.state is DeliveryState.PENDING:
        _note(delivery, answer, error)


def _note(delivery: Delivery, answer: int | None, error: str) -> None:
    delivery.attempts += 1
    delivery.answer, delivery.error = answer, error[:300]
    if not error:
        delivery.state, delivery.delivered_at = DeliveryState.DELIVERED, now()
    elif delivery.attempts > len(BACKOFF):
        delivery.state = DeliveryState.FAILED
    else:
        enqueue(deliver_hook, delivery.id, after=BACKOFF[delivery.attempts - 1])


@chore
def forget_old_deliveries() -> int:
    """What was told holds names and values, and is not kept for long."""
    found = db.session.execute(delete(Delivery).where(Delivery.created_at < now() - KEPT))
    return int(getattr(found, "rowcount", 0))
