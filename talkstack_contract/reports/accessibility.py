"""The finished page of pytest-html, usable by whoever reads it: with a screen reader, by keyboard, on a phone.

What its markup lacks is added here, what only answers to a click is mended by `keyboard.js`, colours by `report.css`.
`filter.js` filters our own list of cases.
Known of pytest-html 4.1 and 4.2; `tests/unit/test_accessibility.py` tells when a later one has another shape.
"""

import re
from pathlib import Path

_TEMPLATES = Path(__file__).parent / "templates"
SCRIPTS = (_TEMPLATES / "keyboard.js", _TEMPLATES / "filter.js")
_EDITS = {
    r"<html>": r'<html lang="en">',
    r'id="head-title">[^<]*</title>': r'\g<0><meta name="viewport" content="width=device-width,initial-scale=1">',
    r"<h2>Environment</h2>": r'<h2><button type="button">Environment</button></h2>',
    r'<div class="filters">': r'<div class="filters" role="group" aria-label="Results shown">',
    r'<input [^>]*name="filter_checkbox"[^>]*>\s*<span [^>]*>[^<]*</span>': r"<label>\g<0></label>",
    # What is about the run comes last, as it is of least interest, and all of it is the main part of the page.
    r'(?s)<body>(.*?)(<p>Report generated on .*?<table id="environment"></table>)(.*?)<footer>': (
        r"<body><main>\1\3\2</main><footer>"
    ),
    r"\.join\(''\)\}<ul>`": r".join('')}</ul>`",  # a list in the environment is opened a second time, never closed
}


def accessible(page: str) -> str:
    """Return the page with what it lacks; as it is, where it has another shape than the known one."""
    scripts = "".join(each.read_text(encoding="utf-8") for each in SCRIPTS)
    edited = page.replace("</head>", f"<script>\n{scripts}</script></head>", 1)
    for pattern, replacement in _EDITS.items():
        edited, count = re.subn(pattern, replacement, edited)
        if not count:
            return page
    return edited
