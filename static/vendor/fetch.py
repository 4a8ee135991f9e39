"""Fetch the vendored browser files again: exact versions, known hashes, nothing else.

Run by `make vendor`. A file whose hash differs from the one written here is refused and nothing
is replaced. The icon sprite is put together from the icons named below.
"""
# ruff: noqa: INP001 -- a script beside what it fetches, not a package

from __future__ import annotations

import hashlib
import io
import re
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "static/vendor"
ICONS = ROOT / "static/icons"
PATIENCE = 120  # seconds for one package


@dataclass(frozen=True)
class Package:
    """One package at one version: its archive's hash, and which files go where."""

    name: str
    version: str
    sha256: str
    files: dict[str, Path]


ICON_PACKAGE = Package(
    "@tabler/icons",
    "3.51.0",
    "b30108713d3fa60aee862c2a133225da8e0f309be0708fe2925763ff810c766c",
    {"LICENSE": ICONS / "LICENSE"},
)
PACKAGES = [
    Package(
        "htmx.org",
        "2.0.11",
        "165a2655073e9e6e55e307a7c74e8ebcdb76afb7701f9c16cfd106a13add408e",
        {
            "dist/htmx.min.js": VENDOR / "htmx-2.0.11/htmx.min.js",
            "LICENSE": VENDOR / "htmx-2.0.11/LICENSE",
        },
    ),
    Package(
        "idiomorph",
        "0.8.0",
        "c2b48584153f0167b5c98cb815576338ccd82a97378e53fbf29d139dfd67207e",
        {
            "dist/idiomorph-ext.min.js": VENDOR / "idiomorph-0.8.0/idiomorph-ext.min.js",
            "LICENSE": VENDOR / "idiomorph-0.8.0/LICENSE",
        },
    ),
    Package(
        "@fontsource-variable/inter",
        "5.3.0",
        "d26710dd38e7217484a1d47ee76c024977ec550548876f26d06ed1844af09a14",
        {
            "files/inter-latin-wght-normal.woff2": VENDOR
            / "inter-5.3.0/inter-latin-wght-normal.woff2",
            "LICENSE": VENDOR / "inter-5.3.0/LICENSE",
        },
    ),
    Package(
        "axe-core",
        "4.14.1",
        "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745",
        {
            "axe.min.js": ROOT / "tests/vendor/axe-core-4.14.1/axe.min.js",
            "LICENSE": ROOT / "tests/vendor/axe-core-4.14.1/LICENSE",
            "LICENSE-3RD-PARTY.txt": ROOT / "tests/vendor/axe-core-4.14.1/LICENSE-3RD-PARTY.txt",
        },
    ),
    ICON_PACKAGE,
]

# A hand-picked set; a sprite of everything would weigh two megabytes.
SPRITE = """
    alert-triangle arrow-back-up arrow-down arrow-up arrows-exchange arrows-sort bell box
    building-store building-warehouse category chart-bar check chevron-down chevron-left
    chevron-right clipboard-check cloud-off device-desktop dots external-link filter history home
    info-circle keyboard lock logout map-pin menu-2 minus moon player-pause player-play plug plus
    printer refresh scan search selector settings shopping-cart sun truck users x
"""


class Refused(Exception):
    """What came is not what was expected; nothing was replaced."""


def archive(package: Package, folder: Path) -> tarfile.TarFile:
    """The package's archive, its hash checked."""
    done = subprocess.run(  # noqa: S603 -- a fixed command, names from this file
        ["npm", "pack", f"{package.name}@{package.version}", "--silent"],  # noqa: S607 -- npm from the path
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    content = (folder / done.stdout.split()[-1]).read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != package.sha256:
        raise Refused(f"{package.name} {package.version}: the hash is {found}")
    return tarfile.open(fileobj=io.BytesIO(content))


def member(opened: tarfile.TarFile, name: str) -> bytes:
    """The bytes of one file of the archive."""
    found = opened.extractfile(f"package/{name}")
    if found is None:
        raise Refused(f"{name} is not in the archive")
    return found.read()


def symbol(name: str, svg: str) -> str:
    """One icon as a symbol: its strokes only, for colour and width come from the stylesheet."""
    inner = re.search(r"<svg[^>]*>(.*)</svg>", svg, re.DOTALL)
    if inner is None:
        raise Refused(f"{name} is not a drawing")
    strokes = re.findall(r'<(?:path|circle|rect)(?! stroke="none")[^>]*/>', inner.group(1))
    body = "".join(re.sub(r"\s+/>", "/>", " ".join(stroke.split())) for stroke in strokes)
    return f'  <symbol id="{name}" viewBox="0 0 24 24">{body}</symbol>\n'


def sprite(opened: tarfile.TarFile) -> bytes:
    """All icons named in SPRITE in one file."""
    symbols = "".join(
        symbol(name, member(opened, f"icons/outline/{name}.svg").decode())
        for name in SPRITE.split()
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}</svg>\n'.encode()


def fetch() -> dict[Path, bytes]:
    """Everything that is to be written, all of it checked."""
    wanted: dict[Path, bytes] = {}
    with tempfile.TemporaryDirectory() as folder:
        for package in PACKAGES:
            with archive(package, Path(folder)) as opened:
                wanted |= {path: member(opened, name) for name, path in package.files.items()}
                if package is ICON_PACKAGE:
                    wanted[ICONS / "sprite.svg"] = sprite(opened)
    return wanted


def main() -> int:
    """Fetch, then write; answer 1 when something was refused."""
    try:
        wanted = fetch()
    except (Refused, subprocess.SubprocessError) as problem:
        sys.stderr.write(f"Nothing was replaced. {problem}\n")
        return 1
    for path, content in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        sys.stdout.write(f"{path.relative_to(ROOT)}  {len(content)} bytes\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
