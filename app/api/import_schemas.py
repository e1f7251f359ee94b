"""What an import over JSON takes and answers."""

from __future__ import annotations

from pydantic import BaseModel, Field

from .schemas import Error


class ImportQuery(BaseModel):
    dry_run: bool = Field(False, description="Say what would be written, and write nothing.")
    leave_out: bool = Field(False, description="Leave refused rows out; without it, one of them refuses the file.")
    group: str = Field("", max_length=80, description="The group for rows without one.")
    encoding: str | None = Field(None, description="Found out where it is not given, like the four below.")
    delimiter: str | None = None
    decimals: str | None = Field(None, description="comma, point or either.")
    sheet: str | None = None
    header_row: int | None = Field(None, ge=1, le=20)


class RowError(BaseModel):
    row: int = Field(description="As a spreadsheet counts it.")
    column: str | None = Field(description="The header; null where the row as a whole is wrong.")
    detail: str


class HowRead(BaseModel):
    """How the file was read, so that what was found out wrong can be given."""

    kind: str = Field(description="CSV, XLSX or ODS.")
    encoding: str
    delimiter: str
    decimals: str
    sheet: str
    header_row: int
    columns: dict[str, str] = Field(description="By header: a field, or activity:ID with :2 for a second attempt.")


class Imported(BaseModel):
    """What was written, or with `dry_run` what would be. Refused rows are left out; `errors` has the first 100."""

    dry_run: bool
    import_id: int | None
    new: int
    changed: int
    unchanged: int
    refused: int
    groups_new: list[str]
    read: HowRead
    errors: list[RowError]
    error_count: int


class RowErrors(Error):
    """`errors` are there when rows are to blame: other codes are about the file as a whole."""

    errors: list[RowError] = Field([], description="The first 100 of them.")
    error_count: int = 0
