"""The web application, as gunicorn and the `flask` command load it."""

import gc

from app import create_app

gc.disable()  # What is loaded stays: looking through it for garbage would take a tenth of the start.
app = create_app()
gc.enable()
