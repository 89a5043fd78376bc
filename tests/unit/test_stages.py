"""The stages hold: imports go down only and in no circle, and each library enters at one door."""

import ast
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OWN = "talkstack_contract"
PACKAGE = ROOT / OWN
STAGES = ("contract", "provider", "states", "execution", "judging", "results", "reports")
"""In the order in which data flows; before them what all share, after them the ways in; `docs` is beside the first."""
WAYS_IN = ("pytest_hooks", "pytest_plugin", "cli", "__main__")
FLOORS = [
    ("model", "errors", "media_types", "locations", "interruption", "closed_output"),
    ("contract", "docs"),
    *((stage,) for stage in STAGES[1:]),
    ("documentation",),  # from the docs reader to plain values in `results`, so that no stage of a run knows the reader
    ("notification",),
    ("run_configuration", "run_options", "scope_options", "provider_options"),
    ("initial_settings", "initial_files"),
    ("pytest_hooks",),
    ("pytest_plugin", "cli", "__main__"),
]
FLOORS_OF_DOCS = (
    ("source_text", "vocabulary", "facts", "json_text"),
    ("pages",),
    ("drafts",),
    ("derived",),
    ("contracts", "reading", "sites"),
    ("cli",),
)
"""The stages of a page inside `docs`: its text, blocks, what lines say, facts, and what is done with them."""
ENGINE = sorted(PACKAGE.rglob("*.py"))
REFERENCE = sorted((ROOT / "reference_provider").rglob("*.py"))
CONTRACT_TESTS = sorted((ROOT / "tests" / "contract").glob("*.py"))
PLUGIN, COMMAND = PACKAGE / "pytest_plugin.py", PACKAGE / "cli.py"
HOOKS = sorted((PACKAGE / "pytest_hooks").glob("*.py"))
SOURCES = [*ENGINE, *REFERENCE, ROOT / "conftest.py", *CONTRACT_TESTS]

