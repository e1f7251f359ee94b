"""Which row holds the headers, and what the headers that people write mean."""

from collections.abc import Sequence
from enum import StrEnum

from app.events.importing.text import plain

# Over the reasons in the file of refused rows, the same in every language, so that it is known when it comes back.
REASON = "laurel: why left out"


class Field(StrEnum):
    """What a column can mean. METADATA is kept with the person under the column's header, IGNORE is not kept."""

    DISPLAY_NAME = "display_name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    GROUP_NAME = "group_name"
    GROUP_IDENTIFIER = "group_identifier"
    EXTERNAL_ID = "external_id"
    GENDER = "gender"
    AGE = "age"
    BORN = "born"
    METADATA = "metadata"
    IGNORE = "ignore"


# Headers as `plain` sees them, the likeliest first.
HEADERS = {
    Field.DISPLAY_NAME: (
        *("displayname", "fullname", "celejmeno", "jmenoaprijmeni", "prijmeniajmeno", "jmenoprijmeni", "prijmenijmeno"),
        *("jmeno", "name", "participant", "participantname", "ucastnik", "zavodnik", "soutezici", "hrac"),
        *("competitor", "athlete", "player"),
    ),
    Field.FIRST_NAME: ("firstname", "givenname", "forename", "krestnijmeno"),
    Field.LAST_NAME: ("lastname", "surname", "familyname", "prijmeni"),
    Field.GROUP_NAME: (
        *("groupname", "group", "nazevskupiny", "skupina", "teamname", "team", "tym", "druzstvo", "oddil", "klub"),
        *("club", "squad", "trida", "class", "kategorie", "category", "divize", "division"),
    ),
    Field.GROUP_IDENTIFIER: (
        *("groupidentifier", "groupid", "groupcode", "identifikatorskupiny", "kodskupiny"),
        *("groupcolour", "groupcolor", "barvaskupiny", "barva", "colour", "color"),
    ),
    Field.EXTERNAL_ID: (
        *("externalid", "externiid", "startovnicislo", "startcislo", "stcislo", "stc", "startnumber", "bibnumber"),
        *("bib", "registracnicislo", "id", "cislo", "number", "no", "nr"),
        *("participantid", "competitorid", "athleteid", "playerid", "lifterid"),
    ),
    Field.GENDER: ("gender", "sex", "pohlavi"),
    Field.AGE: ("age", "vek"),
    Field.BORN: (
        *("born", "dateofbirth", "birthdate", "birthday", "dob"),
        *("datumnarozeni", "narozeni", "narozen", "narozena", "datnar"),
    ),
    Field.IGNORE: (plain(REASON), "withdrawn"),
}
_FIELD_OF = {header: field for field, headers in HEADERS.items() for header in headers}


def known_headers(record: Sequence[str]) -> int:
    """How many different meanings the cells have as headers."""
    return len({_FIELD_OF[name] for name in map(plain, record) if name in _FIELD_OF})


def find_header(head: Sequence[Sequence[str]]) -> int:
    """The row's number, counted from 1: the one with most known headers, if they are two at least. Where none is known,
    the first row with more than one cell; a title above the table has only one."""
    known = [known_headers(record) for record in head]
    if max(known, default=0) > 1:
        return known.index(max(known)) + 1
    filled = [sum(bool(cell.strip()) for cell in record) for record in head]
    wide = [row for row, count in enumerate(filled, 1) if count > 1]
    return next(iter(wide), next((row for row, count in enumerate(filled, 1) if count), 1))
