"""What can be done with the record of a run, from its files alone: pages made again, a profile frozen, a page verified.

`report` ends with the last line and the exit status of the run. A file that cannot be used ends with 4, as in a run.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from talkstack_contract.contract.openapi import load_contract
from talkstack_contract.contract.profiles import profile_text, sha256_of
from talkstack_contract.errors import BadInput
from talkstack_contract.judging.decision import DecisionKind
from talkstack_contract.provider.settings import schemas_folder
from talkstack_contract.reports.findings import Findings
from talkstack_contract.reports.rebuild import ACCEPTANCE, REPORT, is_shown, joined, read_part, views
from talkstack_contract.reports.terminal import change_lines, last_line
from talkstack_contract.reports.verify import differences, read_page
from talkstack_contract.results.records import RunHeader

DIFFERS, BAD_INPUT = 1, 4
RECORD = Path("reports/verdicts.jsonl")


def main(words: Sequence[str]) -> int:
    """Do what the words say; return the exit status."""
    given = _parser().parse_args(words)
    try:
        status: int = given.act(given)
    except BadInput as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return BAD_INPUT
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m talkstack_contract", description=__doc__.partition("\n")[0])
    acts = parser.add_subparsers(required=True, metavar="report|profile|verify")
    report = acts.add_parser("report", help="make the pages of a run again from its record, also from several files")
    report.add_argument("records", nargs="+", type=Path, metavar="verdicts.jsonl")
    report.add_argument("--reports", type=Path, default=Path("reports"), metavar="DIR", help="where the pages go")
    report.set_defaults(act=_report)
    profile = acts.add_parser("profile", help="print the profile that freezes the clauses of a whole run")
    profile.add_argument("records", nargs="*", type=Path, metavar="verdicts.jsonl", default=[RECORD])
    profile.set_defaults(act=_profile)
    verify = acts.add_parser("verify", help="say whether an acceptance page shows what its record holds")
    verify.add_argument("page", type=Path, metavar=ACCEPTANCE)
    verify.add_argument("records", nargs="+", type=Path, metavar="verdicts.jsonl")
    verify.set_defaults(act=_verify)
    return parser


def _report(given: argparse.Namespace) -> int:
    parts = [read_part(path) for path in given.records]
    findings = joined(parts)
    try:
        given.reports.mkdir(parents=True, exist_ok=True)
        for name, text in views(findings, parts):
            print(_kept_or_written(given.reports / name, text, findings))
    except OSError as error:
        problem = f"{given.reports} cannot be written ({type(error).__name__})"
        raise BadInput("--reports", "", problem, "name another folder") from None
    for line in change_lines(findings.decision.changes, findings.judgements):
        print(line)
    print(last_line(findings.decision, findings.requests, findings.seconds))
    return findings.decision.exit_status


def _kept_or_written(path: Path, text: str, findings: Findings) -> str:
    if path.name == REPORT and is_shown(findings, path):
        return f"kept:    {path}, which the run wrote: it shows the same, and what pytest said"
    path.write_bytes(text.encode())
    return f"written: {path}"


def _profile(given: argparse.Namespace) -> int:
    findings = joined([read_part(path) for path in given.records])
    if findings.heading.fail_on_undocumented:
        problem = "is of a run with --fail-on-undocumented, which asks for what a profile cannot require"
        raise BadInput(str(given.records[0]), "", problem, "give one of a run without it")
    if findings.decision.word is DecisionKind.NONE or len(findings.judgements) < len(findings.heading.clauses):
        raise BadInput(str(given.records[0]), "", "is of a run that judged only a part", "give one of a whole run")
    print(profile_text(findings.judgements, findings.heading.docs_read), end="")
    return 0


def _verify(given: argparse.Namespace) -> int:
    page, parts = read_page(given.page), [read_part(path) for path in given.records]
    found = differences(page, parts)
    for each in found:
        print(f"differs  {each}")
    for each in _notes(parts[0].heading):
        print(f"note     {each}")
    names = ", ".join(str(path) for path in given.records)
    print(f"{given.page} {'does not match' if found else 'matches'} {names}")
    return DIFFERS if found else 0


def _notes(heading: RunHeader) -> Iterator[str]:
    """Yield what this checkout holds another one of: no flaw of the page, and worth knowing before one signs."""
    schemas = schemas_folder(os.environ)
    if not schemas.is_dir():
        return
    if load_contract(schemas).digest != heading.sha256:
        yield "the run was held to another contract than that of this checkout"
    profile = heading.profile
    if profile and sha256_of(schemas / "profiles" / f"{profile.name}.toml") != profile.sha256:
        yield f"the run was held to another profile {profile.name} than that of this checkout"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
