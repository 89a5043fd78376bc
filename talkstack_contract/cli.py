"""The command `talkstack-contract`: runs the suite, and works on the record of a run.

Exit status: 0 ACCEPTED, 1 REJECTED or "differs", 6 INCONCLUSIVE, 4 for a file or an option that cannot be used.
"""

import argparse
import json
import os
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent
from typing import NoReturn

from talkstack_contract import __version__
from talkstack_contract.contract.bundle import bundled
from talkstack_contract.contract.cases import derive_cases
from talkstack_contract.contract.openapi import load_contract
from talkstack_contract.contract.profiles import profile_text, sha256_of
from talkstack_contract.docs.cli import main as docs
from talkstack_contract.errors import BadInput
from talkstack_contract.initial_files import IGNORE_FILE, ignore, is_new, write_contract, write_settings
from talkstack_contract.initial_settings import first_steps, settings_text
from talkstack_contract.interruption import hold_off_signals
from talkstack_contract.judging.decision import DecisionKind
from talkstack_contract.locations import CONTRACT, CONTRACT_TESTS, PACKAGE, ROOT
from talkstack_contract.provider_options import SETTINGS_FILE
from talkstack_contract.reports.ctrf import ctrf
from talkstack_contract.reports.findings import Findings
from talkstack_contract.reports.har import har
from talkstack_contract.reports.rebuild import ACCEPTANCE, REPORT, is_shown, joined, read_part, views
from talkstack_contract.reports.terminal import change_lines, last_line, printed
from talkstack_contract.reports.verify import differences, read_page
from talkstack_contract.results.records import RunHeader
from talkstack_contract.run_options import BASE_URL, CONTRACT_OPTION, GROUPS, Option

PROGRAM = "talkstack-contract"
DIFFERS, BAD_INPUT = 1, 4
RECORD, LEDGER = Path("reports/verdicts.jsonl"), Path("reports/ledger.jsonl")
HELP = ("-h", "--help")
FORMATS: Mapping[str, tuple[Callable[[Findings], str], str]] = {
    "har": (har, "the exchanges as HAR 1.2"),
    "ctrf": (ctrf, "the verdicts in the Common Test Report Format (JSON)"),
}
"""Of other tools, by the option of `report` that asks for them."""
Words = Sequence[str]


@dataclass(frozen=True)
class Command:
    """A command: its line in the overview, and what it does with the words after its name."""

    summary: str
    act: Callable[[Words], int]


def main(words: Words | None = None) -> int:
    """Do what the words say, by default those of the process; return the exit status."""
    words = sys.argv[1:] if words is None else words
    status = 0
    try:
        status = _do(words)
        sys.stdout.flush()
    except BadInput as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return BAD_INPUT
    except BrokenPipeError:  # whoever reads the output has seen enough; nothing may be left to flush at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return status


def _do(words: Words) -> int:
    if words and words[0] in COMMANDS:
        return COMMANDS[words[0]].act(words[1:])
    parser = _overview()
    if words:
        parser.parse_args(words)
    parser.print_help()
    return BAD_INPUT


class _Parser(argparse.ArgumentParser):
    """Ends as pytest does where the command is used wrongly."""

    def error(self, message: str) -> NoReturn:
        """Print the usage and one line, and exit."""
        self.print_usage(sys.stderr)
        self.exit(BAD_INPUT, f"ERROR: {message}; see {self.prog} --help\n")


