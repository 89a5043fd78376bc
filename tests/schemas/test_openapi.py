"""The contract is OpenAPI 3.1 that others can read, and promises what the docs promise: operations, pairs, sources."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from talkstack_contract.contract.openapi import load_contract
from talkstack_contract.model import Effect, Operation, Response

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
    "signUp": ("POST", "/auth/signup", {200, 400, 500}),
    "verifyEmail": ("POST", "/auth/verify-email", {200, 400, 404, 500}),
    "resendVerificationCode": ("POST", "/auth/resend-code", {200, 400, 404, 500}),
    "logIn": ("POST", "/auth/login", {200, 400, 401, 404, 500}),
    "refreshToken": ("POST", "/auth/refresh-token", {200, 400, 401, 404, 500}),
    "changePassword": ("POST", "/auth/change-password", {200, 400, 401, 500}),
    "forgotPassword": ("POST", "/auth/forgot-password", {200, 400, 404, 500}),
    "resetPassword": ("POST", "/auth/reset-password", {200, 400, 500}),
    "generateApiKey": ("GET", "/user/generate-apikey", {200, 401, 500}),
    "setActiveProject": ("POST", "/user/set-active-project", {200, 400, 401, 500}),
    "getActiveProject": ("GET", "/user/get-active-project", {200, 401, 404, 500}),
    "createProject": ("POST", "/project/create-project", {200, 400, 401, 500}),
    "getProject": ("GET", "/project/{projectId}", {200, 400, 401, 500}),
    "updateProject": ("PUT", "/project/{projectId}", {200, 400, 401, 404, 500}),
    "deleteProject": ("DELETE", "/project/{projectId}", {200, 400, 401, 404, 500}),
    "addWebhook": ("POST", "/project/call-status/add-webhookurl", {200, 400, 401, 500}),
    "getActiveAgent": ("POST", "/project/active-agent", {200, 400, 401, 404, 500}),
    "setActiveAgent": ("PATCH", "/project/active-agent", {200, 400, 401, 500}),
    "removeActiveAgent": ("PATCH", "/project/active-agent/{agentId}", {200, 401, 500}),
    "createAgent": ("POST", "/agent/create-agent", {400, 500}),
    "getAgent": ("POST", "/agent", {200, 400, 404, 500}),
    "updateAgent": ("PUT", "/agent", {200, 400, 404, 500}),
    "deleteAgent": ("DELETE", "/agent", {200, 400, 404, 500}),
    "listAgents": ("GET", "/agent/{projectId}", {200, 400, 404, 500}),
    "makeCall": ("POST", "/call/makeCall", {200, 400, 401, 500}),
    "getCall": ("POST", "/call", {200, 400, 404, 500}),
    "listCalls": ("POST", "/call/get-call-history", set()),
    "analyzeCall": ("POST", "/call/analysis", set()),
    "batchCall": ("POST", "/call/batch-call", set()),
    "listVoices": ("GET", "/voices", {200, 401, 500}),
    "getVoice": ("GET", "/voices/{voice_id}", {200, 401, 500}),
    "getPhoneNumber": ("POST", "/phone-number", {200, 400, 404, 500}),
    "assignPhoneNumber": ("POST", "/phone-number/add-number", {400, 500}),
}

# What we expect all the same, where the page prints no such status.
ASSUMED = {
    "createAgent": {200, 401},
    "getAgent": {401},
    "updateAgent": {401},
    "deleteAgent": {401},
    "listAgents": {401},
    "getCall": {401},
    "listCalls": {200, 401},
    "analyzeCall": {200, 401},
    "batchCall": {200, 401},
    "getPhoneNumber": {401},
    "assignPhoneNumber": {200, 401},
}

# What the pages say of the credential: none is asked for, a bearer token only; all others take either of two.
PUBLIC = {"signUp", "verifyEmail", "resendVerificationCode", "logIn", "refreshToken", "forgotPassword", "resetPassword"}
BEARER_ONLY = {"generateApiKey"}

# What an operation does to the world, where it is no plain write.
EFFECTS = {
    Effect.SENDS_MAIL: {"signUp", "resendVerificationCode", "forgotPassword"},
    Effect.ISSUES_CREDENTIALS: {"logIn", "refreshToken", "generateApiKey"},
    Effect.PLACES_CALLS: {"makeCall", "batchCall"},
    Effect.READS: {
        "getActiveProject",
        "getProject",
        "getActiveAgent",
        "getAgent",
        "listAgents",
        "getCall",
        "listCalls",
        "analyzeCall",
        "listVoices",
        "getVoice",
        "getPhoneNumber",
    },
}


def test_document_is_openapi_3_1() -> None:
    assert str(ROOT["openapi"]).startswith("3.1.")
    validate(ROOT, base_uri=(SCHEMAS / "openapi.yaml").as_uri(), cls=OpenAPIV31SpecValidator)


def test_list_of_our_own_has_33_operations_and_115_pairs() -> None:
    assert (len(PAIRS), sum(len(statuses) for _, _, statuses in PAIRS.values())) == (33, 115)


def test_operations_and_pairs_are_those_of_the_docs() -> None:
    found = {
        operation.id: (
            operation.method,
            operation.path,
            {response.status for response in operation.documented_responses},
        )
        for operation in CONTRACT.operations
    }
    assert found == PAIRS


def test_what_no_page_prints_is_assumed() -> None:
    found = {
        operation.id: {response.status for response in operation.responses if not response.is_documented}
        for operation in CONTRACT.operations
    }
    assert {id_: statuses for id_, statuses in found.items() if statuses} == ASSUMED


def test_credentials_are_those_of_the_docs() -> None:
    found = {operation.id: tuple(scheme.name for scheme in operation.schemes) for operation in CONTRACT.operations}
    other = dict.fromkeys(PAIRS, ("bearer", "apiKey"))
    assert found == {**other, **dict.fromkeys(PUBLIC, ()), **dict.fromkeys(BEARER_ONLY, ("bearer",))}


def test_effects_are_those_that_the_pages_tell_of() -> None:
    found = {operation.id: operation.effect for operation in CONTRACT.operations}
    special = {id_: effect for effect, ids in EFFECTS.items() for id_ in ids}
    assert found == {**dict.fromkeys(PAIRS, Effect.WRITES), **special}


def test_only_placing_a_call_has_a_host_of_its_own() -> None:
    found = {operation.id: operation.server for operation in CONTRACT.operations if operation.server}
    assert found == {"makeCall": "calls_base_url"}


def test_pages_of_which_too_little_is_known_are_listed() -> None:
    assert [page for page, _ in CONTRACT.pages_not_covered] == [
        "Getting Started With Talkstack's API",
        "Project › Getting list of projects",
        "Hubspot › HubSpot Integration",
        "Call › Get call history",
        "Call › Get call analysis",
        "Phone Number › Get phone number data",
    ]


@pytest.mark.parametrize("path", ROOT["paths"])
def test_path_item_stands_in_the_file_of_its_section(path: str) -> None:
    file, _, pointer = ROOT["paths"][path]["$ref"].partition("#")
    assert ((SCHEMAS / file).is_file(), file.startswith("paths/"), unquote(pointer)) == (
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
    printed = str(response.status) if response.is_documented else ""
    assert shown == (operation.source.page, operation.source.url, True, printed)


@pytest.mark.parametrize("operation", CONTRACT.operations, ids=lambda each: each.id)
def test_every_documented_500_can_be_brought_about(operation: Operation) -> None:
    failure = operation.response(500)
    states = {failure.state, *(way.state for way in failure.scenarios)} if failure else {"the provider fails inside"}
    assert "the provider fails inside" in states


@pytest.mark.parametrize("operation", CONTRACT.operations, ids=lambda each: each.id)
def test_tag_of_an_operation_is_described(operation: Operation) -> None:
    assert operation.tag in {tag["name"] for tag in ROOT["tags"] if tag["description"]}
