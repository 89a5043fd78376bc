"""The page of pytest-html is mended where it has the shape that is known, and left alone where it has another."""

import re
from importlib.resources import files
from itertools import product

import pytest

from talkstack_contract.reports.accessibility import accessible
from talkstack_contract.reports.findings import STYLESHEET, Findings, page
from tests.unit.found import EVERYTHING, RUNS, Page

KNOWN = """<!DOCTYPE html>
<html>
  <head>
    <title id="head-title">A run</title>
  </head>
  <body>
    <h1 id="title">A run</h1>
    <p>Report generated on a day</p>
    <div id="environment-header">
      <h2>Environment</h2>
    </div>
    <table id="environment"></table>
    <div class="filters">
      <input checked="true" name="filter_checkbox" type="checkbox" data-test-result="failed">
      <span class="failed">1 Failed,</span>
      <input checked="true" name="filter_checkbox" type="checkbox" data-test-result="passed" disabled/>
      <span class="passed">0 Passed</span>
    </div>
  <footer>
    <script>`<ul>${values.join('')}<ul>`</script>
  </footer>
  </body>
</html>
"""
MENDED = accessible(KNOWN)


def test_page_names_its_language_and_fits_a_phone() -> None:
    assert ('<html lang="en">' in MENDED, 'name="viewport"' in MENDED) == (True, True)


def test_page_has_one_main_part_that_ends_with_what_is_about_the_run() -> None:
    found = re.findall(r"<main>|</main>|<h1|Report generated|Environment|filters|<footer>", MENDED)
    assert found == ["<main>", "<h1", "filters", "Report generated", "Environment", "</main>", "<footer>"]


def test_each_filter_has_a_name() -> None:
    inputs = re.findall(r"<label><input [^>]*>\s*<span [^>]*>([^<]*)</span></label>", MENDED)
    assert inputs == ["1 Failed,", "0 Passed"]


def test_list_is_closed() -> None:
    assert "`<ul>${values.join('')}</ul>`" in MENDED


def test_mended_page_keeps_every_tag() -> None:
    added = {"meta", "script", "main", "button", "label"}
    before, after = Page(KNOWN).tags, Page(MENDED).tags
    assert sorted(tag for tag in after if tag not in added) == sorted(tag for tag in before if tag not in added)


@pytest.mark.parametrize("found", [EVERYTHING, *RUNS.values()], ids=["everything", *RUNS])
def test_what_we_put_into_the_page_is_left_as_it_is(found: Findings) -> None:
    ours = page(found, "report.html")
    assert ours in accessible(KNOWN.replace('<div class="filters">', f'{ours}<div class="filters">'))


@pytest.mark.parametrize("gone", ["<html>", "<h2>Environment</h2>", "filter_checkbox", "<footer>", ".join('')}<ul>`"])
def test_page_of_another_shape_is_left_as_it_is(gone: str) -> None:
    other = KNOWN.replace(gone, "<b>")
    assert accessible(other) == other


def test_page_is_mended_once() -> None:
    assert accessible(MENDED) == MENDED


def test_installed_pytest_html_has_the_known_shape() -> None:
    resources = files("pytest_html") / "resources"
    template = (resources / "index.jinja2").read_text(encoding="utf-8")
    made = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", template) + (resources / "app.js").read_text(encoding="utf-8")
    assert accessible(made) != made


# Colours

INKS, GROUNDS = ("ink", "soft", "ok", "bad", "warn", "off", "link"), ("paper", "wash", "badb", "warnb")
SCHEMES = {
    f"{name}-{number}": dict(re.findall(r"--(\w+):#(\w+)", block))
    for name in ("report", "acceptance")
    for number, block in enumerate(
        re.findall(r":root\{([^}]*)\}", STYLESHEET.with_name(f"{name}.css").read_text(encoding="utf-8"))
    )
}


def light(colour: str) -> float:
    """Return the relative luminance of a colour (WCAG 2.2)."""
    digits = colour if len(colour) == 6 else "".join(2 * digit for digit in colour)
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(ink: str, ground: str) -> float:
    less, more = sorted((light(ink), light(ground)))
    return (more + 0.05) / (less + 0.05)


def test_contrast_is_that_of_the_standard() -> None:
    assert (contrast("000", "fff"), round(contrast("767676", "ffffff"), 2)) == (21.0, 4.54)


@pytest.mark.parametrize("colours", SCHEMES.values(), ids=SCHEMES)
def test_text_stands_out_on_every_ground(colours: dict[str, str]) -> None:
    pairs = product((ink for ink in INKS if ink in colours), GROUNDS)
    poor = {pair: round(ratio, 2) for pair in pairs if (ratio := contrast(*(colours[each] for each in pair))) < 4.5}
    assert poor == {}