def _parser(name: str, description: str, epilog: str = "", usage: str | None = None) -> _Parser:
    return _Parser(
        prog=f"{PROGRAM} {name}".strip(),
        usage=usage,
        description=description,
        epilog=dedent(epilog),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def _overview() -> _Parser:
    width = max(map(len, COMMANDS))
    listed = "\n".join(f"  {name:{width}}  {command.summary}" for name, command in COMMANDS.items())
    examples = f"""
examples:
  {PROGRAM} run                                      test the embedded reference provider
  {PROGRAM} init                                     write a settings file, which a run then finds
  {PROGRAM} run --base-url https://api.example       test a real provider; only reads are sent
  {PROGRAM} run --provider provider.toml -n 2        with accounts and limits from a file, in two processes

{PROGRAM} COMMAND --help explains a command and its options."""
    description = "Test an HTTP API against what its documentation promises, and report a verdict for each promise."
    usage = f"{PROGRAM} COMMAND [options]"
    parser = _parser("", description, f"commands:\n{listed}\n{examples}", usage)
    parser.add_argument("command", choices=list(COMMANDS), help=argparse.SUPPRESS)
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    return parser


# Runs: pytest takes the words as they are


def _run(words: Words) -> int:
    if _asks_for_help(words):
        epilog = """\
            Every other option is passed to pytest, for example
              -k TEXT   test only the cases whose id contains TEXT; such a run makes no decision
              -n 2      test in two processes
              -x        stop at the first failure
              -q        print less

            exit status: 0 ACCEPTED, with or without remarks; 1 REJECTED; 6 INCONCLUSIVE;
            4 an option or a file that cannot be used; 5 nothing selected; 2 interrupted before the first request
            """
        description = "Test a provider, decide, and write the reports."
        return _print_help(_parser("run", description, epilog, f"{PROGRAM} run [options] [options of pytest]"))
    return _run_pytest(words)


def _plan(words: Words) -> int:
    if _asks_for_help(words):
        description = "List every request that `run` with the same options would send, and send none."
        return _print_help(_parser("plan", description, usage=f"{PROGRAM} plan [options of run]"))
    return _run_pytest(["--plan", "-q", *words])


def _clean_up(words: Words) -> int:
    if _asks_for_help(words):
        description = f"""Remove what a run created at the provider and left behind, because it crashed or was killed.
LEDGER is the file in which that run recorded it (default: {LEDGER}).
Give the same --provider or --base-url as to the run. Exit status: 0 all removed, 6 something is left."""
        usage = f"{PROGRAM} clean-up [LEDGER] [options of run]"
        return _print_help(_parser("clean-up", description, usage=usage))
    named = bool(words) and not words[0].startswith("-")
    ledger, options = (words[0], words[1:]) if named else (str(LEDGER), words)
    return _run_pytest(["--clean-up", ledger, "-q", *options])


def _asks_for_help(words: Words) -> bool:
    return any(word in HELP for word in words)


def _print_help(parser: _Parser) -> int:
    for title, options in GROUPS.items():
        group = parser.add_argument_group(title)
        for option in (BASE_URL, *options) if "--provider" in (each.flag for each in options) else options:
            _add(group, option)
    parser.print_help()
    return 0


def _add(group: "argparse._ActionsContainer", option: Option) -> None:
    group.add_argument(option.flag, help=option.help, **option.settings)  # type: ignore[arg-type]


def _run_pytest(words: Words) -> int:
    import pytest  # the other commands need neither pytest nor its plugins

    cache = Path(".pytest_cache").resolve()
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(user_cache(cache) / "hypothesis"))
    status = int(pytest.main([*_placed(cache), *with_node_ids(words)]))
    hold_off_signals()  # all is written: what the process ends with is what the run has decided
    return status


def user_cache(otherwise: Path) -> Path:
    """Return where a user's programs keep what they can make again: Hypothesis' tables of characters take a second.

    A user without a home, as in a container, has no such place.
    """
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / PROGRAM
    except RuntimeError:
        return otherwise


def _placed(cache: Path) -> list[str]:
    """Name our own tests and settings to pytest, which would take those of the folder it is started in."""
    ini, plugin = PACKAGE / "run.ini", "talkstack_contract.pytest_plugin"
    places = ["-c", str(ini), "--rootdir", str(ROOT), "--confcutdir", str(CONTRACT_TESTS)]
    return [*places, "-o", f"pythonpath={ROOT}", "-o", f"cache_dir={cache}", "-p", plugin]


def with_node_ids(words: Words) -> list[str]:
    """Name our own tests, or those of them that node ids name: whatever stands before the file, as pytest prints it."""
    files = {path.name for path in CONTRACT_TESTS.glob("test_*.py")}
    named = [f"{CONTRACT_TESTS / Path(word.partition('::')[0]).name}::{word.partition('::')[2]}" for word in words]
    is_ours = [Path(word.partition("::")[0]).name in files and "::" in word for word in words]
    found = [name if mine else word for name, word, mine in zip(named, words, is_ours, strict=True)]
    return found if any(is_ours) else [str(CONTRACT_TESTS), *found]


