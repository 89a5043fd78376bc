"""Reads files: YAML 1.2, JSON and TOML, each key once.

The one door to YAML and TOML. Raises `BadInput` for a file that is missing, cut, not valid, or says something twice.
"""

import json
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from talkstack_contract.errors import BadInput, unreadable
from talkstack_contract.model import Json

if TYPE_CHECKING:
    from yaml import SafeLoader
else:  # in C where PyYAML was built so, which is four times as fast
    SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Strict(SafeLoader):
    """YAML whose mappings say each key once, since the last of two would win in silence, and whose dates are text.

    A key is always text (OpenAPI 3.1, 4.3), also a status that stands there without quotes.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Json]:
        """Build the mapping, or raise at the key that stands there twice."""
        counts = Counter(key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode))
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and counts[key.value] > 1:
                raise yaml.MarkedYAMLError(problem=f"the key {key.value!r} stands twice", problem_mark=key.start_mark)
        found = super().construct_mapping(node, deep)
        return {str(key) if type(key) is int else key: value for key, value in found.items()}

    def word(self, node: yaml.ScalarNode) -> str:
        """Read a text, once for all that are the same: a contract says the same few words again and again."""
        return sys.intern(str(self.construct_scalar(node)))

    def whole_number(self, node: yaml.ScalarNode) -> int:
        """Read a whole number of YAML 1.2: a zero before it means nothing, and no colon makes it one to base 60."""
        text = str(self.construct_scalar(node))
        bases = {"0o": 8, "0x": 16}
        return int(text[2:], bases[text[:2]]) if text[:2] in bases else int(text)


# The core schema of YAML 1.2, which OpenAPI 3.1 is written in: `NO`, `on` and `1:30` are text, and so is a date.
_CORE = (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    (
        "float",
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
    ("merge", "<<", ["<"]),
)
_Strict.yaml_implicit_resolvers = {}
for _name, _regex, _first in _CORE:
    _Strict.add_implicit_resolver(f"tag:yaml.org,2002:{_name}", re.compile(rf"(?:{_regex})\Z"), _first)
_Strict.add_constructor("tag:yaml.org,2002:int", _Strict.whole_number)
_Strict.add_constructor("tag:yaml.org,2002:str", _Strict.word)


def read_yaml(path: Path, shown: str) -> Json:
    """Read one YAML file; `shown` is its name in an error."""
    try:
        return yaml.load(read_text(path, shown), Loader=_Strict)  # noqa: S506 - a SafeLoader, only stricter
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadInput(shown, f"line {line}", error.problem or "is not valid YAML", "fix this line") from None
    except (yaml.YAMLError, ValueError, TypeError) as error:
        raise BadInput(shown, "", f"is not valid YAML ({type(error).__name__})", "fix the file") from None


def key_lines(path: Path, shown: str, depth: int) -> dict[tuple[str, ...], int]:
    """Return the line, from 1, of each key of a YAML or JSON file by the keys that lead to it, down to a depth."""
    try:
        root = yaml.compose(read_text(path, shown), Loader=_Strict)
    except yaml.YAMLError:  # JSON may have what YAML has not
        return {}
    return dict(_key_lines(root, (), depth))


def _key_lines(node: yaml.Node | None, above: tuple[str, ...], depth: int) -> Iterator[tuple[tuple[str, ...], int]]:
    if isinstance(node, yaml.MappingNode) and len(above) < depth:
        for key, value in node.value:
            here = (*above, str(key.value))
            yield here, key.start_mark.line + 1
            yield from _key_lines(value, here, depth)


def read_toml(path: Path) -> Json:
    """Read one TOML file."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise BadInput(path.name, "", f"is not valid TOML: {error}", "fix this line") from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(str(path), "", unreadable(error), "give a readable file") from None


def read_document(folder: Path, name: str) -> Json:
    """Read one file of the contract, YAML or JSON by its suffix."""
    shown = f"schemas/{name}"
    if name.endswith((".yaml", ".yml")):
        return read_yaml(folder / name, shown)
    try:
        return json.loads(read_text(folder / name, shown), object_pairs_hook=lambda pairs: _once(pairs, shown))
    except json.JSONDecodeError as error:
        raise BadInput(shown, f"line {error.lineno}", error.msg, "fix this line") from None


def _once(pairs: list[tuple[str, Json]], shown: str) -> Json:
    keys = [key for key, _ in pairs]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        raise BadInput(shown, twice, "stands twice in one object", "keep one")
    return dict(pairs)


def read_text(path: Path, shown: str) -> str:
    """Read a text file; `shown` is its name in an error."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(shown, "", unreadable(error), "give a readable UTF-8 file") from None
