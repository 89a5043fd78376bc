"""Mistakes in files and options: each ends with 4, in one line that names file, key and remedy, and nothing is lost."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.runs.suite_process import WHOLE_API, Finished, run_suite

BAD_INPUT = 4
EARLIER = '{"kind": "header", "of": "an earlier run"}\n'

PROVIDER, WAIVERS = ("--provider", "provider.toml"), ("--waivers", "waivers.yaml")
ACCOUNT = '[accounts."an active project"]\n'
TOKEN = f'{ACCOUNT}token = "{"t" * 32}"\n'
HERE, THERE = 'base_url = "http://127.0.0.1:9"\n', 'base_url = "https://api.example"\n'
PASSWORD = "word-that-nobody-shall-see"
WAIVER = '{pattern: "a/b/c", reason: "r", owner: "o", ticket: "t", expires: "2999-01-01"}'


@dataclass(frozen=True)
class Row:
    """Options, files beside them, and what the one line has to name."""

    words: tuple[str, ...]
    told: tuple[str, ...]
    files: dict[str, str] = field(default_factory=dict)


def _provider(text: str, *told: str) -> Row:
    return Row(PROVIDER, ("provider.toml", *told), {"provider.toml": text})


def _waivers(text: str, *told: str) -> Row:
    return Row(WAIVERS, ("waivers.yaml", *told), {"waivers.yaml": text})


ROWS = {
    "unknown-key": _provider(f'{HERE}alow = ["reads"]\n{TOKEN}', "alow", "nearest: 'allow'"),
    "unknown-key-inside": _provider(f'{HERE}{TOKEN}tokn = "t"\n', "accounts", "tokn"),
    "unknown-effect": _provider(f'{HERE}allow = ["red"]\n{TOKEN}', "allow", "red"),
    "value-of-another-kind": _provider(f'{HERE}{TOKEN}[limits]\nrequests = "many"\n', "limits", "requests"),
    "no-toml": _provider("base_url = \n", "is not valid TOML", "line 1", "fix this line"),
    "no-provider-file": Row(PROVIDER, ("provider.toml", "is not there", "give a readable file")),
    "no-base-url": _provider(TOKEN, "base_url: is missing", "--base-url"),
    "plain-secret-beyond-loopback": _provider(THERE + TOKEN, ".token", "is a plain secret", '{env = "NAME"}'),
    "account-without-credential": _provider(f'{HERE}{ACCOUNT}user_id = "u"\n', "an active project", "give token"),
    "http-beyond-loopback": _provider(
        'base_url = "http://api.example"\n' + TOKEN, "base_url", "is not https", "--allow-insecure"
    ),
    "password-in-url": _provider(
        f'base_url = "https://user:{PASSWORD}@api.example"\n', "base_url", "holds a user or password", "provider file"
    ),
    "password-in-option": Row(
        ("--base-url", f"https://user:{PASSWORD}@api.example"), ("--base-url", "holds a user or password")
    ),
    "http-beyond-loopback-in-option": Row(("--base-url", "http://api.example"), ("--base-url", "is not https")),
    "reference-and-a-base-url": Row(
        ("--provider", "reference", "--base-url", "http://127.0.0.1:9"),
        ("--provider reference", "names another provider"),
    ),
    "empty-option": Row(("--base-url", ""), ("--base-url", "is empty", "leave it out")),
    "no-url-in-option": Row(("--base-url", "api.example"), ("--base-url", "is not an http URL")),
    "verify-base-url": Row(
        ("--verify-base-url", "--base-url", "http://127.0.0.1:9"), ("--verify-base-url", "leave it out")
    ),
    "no-example": Row(("--examples", "0"), ("--examples", "give 1 or more")),
    "no-waiver-file": Row(WAIVERS, ("waivers.yaml", "is not there")),
    "waivers-no-yaml": _waivers("- {pattern: [\n", "line"),
    "waiver-without-owner": _waivers(f"- {WAIVER.replace('owner', 'ower')}\n", "owner"),
    "waiver-without-date": _waivers(f"- {WAIVER.replace('2999-01-01', 'never')}\n", "expires"),
}


def _ask(folder: Path, *words: str, **where: Any) -> Finished:
    """The run, in whose folder an earlier one has left its record."""
    (folder / "reports").mkdir()
    (folder / "reports" / "verdicts.jsonl").write_text(EARLIER)
    words = tuple(str(folder / word) if word in (PROVIDER[1], WAIVERS[1]) else word for word in words)
    return run_suite(folder, *words, **where)


def _told(run: Finished, *needed: str) -> tuple[int, int, list[str], str]:
    """Exit status, number of lines in the terminal, which of the words needed are not there, and the earlier record."""
    lines = run.terminal.strip().splitlines()
    missing = [words for words in needed if words not in run.terminal]
    return run.exit_status, len(lines), missing, (run.reports / "verdicts.jsonl").read_text()


@pytest.mark.parametrize(
    ("row", "workers"),
    [*((row, ()) for row in ROWS.values()), (ROWS["unknown-key"], ("-n", "2"))],
    ids=[*ROWS, "unknown-key-and-two-workers"],
)
def test_bad_input_ends_with_one_line(row: Row, workers: tuple[str, ...], tmp_path: Path) -> None:
    for name, text in row.files.items():
        (tmp_path / name).write_text(text)
    run = _ask(tmp_path, *row.words, *workers)
    assert _told(run, *row.told) == (BAD_INPUT, 1, [], EARLIER), run.terminal
    assert PASSWORD not in run.terminal


def test_reports_folder_that_is_a_file_ends_with_one_line(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text(EARLIER)
    run = run_suite(tmp_path)
    lines = run.terminal.strip().splitlines()
    assert (run.exit_status, len(lines), "--reports" in lines[0]) == (BAD_INPUT, 1, True), run.terminal


def _mutated(name: str, old: str, new: str) -> Callable[[Path], None]:
    def spoil(schemas: Path) -> None:
        text = (schemas / name).read_text()
        assert old in text
        (schemas / name).write_text(text.replace(old, new, 1))

    return spoil


def _appended(name: str, text: str) -> Callable[[Path], None]:
    def spoil(schemas: Path) -> None:
        (schemas / name).write_text((schemas / name).read_text() + text)

    return spoil


PATHS, BODY = "paths/user.yaml", "components/get-active-project.json"
BREAKS = {
    "root-is-no-yaml": (_appended("openapi.yaml", "\n[\n"), "openapi.yaml"),
    "path-is-no-yaml": (_appended(PATHS, "\n  [\n"), "user.yaml"),
    "schema-is-no-json": (_appended(BODY, "}"), "get-active-project.json"),
    "schema-is-gone": (lambda schemas: (schemas / BODY).unlink(), "get-active-project.json"),
    "operation-without-source": (_mutated(PATHS, "source: {section:", "sources: {section:"), "user.yaml"),
    "unknown-effect": (_mutated(PATHS, "effect: reads", "effect: reeds"), "user.yaml"),
    "unknown-reading": (_mutated(PATHS, "reason-phrase-contradicts-code", "no-such-reading"), "no-such-reading"),
    "reading-without-reason": (_mutated("interpretations.yaml", "  reason: ", "  reasons: "), "interpretations.yaml"),
    "unknown-keyword-type": (
        _mutated("components/project.json", '"type": "object"', '"type": "objct"'),
        "project.json",
    ),
}


@pytest.mark.parametrize(("spoil", "told"), BREAKS.values(), ids=BREAKS)
def test_broken_schema_ends_with_one_line(spoil: Callable[[Path], None], told: str, tmp_path: Path) -> None:
    contract = Path(shutil.copytree(WHOLE_API, tmp_path / "schemas"))
    spoil(contract)
    run = _ask(tmp_path, contract=contract)
    assert _told(run, told) == (BAD_INPUT, 1, [], EARLIER), run.terminal[-2000:]
