"""The command: what it says of itself, what it hands to pytest, and what it does with the record of a run."""

import configparser
import json
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from talkstack_contract import __version__
from talkstack_contract.cli import COMMANDS, main, user_cache, with_node_ids
from talkstack_contract.contract.profiles import load_profile
from talkstack_contract.locations import CONTRACT_TESTS, PACKAGE, ROOT
from tests.unit.contracts import FORMAT
from tests.unit.found import A_MUST, A_SHOULD, CONFIGURATION, violated
from tests.unit.test_rebuild import ACCEPTANCE, ALL, cut, record

Captured = pytest.CaptureFixture[str]


def last_line(captured: Captured) -> str:
    return captured.readouterr().out.strip().rpartition("\n")[2]


def printed(captured: Captured, *words: str) -> str:
    """What the command prints before it ends with 0."""
    try:
        status = main(words)
    except SystemExit as end:
        status = end.code  # type: ignore[assignment]  # argparse ends with numbers only
    assert status == 0
    return captured.readouterr().out


def test_overview_names_each_command_and_what_it_does(capsys: Captured) -> None:
    lines = printed(capsys, "--help").splitlines()
    assert [name for name, each in COMMANDS.items() if f"  {name:9}  {each.summary}" not in lines] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_command_explains_itself(name: str, capsys: Captured) -> None:
    told = printed(capsys, name, "--help")
    assert told.startswith(f"usage: talkstack-contract {name} ")


def test_version_is_that_of_the_package(capsys: Captured) -> None:
    assert printed(capsys, "--version") == f"talkstack-contract {__version__}\n"


@pytest.mark.parametrize("words", [["rnu"], ["verify"], ["bundle", "--far"]], ids=["command", "argument", "option"])
def test_wrong_use_ends_with_4_and_points_to_the_help(words: list[str], capsys: Captured) -> None:
    with pytest.raises(SystemExit) as end:
        main(words)
    assert (end.value.code, "--help" in capsys.readouterr().err.splitlines()[-1]) == (4, True)


