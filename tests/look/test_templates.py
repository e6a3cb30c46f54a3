"""What holds for every template and static file: no inline code, small, and complete."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

TEMPLATES = Path(settings.BASE_DIR, "templates")
STATIC = Path(settings.BASE_DIR, "static")
FIRST_PAGE_LIMIT_BYTES = 40 * 1024

NAMES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))
INLINE_STYLE = re.compile(r"<style|\sstyle=", re.IGNORECASE)
INLINE_HANDLER = re.compile(r"<[^>%{]*\s(on[a-z]+|hx-on[:-][\w:-]*)=", re.IGNORECASE)
INLINE_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)(?![^>]*application/json)", re.IGNORECASE)
FOREIGN_ADDRESS = re.compile(r"(?:src|href|action)=[\"'](?:https?:)?//", re.IGNORECASE)


def _css() -> str:
    return "".join(path.read_text() for path in STATIC.glob("css/*.css"))


@pytest.mark.parametrize("name", NAMES)
def test_template_compiles(name: str) -> None:
    assert get_template(name)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("pattern", [INLINE_STYLE, INLINE_HANDLER, INLINE_SCRIPT])
def test_template_passes_the_strict_content_policy(name: str, pattern: re.Pattern[str]) -> None:
    assert not pattern.search((TEMPLATES / name).read_text())


@pytest.mark.parametrize("name", [n for n in NAMES if n in {"document.html", "base.html"}])
def test_shell_loads_nothing_from_elsewhere(name: str) -> None:
    assert not FOREIGN_ADDRESS.search((TEMPLATES / name).read_text())


def test_first_page_assets_stay_below_the_limit() -> None:
    assets = [*STATIC.glob("css/*.css"), *STATIC.glob("js/*.js"), *STATIC.glob("vendor/**/*.js")]
    weight = sum(len(gzip.compress(path.read_bytes())) for path in assets)

    assert assets
    assert weight <= FIRST_PAGE_LIMIT_BYTES


def test_every_token_used_is_declared_and_every_declared_one_used() -> None:
    declared = set(
        re.findall(r"^\s*(--\w+):", (STATIC / "css/tokens.css").read_text(), re.MULTILINE)
    )
    used = set(re.findall(r"var\((--\w+)\)", _css()))

    assert used == declared


def test_dark_theme_redefines_the_same_names_both_ways() -> None:
    system, chosen = (STATIC / "css/tokens.css").read_text().split("@media screen")[1:]
    names = re.compile(r"(--\w+): ([^;]+);")

    assert dict(names.findall(system)) == dict(names.findall(chosen))


@pytest.mark.parametrize("name", ["400.html", "500.html"])
def test_bare_error_page_renders_without_context(name: str) -> None:
    page = get_template(name).render()

    assert "<h1>" in page
    assert 'href="/"' in page
