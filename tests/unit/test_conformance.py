"""The table of conformance tells right from missed, alarm and refused: it has been seen to say each of them."""

import json
from pathlib import Path
from typing import Any

from tests.conformance.__main__ import ALARM, MISSED, REFUSED, RIGHT, outcomes, table

TEXT = {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "string"}


def suite(folder: Path, *groups: dict[str, Any]) -> Path:
    remotes = folder / "remotes" / "draft2020-12"
    remotes.mkdir(parents=True)
    (remotes / "text.json").write_text(json.dumps(TEXT), encoding="utf-8")
    (folder / "some.json").write_text(json.dumps(groups), encoding="utf-8")
    return folder


def group(schema: Any, *tests: tuple[Any, bool]) -> dict[str, Any]:
    told = [{"description": repr(data), "data": data, "valid": valid} for data, valid in tests]
    return {"description": "a group", "schema": schema, "tests": told}


def test_each_outcome_is_told(tmp_path: Path) -> None:
    folder = suite(
        tmp_path,
        group(TEXT, ("a", True), (1, False), ("b", False), (2, True)),
        group({"$ref": "http://localhost:1234/draft2020-12/text.json"}, ("a", True), (1, False)),
        group({"type": "text"}, ("a", True)),
    )
    found = list(outcomes(folder, [folder / "some.json"], is_open=True))
    assert [each.outcome for each in found] == [RIGHT, RIGHT, MISSED, ALARM, RIGHT, RIGHT, REFUSED]
    assert table("a suite", found).splitlines()[0] == ("a suite: 4 of 7 right (4 right, 1 missed, 1 alarm, 1 refused)")


def test_format_is_judged_but_in_the_plain_dialect(tmp_path: Path) -> None:
    folder = suite(tmp_path, group({"format": "uuid", "unknownWord": 1}, ("no uuid", True)))
    file = [folder / "some.json"]
    [plain], [ours] = (list(outcomes(folder, file, is_open=is_open)) for is_open in (True, False))
    assert (plain.outcome, ours.outcome, "unknownWord" in ours.reason) == (RIGHT, REFUSED, True)
