"""The engine holds no fact of the API under test: hosts, paths, operations, fields, states, variables, its name."""

import re
from pathlib import Path

import pytest
import yaml

from talkstack_contract.contract.openapi import load_contract
from talkstack_contract.locations import CONTRACT, PACKAGE, ROOT

SUFFIXES = (".py", ".html", ".md", ".css", ".js", ".ini")
FILES = sorted(path for path in PACKAGE.rglob("*") if path.suffix in SUFFIXES)
OWN_NAME = re.compile(r"talkstack[-_]contract")


def words_of_the_vendor() -> set[str]:
    """Every word that only the contract may say; those of one plain word are left out, since English has them too."""
    contract = load_contract(CONTRACT)
    names = contract.setting_names
    root = yaml.safe_load((CONTRACT / "openapi.yaml").read_text(encoding="utf-8"))
    hosts = {server["url"].partition("://")[2] for server in root["servers"]}
    pages = {operation.source.url.split("/")[2] for operation in contract.operations}
    responses = [each for operation in contract.operations for each in operation.responses]
    states = {each.state for each in responses if each.state and each.status < 500}  # any provider may fail inside
    paths = {operation.path for operation in contract.operations if operation.path.count("/") > 1}
    fields = {field.name for operation in contract.operations for field in operation.fields}
    words = {operation.id for operation in contract.operations} | {each for each in fields if not each.islower()}
    variables = {name for each in names.variables.values() for name in each.values()}
    return {"talkstack", *hosts, *pages, *states, *names.variables, *paths, *words, *variables, *names.base_urls}


VENDOR = words_of_the_vendor()


def test_words_of_the_vendor_are_many() -> None:
    expected = {"talkstack", "getActiveProject", "/project/{projectId}", "api.talkstackai.com", "an active project"}
    assert (expected - VENDOR, len(VENDOR) > 80) == (set(), True)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_engine_says_no_word_of_the_vendor(path: Path) -> None:
    text = OWN_NAME.sub("", path.read_text(encoding="utf-8")).replace("Talkstack", "talkstack")
    assert sorted(word for word in VENDOR if re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text)) == []
