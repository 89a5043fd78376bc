"""A disk that fills up leaves whole lines, and no half of a page."""

from __future__ import annotations

from pathlib import Path

import pytest

from talkstack_contract.closed_output import Guarded
from talkstack_contract.reports.whole_files import append_whole, write_whole

FULL = Path("/dev/full")
needs_full_device = pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")


def test_lines_are_added_to_what_is_there(tmp_path: Path) -> None:
    file = tmp_path / "record"
    append_whole(file, "old\n")
    append_whole(file, "one\n", is_new=True)
    append_whole(file, "two\n")
    assert file.read_text() == "one\ntwo\n"


class HalfFull:
    """A raw file that takes so many bytes, and then says that the disk is full."""

    def __init__(self, file: Path, room: int) -> None:
        self._file, self._room = file.open("ab", buffering=0), room

    def __enter__(self) -> HalfFull:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def tell(self) -> int:
        return self._file.tell()

    def truncate(self, size: int) -> None:
        self._file.truncate(size)

    def write(self, data: bytes) -> int:
        if not self._room:
            raise OSError(28, "No space left on device")
        taken = data[: self._room]
        self._room -= len(taken)
        return self._file.write(taken) or 0


@pytest.mark.parametrize("room", [0, 1, 7])
def test_line_for_which_there_is_no_room_leaves_no_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    file = tmp_path / "record"
    file.write_text("whole line\n")
    full = HalfFull(file, room)
    monkeypatch.setattr(Path, "open", lambda *_, **__: full)
    with pytest.raises(OSError, match="No space left"):
        append_whole(file, "another line\n")
    monkeypatch.undo()
    assert file.read_text() == "whole line\n"


@needs_full_device
def test_page_that_cannot_be_written_is_removed(tmp_path: Path) -> None:
    (page := tmp_path / "page.html").symlink_to(FULL)
    with pytest.raises(OSError, match="No space left"):
        write_whole(page, "a page")
    assert not page.is_symlink()


class Closed:
    """A stream that nobody reads; it counts what it is asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.encoding = "utf-8"

    def write(self, _: str) -> int:
        self.asked += 1
        raise BrokenPipeError

    def flush(self) -> None:
        self.write("")


def test_output_that_nobody_reads_is_told_once_and_left_alone() -> None:
    stream, told = Closed(), []
    guarded = Guarded(stream, lambda: told.append("closed"))  # type: ignore[arg-type]
    written = [guarded.write("one"), guarded.write("two")]
    guarded.flush()
    assert (written, told, stream.asked, guarded.encoding) == ([3, 3], ["closed"], 1, "utf-8")