def _init(words: Words) -> int:
    description = f"Write a first {SETTINGS_FILE}, made of the contract, into the current folder."
    epilog = f"""\
        It is never written over one that is there. {IGNORE_FILE} gets what must not be committed beside it.
        Into a folder of a contract that is not there, or empty, a contract to begin with is written as well.
        """
    parser = _parser("init", description, epilog)
    _add(parser, CONTRACT_OPTION)
    named = parser.parse_args(words).contract
    here, today = Path(), datetime.now(UTC).date()
    begun = write_contract(_folder(named), today) if named and is_new(_folder(named)) else ()
    for path in begun:
        print(f"written: {path}")
    contract = load_contract(_folder(named))
    cases = derive_cases(contract)
    if not (begun and (here / SETTINGS_FILE).exists()):
        print(f"written: {write_settings(here, settings_text(contract, cases))}")
    if added := ignore(here):
        print(f"written: {IGNORE_FILE}, to which {', '.join(added)} {'is' if len(added) == 1 else 'are'} added")
    options = f" --contract {shlex.quote(named)}" if named else ""
    todo = [f"describe the API in {begun[0]}", *first_steps(contract, cases)] if begun else first_steps(contract, cases)
    steps = "".join(f"\n  {each}" for each in todo)
    print(f"\nfirst:{steps}\n\nthen:" if steps else "\nthen:")
    print(f"  {PROGRAM} run{options} --check    # what these settings reach; sends nothing")
    print(f"  {PROGRAM} run{options}")
    return 0


# Work on the record of a run


def _report(words: Words) -> int:
    description = f"Write {REPORT}, summary.md, junit.xml and, of an acceptance, {ACCEPTANCE} again from a record."
    epilog = """\
        Several records are parts of one run: of two verdicts for a clause the worse one counts.
        Last line and exit status are those of the run.
        """
    parser = _parser("report", description, epilog)
    parser.add_argument("records", nargs="*", type=Path, metavar="verdicts.jsonl", default=[RECORD])
    beside = f"folder for the pages (default: that of the {RECORD.name}; of several or otherwise named: reports)"
    parser.add_argument("--reports", type=Path, metavar="DIR", help=beside)
    for name, (_, meaning) in FORMATS.items():
        parser.add_argument(f"--{name}", type=Path, metavar="FILE", help=f"write {meaning} to FILE, too")
    given = parser.parse_args(words)
    parts = [read_part(path) for path in given.records]
    findings = joined(parts)
    folder = _folder_of_pages(given.reports, given.records)
    for name, (written, _) in FORMATS.items():
        if path := getattr(given, name):
            print(_written_for_others(f"--{name}", path, written(findings)))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in views(findings, parts):
            print(_kept_or_written(folder / name, text, findings))
    except OSError as error:
        problem = f"{folder} cannot be written ({type(error).__name__})"
        raise BadInput("--reports", "", problem, "name another folder") from None
    for line in change_lines(findings.decision.changes, findings.judgements):
        print(printed(line))
    print(printed(last_line(findings.decision, findings.requests, findings.seconds)))
    return findings.decision.exit_status


def _folder_of_pages(named: Path | None, records: Sequence[Path]) -> Path:
    """Return where pages of records go: never beside the record of another run, whose pages they would replace."""
    is_one = len(records) == 1 and records[0].name == RECORD.name
    folder = named or (records[0].parent if is_one else RECORD.parent)
    there = folder / RECORD.name
    if there.is_file() and not any(there.samefile(each) for each in records):
        raise BadInput("--reports", "", f"{folder} holds the record of another run", "name another folder")
    return folder


def _written_for_others(option: str, path: Path, text: str) -> str:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    except OSError as error:
        raise BadInput(option, "", f"{path} cannot be written ({type(error).__name__})", "name another file") from None
    return f"written: {path}"


