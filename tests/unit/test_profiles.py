"""A profile freezes the clauses of a run; a file that does not fit the contract is refused with its remedy."""

from pathlib import Path

import pytest

from talkstack_contract.contract.profiles import (
    Profile,
    Ruling,
    Standing,
    load_profile,
    newest_profile,
    profile_text,
    sha256_of,
)
from talkstack_contract.errors import BadInput
from talkstack_contract.judging.judge import judgement_of
from talkstack_contract.model import Provenance, Verdict
from tests.unit.contracts import FORMAT
from tests.unit.found import CONFIGURATION, PROMISES

SCHEMAS = FORMAT.parent
IDS = tuple(CONFIGURATION.promises)
TEXT = profile_text((judgement_of(*each, Verdict.UPHELD) for each in PROMISES.values()), "2026-11-02")
SMALL = 'docs_read = "2026-11-02"\n[[required]]\nreason = "r"\ncases = ["a/b", "a/c"]\nclauses = ["x.y", "z"]\n'
SMALL_IDS = ("a/b/x.y", "a/b/z", "a/c/x.y", "a/c/z", "a/c/later")


def loaded(folder: Path, text: str, ids: tuple[str, ...] = SMALL_IDS) -> Profile:
    path = folder / "2026-11.toml"
    path.write_text(text, encoding="utf-8")
    return load_profile(path, SCHEMAS, ids)


def exception(pattern: str, standing: str = "optional") -> str:
    return f'[[exceptions]]\npattern = "{pattern}"\nstanding = "{standing}"\nreason = "because"\n'


def test_profile_of_a_run_names_each_of_its_clauses(tmp_path: Path) -> None:
    assert sorted(loaded(tmp_path, TEXT, IDS).rulings) == sorted(IDS)


DUE = {
    Provenance.DOCUMENTED: Standing.REQUIRED,
    Provenance.STANDARD: Standing.REQUIRED,
    Provenance.SAMPLED: Standing.REQUIRED,
    Provenance.PRACTICE: Standing.REQUIRED,
    Provenance.ASSUMED: Standing.OPTIONAL,
    Provenance.OURS: Standing.NOT_SCORED,
}


@pytest.mark.parametrize("provenance", DUE)
def test_standing_follows_the_provenance(provenance: Provenance, tmp_path: Path) -> None:
    profile = loaded(tmp_path, TEXT, IDS)
    mine = [
        f"getActiveProject/{name}"
        for name, (case, clause) in PROMISES.items()
        if clause.provenance is provenance and case.name not in ("internal-error", "generated")
    ]
    assert {profile.standing(id_).standing for id_ in mine} == {DUE[provenance]}


def test_what_only_a_states_url_brings_about_is_optional(tmp_path: Path) -> None:
    profile = loaded(tmp_path, TEXT, IDS)
    names = ["internal-error/status.is-500", "generated/answer.keeps-the-contract"]
    assert {profile.standing(f"getActiveProject/{name}").standing for name in names} == {Standing.OPTIONAL}


def test_clause_that_was_added_later_is_not_scored(tmp_path: Path) -> None:
    ruling = Ruling(Standing.NOT_SCORED, "it was added after the profile was frozen")
    assert loaded(tmp_path, SMALL).standing("a/c/later") == ruling


def test_first_exception_that_matches_wins(tmp_path: Path) -> None:
    profile = loaded(tmp_path, SMALL + exception("a/*/z") + exception("a/**", "not scored"))
    assert [profile.standing(id_).standing for id_ in SMALL_IDS[:2]] == [Standing.NOT_SCORED, Standing.OPTIONAL]


def test_exception_brings_in_nothing_that_was_added_later(tmp_path: Path) -> None:
    profile = loaded(tmp_path, SMALL + exception("a/**", "required"))
    assert profile.standing("a/c/later").standing is Standing.NOT_SCORED


def test_profile_is_known_by_its_name_and_digest(tmp_path: Path) -> None:
    profile = loaded(tmp_path, SMALL)
    assert (profile.name, profile.sha256) == ("2026-11", sha256_of(tmp_path / "2026-11.toml"))


def test_file_that_is_not_there_has_no_digest(tmp_path: Path) -> None:
    assert sha256_of(tmp_path / "none.toml") == ""


BAD = {
    "no-toml": ("docs_read = \n", "2026-11.toml: is not valid TOML"),
    "unknown-key": (SMALL + "[[exeptions]]\n", "2026-11.toml: exeptions: is not a known key; nearest: 'exceptions'"),
    "no-reason": (SMALL.replace('reason = "r"\n', ""), "2026-11.toml: required.0.reason: is missing; add it"),
    "unknown-standing": (SMALL + exception("a/**", "wanted"), "2026-11.toml: exceptions.0.standing: "),
    "unknown-clause": (
        SMALL.replace('"z"', '"zz"'),
        "2026-11.toml: 'a/b/zz': is not a clause; nearest: 'a/b/z'; freeze a new profile where a promise was given up",
    ),
    "clause-in-two-lists": (
        SMALL + '[[optional]]\nreason = "r"\ncases = ["a/b"]\nclauses = ["z"]\n',
        "2026-11.toml: 'a/b/z': stands in two lists; keep one",
    ),
    "pattern-that-matches-nothing": (
        SMALL + exception("b/**"),
        "2026-11.toml: 'b/**': matches no clause of its lists; ",
    ),
    "pattern-that-matches-only-what-was-added-later": (SMALL + exception("*/*/later"), "2026-11.toml: '*/*/later': "),
}


@pytest.mark.parametrize(("text", "told"), BAD.values(), ids=BAD)
def test_bad_profile_is_refused_in_one_line(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        loaded(tmp_path, text)
    assert (str(caught.value)[: len(told)], "\n" in str(caught.value)) == (told, False)


def test_newest_profile_is_the_one_of_the_last_month(tmp_path: Path) -> None:
    (tmp_path / "profiles").mkdir()
    for month in ("2026-12", "2027-01", "2026-11"):
        (tmp_path / "profiles" / f"{month}.toml").touch()
    assert newest_profile(tmp_path).name == "2027-01.toml"


def test_no_profile_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"^--acceptance: finds no profile in .*/profiles; name one with --profile$"):
        newest_profile(tmp_path)


def test_name_of_a_clause_is_scored_if_any_case_of_the_operation_is(tmp_path: Path) -> None:
    profile = loaded(tmp_path, SMALL + exception("a/b/z", "not scored") + exception("a/*/x.y", "not scored"))
    assert [profile.scores(*name) for name in (("a", "z"), ("a", "x.y"), ("b", "z"), ("a", "later"))] == [
        True,
        False,
        False,
        False,
    ]
