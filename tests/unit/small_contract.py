"""A contract of one operation: what is true of a run is true of a small one, which is over in a second."""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from pathlib import Path

import yaml

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
PATH = "/user/get-active-project"


@functools.cache
def small_contract() -> Path:
    """The folder of promises cut down to `getActiveProject`: a copy that is gone with this process."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return cut_down(SCHEMAS, folder / "schemas")


def cut_down(schemas: Path, to: Path, path: str = PATH) -> Path:
    """Copies a folder of promises, with one path of its operations and without the files of other sections."""
    shutil.copytree(schemas, to, dirs_exist_ok=True)
    for file in (to / "paths").iterdir():
        if f"\n{path}:" not in f"\n{file.read_text(encoding='utf-8')}":
            file.unlink()
    shutil.rmtree(to / "profiles", ignore_errors=True)  # which names the clauses of every operation
    root = yaml.safe_load((to / "openapi.yaml").read_text(encoding="utf-8"))
    root["info"]["x-contract"].pop("pages_not_covered", None)
    root["paths"] = {path: root["paths"][path]}
    (to / "openapi.yaml").write_text(yaml.safe_dump(root, sort_keys=False), encoding="utf-8")
    return to
