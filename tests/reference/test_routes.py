"""From a path to the operations there."""

import pytest

from reference_provider.routes import route_of
from tests.reference.asking import Opening


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/project/create-project", ["createProject"]),
        ("/project/active-agent", ["getActiveAgent", "setActiveAgent"]),
        ("/project/active-agent/create-project", ["removeActiveAgent"]),
        ("/project/x", ["getProject", "updateProject", "deleteProject"]),
        ("/project/", ["getProject", "updateProject", "deleteProject"]),
        ("/agent", ["getAgent", "updateAgent", "deleteAgent"]),
        ("/agent/create-agent", ["createAgent"]),
        ("/agent/x", ["listAgents"]),
        ("/voices", ["listVoices"]),
        ("/voices/x", ["getVoice"]),
    ],
)
def test_words_go_before_parameters(path: str, found: list[str]) -> None:
    route = route_of("api", path)
    assert route and [operation.operation_id for operation in route.operations] == found


@pytest.mark.parametrize("path", ["", "/", "/project", "/project/x/y", "/project//x", "/Voices", "/voices/x/", "x"])
def test_other_paths_lead_nowhere(path: str) -> None:
    assert route_of("api", path) is None


@pytest.mark.parametrize(("operation_id", "own", "other"), [("makeCall", "calls", "api"), ("getCall", "api", "calls")])
def test_operation_is_answered_on_its_own_host_alone(opened: Opening, operation_id: str, own: str, other: str) -> None:
    asker = opened()
    wrong = type(asker)({own: asker.clients[other]}, asker.token, "", "", asker.values)
    assert (asker.ask(operation_id).status, wrong.ask(operation_id).status) == (200, 404)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/project/create-project", "POST"),
        ("GET", "/project/active-agent", "PATCH, POST"),
        ("POST", "/project/x", "DELETE, GET, HEAD, PUT"),
        ("OPTIONS", "/agent", "DELETE, POST, PUT"),
        ("HEAD", "/user/generate-apikey", "GET"),
        ("PATCH", "/voices", "GET, HEAD"),
    ],
)
def test_undocumented_method_is_told_the_documented_ones(opened: Opening, method: str, path: str, allowed: str) -> None:
    reply = opened.clients["api"].send(method, path)
    assert (reply.status, reply.headers["allow"]) == (405, allowed)
