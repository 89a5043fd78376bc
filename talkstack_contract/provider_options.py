"""Which provider file a run reads: the one that `--provider` names, or the one that is found.

Raises `BadInput` for an option without a value.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from talkstack_contract.errors import BadInput

EMBEDDED = "reference"  # in the place of a provider file
SETTINGS_FILE = "talkstack-contract.toml"


@dataclass(frozen=True)
class ProviderFile:
    """A provider file; `is_found` tells that no option names it."""

    path: Path
    is_found: bool = False

    def __str__(self) -> str:
        return f"{self.path} (found)" if self.is_found else str(self.path)


def provider_file(named: str | None, folder: Path) -> ProviderFile | None:
    """Return the provider file of a run that is started in `folder`; None where there is none, or none is wanted."""
    if named == "":
        raise BadInput("--provider", "", "is empty", f"give a file, or `{EMBEDDED}` for the reference provider")
    if named == EMBEDDED:
        return None
    if named:
        return ProviderFile(folder / named)
    found = next((each / SETTINGS_FILE for each in _searched(folder) if (each / SETTINGS_FILE).is_file()), None)
    return ProviderFile(found, is_found=True) if found else None


def _searched(folder: Path) -> Iterator[Path]:
    """Yield a folder and those above it up to the root of its repository; outside of a repository, the folder alone."""
    above = [folder, *folder.parents]
    root = next((place for place, each in enumerate(above) if (each / ".git").exists()), 0)
    yield from above[: root + 1]
