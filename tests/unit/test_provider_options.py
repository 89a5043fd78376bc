"""Which provider file a run reads: the named one, else one that is found up to the root of the repository."""

from pathlib import Path

import pytest

from talkstack_contract.errors import BadInput
from talkstack_contract.provider_options import SETTINGS_FILE, ProviderFile, provider_file


def placed(root: Path, *files: str) -> Path:
    """Make empty files, `.git` among them a folder, and return the folder `here/below` of the root."""
    for name in files:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir() if path.name == ".git" else path.touch()
    (below := root / "here" / "below").mkdir(parents=True, exist_ok=True)
    return below


FOUND = {
    "here": (["here/below/F"], "here/below/F"),
    "nearest": (["here/.git", "here/F", "here/below/F"], "here/below/F"),
    "above": (["here/.git", "here/F"], "here/F"),
    "at-the-root": ([".git", "F"], "F"),
    "above-the-repository": (["here/.git", "F"], None),
    "above-without-a-repository": (["here/F"], None),
    "in-a-folder-of-that-name": (["here/below/F/x"], None),
    "none": (["here/.git"], None),
}


@pytest.mark.parametrize(("files", "expected"), FOUND.values(), ids=FOUND)
def test_file_is_found_up_to_the_root_of_the_repository(files: list[str], expected: str | None, tmp_path: Path) -> None:
    below = placed(tmp_path, *(each.replace("F", SETTINGS_FILE) for each in files))
    wanted = ProviderFile(tmp_path / expected.replace("F", SETTINGS_FILE), is_found=True) if expected else None
    assert provider_file(None, below) == wanted


def test_file_of_a_worktree_marks_the_root_too(tmp_path: Path) -> None:
    below = placed(tmp_path, SETTINGS_FILE)
    (tmp_path / ".git").write_text("gitdir: elsewhere\n", encoding="utf-8")
    assert provider_file(None, below) == ProviderFile(tmp_path / SETTINGS_FILE, is_found=True)


NAMED = {"file": ("ours.toml", "here/below/ours.toml"), "reference": ("reference", None)}


@pytest.mark.parametrize(("named", "expected"), NAMED.values(), ids=NAMED)
def test_option_wins_over_what_is_found(named: str, expected: str | None, tmp_path: Path) -> None:
    below = placed(tmp_path, f"here/below/{SETTINGS_FILE}")
    assert provider_file(named, below) == (ProviderFile(tmp_path / expected) if expected else None)


def test_empty_option_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"^--provider: is empty; give a file, or `reference`"):
        provider_file("", tmp_path)


def test_found_file_is_shown_as_found() -> None:
    shown = [str(ProviderFile(Path("a.toml"))), str(ProviderFile(Path("a.toml"), is_found=True))]
    assert shown == ["a.toml", "a.toml (found)"]
