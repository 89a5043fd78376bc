"""A notification is the last line and a link, goes where it was told and nowhere else, and never shows the address."""

import json
import socket
from collections.abc import Mapping

import pytest

from talkstack_contract.errors import BadInput
from talkstack_contract.notification import checked_address, link_to_job, message, notify
from tests.hostile.raw_server import Received, always, answer, serving

HOOK = "/services/T0/B0/hook-secret"
BODY = message("ACCEPTED  4 of 4 documented responses upheld", "https://ci.example/1")


def test_message_is_posted_once_as_json() -> None:
    with serving(always(answer(b"ok"))) as server:
        told = notify(server.url + HOOK, BODY)
    [received] = server.received
    expected = {"text": "ACCEPTED  4 of 4 documented responses upheld https://ci.example/1"}
    assert (told, received.line, json.loads(received.body)) == ("", f"POST {HOOK} HTTP/1.1", expected)
    assert received.values("content-type") == ["application/json"]


def test_message_without_a_link_is_the_line() -> None:
    assert json.loads(message("REJECTED  3 of 4", "")) == {"text": "REJECTED  3 of 4"}


def test_message_calls_nobody_and_holds_no_markup() -> None:
    text = json.loads(message("503 <!channel> @here \ud800", ""))["text"]
    assert text == "503 ‹!channel› @\u200bhere ?"


ANSWERS = {
    "refused": (answer(status="404 Not Found"), "HTTP 404"),
    "failed": (answer(status="500 Internal"), "HTTP 500"),
    "no-http": (b"hello\r\n\r\n", "BadStatusLine"),
    "closed": (b"", "RemoteDisconnected"),
}


@pytest.mark.parametrize(("sent", "told"), ANSWERS.values(), ids=ANSWERS)
def test_trouble_is_told_without_the_address(sent: bytes, told: str) -> None:
    with serving(always(sent)) as server:
        assert notify(server.url + HOOK, BODY) == told


def test_refused_connection_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}{HOOK}"
    assert notify(url, BODY) == "ConnectionRefusedError"


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
def test_no_redirect_is_followed(status: str) -> None:
    with (
        serving(always(answer())) as other,
        serving(always(answer(b"", f"Location: {other.url}/x", status=status))) as server,
    ):
        told = notify(server.url + HOOK, BODY)
    assert (told, other.received) == (f"HTTP {status[:3]}", [])


def test_answer_that_drips_is_not_waited_for() -> None:
    def drip(_: Received) -> object:
        return server.drip(b"HTTP/1.1 200 OK\r\nX-A: ")

    with serving(drip) as server:  # type: ignore[arg-type]  # an iterator of bytes
        assert notify(server.url + HOOK, BODY, 0.2) == "no answer within 0.2 s"


def test_proxy_of_the_environment_does_not_see_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(always(answer())) as proxy, serving(always(answer())) as server:
        monkeypatch.setenv("http_proxy", proxy.url)
        assert (notify(server.url + HOOK, BODY), proxy.received) == ("", [])


# The address

REFUSED = {
    "http": ("http://chat.example/hook-secret", "is not https"),
    "ftp": ("ftp://127.0.0.1/hook-secret", "is not a web address"),
    "file": ("file:///etc/hook-secret", "is not a web address"),
    "no-scheme": ("chat.example/hook-secret", "is not a web address"),
    "no-host": ("https:///hook-secret", "is not a web address"),
    "empty": ("", "is not a web address"),
    "user": ("https://me:hook-secret@chat.example/", "holds a user or password"),
    "port": ("https://chat.example:hook-secret/", "is not a web address"),
    "brackets": ("https://[hook-secret", "is not a web address"),
    "blank": ("https://chat.example/hook-secret x", "is not a web address"),
    "line-end": ("https://chat.example/hook-secret\r\nX-A: b", "is not a web address"),
    "no-ascii": ("https://chat.example/hook-secret-ä", "is not a web address"),
}


@pytest.mark.parametrize(("url", "told"), REFUSED.values(), ids=REFUSED)
def test_address_that_is_refused_is_not_shown(url: str, told: str) -> None:
    with pytest.raises(BadInput) as caught:
        checked_address(url)
    shown = str(caught.value)
    assert (shown.startswith(f"--notify: {told}; give "), "hook-secret" in shown) == (True, False)


@pytest.mark.parametrize("url", ["https://chat.example/a?b=c", "http://127.0.0.1:1/a", "http://localhost/a"])
def test_address_of_a_webhook_is_fine(url: str) -> None:
    assert checked_address(url) == url


GITHUB = {"GITHUB_SERVER_URL": "https://github.example", "GITHUB_REPOSITORY": "a/b", "GITHUB_RUN_ID": "7"}
JOBS = {
    "github": (GITHUB, "https://github.example/a/b/actions/runs/7"),
    "half-of-github": ({**GITHUB, "GITHUB_RUN_ID": ""}, ""),
    "gitlab": ({"CI_JOB_URL": "https://gitlab.example/a/-/jobs/7"}, "https://gitlab.example/a/-/jobs/7"),
    "jenkins": ({"BUILD_URL": "https://jenkins.example/job/a/7/"}, "https://jenkins.example/job/a/7/"),
    "none": ({"HOME": "/"}, ""),
}


@pytest.mark.parametrize(("environment", "link"), JOBS.values(), ids=JOBS)
def test_link_leads_to_the_job_of_the_ci_server(environment: Mapping[str, str], link: str) -> None:
    assert link_to_job(environment) == link
