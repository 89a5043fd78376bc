"""The bundle is one OpenAPI document that says what the files say."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from talkstack_contract.contract.bundle import bundled
from talkstack_contract.contract.cases import derive_cases
from talkstack_contract.contract.openapi import load_contract
from talkstack_contract.errors import BadInput
from tests.unit.contracts import FORMAT, billing_folder

SCHEMAS = FORMAT.parent


@pytest.fixture(params=["ours", "billing"])
def contract(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return SCHEMAS if request.param == "ours" else billing_folder(tmp_path / "billing")


def folder_of(document: Any, beside: Path, to: Path) -> Path:
    """A contract folder of one document; what is no part of it is copied from the folder it was made of."""
    shutil.copytree(beside / "meta", to / "meta")
    shutil.copy(beside / "interpretations.yaml", to)
    (to / "openapi.yaml").write_text(json.dumps(document), encoding="utf-8")
    return to


def promises(folder: Path) -> list[tuple[object, ...]]:
    return [
        (case.id, case.status, case.operation.fields, clause.name, clause.statement, clause.provenance, clause.source)
        for case in derive_cases(load_contract(folder))
        for clause in case.clauses
    ]


def test_bundle_is_valid_openapi(contract: Path) -> None:
    validate(bundled(contract), cls=OpenAPIV31SpecValidator)


def test_bundle_refers_to_nothing_outside_itself(contract: Path) -> None:
    document = bundled(contract)
    references = [text for text in json.dumps(document).split('"$ref": "')[1:] if not text.startswith("#/")]
    assert (references, [path for path, item in document["paths"].items() if "$ref" in item]) == ([], [])


def test_bundle_promises_what_the_files_promise(contract: Path, tmp_path: Path) -> None:
    bundle = folder_of(bundled(contract), contract, tmp_path / "bundle")
    assert promises(bundle) == promises(contract)


ROOT = {"openapi": "3.1.0", "info": {"title": "Billing", "version": "1"}, "paths": {"/tree": {"$ref": "tree.yaml#/a"}}}
NODE = {"$id": "node.json", "type": "object", "properties": {"below": {"$ref": "#"}}}


def written(folder: Path, schema: Any, node: Any = None) -> Path:
    """A contract of one path, whose answer has this schema."""
    content = {"application/json": {"schema": schema}}
    item = {"get": {"responses": {"default": {"description": "A tree.", "content": content}}}}
    (folder / "openapi.yaml").write_text(yaml.safe_dump(ROOT), encoding="utf-8")
    (folder / "tree.yaml").write_text(yaml.safe_dump({"a": item}), encoding="utf-8")
    (folder / "node.json").write_text(json.dumps(node or NODE), encoding="utf-8")
    return folder


def schema_of(document: Any) -> Any:
    response = document["paths"]["/tree"]["get"]["responses"]["default"]
    return response["content"]["application/json"]["schema"]


def test_schema_that_holds_itself_refers_to_its_own_component(tmp_path: Path) -> None:
    document = bundled(written(tmp_path, {"$ref": "node.json"}))
    own = {"$ref": "#/components/schemas/node"}
    expected = {"type": "object", "properties": {"below": own}}
    assert (schema_of(document), document["components"]["schemas"]) == (own, {"node": expected})


@pytest.mark.parametrize("keyword", ["const", "default", "examples"])
def test_reference_in_a_value_is_kept_as_it_is(keyword: str, tmp_path: Path) -> None:
    schema = {keyword: [{"$ref": "elsewhere.json"}]}
    assert schema_of(bundled(written(tmp_path, schema))) == schema


def test_property_that_is_named_like_a_keyword_is_a_property(tmp_path: Path) -> None:
    schema = {"properties": {"default": {"$ref": "node.json"}, "$id": {"type": "string"}}}
    own = {"$ref": "#/components/schemas/node"}
    found = schema_of(bundled(written(tmp_path, schema)))
    assert found == {"properties": {"default": own, "$id": {"type": "string"}}}


@pytest.mark.parametrize(
    ("reference", "told"),
    {
        "no-file": ("none.json", "schemas/none.json: is not there"),
        "no-key": ("node.json#/$defs/none", "schemas/tree.yaml: $ref: 'node.json#/$defs/none' leads nowhere"),
        "anchor": ("node.json#node", "schemas/tree.yaml: $ref: 'node.json#node' names an anchor"),
    }.values(),
    ids=["no-file", "no-key", "anchor"],
)
def test_reference_that_cannot_be_followed_is_refused(reference: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        bundled(written(tmp_path, {"$ref": reference}))
    assert str(caught.value).startswith(told)
