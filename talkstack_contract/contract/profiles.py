"""What an acceptance requires: a frozen list of clauses, so that a check added later cannot fail a vendor.

A profile is made from the record of a whole run, and then kept as it is; what stands in no list of it was added later.
Raises `BadInput` for a file that cannot be used, or that names a clause which the contract has not.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from textwrap import fill

from talkstack_contract.contract.documents import read_toml
from talkstack_contract.contract.id_patterns import pattern_matches
from talkstack_contract.contract.json_schema import check_document
from talkstack_contract.contract.openapi import meta_schema
from talkstack_contract.errors import BadInput, nearest
from talkstack_contract.model import Json, Judgement, Provenance


class Standing(StrEnum):
    """What a clause counts for: required has to be tested, not scored is reported and decides nothing."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    NOT_SCORED = "not scored"


@dataclass(frozen=True)
class Ruling:
    """The standing of a clause, and why it is not required."""

    standing: Standing
    reason: str = ""


ADDED_LATER = Ruling(Standing.NOT_SCORED, "it was added after the profile was frozen")
KEYS = {Standing.REQUIRED: "required", Standing.OPTIONAL: "optional", Standing.NOT_SCORED: "not_scored"}

# What the command writes: by provenance, and what no vendor can be asked to bring about.
REASONS = {
    Standing.REQUIRED: "Documented, a standard, read off a sample, or security practice.",
    Standing.OPTIONAL: "The docs are silent, so that it is assumed: advice.",
    Standing.NOT_SCORED: "Nobody promised it; asked for the record.",
}
EXCEPTIONS = (
    ("*/internal-error/**", "An internal error is brought about by a states URL only, which few providers have."),
    (
        "*/generated/answer.*",
        "Made-up requests, which without a states URL are sent to operations that read only.",
    ),
)


@dataclass(frozen=True)
class Profile:
    """A profile by its name, with the SHA-256 of its file and what stands in it, as it was read."""

    name: str
    sha256: str
    document: Json
    rulings: dict[str, Ruling]

    def standing(self, id: str) -> Ruling:  # noqa: A002 - the word of this project
        """Return the ruling on the clause of that id."""
        return self.rulings.get(id, ADDED_LATER)

    def scores(self, operation: str, clause: str) -> bool:
        """Tell whether a clause of that name is scored in any case of an operation."""
        return (operation, clause) in self._scored

    @cached_property
    def _scored(self) -> frozenset[tuple[str, str]]:
        scored = (id_ for id_, ruling in self.rulings.items() if ruling.standing is not Standing.NOT_SCORED)
        return frozenset((id_.partition("/")[0], id_.rpartition("/")[2]) for id_ in scored)


def load_profile(path: Path, schemas: Path, clauses: Collection[str]) -> Profile:
    """Read a profile, and hold it to the clauses there are."""
    document = read_toml(path)
    check_document(path.name, document, meta_schema(schemas, "profile"))
    ids = [id_ for _, id_ in _listed(document)]
    known, seen = set(clauses), set[str]()
    for id_ in ids:
        if id_ not in known:
            remedy = f"{nearest(id_, known)}; freeze a new profile where a promise was given up"
            raise BadInput(path.name, repr(id_), "is not a clause", remedy)
        if id_ in seen:
            raise BadInput(path.name, repr(id_), "stands in two lists", "keep one")
        seen.add(id_)
    for each in document.get("exceptions", ()):
        if not any(pattern_matches(each["pattern"], id_) for id_ in ids):
            remedy = nearest(each["pattern"], ids)
            raise BadInput(path.name, repr(each["pattern"]), "matches no clause of its lists", remedy)
    return profile_of(path.stem, sha256_of(path), document)


def sha256_of(path: Path) -> str:
    """Return the digest of a file, or nothing where there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def newest_profile(schemas: Path) -> Path:
    """Return the profile whose name comes last, which is a month."""
    files = sorted((schemas / "profiles").glob("*.toml"))
    if not files:
        raise BadInput("--acceptance", "", f"finds no profile in {schemas / 'profiles'}", "name one with --profile")
    return files[-1]


def profile_of(name: str, sha256: str, document: Json) -> Profile:
    """Make a profile of what stands in its file; the first exception that matches wins over the lists."""
    exceptions = [(each["pattern"], _ruling(each)) for each in document.get("exceptions", ())]
    rulings = {
        id_: next((ruling for pattern, ruling in exceptions if pattern_matches(pattern, id_)), given)
        for given, id_ in _listed(document)
    }
    return Profile(name, sha256, document, rulings)


def _ruling(entry: Json) -> Ruling:
    return Ruling(Standing(entry["standing"]), entry["reason"])


def _listed(document: Json) -> Iterator[tuple[Ruling, str]]:
    for standing, key in KEYS.items():
        for group in document.get(key, ()):
            ruling = Ruling(standing, group["reason"])
            yield from ((ruling, f"{case}/{clause}") for case in group["cases"] for clause in group["clauses"])


def profile_text(judgements: Iterable[Judgement], docs_read: str) -> str:
    """Write the profile that freezes the clauses of a run: must and should required, assumptions optional."""
    by_case: dict[tuple[Standing, str], list[str]] = {}
    for each in judgements:
        by_case.setdefault((_standing(each), f"{each.operation}/{each.case}"), []).append(each.clause)
    groups: dict[tuple[Standing, tuple[str, ...]], list[str]] = {}
    for (standing, case), clauses in by_case.items():
        groups.setdefault((standing, tuple(clauses)), []).append(case)
    ids = [f"{case}/{clause}" for (_, clauses), cases in groups.items() for case in cases for clause in clauses]
    entries = [_exception(*each) for each in EXCEPTIONS if any(pattern_matches(each[0], id_) for id_ in ids)]
    entries += [_group(*each, groups[each]) for each in sorted(groups, key=lambda each: list(Standing).index(each[0]))]
    return "\n".join([_PREAMBLE + f"docs_read = {json.dumps(docs_read)}\n", *entries])


_PREAMBLE = """\
# What an acceptance requires. Made of a whole run by `python -m talkstack_contract profile`, and frozen since: a clause
# that stands in no list was added later, and is not scored. The first exception that matches wins over the lists.

"""


def _standing(judgement: Judgement) -> Standing:
    special = {Provenance.ASSUMED: Standing.OPTIONAL, Provenance.OURS: Standing.NOT_SCORED}
    return special.get(judgement.provenance, Standing.REQUIRED)


def _exception(pattern: str, reason: str) -> str:
    shown = [f"pattern = {json.dumps(pattern)}", 'standing = "optional"', f"reason = {json.dumps(reason)}"]
    return "\n".join(["[[exceptions]]", *shown, ""])


def _group(standing: Standing, clauses: tuple[str, ...], cases: list[str]) -> str:
    rows = [f"[[{KEYS[standing]}]]", f"reason = {json.dumps(REASONS[standing])}"]
    rows += [_array("cases", cases), _array("clauses", clauses)]
    return "\n".join([*rows, ""])


def _array(key: str, texts: Iterable[str]) -> str:
    listed = ", ".join(map(json.dumps, texts))
    return f"{key} = [\n{fill(listed, 118, initial_indent='  ', subsequent_indent='  ', break_on_hyphens=False)},\n]"
