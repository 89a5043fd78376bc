"""What a docs site gave before, in a folder: a file for each address, and an index with what tells its version."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from talkstack_contract.errors import BadInput
from talkstack_contract.model import Json

_VERSIONS = (("etag", "If-None-Match"), ("last-modified", "If-Modified-Since"))


@dataclass
class Cache:
    """Texts by address; `known` gives the headers with which an address is asked only for what is new."""

    folder: Path
    index: dict[str, Json] = field(default_factory=dict)

    def __post_init__(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.index = json.loads((self.folder / "index.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            self.index = {}
        except (OSError, ValueError) as error:
            problem = f"{self.folder} is not a cache of pages ({type(error).__name__})"
            raise BadInput("--cache", "", problem, "name another folder") from None

    def known(self, url: str) -> dict[str, str]:
        """Return the headers that name the version that is kept; none where none is."""
        entry = self.index.get(url)
        if not isinstance(entry, dict) or not self._file(url).is_file():
            return {}
        return {header: str(entry[name]) for name, header in _VERSIONS if entry.get(name)}

    def text(self, url: str) -> str:
        """Return the text that is kept of an address."""
        return self._file(url).read_text(encoding="utf-8")

    def media_type(self, url: str) -> str:
        """Return the media type with which the text came."""
        return str(self.index[url].get("type", ""))

    def keep(self, url: str, text: str, media_type: str, headers: Mapping[str, str]) -> None:
        """Keep a text with what tells its version; a text without that is asked for anew each time."""
        self._file(url).write_text(text, encoding="utf-8")
        versions = {name: headers[name] for name, _ in _VERSIONS if headers.get(name)}
        self.index[url] = {"type": media_type, **versions}
        self._write()

    def given_by(self, url: str) -> str:
        """Return the address that gave the page the last time: its own, or that of its Markdown."""
        entry = self.index.get(url)
        return str(entry.get("given_by") or url) if isinstance(entry, dict) else url

    def remember(self, url: str, address: str) -> None:
        """Remember which address gave a page."""
        if address != self.given_by(url):
            self.index.setdefault(url, {})["given_by"] = address
            self._write()

    def _write(self) -> None:
        (self.folder / "index.json").write_text(json.dumps(self.index, indent=1), encoding="utf-8")

    def _file(self, url: str) -> Path:
        return self.folder / f"{hashlib.sha256(url.encode()).hexdigest()[:32]}.txt"
