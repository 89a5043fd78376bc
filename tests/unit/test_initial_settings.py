"""`init` writes settings that a run accepts as they are, and each key that is commented out is a known one."""

import re
from pathlib import Path

import pytest

from talkstack_contract.cli import main
from talkstack_contract.contract.cases import derive_cases
from talkstack_contract.contract.interpretations import OWN
from talkstack_contract.contract.openapi import load_contract
from talkstack_contract.errors import BadInput
from talkstack_contract.initial_files import IGNORED, ignore, missing_patterns, write_settings
from talkstack_contract.initial_settings import first_steps, settings_text
from talkstack_contract.locations import CONTRACT, ROOT
from talkstack_contract.model import Effect
from talkstack_contract.provider.settings import Settings, settings_of_file
from talkstack_contract.provider_options import SETTINGS_FILE
from tests.unit.setting_names import ACTIVE, EMPTY, EXPIRED, OTHER

WHOLE = load_contract(CONTRACT)
CASES = derive_cases(WHOLE)
TEXT = settings_text(WHOLE, CASES)
OPTIONAL = re.compile(r'(?m)^# ( *(?:\[|\]|"|[\w"-]+ = ))')
"""A line of TOML that is commented out."""


def read(folder: Path, text: str, *, are_set: bool = True, base_url: str = "") -> Settings:
    for name in ("company-ca.pem", "client.pem", "client.key"):
        (folder / name).touch()
    (path := folder / SETTINGS_FILE).write_text(text, encoding="utf-8")
    variables = dict.fromkeys(re.findall(r'env = "(\w+)"', text), "a-secret") if are_set else {}
    return settings_of_file(path, WHOLE.setting_names, variables, base_url, allow_insecure=False)


def test_settings_are_accepted_as_written(tmp_path: Path) -> None:
    found = read(tmp_path, TEXT)
    credentials = {key: each.variable for key, each in found.accounts[ACTIVE].credentials.items()}
    assert (found.base_url, {*found.allow}, [*found.accounts], credentials, found.missing) == (
        WHOLE.server_url,
        {Effect.READS},
        [ACTIVE],
        {"token": "TALKSTACK_TOKEN", "api_key": "TALKSTACK_API_KEY"},
        "",
    )


def test_variables_that_are_not_set_are_named(tmp_path: Path) -> None:
    told = read(tmp_path, TEXT, are_set=False).missing
    assert told.startswith("the variables TALKSTACK_TOKEN and TALKSTACK_API_KEY are not set")


def test_every_key_that_is_commented_out_is_accepted(tmp_path: Path) -> None:
    found = read(tmp_path, OPTIONAL.sub(r"\1", TEXT))
    left_out = sorted({ACTIVE, EMPTY, OTHER, EXPIRED} - {*found.accounts})
    set_up = ({*found.base_urls}, bool(found.states_url), found.client_certificate is not None, len(found.headers))
    assert (left_out, {*found.allow}, set_up) == ([], {*Effect}, ({*WHOLE.setting_names.base_urls}, True, True, 1))


def test_values_are_those_that_cases_ask_for(tmp_path: Path) -> None:
    found = read(tmp_path, OPTIONAL.sub(r"\1", TEXT)).accounts
    assert ({*found[EMPTY].values}, {*found[OTHER].values} >= {"projectId", "agentId"}) == ({"projectName"}, True)


@pytest.mark.parametrize("name", ["jupyter", "prometheus"])
def test_settings_of_another_contract_say_what_is_left_to_do(name: str, tmp_path: Path) -> None:
    contract = load_contract(ROOT / "examples" / name / "contract")
    (path := tmp_path / SETTINGS_FILE).write_text(settings_text(contract, derive_cases(contract)), encoding="utf-8")
    url = "http://127.0.0.1:9"
    found = settings_of_file(path, contract.setting_names, {"TOKEN": "t"}, url, allow_insecure=False)
    steps = {"jupyter": ("set base_url in the file", "export TOKEN=…"), "prometheus": ("set base_url in the file",)}
    expected = (steps[name], contract.setting_names.credentials)
    given = tuple(key for account in found.accounts.values() for key in account.credentials)
    assert (first_steps(contract, derive_cases(contract)), given) == expected


