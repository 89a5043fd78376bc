"""Writes files so that a full disk leaves whole lines, and no half of a page. Raises `OSError`."""

from collections.abc import Iterable
from pathlib import Path


def append_whole(path: Path, text: str, *, is_new: bool = False) -> None:
    """Add lines to a file, all of them or none."""
    data = text.encode("ascii")
    with path.open("wb" if is_new else "ab", buffering=0) as file:
        start = file.tell()
        try:
            while data:
                data = data[file.write(data) :]
        except OSError:
            file.truncate(start)
            raise


def write_whole(path: Path, text: str | Iterable[str]) -> None:
    """Write a file, as one text or piece by piece, or leave none."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.writelines(piece.encode() for piece in ((text,) if isinstance(text, str) else text))
    except OSError:
        path.unlink(missing_ok=True)
        raise
