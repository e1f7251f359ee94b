"""What people call the things that the log tells of."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from flask_babel.speaklater import LazyString

KINDS: dict[str, LazyString] = {
    "event": _l("Event"),
    "group": _l("Groups"),
    "participant": _l("Participants"),
    "activity": _l("Activities"),
    "category": _l("Categories"),
    "evaluator": _l("Evaluators"),
    "team_login": _l("Team logins"),
    "import": _l("Imports"),
    "records": _l("Values"),
    "user": _l("Accounts"),
    "session": _l("Sign-ins"),
    "second_step": _l("Second step"),
    "token": _l("Tokens"),
}
"""The nouns of actions, as the filter offers them."""

ACTIONS: dict[str, LazyString] = {
    "event.create": _l("Made the event"),
    "event.clone": _l("Made the event from another"),
    "event.save": _l("Changed the event"),
    "event.status": _l("Changed the event's status"),
    "event.visibility": _l("Changed who may watch"),
    "event.delete": _l("Deleted the event"),
    "group.create": _l("Added a group"),
    "group.save": _l("Changed a group"),
    "group.place": _l("Moved a group in the order"),
    "group.delete": _l("Deleted a group"),
    "participant.create": _l("Added a participant"),
    "participant.save": _l("Changed a participant"),
    "participant.move": _l("Moved a participant to another group"),
    "participant.withdraw": _l("Withdrew a participant"),
    "participant.return": _l("Brought a participant back"),
    "participant.delete": _l("Deleted a participant"),
    "activity.create": _l("Added an activity"),
    "activity.save": _l("Changed an activity"),
    "activity.place": _l("Moved an activity in the order"),
    "activity.state": _l("Opened, locked or published an activity"),
    "activity.delete": _l("Deleted an activity"),
    "category.create": _l("Added a category"),
    "category.save": _l("Changed a category"),
    "category.delete": _l("Deleted a category"),
    "evaluator.add": _l("Added an evaluator"),
    "evaluator.assign": _l("Assigned an evaluator"),
    "evaluator.remove": _l("Removed an evaluator"),
    "team_login.make": _l("Made a team login"),
    "team_login.revoke": _l("Revoked a team login"),
    "import.create": _l("Uploaded a file of participants"),
    "import.apply": _l("Imported participants"),
    "import.undo": _l("Undid an import"),
    "import.delete": _l("Threw an import away"),
    "records.save": _l("Wrote values"),
    "user.create": _l("Made an account"),
    "user.role": _l("Changed a role"),
    "user.activate": _l("Let an account in again"),
    "user.deactivate": _l("Shut an account out"),
    "user.password": _l("Changed a password"),
    "user.avatar": _l("Changed a picture"),
    "user.avatar_delete": _l("Removed a picture"),
    "session.open": _l("Signed in"),
    "session.refuse": _l("Failed to sign in"),
    "session.end": _l("Signed out"),
    "session.end_others": _l("Signed all other devices out"),
    "second_step.confirm": _l("Set up a second step"),
    "second_step.codes": _l("Made recovery codes"),
    "second_step.remove": _l("Took a second step off"),
    "token.create": _l("Made a token"),
    "token.revoke": _l("Revoked a token"),
}

FIELDS: dict[str, LazyString] = {
    "activity": _l("Activity"),
    "address": _l("Address"),
    "age": _l("Age"),
    "age_from": _l("Age from"),
    "age_to": _l("Age to"),
    "born": _l("Born"),
    "changed": _l("Changed"),
    "colour": _l("Colour"),
    "description": _l("Description"),
    "display_name": _l("Name"),
    "evaluation_type": _l("What is written down"),
    "external_id": _l("Number"),
    "filename": _l("File"),
    "formula": _l("Formula"),
    "gender": _l("Gender"),
    "group_id": _l("Group"),
    "group_identifier": _l("Group's colour or code"),
    "group_name": _l("Group"),
    "higher_is_better": _l("Higher is better"),
    "identifier": lazy_pgettext("of a group", "Code"),
    "known": _l("Known account"),
    "mark_count": _l("Number of marks"),
    "name": _l("Name"),
    "new": _l("New"),
    "participant": _l("Participant"),
    "place": _l("Place"),
    "reason": _l("Reason"),
    "refused": _l("Refused"),
    "role": _l("Role"),
    "starts_on": _l("Day"),
    "state": _l("State"),
    "status": _l("Status"),
    "unchanged": _l("Unchanged"),
    "unit": _l("Unit"),
    "visibility": _l("Who may watch"),
}

CHOICES: dict[str, dict[str, LazyString]] = {
    "gender": {"F": _l("Female"), "M": _l("Male"), "X": _l("Other")},
    "state": {"OPEN": _l("Open"), "LOCKED": _l("Locked"), "PUBLISHED": _l("Published")},
    "status": {"DRAFT": _l("Draft"), "ACTIVE": _l("Active"), "ARCHIVED": _l("Archived")},
    "visibility": {"PRIVATE": _l("Private"), "LINK": _l("By link"), "PUBLIC": _l("Public")},
    "formula": {"SUM": _l("Their sum"), "BEST": _l("The best of them")},
    "evaluation_type": {
        "NUMERIC_HIGH": _l("Number, higher is better"),
        "NUMERIC_LOW": _l("Number, lower is better"),
        "TIME_LOW": _l("Time, faster is better"),
        "BOOLEAN": _l("Done or not"),
        "SCORE_SET": _l("Several marks"),
    },
    "role": {
        "player": _l("Player"),
        "evaluator": _l("Evaluator"),
        "admin": _l("Admin"),
        "super_admin": _l("Super admin"),
    },
}
"""The words of closed lists, by the field that holds them."""


def action_words(action: str) -> str:
    """An unknown action is shown as it is."""
    return str(ACTIONS.get(action, action))
