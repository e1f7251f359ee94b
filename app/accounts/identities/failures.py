"""Why a sign-in through another service did not come to its end, in words for whoever stands there."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString


class Failure(Exception):
    """`status` is the page's; `%(service)s` stands for the service's name in both texts."""

    status = 502
    title: LazyString = _l("%(service)s did not answer as expected")
    detail: LazyString = _l("Something is wrong there, not with you. Try again in a few minutes.")

    def __init__(self, retry_after: int | None = None) -> None:
        super().__init__(type(self).__name__)
        self.retry_after = retry_after

    def words(self, service: str) -> tuple[str, str]:
        return str(self.title) % {"service": service}, str(self.detail) % {"service": service}


# The service, and what it thinks of us ----------------------------------------------------------------------------


class Away(Failure):
    """It cannot be reached, is broken, or says what nobody understands."""


class Slow(Failure):
    status = 504
    title = _l("%(service)s takes too long")
    detail = _l("It did not answer within a few seconds. Try again in a minute.")


class Busy(Failure):
    status = 503
    title = _l("%(service)s is busy")
    detail = _l("It asks Laurel to wait for a moment. Try again in a minute.")


class KeysRefused(Failure):
    title = _l("%(service)s does not know this Laurel")
    detail = _l("The keys that were set up for %(service)s are not right. Tell an organiser; they can be mended.")


class TokenRefused(Failure):
    """An access token that it gave, and does not take."""

    detail = _l("%(service)s did not recognise the sign-in that it had just confirmed. Please start again.")


class CodeRefused(Failure):
    status = 400
    title = _l("This sign-in is over")
    detail = _l("What %(service)s sent along was used before, or is too old. Please start again.")


# The way there and back -------------------------------------------------------------------------------------------


class Denied(Failure):
    status = 403
    title = _l("You said no, and that is fine")
    detail = _l("%(service)s told Laurel nothing about you. You can start again whenever you like.")


class Lost(Failure):
    """Nothing, or nothing of ours, tells where this began."""

    status = 400
    title = _l("This sign-in did not begin here")
    detail = _l(
        "Cookies are off, another browser began it, or its address was changed. Please start it again from here."
    )


class TooLate(Failure):
    status = 400
    title = _l("This sign-in took too long")
    detail = _l("More than ten minutes went by. Please start again.")


class UsedBefore(Failure):
    status = 409
    title = _l("This sign-in has been used")
    detail = _l("It works once. If you are not signed in now, please start again.")


# What we think of it ----------------------------------------------------------------------------------------------


class Restricted(Failure):
    status = 403
    title = _l("Your %(service)s account is restricted")
    detail = _l(
        "Laurel takes no sign-in from an account that %(service)s has restricted. When that is lifted, you are welcome."
    )


class ShutOut(Failure):
    status = 403
    title = _l("Your account here is shut")
    detail = _l("An organiser has shut it. Ask them, if you think that this is a mistake.")


class AddressTaken(Failure):
    status = 409
    title = _l("You have an account here already")
    detail = _l(
        "Somebody with your address has one. Sign in to it as you always do, and link %(service)s on your account page."
    )


class SomebodyElses(Failure):
    status = 409
    title = _l("This belongs to somebody else here")
    detail = _l("That %(service)s account opens another account of this Laurel. Unlink it there first.")


class HasAnother(Failure):
    status = 409
    title = _l("There is one linked already")
    detail = _l("Your account is linked to another one at %(service)s. Unlink that first.")


class NotYou(Failure):
    status = 403
    title = _l("You are not signed in any more")
    detail = _l("Linking was begun by somebody who is no longer signed in here. Sign in and start again.")


class LastWayIn(Failure):
    status = 409
    title = _l("This is your only way in")
    detail = _l(
        "Without %(service)s nobody could sign in to this account. Link another service or set a password first."
    )


# Tokens that were kept --------------------------------------------------------------------------------------------


class NotLinked(Failure):
    status = 409
    title = _l("No %(service)s account")
    detail = _l("Your account is not linked to %(service)s. Link it on your account page.")


class SignInAgain(Failure):
    status = 401
    title = _l("%(service)s wants to hear from you again")
    detail = _l("What you agreed to there has run out. Sign in through %(service)s once more.")
