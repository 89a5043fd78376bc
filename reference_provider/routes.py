"""From a path to the operations there.

A path that is documented word for word goes before one with a parameter, as in OpenAPI: `/project/active-agent` is no
project. A parameter may be empty, so that an id left out is refused by the operation.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from reference_provider.operations import OPERATIONS, Operation


@dataclass(frozen=True)
class Route:
    """The operations at one path, and what the path says."""

    operations: tuple[Operation, ...]
    path_values: Mapping[str, str]

    def by_method(self, method: str) -> Operation | None:
        """The operation that answers this method."""
        return next((operation for operation in self.operations if method in methods_of(operation)), None)

    @property
    def allowed(self) -> str:
        """The methods that are answered here, as the header `Allow` lists them."""
        return ", ".join(sorted({method for operation in self.operations for method in methods_of(operation)}))


def methods_of(operation: Operation) -> tuple[str, ...]:
    """The methods that this operation answers."""
    return (operation.method, "HEAD") if operation.answers_head else (operation.method,)


def route_of(host: str, path: str) -> Route | None:
    """The operations at this path of this host; None if it is not documented there."""
    if (host, path) in EXACT:
        return Route(EXACT[host, path], {})
    beginning, _, end = path.rpartition("/")
    name, operations = WITH_PARAMETER.get((host, beginning), ("", ()))
    return Route(operations, {name: end}) if operations else None


def _at(host: str, path: str) -> tuple[Operation, ...]:
    return tuple(operation for operation in OPERATIONS if (operation.host, operation.path) == (host, path))


PLACES: set[tuple[str, str]] = {(operation.host, operation.path) for operation in OPERATIONS}
EXACT = {(host, path): _at(host, path) for host, path in PLACES if "{" not in path}
WITH_PARAMETER = {
    (host, path.rpartition("/")[0]): (path.rpartition("/")[2].strip("{}"), _at(host, path))
    for host, path in PLACES
    if path.endswith("}")
}
"""Every parameter of the docs is the last part of its path: by host and what stands before, its name and operations."""
