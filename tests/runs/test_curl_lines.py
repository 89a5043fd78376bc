"""A curl line of each kind, of a run of several operations, executed in `sh` against the provider that was tested."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator

import pytest

from tests.runs.curl_lines import Recorded, recorded
from tests.runs.suite_process import Line

pytestmark = pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")

OPERATIONS = "getActiveProject or signUp or changePassword or deleteAgent or batchCall or create-project or batch-call"
KINDS = {
    "credential-in-a-header": r"-H \"Authorization: Bearer \$TALKSTACK_TOKEN\"",
    "key-in-a-header": r"-H \"x-api-key: \$TALKSTACK_API_KEY\"",
    "credential-of-another-account": r"-H \"Authorization: Bearer \$TALKSTACK_EMPTY_TOKEN\"",
    "credential-altered": r"\| sed 's/\./",
    "credential-lengthened": r"\}x\"",
    "credential-cut-short": r"\| cut -c1-",
    "credential-in-the-other-case": r"\| tr A-Za-z a-zA-Z",
    "credential-empty": r"-H 'x-api-key;'",
    "no-credential": r"^curl -i -H 'Accept: [^']+' -H 'Content-Type: [^']+' '",
    "body": r"--data-binary '\{",
    "body-with-a-secret": r"sent_password",
    "no-body": r"--data-binary ''",
    "file": r"^: .*printf .* \| curl .* --data-binary @-",
    "delete": r" -X DELETE ",
    "generated": r"/generated/",
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    with recorded(tmp_path_factory.mktemp("curl"), "-k", OPERATIONS) as whole:
        yield whole


def _kind(exchange: Line, pattern: str) -> bool:
    return bool(re.search(pattern, f"{exchange['curl']}\n{exchange['id']}"))


@pytest.mark.parametrize("kind", KINDS)
def test_line_of_each_kind_gives_the_status_of_the_record(kind: str, whole: Recorded) -> None:
    mine = [each for each in whole.exchanges() if _kind(each, KINDS[kind])][:5]
    statuses = {each["id"]: whole.status_then(each) for each in mine}
    assert statuses
    assert statuses == {each["id"]: each["status"] for each in mine}


def test_line_of_a_generated_request_sends_its_body(whole: Recorded) -> None:
    mine = [each for each in whole.exchanges() if "/generated/" in each["id"] and whole.moment(each).body]
    assert mine
    assert [each["id"] for each in mine if "--data-binary" not in each["curl"] or not each["request_body"]] == []


def test_generated_requests_are_sent_by_the_account(whole: Recorded) -> None:
    """But for those of Schemathesis that are about the credential itself."""
    mine = [moment.headers for id_, moment in whole.moments.items() if id_.startswith("createProject/generated/")]
    sent_by_the_account = [headers for headers in mine if "authorization" in headers]
    assert len(sent_by_the_account) > 0.8 * len(mine) > 0
