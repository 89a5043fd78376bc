"""The part of the contract that a run decides about: operations and sections that options or the provider file name.

Raises `BadInput` for a name that the contract does not have.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from talkstack_contract.errors import BadInput, nearest
from talkstack_contract.model import Contract


@dataclass(frozen=True)
class NamedScope:
    """The operations that a run judges, none for all, and the names by which they were asked for."""

    operations: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()


def scope_of(
    contract: Contract, operations: Sequence[str], sections: Sequence[str], of_file: tuple[Sequence[str], Sequence[str]]
) -> NamedScope:
    """Return the scope that options name, or else the provider file."""
    if not (operations or sections):
        return _named(contract, *of_file, "operations", "sections")
    return _named(contract, operations, sections, "--operation", "--section")


def _named(
    contract: Contract, operations: Sequence[str], sections: Sequence[str], by_operation: str, by_section: str
) -> NamedScope:
    ids = [each.id for each in contract.operations]
    tags = list(dict.fromkeys(each.tag for each in contract.operations))
    chosen = [_known(by_operation, "an operation", name, ids) for name in operations]
    found = [_known(by_section, "a section of the docs", name, tags) for name in sections]
    members = {each.id for each in contract.operations if each.tag in found}
    return NamedScope(frozenset({*chosen, *members}), (*dict.fromkeys(chosen), *dict.fromkeys(found)))


def _known(option: str, kind: str, name: str, known: Sequence[str]) -> str:
    """Return a name as the contract writes it; letter case does not matter."""
    same = [each for each in known if each.lower() == name.lower()]
    if not same:
        raise BadInput(option, "", f"{name!r} is not {kind} of the contract", nearest(name, known))
    return name if name in same else same[0]
