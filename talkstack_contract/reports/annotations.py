"""The violations of a run as annotations of GitHub Actions: each stands beside the line that promises otherwise.

A line of a log is a command to the runner where it begins with `::`. Every text, ours and a provider's, is escaped, so
that none can end a command or begin another.
Source: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from collections.abc import Iterator, Mapping, Sequence

from talkstack_contract.contract.response_lines import FileLine
from talkstack_contract.model import Judgement
from talkstack_contract.reports.findings import Findings
from talkstack_contract.reports.terminal import letter, printed

SHOWN = 9  # GitHub shows ten errors of a step: one is left to the step itself
MESSAGE_CHARACTERS = 1000

Lines = Mapping[tuple[str, int | None], FileLine]


def annotations(findings: Findings, lines: Lines, folder: str) -> list[str]:
    """Return a command for each violation that fails the run, the last one for those that GitHub would not show.

    `folder` is that of the contract as seen from the repository, empty where it is not in there.
    """
    failing = findings.failing
    listed = failing if len(failing) <= SHOWN else failing[: SHOWN - 1]
    made = [_annotation(judgement, others, lines, folder) for judgement, others in listed]
    if rest := sum(1 + len(others) for _, others in failing[len(listed) :]):
        made.append(_command({"title": "contract"}, f"and {rest} more violated clauses, see report.html"))
    return made


def _annotation(judgement: Judgement, others: Sequence[Judgement], lines: Lines, folder: str) -> str:
    place = lines.get((judgement.operation, judgement.status)) or lines.get((judgement.operation, None))
    properties = {"file": f"{folder}/{place.file}", "line": str(place.line)} if place and folder else {}
    message = letter(judgement, ())
    if others:
        message += f"\n  and {len(others)} more like it"
    return _command({**properties, "title": judgement.id}, message)


def _command(properties: Mapping[str, str], message: str) -> str:
    return f"::error {','.join(_properties(properties))}::{_escaped(printed(_clipped(message)))}"


def _properties(properties: Mapping[str, str]) -> Iterator[str]:
    for name, value in properties.items():
        yield f"{name}={_escaped(printed(value)).replace(':', '%3A').replace(',', '%2C')}"


def _clipped(text: str) -> str:
    return text if len(text) <= MESSAGE_CHARACTERS else f"{text[:MESSAGE_CHARACTERS]}…"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
