"""Paths with parameters, however a page writes them: `/beds/:id`, `/beds/{id}`, `/beds/<int:id>`."""

import re

_PARAMETER = re.compile(
    r":(?P<colon>[A-Za-z_][\w-]*)|\{(?P<brace>[A-Za-z_][\w-]*)\}|<(?:[a-z]{1,10}:)?(?P<angle>[A-Za-z_][\w-]*)>"
)


def templated(path: str) -> str:
    """Return a path with its parameters in braces and without a slash at its end."""
    shown = _PARAMETER.sub(lambda match: "{" + _parameter(match) + "}", path)
    return shown.rstrip("/") or "/"


def _parameter(match: "re.Match[str]") -> str:
    return match["colon"] or match["brace"] or match["angle"]


def parameter_names(path: str) -> list[str]:
    """Return the names of the parameters of a path, in its order."""
    return [_parameter(match) for match in _PARAMETER.finditer(path)]
