"""The wheel, installed in an environment of its own: the command tests the embedded provider from an empty folder."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.detection.warm_runs import PATIENCE_S
from tests.runs.suite_process import WHOLE, own_environment

ROOT = Path(__file__).resolve().parents[2]
WHOLE_RUN_S = 3 * PATIENCE_S  # of the whole contract, where others run one operation
HOSTILE = "[pytest]\naddopts = --no-such-option\npython_files = none.py\n"


def ended(*words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*map(str, words)], cwd=cwd, env=own_environment(), capture_output=True, text=True, timeout=WHOLE_RUN_S
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build it from a copy of the checkout, so that nothing is left behind in the checkout."""
    source = tmp_path_factory.mktemp("source")
    for folder in ("schemas", "talkstack_contract", "reference_provider", WHOLE):
        shutil.copytree(ROOT / folder, source / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy2(ROOT / file, source / file)
    words = ("-m", "pip", "wheel", "--no-build-isolation", "--no-deps", "--no-index", "-w", source / "dist", source)
    built = ended(sys.executable, *words, cwd=source)
    assert built.returncode == 0, built.stderr
    [found] = (source / "dist").glob("*.whl")
    return found


def test_wheel_installs_no_package_of_a_common_name(wheel: Path) -> None:
    names = {name.partition("/")[0] for name in ZipFile(wheel).namelist()}
    assert {name for name in names if not name.endswith(".dist-info")} == {"reference_provider", "talkstack_contract"}


def test_wheel_holds_every_file_of_the_checkout(wheel: Path) -> None:
    places = {
        "talkstack_contract/schemas": ROOT / "schemas",
        "talkstack_contract/contract_tests": ROOT / WHOLE,
        "talkstack_contract": ROOT / "talkstack_contract",
        "reference_provider": ROOT / "reference_provider",
    }
    expected = {
        f"{name}/{path.relative_to(folder).as_posix()}"
        for name, folder in places.items()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert expected - set(ZipFile(wheel).namelist()) == set()


@pytest.fixture(scope="module")
def command(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install it in an environment that has its dependencies, and return its command."""
    environment = tmp_path_factory.mktemp("environment")
    assert ended(sys.executable, "-m", "venv", "--without-pip", environment, cwd=environment).returncode == 0
    python = environment / "bin" / "python"
    installed = ended(
        sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", wheel, cwd=environment
    )
    assert installed.returncode == 0, installed.stderr
    [packages] = environment.glob("lib/python*/site-packages")
    # A folder that is named here is searched, and what is installed there as a link to a checkout is not followed.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return environment / "bin" / "talkstack-contract"


def test_installed_command_accepts_the_embedded_provider_in_a_hostile_folder(command: Path, tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text(HOSTILE, encoding="utf-8")
    (tmp_path / "conftest.py").write_text("raise RuntimeError('this conftest is not ours')", encoding="utf-8")
    (folder := tmp_path / "empty").mkdir()
    run = ended(command, "run", "-q", cwd=folder)
    made = {path.name for path in (folder / "reports").iterdir()}
    assert (run.returncode, run.stdout.splitlines()[-1].partition("  ")[0], made, [*tmp_path.glob("reports")]) == (
        0,
        "ACCEPTED",
        {"junit.xml", "report.html", "summary.md", "verdicts.jsonl"},
        [],
    ), run.stdout[-3000:] + run.stderr
