"""The API key and the active project."""

from tests.reference.asking import Opening


def test_generated_key_replaces_the_one_before(opened: Opening) -> None:
    asker = opened()
    keys = [asker.api_key, *(asker.ask("generateApiKey").json["apiKey"] for _ in range(2))]
    statuses = [asker.ask("getProject", headers={"x-api-key": key}).status for key in keys]
    assert statuses == [401, 401, 200]


def test_head_does_not_generate_a_key(opened: Opening) -> None:
    asker = opened()
    head = asker.clients["api"].send("HEAD", "/user/generate-apikey", {"Authorization": f"Bearer {asker.token}"})
    kept = asker.ask("getProject", headers={"x-api-key": asker.api_key}).status
    assert (head.status, head.headers["allow"], kept) == (405, "GET", 200)


def test_project_set_active_is_the_active_one(opened: Opening) -> None:
    asker = opened()
    made = asker.ask("createProject").json["data"]["id"]
    answer = asker.ask("setActiveProject", {"projectId": made}).json
    active = asker.ask("getActiveProject").json["projectData"]["id"]
    shown = (answer["userData"]["active_project"], answer["projectData"]["id"], active)
    assert (answer["message"], shown) == (f"successfully set project with id {made} active.", (made,) * 3)


def test_account_without_active_project_gets_404(opened: Opening) -> None:
    asker = opened("no active project")
    statuses = [asker.ask(each).status for each in ("getActiveProject", "setActiveProject", "getActiveProject")]
    assert statuses == [404, 200, 200]


def test_head_of_a_read_is_get_without_a_body(opened: Opening) -> None:
    asker, known = opened(), {"Content-Type": "application/json"}
    known["Authorization"] = f"Bearer {asker.token}"
    head = asker.clients["api"].send("HEAD", "/user/get-active-project", known)
    assert (head.body, head.headers) == (b"", asker.ask("getActiveProject").headers)
