"""A contract made of pages loads, holds what the pages say, and asks what they leave open."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from openapi_spec_validator import validate

from talkstack_contract.contract.bundle import bundled
from talkstack_contract.contract.cases import derive_cases
from talkstack_contract.contract.documents import read_yaml
from talkstack_contract.contract.openapi import load_contract
from talkstack_contract.docs.cli import main
from talkstack_contract.docs.contracts.example_schemas import schema_of
from talkstack_contract.docs.contracts.scaffold import operation_id, scaffold, yaml_text
from talkstack_contract.docs.reading import read_facts
from talkstack_contract.model import Json
from tests.docs.checked import DAY, SCHEMAS, page_of, written
from tests.docs.greenhouse import PAGES
from tests.docs.renderings import RENDERINGS, rendered


@pytest.mark.parametrize("rendering", RENDERINGS)
def test_contract_of_each_rendering_is_the_same(rendering: str, tmp_path: Path) -> None:
    folder, text = written(tmp_path / rendering, rendering), written(tmp_path / "of-text")
    names = sorted(path.relative_to(text) for path in text.rglob("*") if path.suffix in (".json", ".yaml"))
    assert [(folder / name).read_text(encoding="utf-8") for name in names] == [
        (text / name).read_text(encoding="utf-8") for name in names
    ]


def test_contract_loads_with_an_operation_a_page_and_its_documented_responses(tmp_path: Path) -> None:
    contract = load_contract(written(tmp_path / "schemas"))
    expected = {
        (page.title, status)
        for page in PAGES
        for status in (*([200] if page.status != "none" else []), *(each.code for each in page.errors))
    }
    found = {(each.title, response.status) for each in contract.operations for response in each.documented_responses}
    assert found == expected
    assert len([*derive_cases(contract)]) > len(expected)


def test_schemas_of_one_page_are_what_a_person_makes_of_it(tmp_path: Path) -> None:
    folder = written(tmp_path / "schemas")
    request = json.loads((folder / "components/add-abed-request.json").read_text(encoding="utf-8"))
    response = json.loads((folder / "components/add-abed.json").read_text(encoding="utf-8"))
    assert {key: request[key] for key in ("type", "required", "properties")} == {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"type": "string", "x-contract": {"sends": "South"}},
            "soil": {"type": "string", "enum": ["peat", "clay", "sand"], "x-contract": {"sends": "peat"}},
        },
    }
    assert {key: response[key] for key in ("allOf", "required", "properties")} == {
        "allOf": [{"$ref": "../envelope.json#/$defs/success"}],
        "required": ["bed"],
        "properties": {
            "message": {"const": "bed added."},
            "bed": {
                "type": "object",
                "required": ["id", "name", "sensors"],
                "properties": {
                    "id": {"type": "string", "minLength": 1},
                    "name": {"type": "string"},
                    "sensors": {"type": "array", "items": {}},
                },
            },
        },
    }


def test_what_a_page_leaves_open_is_a_question(tmp_path: Path) -> None:
    questions = (written(tmp_path / "schemas") / "questions.md").read_text(encoding="utf-8").splitlines()
    assert {
        "- Pick Bed: is request bedId required?",
        "- Send Many: which success status does POST /watering/many have?",
    } <= {*questions}


def test_request_sends_what_the_page_prints_and_values_of_the_account_for_ids(tmp_path: Path) -> None:
    folder = written(tmp_path / "schemas") / "components"
    water = json.loads((folder / "water-now-request.json").read_text(encoding="utf-8"))["properties"]
    study = json.loads((folder / "study-run-request.json").read_text(encoding="utf-8"))["properties"]
    assert [water["bedId"]["x-contract"], water["litres"]["x-contract"], study["questions"]["x-contract"]] == [
        {"sends": "{bedId}", "id": True}, {"sends": 2.5}, {"sends": [{"kind": "Word"}]},
    ]  # fmt: skip


def test_content_type_of_a_get_is_sent_as_printed(tmp_path: Path) -> None:
    item = read_yaml(written(tmp_path / "schemas") / "paths" / "beds.yaml", "beds.yaml")["/beds/{bedId}"]
    assert item["get"]["x-contract"]["headers"] == {"Content-Type": "application/json"}
    assert "headers" not in item["put"]["x-contract"]


def test_contract_names_the_variables_of_a_run_without_a_provider_file(tmp_path: Path) -> None:
    names = load_contract(written(tmp_path / "schemas")).setting_names
    assert (names.default_state, names.variables) == (
        "an account", {"an account": {"token": "GREENHOUSE_TOKEN", "api_key": "GREENHOUSE_API_KEY"}},
    )  # fmt: skip


def test_page_of_a_site_is_the_source_at_its_address() -> None:
    page = read_facts(rendered(page_of("Get Bed"), "text"), "https://docs.greenhouse.example/beds/get bed")
    entry = scaffold([page], "Greenhouse", DAY).files["paths/beds.yaml"]["/beds/{bedId}"]["get"]
    assert entry["externalDocs"]["url"] == "https://docs.greenhouse.example/beds/get bed"


def test_credentials_that_are_needed_together_are_one_alternative() -> None:
    text = rendered(page_of("Get Bed"), "text").replace("Bearer token or x-api-key", "Bearer token and x-api-key")
    entry = scaffold([read_facts(text, "page")], "Greenhouse", DAY).files["paths/beds.yaml"]["/beds/{bedId}"]["get"]
    assert entry["security"] == [{"bearer": [], "apiKey": []}]


def test_refusal_of_an_operation_without_a_credential_is_a_question(tmp_path: Path) -> None:
    folder = written(tmp_path / "schemas")
    questions = (folder / "questions.md").read_text(encoding="utf-8").splitlines()
    enter = read_yaml(folder / "paths" / "people.yaml", "people.yaml")["/people/enter"]["post"]
    assert "- Enter: which request, with no credential asked for, is answered 401?" in questions
    assert enter["responses"]["401"]["x-contract"]["credential"] is False


def test_page_without_an_error_says_of_every_4xx_what_an_error_is_expected_to_be(tmp_path: Path) -> None:
    item = read_yaml(written(tmp_path / "schemas") / "paths" / "watering.yaml", "watering.yaml")["/watering/many"]
    notes = item["post"]["responses"]["4XX"]["x-contract"]
    assert (notes["provenance"], notes["interpretation"]) == ("assumed", "error-body")


def test_bundle_is_valid_openapi(tmp_path: Path) -> None:
    validate(bundled(written(tmp_path / "schemas")))


def test_command_writes_into_a_new_folder_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "get-bed.txt"
    page.write_text(rendered(page_of("Get Bed"), "text"), encoding="utf-8")
    words = ["scaffold", str(page), "--into", str(tmp_path / "made"), "--read", DAY]
    assert [main(words, SCHEMAS), main(words, SCHEMAS)] == [0, 4]
    assert "what was reviewed is not written over" in capsys.readouterr().err


def test_check_of_the_pages_it_was_made_of_is_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    for page in PAGES:
        (pages / f"{page.title}.md").write_text(rendered(page, "md"), encoding="utf-8")
    folder = written(tmp_path / "schemas")
    statuses = [main(["check", str(pages), "--contract", str(folder), *more]) for more in ([], ["--whole"])]
    assert statuses == [6, 0], capsys.readouterr().out


def test_check_names_operation_clause_and_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "get-bed.txt"
    text = rendered(page_of("Get Bed"), "text").replace('"depth_cm": 40', '"depth_cm": "40"')
    page.write_text(text, encoding="utf-8")
    line = next(number for number, each in enumerate(text.split("\n"), 1) if "depth_cm" in each)
    status = main(["check", str(page), "--contract", str(written(tmp_path / "schemas"))])
    shown = capsys.readouterr().out
    assert status == 1
    assert "getBed: GET /beds/{bedId}" in shown
    assert "changed, breaking: type response bed.depth_cm  (getBed/*/body.bed-depth-cm-is-whole-number)" in shown
    assert f"{page}:{line}:" in shown


def test_page_without_an_operation_cannot_be_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "letter.txt"
    page.write_text("Dear reader,\n", encoding="utf-8")
    assert main(["check", str(page), "--contract", str(written(tmp_path / "schemas"))]) == 6
    assert "no operation was found" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("value", "schema"),
    [
        ("2031-05-06T07:08:09.000Z", {"type": "string", "format": "date-time"}),
        ("fern@greenhouse.example", {"type": "string", "format": "email"}),
        ("https://hook.example/a", {"type": "string", "format": "uri"}),
        (True, {"type": "boolean"}),
        (1, {"type": "integer"}),
        (1.5, {"type": "number"}),
        (None, {}),
        ([], {"type": "array", "items": {}}),
        ([1, 1.5], {"type": "array", "items": {"type": "number"}}),
        ([1, "a"], {"type": "array", "items": {"type": ["integer", "string"]}}),
        ([1, None], {"type": "array", "items": {}}),
        (
            [{"a": 1, "b": 2}, {"a": 3}],
            {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["a"],
                    "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
                },
            },
        ),
    ],
)
def test_example_becomes_a_schema_by_the_rule(value: Json, schema: Json) -> None:
    assert schema_of(value) == schema


@pytest.mark.parametrize(
    ("title", "name"), [("Get Bed", "getBed"), ("", "getBedsBedId"), ("2nd try", "operation2ndTry")]
)
def test_operation_is_named_by_the_words_of_its_page(title: str, name: str) -> None:
    assert operation_id(title, "get /beds/{bedId}") == name


TREES = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(max_size=12),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=6), inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(some.dictionaries(some.text(alphabet="abcNoyes~:-#{}[]'\"0 1", max_size=6), TREES, min_size=1, max_size=4))
def test_yaml_says_what_was_written(tmp_path_factory: pytest.TempPathFactory, value: Json) -> None:
    path = tmp_path_factory.mktemp("yaml") / "a.yaml"
    path.write_text(yaml_text(value), encoding="utf-8")
    assert read_yaml(path, "a.yaml") == value
