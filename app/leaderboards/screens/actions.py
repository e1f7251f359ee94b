"""Pairing screens and setting what they show. Wants the event locked; commits nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ... import assets, audit
from ...accounts.models import User
from ...accounts.tokens import new_token, token_hash
from ...database import now
from ...events.models import Event
from ...extensions import Model, db
from .contents import Content
from .models import Scene, Screen, SponsorImage


def pair(event: Event, name: str, hashed: str, *, by: User) -> Screen:
    return _add(event, name, hashed, is_overlay=False, by=by)


def make_overlay(event: Event, name: str, *, by: User) -> tuple[Screen, str]:
    """With the token that opens it, which is told this once."""
    token = new_token()
    return _add(event, name, token_hash(token), is_overlay=True, by=by), token


def _add(event: Event, name: str, hashed: str, *, is_overlay: bool, by: User) -> Screen:
    screen = Screen(
        event_id=event.id,
        name=name,
        is_overlay=is_overlay,
        token_hash=hashed,
        theme="dark",
        shows=Content().as_json(),
        made_at=now(),
    )
    db.session.add(screen)
    _note(event, "screen.pair", screen, {"name": name}, by)
    return screen


def remove(event: Event, screen: Screen, *, by: User) -> None:
    _note(event, "screen.remove", screen, {"name": screen.name}, by)
    db.session.delete(screen)


def show(event: Event, screens: Sequence[Screen], content: Content, theme: str | None, *, by: User) -> None:
    for screen in screens:
        screen.shows = content.as_json()
        screen.theme = theme or screen.theme
    names = ", ".join(screen.name for screen in screens)
    _note(event, "screen.show", event, {"name": names, "shows": content.kind.value}, by)


def keep_scene(event: Event, name: str, screens: Sequence[Screen], *, by: User) -> Scene:
    """What they show now, under a name."""
    scene = Scene(event_id=event.id, name=name, shows={str(screen.id): screen.shows for screen in screens})
    db.session.add(scene)
    _note(event, "scene.create", scene, {"name": name}, by)
    return scene


def show_scene(event: Event, scene: Scene, screens: Sequence[Screen], *, by: User) -> None:
    """A screen that the scene does not know of goes on as it is."""
    for screen in screens:
        screen.shows = scene.shows.get(str(screen.id), screen.shows)
    _note(event, "scene.show", scene, {"name": scene.name}, by)


def remove_scene(event: Event, scene: Scene, *, by: User) -> None:
    _note(event, "scene.delete", scene, {"name": scene.name}, by)
    db.session.delete(scene)


def add_image(event: Event, name: str, picture: bytes, *, by: User) -> SponsorImage:
    image = SponsorImage(event_id=event.id, name=name, file=assets.put(picture))
    db.session.add(image)
    _note(event, "sponsor.create", image, {"name": name}, by)
    return image


def remove_image(event: Event, image: SponsorImage, *, by: User) -> None:
    _note(event, "sponsor.delete", image, {"name": image.name}, by)
    db.session.delete(image)
    assets.delete_after_commit(image.file)


def _note(event: Event, action: str, subject: Model, payload: dict[str, Any], by: User) -> None:
    """Boards are none the newer for it, so no revision rises: screens ask for what they show by themselves."""
    db.session.flush()
    audit.record(event, action, by=by, subject=subject, payload=payload)
