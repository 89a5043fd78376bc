"""Every fault by name."""

import difflib
from collections.abc import Iterator, Mapping
from functools import cached_property

from reference_provider.faults.active_project import active_project_faults
from reference_provider.faults.depth import is_deep_enough
from reference_provider.faults.errors import error_faults
from reference_provider.faults.inputs import input_faults
from reference_provider.faults.model import Fault, Scene
from reference_provider.faults.pages import PAGES
from reference_provider.faults.robustness import robustness_faults
from reference_provider.faults.success import success_faults
from reference_provider.faults.together import batches

__all__ = ["FAULTS", "Fault", "Scene", "batches", "every_fault", "nearest_fault"]


def every_fault() -> Iterator[Fault]:
    """Every way on every ground, whether or not an operation gets it."""
    for page in PAGES.values():
        yield from (*success_faults(page), *error_faults(page), *input_faults(page))
        yield from robustness_faults(page, PAGES.values())
    yield from active_project_faults()


def _is_taken(fault: Fault) -> bool:
    return is_deep_enough(fault.operation, fault.name.removeprefix(f"{fault.operation}-"))


class _Faults(Mapping[str, Fault]):
    """Every fault that is taken, made when one is first looked for: a provider without a fault needs none of them."""

    @cached_property
    def _by_name(self) -> dict[str, Fault]:
        return {fault.name: fault for fault in filter(_is_taken, every_fault())}

    def __getitem__(self, name: str) -> Fault:
        return self._by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)


FAULTS: Mapping[str, Fault] = _Faults()


def nearest_fault(name: str) -> str:
    """The fault whose name looks most like this one."""
    return difflib.get_close_matches(name, FAULTS, n=1, cutoff=0)[0]
