"""The reference provider is a reading of the docs of its own."""

import ast
from collections.abc import Iterator
from pathlib import Path

import reference_provider

PACKAGE = "reference_provider"
SOURCES = sorted(Path(reference_provider.__file__).parent.rglob("*.py"))


def imported(source: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def is_own(module: str) -> bool:
    return module == PACKAGE or module.startswith(f"{PACKAGE}.")


def test_it_imports_nothing_of_the_engine() -> None:
    modules = {module for source in SOURCES for module in imported(source)}
    foreign = {module for module in modules if module.startswith((".", "talkstack_contract")) and not is_own(module)}
    assert (PACKAGE in modules, foreign) == (True, set())


def test_it_never_reads_the_schemas() -> None:
    assert [source for source in SOURCES if "schemas" in source.read_text()] == []
