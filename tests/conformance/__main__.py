"""Holds the judge to the official JSON Schema Test Suite (draft 2020-12): `make conformance`.

Each test of the suite becomes an operation: its schema is that of the response, its instance the body that a provider
on loopback answers with. Right is a sound body of which no clause is violated, and an unsound one of which one is. The
suite comes with the source distribution of `jsonschema`; it is fetched when it is measured, and not kept.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any
from urllib.parse import urljoin

from talkstack_contract.contract.cases import derive_cases
from talkstack_contract.contract.openapi import load_contract
from talkstack_contract.contract.schema_checks import DIALECT
from talkstack_contract.errors import BadInput
from talkstack_contract.judging.judge import Run
from talkstack_contract.model import Effect, Verdict
from talkstack_contract.provider.client import Provider
from talkstack_contract.provider.redaction import Secrets
from talkstack_contract.provider.settings import Settings
from talkstack_contract.states.accounts import Accounts
from talkstack_contract.states.ledger import Ledger

ROOT = Path(__file__).parents[2]
REMOTES = "http://localhost:1234/"
"""Where the suite says that its remotes are; nothing is fetched from there, they enter by their ids."""
RIGHT, MISSED, ALARM, BLOCKED, REFUSED = "right", "missed", "alarm", "blocked", "refused"


@dataclass(frozen=True)
class Outcome:
    """What became of one test of the suite."""

    file: str
    group: str
    test: str
    outcome: str
    reason: str = ""


class Answers:
    """A provider on loopback that answers each path with one JSON text."""

    def __init__(self) -> None:
        self.bodies: dict[str, bytes] = {}
        answers = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                body = answers.bodies[self.path]
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def outcomes(suite: Path, files: list[Path], *, is_open: bool) -> Iterator[Outcome]:
    """Judge every test of these files; with `is_open`, by the plain dialect, in which a format is an annotation."""
    answers = Answers()
    try:
        for file in files:
            for group in json.loads(file.read_text(encoding="utf-8")):
                with TemporaryDirectory() as folder:
                    yield from _of_group(suite, file.stem, group, Path(folder, "schemas"), answers, is_open=is_open)
    finally:
        answers.close()


def _of_group(
    suite: Path, file: str, group: Mapping[str, Any], folder: Path, answers: Answers, *, is_open: bool
) -> Iterator[Outcome]:
    tests = group["tests"]
    answers.bodies = {f"/{number}": json.dumps(test["data"]).encode() for number, test in enumerate(tests)}
    write_contract(folder, group["schema"], len(tests), suite / "remotes", is_open=is_open)
    try:
        contract = load_contract(folder)
        cases = [case for case in derive_cases(contract) if case.name == "without-credential"]
    except BadInput as refusal:
        for test in tests:
            yield Outcome(file, group["description"], test["description"], REFUSED, str(refusal))
        return
    provider = Provider(Settings(answers.url, True, frozenset(Effect), {}), Secrets(()))
    accounts = Accounts(cases, provider, Ledger(folder / "ledger"), "0")
    run = Run(cases, accounts, (), datetime.now(UTC).date())
    for case in cases:
        judgements = [run.judgement(case, clause) for clause in case.clauses]
        test = tests[int(case.operation.path[1:])]
        verdicts = {each.verdict for each in judgements}
        told = MISSED if not test["valid"] else RIGHT
        if Verdict.BLOCKED in verdicts:
            told = BLOCKED
        elif Verdict.VIOLATED in verdicts:
            told = ALARM if test["valid"] else RIGHT
        reason = next((each.reason for each in judgements if each.verdict is Verdict.BLOCKED), "")
        yield Outcome(file, group["description"], test["description"], told, reason)


def write_contract(folder: Path, schema: Any, operations: int, remotes: Path, *, is_open: bool) -> None:
    """Write a contract of so many operations, each of which answers 200 with this schema."""
    shutil.copytree(ROOT / "schemas" / "meta", folder / "meta")
    components = folder / "components"
    components.mkdir()
    (components / "schema.json").write_text(json.dumps(schema), encoding="utf-8")
    is_remote = REMOTES in json.dumps(schema)
    for number, path in enumerate(_remotes(remotes) if is_remote else ()):
        url = urljoin(REMOTES, path.relative_to(remotes).as_posix())
        document = json.loads(path.read_text(encoding="utf-8"))
        documents = [document]
        if isinstance(document, dict) and (own := urljoin(url, document.get("$id", url))) != url:
            documents.append({"$id": url, "$ref": own})
        elif isinstance(document, dict):
            document["$id"] = url
        for each in documents:
            name = f"remote-{number}-{documents.index(each)}.json"
            (components / name).write_text(json.dumps(each), encoding="utf-8")
    root = {
        "openapi": "3.1.0",
        "info": {"title": "One schema", "version": "1", "x-contract": {"docs_read": "2026-11-02"}},
        "paths": {f"/{number}": {"get": _operation(number)} for number in range(operations)},
        "components": {"securitySchemes": {}},
        "security": [],
    }
    if is_open:
        root["jsonSchemaDialect"] = DIALECT
    (folder / "openapi.yaml").write_text(json.dumps(root), encoding="utf-8")
    (folder / "interpretations.yaml").write_text(
        (ROOT / "schemas" / "interpretations.yaml").read_text(encoding="utf-8")
    )


def _remotes(folder: Path) -> list[Path]:
    return sorted(path for part in (".", "draft2020-12", "draft2020-12/*") for path in folder.glob(f"{part}/*.json"))


def _operation(number: int) -> dict[str, Any]:
    source = {"section": "Response"}
    response = {
        "description": "The instance.",
        "content": {"application/json": {"schema": {"$ref": "components/schema.json"}}},
        "x-contract": {"source": {**source, "printed": "200 OK"}},
    }
    return {
        "operationId": f"test{number}",
        "tags": ["Tests"],
        "externalDocs": {"description": "Tests › One test", "url": "https://docs.example/test"},
        "x-contract": {"effect": "reads", "source": source},
        "responses": {"200": response},
    }


def fetched_suite(folder: Path) -> Path:
    """Fetch the source distribution of `jsonschema` from the package index, and return the suite in it."""
    version = (
        subprocess.run([sys.executable, "-m", "pip", "show", "jsonschema"], check=True, capture_output=True, text=True)
        .stdout.partition("Version: ")[2]
        .split()[0]
    )
    wanted = ["--no-deps", "--no-binary", "jsonschema", f"jsonschema=={version}"]
    subprocess.run([sys.executable, "-m", "pip", "download", "-q", *wanted, "-d", str(folder)], check=True)
    [archive] = folder.glob("jsonschema-*.tar.gz")
    with tarfile.open(archive) as content:
        content.extractall(folder, filter="data")
    [suite] = folder.glob("jsonschema-*/json")
    return suite


def table(title: str, found: list[Outcome]) -> str:
    """Return the counts, and one line for each test that did not come out right."""
    counts = Counter(each.outcome for each in found)
    told = ", ".join(f"{count} {word}" for word, count in counts.most_common())
    lines = [f"{title}: {counts[RIGHT]} of {len(found)} right ({told})"]
    lines += [
        f"  {each.outcome}: {each.file}: {each.group}: {each.test} {each.reason}".rstrip()
        for each in found
        if each.outcome != RIGHT
    ]
    return "\n".join(lines)


def main() -> int:
    """Print the table for the suite, and for the optional files about formats, patterns and big numbers."""
    with TemporaryDirectory() as folder:
        suite = Path(sys.argv[1]) if len(sys.argv) > 1 else fetched_suite(Path(folder))
        tests = suite / "tests" / "draft2020-12"
        required = list(outcomes(suite, sorted(tests.glob("*.json")), is_open=True))
        print(table("required", required))
        optional = [
            tests / "optional" / f"{name}.json"
            for name in ("bignum", "ecmascript-regex", "float-overflow", "non-bmp-regex")
        ]
        print(table("optional: numbers and patterns", list(outcomes(suite, optional, is_open=True))))
        formats = sorted((tests / "optional" / "format").glob("*.json"))
        print(table("optional: formats", list(outcomes(suite, formats, is_open=False))))
    return 0 if all(each.outcome in (RIGHT, REFUSED) for each in required) else 1


if __name__ == "__main__":
    sys.exit(main())
