from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from ...database import UtcDateTime
from ...extensions import Model


class SecondEntry(Model):
    """What a second person typed, blind, for a record whose value is another one: to be settled.

    `marks` as plain text, as history has them. It is of no interest once the record has another version.
    """

    __tablename__ = "second_entries"

    record_id: Mapped[int] = mapped_column(ForeignKey("records.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int]
    marks: Mapped[list[Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    by_link_id: Mapped[int | None] = mapped_column(ForeignKey("judge_links.id", ondelete="SET NULL"))
    by_name: Mapped[str] = mapped_column(String(120))
