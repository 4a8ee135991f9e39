"""Every page in both themes and three widths: open to everyone, light to load, and in one piece."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django import forms
from django.contrib.staticfiles import finders

from tests.static import samples

AXE = Path(__file__).parents[1] / "vendor/axe-core-4.14.1/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TEMPLATES = Path(__file__).parents[2] / "templates"
# The admin site's pages stand in its own frame; these are ours.
OURS = [path for path in sorted(TEMPLATES.rglob("*.html")) if "admin" not in path.parts]
BUDGET = 110_000  # bytes of script and style, compressed, that one page may ask for
FONT = 50_000


class SignIn(forms.Form):
    email = forms.EmailField(label="E-mail", help_text="The one you were invited with.")
    password = forms.CharField(label="Password", widget=forms.PasswordInput)


PAGES = {
    "list": ("reporting/stock_list.html", samples.stock()),
    "everywhere": (
        "reporting/stock_list.html",
        samples.stock(everywhere=True, next_url="?after=4"),
    ),
    "nothing-found": ("reporting/stock_list.html", samples.stock(rows=[], empty="filtered")),
    "nothing-yet": ("reporting/stock_list.html", samples.stock(rows=[], empty="new")),
    "list-and-drawer": ("reporting/stock_list.html", samples.stock() | samples.detail()),
    "item": ("reporting/item_page.html", samples.shell() | samples.detail()),
    "parts": ("reporting/parts.html", {}),
    "sign-in": ("core/sign_in.html", {"form": SignIn()}),
    "sign-in-refused": ("core/sign_in.html", {"form": SignIn({"email": "priya"})}),
    "choose": (
        "reporting/choose_tenant.html",
        {"tenants": [{"name": "Acme Coffee", "role_label": "Owner", "url": "/acme/"}]},
    ),
    "no-locations": ("reporting/no_locations.html", {"tenant": {"name": "Acme Coffee"}}),
    "403": ("403.html", {}),
    "404": ("404.html", {}),
    "500": ("500.html", {}),
    "503": ("503.html", {}),
}


@pytest.mark.e2e
@pytest.mark.parametrize("width", [1440, 1024, 390])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_open_to_everyone_in_both_themes(site, name, width):
    site.is_strict = False  # axe sets styles to measure by, which the content policy would block
    site.put(f"/{name}/", *PAGES[name])
    site.page.set_viewport_size({"width": width, "height": 900})
    for theme in ("light", "dark"):
        site.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page = site.open(f"/{name}/")
        page.evaluate(AXE.read_text())
        found = page.evaluate(
            "(rules) => axe.run(document, { runOnly: rules }).then((r) => r.violations)", RULES
        )

        assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []


@pytest.mark.e2e
@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_the_narrowest_screen_without_moving_sideways(site, name):
    site.put(f"/{name}/", *PAGES[name])
    site.page.set_viewport_size({"width": 320, "height": 800})
    page = site.open(f"/{name}/")

    assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.e2e
def test_the_stock_list_stays_within_what_a_page_may_weigh(site):
    site.put("/list/", *PAGES["list"])
    site.open("/list/").wait_for_selector("[data-state=live]")
    code = [path for path in site.sizes if path.endswith((".css", ".js"))]
    weight = sum(len(gzip.compress(_static(path))) for path in code)

    assert "/static/js/paint.js" in code
    assert weight < BUDGET


@pytest.mark.e2e
def test_one_font_file_serves_all(site):
    site.put("/list/", *PAGES["list"])
    site.open("/list/").wait_for_function("document.fonts.check('16px \"Inter Variable\"')")
    fonts = {path: size for path, size in site.sizes.items() if path.endswith("woff2")}

    assert len(fonts) == 1
    assert max(fonts.values()) < FONT


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_template_says_what_it_takes_and_holds_no_inline_script_or_style(path):
    text = path.read_text()

    assert re.search(r"\{# .+ #\}", text), "it opens by saying what it takes"
    assert re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", text) is None


def test_every_icon_a_template_names_is_in_the_sprite():
    named = set(re.findall(r"""(?:icon|icon_name=)\s*"([a-z0-9-]+)\"""", _all_templates()))
    symbols = set(re.findall(r'<symbol id="([a-z0-9-]+)"', _static("icons/sprite.svg").decode()))

    assert named - symbols == set()


def _all_templates() -> str:
    return "\n".join(path.read_text() for path in TEMPLATES.rglob("*.html"))


def _static(path: str) -> bytes:
    return Path(str(finders.find(path.removeprefix("/static/")))).read_bytes()
