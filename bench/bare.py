"""A bare application that imports what Laurel imports, and does nothing with it. Its twin in memory and in starting.

Of each package what every web process needs: a database's driver on SQLite, and of pydantic its models, which name what
the JSON endpoints take and answer. What Laurel imports late is not here.
"""

import sqlite3  # noqa: F401

import argon2  # noqa: F401
import babel.dates  # noqa: F401
import flask_babel  # noqa: F401
import flask_limiter  # noqa: F401
import flask_login  # noqa: F401
import flask_sqlalchemy  # noqa: F401
import flask_wtf  # noqa: F401
import htmx_flask  # noqa: F401
import pydantic.json_schema  # noqa: F401
import redis  # noqa: F401
import rq  # noqa: F401
import sqlalchemy.dialects.postgresql
import sqlalchemy.dialects.sqlite
import sqlalchemy.orm  # noqa: F401
import structlog  # noqa: F401
import wtforms  # noqa: F401
from flask import Flask
from pydantic import BaseModel, Field  # noqa: F401

app = Flask(__name__)
