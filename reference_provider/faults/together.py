"""Which faults can be on at the same time, each seen as if it were alone."""

from collections import defaultdict
from collections.abc import Iterable

from reference_provider.faults.model import Fault, Place


def batches(faults: Iterable[Fault]) -> tuple[tuple[Fault, ...], ...]:
    """The faults in as few groups as come easily: in none do two spoil the same place of the same answers.

    Faults that disturb other cases share a group only with the same fault of other operations.
    """
    shared: list[list[Fault]] = []
    alone: dict[str, list[Fault]] = defaultdict(list)
    for fault in faults:
        if fault.alone:
            alone[fault.name.removeprefix(fault.operation)].append(fault)
        else:
            _put_in(shared, fault)
    return tuple(tuple(group) for group in (*shared, *alone.values()))


def _put_in(groups: list[list[Fault]], fault: Fault) -> None:
    free = (group for group in groups if not any(clash(fault, other) for other in group))
    group = next(free, None)
    if group is None:
        groups.append([fault])
    else:
        group.append(fault)


def clash(one: Fault, other: Fault) -> bool:
    """Whether the two break the same clause, or spoil the same answers of an operation and not in different places."""
    if not set(one.breaks).isdisjoint(other.breaks):
        return True
    if one.operation != other.operation or one.strikes.isdisjoint(other.strikes):
        return False
    return one.place is None or other.place is None or _is_within(one.place, other.place)


def _is_within(one: Place, other: Place) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]
