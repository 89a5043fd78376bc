"""The contract is OpenAPI 3.1 that others can read, and promises what the docs promise: operations, pairs, sources."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from talkstack_contract.catalogue import load_contract
from talkstack_contract.model import Operation, Response

SCHEMAS = Path(__file__).parents[2] / "schemas"
ROOT: dict[str, Any] = yaml.safe_load((SCHEMAS / "openapi.yaml").read_text(encoding="utf-8"))
CONTRACT = load_contract(SCHEMAS)
RESPONSES = [
    pytest.param(operation, response, id=f"{operation.id}-{response.status}")
    for operation in CONTRACT.operations
    for response in operation.responses
]

# Read off the docs by hand, apart from `schemas/`: method, path, and every status that the page prints.
PAIRS = {
    "getActiveProject": ("GET", "/user/get-active-project", (200, 401, 404, 500)),
}


def test_document_is_openapi_3_1() -> None:
    assert str(ROOT["openapi"]).startswith("3.1.")
    validate(ROOT, base_uri=(SCHEMAS / "openapi.yaml").as_uri(), cls=OpenAPIV31SpecValidator)


def test_operations_and_pairs_are_those_of_the_docs() -> None:
    found = {
        operation.id: (operation.method, operation.path, tuple(response.status for response in operation.responses))
        for operation in CONTRACT.operations
    }
    assert found == PAIRS


def test_pairs_are_as_many_as_the_docs_print() -> None:
    assert len(RESPONSES) == sum(len(statuses) for _, _, statuses in PAIRS.values())


@pytest.mark.parametrize("path", ROOT["paths"])
def test_path_item_stands_in_the_file_of_its_section(path: str) -> None:
    file, _, pointer = ROOT["paths"][path]["$ref"].partition("#")
    assert ((SCHEMAS / file).is_file(), file.startswith("paths/"), pointer) == (
        True,
        True,
        f"/{path.replace('~', '~0').replace('/', '~1')}",
    )


@pytest.mark.parametrize("operation", CONTRACT.operations, ids=lambda each: each.id)
def test_operation_names_its_page(operation: Operation) -> None:
    source = operation.source
    assert (source.page.startswith(f"{operation.tag} › "), source.url.startswith("https://docs.talkstack.ai/")) == (
        True,
        True,
    )


@pytest.mark.parametrize(("operation", "response"), RESPONSES)
def test_response_has_a_source(operation: Operation, response: Response) -> None:
    source = response.source
    shown = (source.page, source.url, source.section != "", source.printed[:3])
    assert shown == (operation.source.page, operation.source.url, True, str(response.status))


@pytest.mark.parametrize("operation", CONTRACT.operations, ids=lambda each: each.id)
def test_tag_of_an_operation_is_described(operation: Operation) -> None:
    assert operation.tag in {tag["name"] for tag in ROOT["tags"] if tag["description"]}
