"""Copies the front-end files that npm fetched from node_modules/ to static/vendor/.

Run as `python -P app/frontend.py`: it needs nothing but the standard library, so a build step can do without the rest.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"

SCRIPTS = ("htmx.org/dist/htmx.min.js", "idiomorph/dist/idiomorph-ext.min.js")
FONTS = ("inter", "outfit")
ICONS = "lucide-static/icons"

FONT_FACE = re.compile(r"@font-face\s*\{.*?\}", re.DOTALL)
FONT_FILE = re.compile(r"url\(\./files/([\w.-]+)\)")


def main() -> None:
    """Build the whole folder beside and rename it, so that it is either complete or not there."""
    beside = VENDOR.with_name(".vendor-new")
    shutil.rmtree(beside, ignore_errors=True)
    for script in SCRIPTS:
        copy(PACKAGES / script, beside / "js")
    for font in FONTS:
        copy_font(PACKAGES / "@fontsource-variable" / font, beside / "fonts" / f"{font}.css")
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