DOORS = {
    "requests": [PACKAGE / "provider" / "client.py"],
    "urllib3": [PACKAGE / "provider" / "transport.py"],
    "jsonschema": [PACKAGE / "contract" / "json_schema.py", PACKAGE / "contract" / "schema_keywords.py"],
    "attrs": [PACKAGE / "contract" / "json_schema.py"],
    "jsonschema_specifications": [PACKAGE / "contract" / "schema_files.py"],
    "regress": [PACKAGE / "contract" / "json_schema.py", PACKAGE / "contract" / "schema_keywords.py"],
    "referencing": [PACKAGE / "contract" / "schema_files.py", PACKAGE / "contract" / "schema_keywords.py"],
    "justhtml": [PACKAGE / "docs" / "pages" / "html_tree.py"],
    "markdown_it": [PACKAGE / "docs" / "pages" / "markdown.py"],
    "yaml": [PACKAGE / "contract" / "documents.py", PACKAGE / "docs" / "derived" / "openapi_text.py"],
    "tomllib": [PACKAGE / "contract" / "documents.py"],
    "jinja2": [PACKAGE / "reports" / "findings.py"],
    "jsonpointer": [PACKAGE / "contract" / "bundle.py"],
    "pytest": [PLUGIN, *HOOKS, COMMAND, *CONTRACT_TESTS],
    "pytest_html": HOOKS,
    "xdist": HOOKS,
    "schemathesis": [ROOT / "tests" / "contract" / "test_generated.py"],
    "filelock": [PACKAGE / "provider" / "pace.py"],
    "werkzeug": REFERENCE,
    "openpyxl": [PACKAGE / "provider" / "workbooks.py", *REFERENCE],
    "reference_provider": [*HOOKS, COMMAND, *REFERENCE],
}
SENDERS = [
    PACKAGE / "notification.py",
    PACKAGE / "provider" / "transport.py",
    PACKAGE / "docs" / "sites" / "site.py",  # the pages of the vendor's docs
    *REFERENCE,
]
"""Modules that may import what of Python itself opens a connection."""
OPEN_TYPES = {  # what is decoded JSON there, or what a library hands over without a type
    "model/words.py": "the alias Json",
    "contract/json_schema.py": "decoded JSON",
    "contract/schema_keywords.py": "decoded JSON, and the validators of jsonschema",
    "contract/schema_files.py": "decoded JSON, and what referencing resolves it by",
    "contract/schema_checks.py": "decoded JSON",
    "contract/schema_vocabulary.py": "decoded JSON",
    "contract/described_values.py": "decoded JSON",
    "contract/joined_schemas.py": "decoded JSON",
    "provider/bodies.py": "decoded JSON",
    "judging/checks.py": "decoded JSON",
    "provider/transport.py": "what the response of http.client reads from",
    "provider/client.py": "the options of an adapter of requests",
    "results/records.py": "the lines of verdicts.jsonl",
    "pytest_hooks/asking.py": "what pytest-xdist hands over",
    "pytest_hooks/configuring.py": "the module of the workflows, and what a worker is handed",
    "pytest_hooks/html_report.py": "what pytest-html hands over",
    "pytest_hooks/reporting.py": "what pytest and its plugins hand over",
}


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported(path: Path) -> Iterator[str]:
    """Yield the full name of every module that a file imports, wherever it does so."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            name = "." * node.level + (node.module or "")
            yield name
            below = PACKAGE.joinpath(*name.split(".")[1:])
            yield from (f"{name}.{each.name}" for each in node.names if (below / f"{each.name}.py").is_file())


def own(path: Path) -> set[str]:
    """Return the modules of the engine that a file imports, by their names inside it."""
    return {name.removeprefix(f"{OWN}.") for name in imported(path) if name.startswith(f"{OWN}.")}


def floor(module: str) -> int:
    top = module.partition(".")[0]
    return next(number for number, names in enumerate(FLOORS) if top in names)


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


def test_engine_is_its_stages_and_what_is_named_beside_them() -> None:
    found = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    assert found == {"__init__", *(name for names in FLOORS for name in names)}


@pytest.mark.parametrize("path", [each for each in ENGINE if each != PACKAGE / "__init__.py"], ids=shown)
def test_module_imports_nothing_of_a_later_stage(path: Path) -> None:
    here = floor(module_of(path))
    assert {name for name in own(path) if floor(name) > here} == set()


@pytest.mark.parametrize("path", sorted((PACKAGE / "docs").rglob("*.py")), ids=shown)
def test_stage_of_a_page_imports_nothing_of_a_later_one(path: Path) -> None:
    def stage(module: str) -> int:
        top = module.split(".")[1]
        return next(number for number, names in enumerate(FLOORS_OF_DOCS) if top in names)

    mine = {name for name in own(path) if name.startswith("docs.")}
    assert {name for name in mine if stage(name) > stage(module_of(path))} == set()


def test_no_module_imports_itself_by_others() -> None:
    graph = {module_of(path): own(path) for path in ENGINE if path != PACKAGE / "__init__.py"}
    modules = list(TopologicalSorter(graph).static_order())
    assert {*graph} <= {*modules}


def test_docs_reader_is_known_to_itself_and_to_the_ways_into_it_only() -> None:
    knowing = {module_of(path) for path in ENGINE if any(name.startswith("docs") for name in own(path))}
    assert {each for each in knowing if not each.startswith("docs")} == {"documentation", "cli"}


def test_package_itself_imports_nothing() -> None:
    assert list(imported(PACKAGE / "__init__.py")) == []


@pytest.mark.parametrize("path", REFERENCE, ids=shown)
def test_reference_imports_nothing_of_the_engine(path: Path) -> None:
    assert [name for name in imported(path) if name.partition(".")[0] in (OWN, "tests")] == []


@pytest.mark.parametrize("path", REFERENCE, ids=shown)
def test_reference_names_no_file_of_the_promises(path: Path) -> None:
    constants = (
        node.value for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Constant)
    )
    assert [text for text in constants if isinstance(text, str) and "schemas/" in text] == []


@pytest.mark.parametrize("path", SOURCES, ids=shown)
def test_library_enters_at_its_door(path: Path) -> None:
    libraries = {name.partition(".")[0] for name in imported(path)}
    foreign = libraries - (sys.stdlib_module_names - set(DOORS)) - {OWN}
    assert {name for name in foreign if path not in DOORS.get(name, [])} == set()


@pytest.mark.parametrize("path", SOURCES, ids=shown)
def test_connection_is_opened_by_few_modules(path: Path) -> None:
    senders = {name for name in imported(path) if name.startswith(("urllib.request", "http.client", "socket"))}
    assert senders == set() or path in SENDERS, senders


@pytest.mark.parametrize("path", SOURCES, ids=shown)
def test_nothing_is_imported_by_another_way(path: Path) -> None:
    relative = {name for name in imported(path) if name.startswith(".")}
    assert (relative, {"importlib", "pkgutil", "runpy"} & set(imported(path))) == (set(), set())


@pytest.mark.parametrize("path", ENGINE, ids=shown)
def test_type_is_left_open_only_where_decoded_json_or_a_library_asks_for_it(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    uses = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "Any"]
    assert uses == [] or path.relative_to(PACKAGE).as_posix() in OPEN_TYPES


def test_model_leaves_open_nothing_but_json() -> None:
    tree = ast.parse((PACKAGE / "model" / "words.py").read_text(encoding="utf-8"))
    uses = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "Any"]
    alias = [node.lineno for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node) == "Json = Any"]
    assert uses == alias


@pytest.mark.parametrize("path", SOURCES, ids=shown)
def test_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) is not None
