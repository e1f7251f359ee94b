"""The web application, as gunicorn and the `flask` command load it."""

from app import create_app

app = create_app()
