from __future__ import annotations

from sqlalchemy import func, select

from .. import audit
from ..accounts.models import User
from ..database import now
from ..encryption import encrypt
from ..events.models import Event
from ..extensions import db
from ..jobs import enqueue
from . import outbox, signing
from .jobs import PURPOSE, deliver_hook
from .models import Delivery, DeliveryState, Webhook


def create_webhook(event: Event, url: str, *, by: User) -> tuple[Webhook, str]:
    """The webhook, and its secret, which cannot be shown again. It is told of what happens from now on."""
    secret = signing.new_secret()
    webhook = Webhook(
        event_id=event.id, url=url, secret=encrypt(secret, PURPOSE), seen=event.audit_length + 1, made_at=now()
    )
    db.session.add(webhook)
    db.session.flush()
    event.hooked = True
    audit.record(event, "webhook.create", by=by, subject=webhook, payload={"url": url})
    return webhook, secret


def delete_webhook(event: Event, webhook: Webhook, *, by: User) -> None:
    audit.record(event, "webhook.delete", by=by, subject=webhook, payload={"url": webhook.url})
    db.session.delete(webhook)
    db.session.flush()
    event.hooked = bool(db.session.scalar(select(func.count(Webhook.id)).where(Webhook.event_id == event.id)))


def test_webhook(event: Event, webhook: Webhook, *, by: User) -> Delivery:
    audit.record(event, "webhook.test", by=by, subject=webhook, payload={"url": webhook.url})
    delivery = outbox.test_message(webhook)
    enqueue(deliver_hook, delivery.id)
    return delivery


def resend(event: Event, delivery: Delivery, *, by: User) -> None:
    """The same message once more, under the same id."""
    payload = {"url": delivery.webhook.url, "message": delivery.message_id}
    audit.record(event, "webhook.resend", by=by, subject=delivery.webhook, payload=payload)
    delivery.state, delivery.attempts = DeliveryState.PENDING, 0
    enqueue(deliver_hook, delivery.id)