# The command


def test_command_writes_both_files_and_names_the_next_commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    status = main(["init"])
    told = capsys.readouterr().out
    commands = [line.partition("#")[0].strip() for line in told.splitlines() if line.startswith("  talkstack-contract")]
    written = ((tmp_path / SETTINGS_FILE).read_text(encoding="utf-8"), (tmp_path / ".gitignore").read_text().split())
    assert (status, commands, written) == (
        0,
        ["talkstack-contract run --check", "talkstack-contract run"],
        (TEXT, [*IGNORED]),
    )


def test_command_changes_nothing_where_there_are_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / SETTINGS_FILE).write_text("base_url = 'https://a.example'\n")
    status, told = main(["init"]), capsys.readouterr().err
    assert (status, told, [(path.name, path.read_text()) for path in tmp_path.iterdir()]) == (
        4,
        f"ERROR: {SETTINGS_FILE}: exists already; change it, or move it away and repeat\n",
        [(SETTINGS_FILE, "base_url = 'https://a.example'\n")],
    )


def test_settings_that_cannot_be_written_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=rf"^{SETTINGS_FILE}: cannot be written \(FileNotFoundError\)"):
        write_settings(tmp_path / "nowhere", "")


PRESENT = {
    "none": ([], [*IGNORED]),
    "all": ([*IGNORED], []),
    "written-otherwise": (["/reports", " .env ", "*.key"], [".pytest_cache/", ".docs-cache/"]),
    "its-content": (["reports/*", "!reports/README.md"], [each for each in IGNORED if each != "reports/"]),
    "something-alike": (["my-reports/", "# .env"], [*IGNORED]),
}


@pytest.mark.parametrize(("lines", "expected"), PRESENT.values(), ids=PRESENT)
def test_patterns_are_added_that_no_line_stands_for(lines: list[str], expected: list[str]) -> None:
    assert [*missing_patterns(lines)] == expected


def test_patterns_are_appended_once_and_other_lines_kept(tmp_path: Path) -> None:
    (path := tmp_path / ".gitignore").write_bytes(b"build/\r\n.env")
    added = [ignore(tmp_path), ignore(tmp_path)]
    rest = [each for each in IGNORED if each != ".env"]
    expected = "\n".join(["build/\r", ".env", *rest, ""])
    assert (added, path.read_bytes().decode()) == ([(*rest,), ()], expected)


# A contract to begin with


def test_command_begins_a_contract_that_can_be_run_as_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    status, told = main(["init", "--contract", "api"]), capsys.readouterr().out
    contract = load_contract(tmp_path / "api")
    written = [line.removeprefix("written: ") for line in told.splitlines() if line.startswith("written: ")]
    assert (status, written[:3], [each.id for each in contract.operations]) == (
        0,
        ["api/openapi.yaml", "api/interpretations.yaml", SETTINGS_FILE],
        ["getThing"],
    )
    assert {each.id: each for each in contract.interpretations} == OWN


def test_begun_contract_leaves_settings_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / SETTINGS_FILE).write_text("base_url = 'https://a.example'\n")
    (tmp_path / "api").mkdir()
    assert (main(["init", "--contract", "api"]), (tmp_path / SETTINGS_FILE).read_text()) == (
        0,
        "base_url = 'https://a.example'\n",
    )
    assert (tmp_path / "api" / "openapi.yaml").exists()


def test_folder_with_something_in_it_is_no_place_to_begin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "notes.txt").write_text("mine")
    assert main(["init", "--contract", "api"]) == 4
    assert "openapi.yaml: is missing" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "api").iterdir()] == ["notes.txt"]