def _kept_or_written(path: Path, text: str, findings: Findings) -> str:
    if path.name == REPORT and is_shown(findings, path):
        return f"kept:    {path}, which the run wrote: it shows the same, and what pytest said"
    path.write_bytes(text.encode())
    return f"written: {path}"


def _profile(words: Words) -> int:
    description = "Print a profile, the frozen list of what an acceptance requires, made of the clauses of a whole run."
    parser = _parser("profile", description, f"example: {PROGRAM} profile > schemas/profiles/2027-01.toml")
    parser.add_argument("records", nargs="*", type=Path, metavar="verdicts.jsonl", default=[RECORD])
    given = parser.parse_args(words)
    findings = joined([read_part(path) for path in given.records])
    if findings.run_header.fail_on_undocumented:
        problem = "is of a run with --fail-on-undocumented, which asks for what a profile cannot require"
        raise BadInput(str(given.records[0]), "", problem, "give one of a run without it")
    if findings.decision.word is DecisionKind.NONE or len(findings.judgements) < len(findings.run_header.clauses):
        raise BadInput(str(given.records[0]), "", "is of a run that judged only a part", "give one of a whole run")
    print(profile_text(findings.judgements, findings.run_header.docs_read), end="")
    return 0


def _verify(words: Words) -> int:
    description = "Check that an acceptance page shows what its record holds: verdicts, texts and digests."
    parser = _parser("verify", description, "exit status: 0 they match, 1 they differ, with a line for each difference")
    _add(parser, CONTRACT_OPTION)
    parser.add_argument("page", type=Path, metavar=ACCEPTANCE)
    parser.add_argument("records", nargs="+", type=Path, metavar="verdicts.jsonl")
    given = parser.parse_args(words)
    page, parts = read_page(given.page), [read_part(path) for path in given.records]
    found = differences(page, parts)
    for each in found:
        print(printed(f"differs  {each}"))
    for each in _notes(parts[0].run_header, _folder(given.contract)):
        print(f"note     {each}")
    names = ", ".join(str(path) for path in given.records)
    print(f"{given.page} {'does not match' if found else 'matches'} {names}")
    return DIFFERS if found else 0


def _folder(named: str | None) -> Path:
    return Path(named) if named else CONTRACT


def _notes(run_header: RunHeader, contract: Path) -> Iterator[str]:
    """Yield in what the contract at hand differs: no flaw of the page, and worth knowing before one signs."""
    if load_contract(contract).digest != run_header.sha256:
        yield "the run was held to another contract than the one at hand"
    profile = run_header.profile
    if profile and sha256_of(contract / "profiles" / f"{profile.name}.toml") != profile.sha256:
        yield f"the run was held to another profile {profile.name} than the one at hand"


# The reference provider, and the contract for other tools


def _reference(words: Words) -> int:
    from reference_provider.__main__ import main as serve  # the other commands need no server

    return serve(words, f"{PROGRAM} reference")


def _bundle(words: Words) -> int:
    description = "Print the contract as one OpenAPI 3.1 document (JSON) that any OpenAPI tool can read."
    parser = _parser("bundle", description, f"example: {PROGRAM} bundle > openapi.json")
    _add(parser, CONTRACT_OPTION)
    folder = _folder(parser.parse_args(words).contract)
    print(json.dumps(bundled(folder), indent=2, ensure_ascii=False))
    return 0


COMMANDS: Mapping[str, Command] = {
    "init": Command("write a first settings file, made of the contract", _init),
    "run": Command("test a provider, decide, and write the reports", _run),
    "plan": Command("list every request that a run would send, and send none", _plan),
    "report": Command("write the pages of a run again from its record", _report),
    "verify": Command("check that an acceptance page shows what its record holds", _verify),
    "profile": Command("freeze the clauses of a run as the profile of an acceptance", _profile),
    "clean-up": Command("remove what a run that crashed left behind at the provider", _clean_up),
    "reference": Command("start the reference provider, with faults on demand", _reference),
    "bundle": Command("print the contract as one OpenAPI document", _bundle),
    "docs": Command(
        "read docs pages, check them against the contract, or scaffold one", lambda words: docs(words, CONTRACT)
    ),
}
