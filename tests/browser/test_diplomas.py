"""A template is designed by mouse and by keyboard, diplomas are printed, one result is corrected, one diploma reissued,
and the codes on both papers are followed."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import pypdfium2 as pdfium
import zxingcpp
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.accounts.models import Role
from app.database import locked
from app.diplomas.models import DiplomaLayout, DiplomaTemplate
from app.events.kinds import EvaluationType
from app.events.models import Event
from app.extensions import db
from app.scoring.actions import Entry, save_records
from app.scoring.models import Source
from tests.conftest import StartWorker
from tests.diplomas import reading
from tests.support import make

from . import steps
