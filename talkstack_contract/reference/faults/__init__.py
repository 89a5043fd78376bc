"""Every fault by name."""

import difflib
from collections.abc import Mapping

from talkstack_contract.reference.faults.errors import error_faults
from talkstack_contract.reference.faults.model import Fault, Scene
from talkstack_contract.reference.faults.robustness import robustness_faults
from talkstack_contract.reference.faults.success import success_faults

__all__ = ["FAULTS", "Fault", "Scene", "nearest_fault"]

FAULTS: Mapping[str, Fault] = {
    fault.name: fault for fault in (*success_faults(), *error_faults(), *robustness_faults())
}


def nearest_fault(name: str) -> str:
    """The fault whose name looks most like this one."""
    return difflib.get_close_matches(name, FAULTS, n=1, cutoff=0)[0]
