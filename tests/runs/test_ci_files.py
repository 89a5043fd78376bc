"""The ready-made CI files: each keeps to the schema of its vendor, if there is one, and its commands do as they say."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from reference_provider import Reference, serve
from tests.detection.warm_runs import PATIENCE_S
from tests.runs.provider_files import ACTIVE
from tests.runs.suite_process import ROOT, checkout, own_environment
from tests.unit.setting_names import NAMES
from tests.unit.small_contract import small_contract

SECRETS = [name for names in NAMES.variables.values() for name in names.values() if name != "TALKSTACK_EMPTY_USER_ID"]
PUSH, CHANGE, NIGHT = "a push to main", "a change", "a night"
INSTALLED = "pip install --quiet -c constraints.txt -e .\n"
FAULT = "getActiveProject-success-message-null"

# In place of the interpreter that makes an environment: it makes one with our `python`, and a `pip` that only tells.
STAND_IN = f"""#!/bin/sh
[ "$*" = "-m venv .venv" ] || exit 99
mkdir -p .venv/bin
printf '#!/bin/sh\\nexec {sys.executable} "$@"\\n' > .venv/bin/python
printf '#!/bin/sh\\necho "pip $*"\\n' > .venv/bin/pip
chmod +x .venv/bin/python .venv/bin/pip
"""


@dataclass(frozen=True)
class File:
    """What a CI file says: its commands, what it keeps, and how CI tells its commands what is going on."""

    name: str
    schema: str
    install: str
    ask: str
    variables: Sequence[str]
    secrets: Sequence[str]
    cached: Sequence[str]
    artefacts: Sequence[str]
    event: str
    events: Mapping[str, str]
    inconclusive: str
    rejected: str

    def environment(self, reference: Reference, event: str, *, is_fork: bool) -> dict[str, str]:
        account = reference.accounts[ACTIVE]
        given = (account.token, account.api_key, account.user_id, "", "")
        secrets = {name: "" if is_fork else value for name, value in zip(self.secrets, given, strict=True)}
        assert self.variables == ["TALKSTACK_BASE_URL"]
        return {**secrets, "TALKSTACK_BASE_URL": reference.base_url, self.event: self.events[event]}


def _read(name: str) -> Any:
    return yaml.safe_load((ROOT / "examples" / "ci" / name).read_text(encoding="utf-8"))


def _github() -> File:
    document = _read("github-actions.yml")
    job = document["jobs"]["contract"]
    install, ask = (step for step in job["steps"] if "run" in step)
    restore, save, upload = (step for step in job["steps"] if re.search("/cache/|upload", step.get("uses", "")))
    secrets = [name for name, value in ask["env"].items() if value == f"${{{{ secrets.{name} }}}}"]
    assert (secrets, restore["with"]["path"]) == (SECRETS, save["with"]["path"])
    assert (upload["if"], document["defaults"]["run"]["shell"]) == ("always()", "bash")
    return File(
        name="github-actions.yml",
        schema="vendor.github-workflows",
        install=install["run"],
        ask=ask["run"],
        variables=[*document["env"]],
        secrets=secrets,
        cached=save["with"]["path"].split(),
        artefacts=[upload["with"]["path"]],
        event="GITHUB_EVENT_NAME",
        events={PUSH: "push", CHANGE: "pull_request", NIGHT: "schedule"},
        inconclusive="::error title=contract%2C exit status 6::INCONCLUSIVE: "
        "0 of 4 documented responses upheld, 4 blocked",
        rejected="::error title=contract%2C exit status 1::REJECTED: ",
    )


def _gitlab() -> File:
    document = _read("gitlab-ci.yml")
    both = document[".contract"]
    jobs = [document[name] for name in ("regression", "nightly")]
    kept = both["artifacts"]
    assert ([job["extends"] for job in jobs], kept["when"]) == ([".contract"] * 2, "always")
    return File(
        name="gitlab-ci.yml",
        schema="vendor.gitlab-ci",
        install="\n".join(both["before_script"]),
        ask="\n".join(both["script"]),
        variables=[*both["variables"]],
        secrets=SECRETS,
        cached=[path for job in jobs for path in job["cache"]["paths"]],
        artefacts=[*kept["paths"], kept["reports"]["junit"]],
        event="CI_PIPELINE_SOURCE",
        events={PUSH: "push", CHANGE: "merge_request_event", NIGHT: "schedule"},
        inconclusive="INCONCLUSIVE  0 of 4 documented responses upheld, 4 blocked",
        rejected="REJECTED  ",
    )


def _jenkins() -> File:
    text = (ROOT / "examples" / "ci" / "Jenkinsfile").read_text(encoding="utf-8")
    install, ask = (textwrap.dedent(each) for each in re.findall(r"sh \'\'\'\n(.*?)\'\'\'", text, re.DOTALL))
    [copied] = re.findall(r"filter: \'(.*?)\'", text)
    [archived], [junit] = (re.findall(rf"{word}: \'(.*?)\'", text) for word in ("artifacts", "testResults"))
    return File(
        name="Jenkinsfile",
        schema="",
        install=install,
        ask=ask,
        variables=re.findall(r"(\w+) = \'https:", text),
        secrets=re.findall(r"(\w+) = credentials\(\'\1\'\)", text),
        cached=[each.removesuffix("/**") for each in copied.split(", ")],
        artefacts=[archived.split("/", 1)[0], junit],
        event="EVENT",
        events={PUSH: "push", CHANGE: "change", NIGHT: "schedule"},
        inconclusive="INCONCLUSIVE  0 of 4 documented responses upheld, 4 blocked",
        rejected="REJECTED  ",
    )


# In place of GitHub's command: it writes down what it is asked to do, and knows of the issue that a test names.
GH = """#!/bin/sh
printf '%s\\n' "$*" >> gh.txt
case "$1 $2" in
"issue list") cat open.txt ;;
"run download") mkdir -p reports && cp kept.md reports/summary.md ;;
esac
"""


@dataclass(frozen=True)
class Issue:
    """What the step about the issue did: the commands of `gh`, and the text of the issue."""

    commands: list[str]
    text: str


def _issue_of(folder: Path, result: str, *, number: str = "", summary: str | None = "## REJECTED") -> Issue:
    """Run that step as GitHub does after a run with that result; without a summary the run has left none."""
    job = _read("github-actions.yml")["jobs"]["issue"]
    [step] = job["steps"]
    (folder / "gh").write_text(GH)
    (folder / "gh").chmod(0o755)
    (folder / "open.txt").write_text(number)
    if summary is not None:
        (folder / "kept.md").write_text(summary)
    known = {"LABEL": job["env"]["LABEL"], "RESULT": result, "RUN_URL": "https://ci.example/1", "GITHUB_RUN_ID": "1"}
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=folder,
        env={**known, "PATH": f"{folder}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stderr
    commands = (folder / "gh.txt").read_text().splitlines()
    written = folder / "issue.md"
    return Issue([" ".join(each.split()[:3]) for each in commands], written.read_text() if written.exists() else "")


WITH_SCHEMA = [_github(), _gitlab()]
FILES = pytest.mark.parametrize("file", [*WITH_SCHEMA, _jenkins()], ids=lambda file: file.name)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = checkout(tmp_path / "checkout")
    shutil.rmtree(root / "schemas")
    shutil.copytree(small_contract(), root / "schemas")
    (tmp_path / "bin").mkdir()
    (python := tmp_path / "bin" / "python").write_text(STAND_IN)
    python.chmod(0o755)
    return root


def _run(commands: str, tree: Path, environment: Mapping[str, str]) -> tuple[int, str]:
    """Exit status and output of commands, run by the shell and with the options that CI has."""
    surroundings = own_environment()
    path = f"{tree.parent / 'bin'}:{surroundings['PATH']}"
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", commands],
        cwd=tree,
        env={**surroundings, **environment, "PATH": path, "GITHUB_STEP_SUMMARY": str(tree.parent / "summary.md")},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    return done.returncode, done.stdout + done.stderr


def _ask(
    file: File, tree: Path, event: str, *, faults: Sequence[str] = (), is_fork: bool = False
) -> tuple[int, str, int]:
    """Exit status and output of a CI run on that configuration, and how many requests the deployment has seen."""
    assert _run(file.install, tree, {}) == (0, INSTALLED)
    with serve(faults=faults) as reference:
        done = _run(file.ask, tree, file.environment(reference, event, is_fork=is_fork))
        return *done, len(reference.received)


def _kept(file: File, tree: Path) -> list[str]:
    """The files that CI keeps for its next run, by their folder."""
    found = [path for cached in file.cached for path in (tree / cached).rglob("*")]
    return [str(path.parent.relative_to(tree)) for path in found]


@pytest.mark.parametrize("file", WITH_SCHEMA, ids=lambda file: file.name)
def test_file_keeps_to_the_schema_of_its_vendor(file: File) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", file.schema, file.name]
    done = subprocess.run(command, cwd=ROOT / "examples" / "ci", capture_output=True, text=True, timeout=PATIENCE_S)
    assert (done.returncode, done.stdout) == (0, "ok -- validation done\n"), done.stdout + done.stderr


@FILES
def test_change_is_compared_with_the_record_that_main_left(file: File, tree: Path) -> None:
    first, _, _ = _ask(file, tree, PUSH)
    record = (tree / "kept" / "verdicts.jsonl").read_bytes()
    status, output, _ = _ask(file, tree, CHANGE, faults=[FAULT])
    told = [words for words in ("newly violated", file.rejected) if words in output]
    is_left = (tree / "kept" / "verdicts.jsonl").read_bytes() == record
    found = (first, status, len(told), _kept(file, tree), is_left)
    assert found == (0, 1, 2, ["kept"], True), output[-3000:]


@FILES
def test_fork_without_secrets_is_not_green_and_says_why(file: File, tree: Path) -> None:
    status, output, received = _ask(file, tree, PUSH, is_fork=True)
    told = [words for words in (file.inconclusive, "the variables TALKSTACK_TOKEN, ") if words in output]
    missing = [path for path in file.artefacts if not (tree / path).exists()]
    summary = (tree.parent / "summary.md").read_text().partition(":")[0]
    found = (status, len(told), received, missing, _kept(file, tree), summary)
    assert found == (6, 2, 0, [], [], "## INCONCLUSIVE"), output[-3000:]


@FILES
def test_night_is_added_to_those_that_are_kept(file: File, tree: Path) -> None:
    status, output, _ = _ask(file, tree, NIGHT)
    assert (status, _kept(file, tree)) == (0, ["reports/history"]), output[-3000:]


LISTED = "issue list --label"
ISSUES = {
    "first-night-that-is-not-green": (
        "failure",
        "",
        ["run download 1", "label create contract-night", "issue create --label"],
    ),
    "another-one": ("failure", "7", ["run download 1", "issue edit 7"]),
    "green-again": ("success", "7", ["issue close 7"]),
    "still-green": ("success", "", []),
}


@pytest.mark.parametrize(("result", "number", "commands"), ISSUES.values(), ids=ISSUES)
def test_nights_that_are_not_green_share_one_issue(
    result: str, number: str, commands: list[str], tmp_path: Path
) -> None:
    done = _issue_of(tmp_path, result, number=number)
    text = "https://ci.example/1\n\n## REJECTED" if result == "failure" else ""
    assert done == Issue([LISTED, *commands], text)


def test_issue_of_a_run_that_left_nothing_leads_to_its_log(tmp_path: Path) -> None:
    assert _issue_of(tmp_path, "failure", summary=None).text.endswith("\n\nThe run left no summary: see its log.\n")


def test_only_the_job_of_the_issue_may_write() -> None:
    document = _read("github-actions.yml")
    contract, issue = document["jobs"]["contract"], document["jobs"]["issue"]
    assert (document["permissions"], contract.get("permissions")) == ({"contents": "read"}, None)
    assert (issue["permissions"], issue["if"]) == (
        {"actions": "read", "issues": "write"},
        "${{ !cancelled() && github.event_name == 'schedule' }}",
    )
