"""All that an application is put together from, in the order in which it is."""

from __future__ import annotations

from types import ModuleType

from . import demo, extensions, health, home, i18n, icons, logs, metrics, navigation, offline, policy, web
from . import models as models
from .accounts import access as accounts_access
from .accounts import avatar_routes as accounts_avatar_routes
from .accounts import commands as accounts_commands
from .accounts import routes as accounts_routes
from .accounts import second_step_routes as accounts_second_step_routes
from .accounts.identities import routes as identities_routes
from .accounts.invitations import routes as invitations_routes
from .accounts.people import outbox_routes as people_outbox_routes
from .accounts.people import routes as people_routes
from .accounts.recovery import routes as recovery_routes
from .api import routes as api_routes
from .audit import commands as audit_commands
from .audit import routes as audit_routes
from .bundles import routes as bundles_routes
from .changing import leaving as changing_leaving
from .changing import routes as changing_routes
from .diplomas import designer_routes as diplomas_designer_routes
from .diplomas import routes as diplomas_routes
from .diplomas import verification_routes as diplomas_verification_routes
from .events import leaving as events_leaving
from .events import routes as events_routes
from .events.importing import routes as importing_routes
from .exports import routes as exports_routes
from .jobs import commands as job_commands
from .leaderboards import ranking_routes
from .leaderboards import routes as leaderboards_routes
from .leaderboards.following import routes as following_routes
from .leaderboards.freezing import routes as freezing_routes
from .leaderboards.screens import hall_routes as screens_hall_routes
from .leaderboards.screens import routes as screens_routes
from .maintenance import commands as maintenance_commands
from .osu import api as osu_api
from .osu import beatmap_routes as osu_beatmap_routes
from .osu import routes as osu_routes
from .paper import commands as paper_commands
from .paper import routes as paper_routes
from .paper import scan_routes
from .profiles import routes as profiles_routes
from .profiles import tie_routes as profiles_tie_routes
from .scoring import edit_routes as scoring_edit_routes
from .scoring import finding_routes as scoring_finding_routes
from .scoring import importing as scoring_importing
from .scoring import leaving as scoring_leaving
from .scoring import progress_routes
from .scoring import routes as scoring_routes
from .scoring import undo_routes as scoring_undo_routes
from .scoring.checking import routes as checking_routes
from .scoring.flags import routes as flags_routes
from .scoring.judges import routes as judges_routes
from .scoring.lifecycle import routes as lifecycle_routes
from .tournaments import routes as tournaments_routes
from .webhooks import routes as webhooks_routes

PARTS: tuple[ModuleType, ...] = (
    logs,
    extensions,
    web,
    i18n,
    icons,
    navigation,
    accounts_access,
    accounts_commands,
    accounts_routes,
    identities_routes,
    accounts_avatar_routes,
    invitations_routes,
    recovery_routes,
    people_routes,
    people_outbox_routes,
    accounts_second_step_routes,
    audit_commands,
    job_commands,
    maintenance_commands,
    health,
    metrics,
    home,
    offline,
    events_routes,
    events_leaving,
    importing_routes,
    scoring_importing,
    scoring_leaving,
    scoring_routes,
    scoring_edit_routes,
    progress_routes,
    scoring_finding_routes,
    scoring_undo_routes,
    checking_routes,
    flags_routes,
    judges_routes,
    lifecycle_routes,
    leaderboards_routes,
    following_routes,
    freezing_routes,
    screens_routes,
    screens_hall_routes,
    ranking_routes,
    exports_routes,
    diplomas_routes,
    diplomas_designer_routes,
    diplomas_verification_routes,
    bundles_routes,
    webhooks_routes,
    tournaments_routes,
    changing_routes,
    changing_leaving,
    osu_api,
    osu_routes,
    osu_beatmap_routes,
    paper_commands,
    paper_routes,
    scan_routes,
    profiles_routes,
    profiles_tie_routes,
    audit_routes,
    api_routes,
    policy,
    demo,
)
