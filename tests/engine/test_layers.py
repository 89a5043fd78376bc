"""The layers hold: a module imports only what stands before it, and each library enters at one door."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "talkstack_contract"
OWN = "talkstack_contract"
ORDER = [
    "accessibility",
    "errors",
    "model",
    "schema",
    "catalogue",
    "clauses",
    "cases",
    "waivers",
    "evidence",
    "settings",
    "profiles",
    "provider",
    "drafts",
    "checks",
    "ledger",
    "removal",
    "accounts",
    "answers",
    "steps",
    "changes",
    "history",
    "judge",
    "run",
    "lines",
    "options",
    "trends",
    "words",
    "report",
    "acceptance",
    "junit",
    "rebuild",
    "record",
    "verify",
    "__main__",
]
ENGINE = {name: PACKAGE / f"{name}.py" for name in ORDER}
REFERENCE = sorted((PACKAGE / "reference").rglob("*.py"))
CONTRACT_TESTS = sorted((ROOT / "tests" / "contract").glob("*.py"))
CONFTEST = ROOT / "conftest.py"
SOURCES = [*sorted(PACKAGE.glob("*.py")), *REFERENCE, CONFTEST, *CONTRACT_TESTS]

DOORS = {
    "requests": [ENGINE["provider"]],
    "urllib3": [ENGINE["provider"]],
    "jsonschema": [ENGINE["schema"]],
    "regress": [ENGINE["schema"]],
    "referencing": [ENGINE["schema"]],
    "yaml": [ENGINE["catalogue"]],
    "tomllib": [ENGINE["settings"]],
    "jinja2": [ENGINE["report"]],
    "pytest": [CONFTEST, *CONTRACT_TESTS],
    "pytest_html": [CONFTEST],
    "xdist": [CONFTEST],
    "schemathesis": [ROOT / "tests" / "contract" / "test_generated.py"],
    "werkzeug": REFERENCE,
    "openpyxl": REFERENCE,
    "tests": [CONFTEST],  # the workflows, whose cases stand beside those that are derived
}
OPEN_TYPES = {  # what is decoded JSON there, or what a library hands over without a type
    "model": "the alias Json",
    "schema": "decoded JSON",
    "checks": "decoded JSON",
    "provider": "the options of an adapter of requests",
    "lines": "the lines of verdicts.jsonl",
}


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported(path: Path) -> Iterator[str]:
    """Yield the full name of every module that a file imports, wherever it does so."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")
            if node.module == OWN:
                yield from (f"{OWN}.{alias.name}" for alias in node.names if alias.name != "__version__")


def own(path: Path) -> set[str]:
    """Return the modules of the package that a file imports, by their names inside it."""
    return {name.removeprefix(f"{OWN}.") for name in imported(path) if name.startswith(f"{OWN}.")}


def test_every_module_of_the_engine_has_its_place_in_the_order() -> None:
    assert {path.stem for path in PACKAGE.glob("*.py")} == {"__init__", *ORDER}


@pytest.mark.parametrize("name", ORDER)
def test_module_imports_only_modules_before_it(name: str) -> None:
    assert own(ENGINE[name]) - set(ORDER[: ORDER.index(name)]) == set()


def test_package_itself_imports_nothing() -> None:
    assert list(imported(PACKAGE / "__init__.py")) == []


@pytest.mark.parametrize("path", REFERENCE, ids=shown)
def test_reference_imports_nothing_of_the_engine(path: Path) -> None:
    assert {name for name in own(path) if name.partition(".")[0] != "reference"} == set()


@pytest.mark.parametrize("path", REFERENCE, ids=shown)
def test_reference_names_no_file_of_the_promises(path: Path) -> None:
    constants = (
        node.value for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Constant)
    )
    assert [text for text in constants if isinstance(text, str) and "schemas/" in text] == []


@pytest.mark.parametrize("path", SOURCES, ids=shown)
def test_library_enters_at_its_door(path: Path) -> None:
    libraries = {name.partition(".")[0] for name in imported(path)}
    foreign = libraries - (sys.stdlib_module_names - set(DOORS)) - {OWN, "conftest"}
    assert {name for name in foreign if path not in DOORS.get(name, [])} == set()


@pytest.mark.parametrize("path", SOURCES, ids=shown)
def test_nothing_is_imported_by_another_way(path: Path) -> None:
    relative = {name for name in imported(path) if name.startswith(".")}
    assert (relative, {"importlib", "pkgutil", "runpy"} & set(imported(path))) == (set(), set())


@pytest.mark.parametrize("name", ORDER)
def test_type_is_left_open_only_where_decoded_json_or_a_library_asks_for_it(name: str) -> None:
    tree = ast.parse(ENGINE[name].read_text(encoding="utf-8"))
    uses = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "Any"]
    assert uses == [] or name in OPEN_TYPES


def test_model_leaves_open_nothing_but_json() -> None:
    tree = ast.parse(ENGINE["model"].read_text(encoding="utf-8"))
    uses = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "Any"]
    alias = [node.lineno for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node) == "Json = Any"]
    assert uses == alias


@pytest.mark.parametrize("path", SOURCES, ids=shown)
def test_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) is not None