@pytest.mark.parametrize(
    ("words", "handed_over"),
    {
        "run": (["run", "-k", "voices", "-n", "2"], ["-k", "voices", "-n", "2"]),
        "plan": (["plan", "--base-url", "https://a.example"], ["--plan", "-q", "--base-url", "https://a.example"]),
        "clean-up": (["clean-up", "-q"], ["--clean-up", "reports/ledger.jsonl", "-q", "-q"]),
        "named-ledger": (["clean-up", "old.jsonl"], ["--clean-up", "old.jsonl", "-q"]),
    }.values(),
    ids=["run", "plan", "clean-up", "named-ledger"],
)
def test_run_hands_its_options_to_pytest(
    words: list[str], handed_over: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def stand_in(given: list[str]) -> int:
        seen.extend(given)
        return 6

    monkeypatch.setattr(pytest, "main", stand_in)
    assert (main(words), seen[-len(handed_over) :]) == (6, handed_over)


def test_command_runs_pytest_with_the_settings_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pytest"]["ini_options"]
    own = configparser.ConfigParser()
    own.read(PACKAGE / "run.ini", encoding="utf-8")
    expected = {key: value for key, value in project.items() if key not in ("testpaths", "pythonpath")}
    told = {key: " ".join(value) if isinstance(value, list) else str(value) for key, value in expected.items()}
    assert {key: value.replace("true", "True") for key, value in own["pytest"].items()} == told


RUNS = {
    "accepted": ([], ALL, 0, "ACCEPTED  4 of 4 documented responses upheld  30 requests in 1.2 s"),
    "with-remarks": ([violated(A_SHOULD)], ALL, 0, "ACCEPTED WITH REMARKS  4 of 4 "),
    "rejected": ([violated(A_MUST)], ALL, 1, "REJECTED  3 of 4 documented responses upheld, 1 violated: "),
    "narrowed": ([], ALL[:3], 0, "no decision  3 of "),
    "narrowed-and-violated": ([violated(A_MUST)], [A_MUST], 1, "no decision  0 of "),
}


@pytest.mark.parametrize(("others", "names", "status", "told"), RUNS.values(), ids=RUNS)
def test_report_ends_as_the_run_did(
    others: list[object], names: list[str], status: int, told: str, tmp_path: Path, capsys: Captured
) -> None:
    path = record(tmp_path / "verdicts.jsonl", names, others)  # type: ignore[arg-type]  # of two kinds: none, and one
    given = main(["report", str(path), "--reports", str(tmp_path / "out")])
    assert (given, last_line(capsys)[: len(told)]) == (status, told)


def test_report_of_a_cut_record_is_inconclusive(tmp_path: Path, capsys: Captured) -> None:
    path = cut(record(tmp_path / "verdicts.jsonl"), 9)
    status = main(["report", str(path), "--reports", str(tmp_path)])
    assert (status, last_line(capsys).startswith("INCONCLUSIVE  ")) == (6, True)


def test_report_writes_the_pages_and_names_them(tmp_path: Path, capsys: Captured) -> None:
    path, out = record(tmp_path / "verdicts.jsonl", configuration=ACCEPTANCE), tmp_path / "a" / "b"
    main(["report", str(path), "--reports", str(out)])
    told = capsys.readouterr().out.splitlines()[:-1]
    names = ["summary.md", "report.html", "junit.xml", "acceptance.html"]
    assert (told, sorted(each.name for each in out.iterdir())) == (
        [f"written: {out / name}" for name in names],
        sorted(names),
    )


def test_report_writes_beside_the_record_unless_told_otherwise(tmp_path: Path, capsys: Captured) -> None:
    (folder := tmp_path / "night").mkdir()
    main(["report", str(record(folder / "verdicts.jsonl"))])
    assert f"written: {folder / 'summary.md'}" in capsys.readouterr().out.splitlines()


def test_report_leaves_the_pages_of_another_run_alone(tmp_path: Path, capsys: Captured) -> None:
    (other := tmp_path / "other").mkdir()
    record(other / "verdicts.jsonl")
    status = main(["report", str(record(tmp_path / "verdicts.jsonl")), "--reports", str(other)])
    told = "holds the record of another run; name another folder"
    assert (status, told in capsys.readouterr().err, [each.name for each in other.iterdir()]) == (
        4,
        True,
        ["verdicts.jsonl"],
    )


@pytest.mark.parametrize(("option", "key"), [("--har", "log"), ("--ctrf", "results")])
def test_report_writes_what_other_tools_read(option: str, key: str, tmp_path: Path, capsys: Captured) -> None:
    path, file = record(tmp_path / "verdicts.jsonl"), tmp_path / "a" / "file.json"
    status = main(["report", str(path), "--reports", str(tmp_path), option, str(file)])
    told = f"written: {file}\n" in capsys.readouterr().out
    assert (status, told, key in json.loads(file.read_text(encoding="utf-8"))) == (0, True, True)


def test_profile_that_is_printed_fits_the_contract(tmp_path: Path, capsys: Captured) -> None:
    main(["profile", str(record(tmp_path / "verdicts.jsonl"))])
    (tmp_path / "2026-11.toml").write_text(capsys.readouterr().out, encoding="utf-8")
    ids = tuple(CONFIGURATION.promises)
    assert sorted(load_profile(tmp_path / "2026-11.toml", FORMAT.parent, ids).rulings) == sorted(ids)


@pytest.mark.parametrize("tampered", [False, True], ids=["as-it-was", "tampered"])
def test_verify_says_whether_the_page_matches(tampered: bool, tmp_path: Path, capsys: Captured) -> None:
    path = record(tmp_path / "verdicts.jsonl", configuration=ACCEPTANCE)
    main(["report", str(path), "--reports", str(tmp_path)])
    if tampered:
        path.write_text(path.read_text(encoding="ascii").replace('"seed": 7', '"seed": 8'), encoding="ascii")
    status = main(["verify", str(tmp_path / "acceptance.html"), str(path)])
    expected = f"{tmp_path / 'acceptance.html'} {'does not match' if tampered else 'matches'} {path}"
    assert (status, last_line(capsys)) == (int(tampered), expected)


def test_verify_notes_another_contract_than_the_one_at_hand(tmp_path: Path, capsys: Captured) -> None:
    path = record(tmp_path / "verdicts.jsonl", configuration=ACCEPTANCE)
    main(["report", str(path), "--reports", str(tmp_path)])
    main(["verify", str(tmp_path / "acceptance.html"), str(path)])
    assert "note     the run was held to another contract than the one at hand" in capsys.readouterr().out


BAD = {
    "no-record": (["report", "none.jsonl"], "none.jsonl: is not there"),
    "no-page": (["verify", "none.html", "v.jsonl"], "none.html: is not there"),
    "profile-of-a-part": (["profile", "part.jsonl"], "part.jsonl: is of a run that judged only a part; give one of"),
    "profile-of-a-demanding-run": (["profile", "demanding.jsonl"], "demanding.jsonl: is of a run with --fail-on-und"),
    "reports-that-cannot-be-written": (["report", "v.jsonl", "--reports", "v.jsonl"], "--reports: v.jsonl cannot be"),
    "archive-that-cannot-be-written": (["report", "v.jsonl", "--har", "v.jsonl/x"], "--har: v.jsonl/x cannot be writ"),
    "tests-that-cannot-be-written": (["report", "v.jsonl", "--ctrf", "."], "--ctrf: . cannot be written (IsADirector"),
}


@pytest.mark.parametrize(("words", "told"), BAD.values(), ids=BAD)
def test_bad_input_ends_with_one_line(
    words: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.chdir(tmp_path)
    record(tmp_path / "v.jsonl")
    record(tmp_path / "part.jsonl", ALL[:3])
    record(tmp_path / "demanding.jsonl", configuration=replace(CONFIGURATION, fail_on_undocumented=True))
    status, captured = main(words), capsys.readouterr()
    assert (status, captured.out, captured.err.count("\n")) == (4, "", 1)
    assert captured.err.startswith(f"ERROR: {told}")


# Node ids

FILE = CONTRACT_TESTS / "test_documented.py"
NODE_IDS = {
    "none": (["-q"], [str(CONTRACT_TESTS), "-q"]),
    "as-a-terminal-prints-it": (
        ["../x/contract_tests/test_documented.py::test_case[a/b]"],
        [f"{FILE}::test_case[a/b]"],
    ),
    "file-alone": (["test_documented.py::test_case[a/b]", "-q"], [f"{FILE}::test_case[a/b]", "-q"]),
    "of-another-file": (["test_other.py::test_x"], [str(CONTRACT_TESTS), "test_other.py::test_x"]),
    "word-of-an-option": (["-k", "a::b"], [str(CONTRACT_TESTS), "-k", "a::b"]),
}


@pytest.mark.parametrize(("words", "expected"), NODE_IDS.values(), ids=NODE_IDS)
def test_node_id_stands_in_place_of_all_cases(words: list[str], expected: list[str]) -> None:
    assert with_node_ids(words) == expected


def test_what_can_be_made_again_is_in_the_cache_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert user_cache(tmp_path) == tmp_path / "cache" / "talkstack-contract"


def test_user_without_a_home_keeps_them_beside_the_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def none(_: Path) -> Path:
        raise RuntimeError("no home")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "expanduser", none)
    assert user_cache(tmp_path) == tmp_path
