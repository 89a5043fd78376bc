"""What `--plan` says: each request that would be sent, by operation, and how many there are of each effect."""

from collections import Counter
from collections.abc import Iterator, Sequence

from talkstack_contract.execution.runner import PlannedCase
from talkstack_contract.model import Contract, Effect


def plan_lines(contract: Contract, planned: Sequence[PlannedCase]) -> Iterator[str]:
    """Yield the cases of each operation under its method and path, in the order of the contract, and the totals."""
    for operation in contract.operations:
        mine = [each for each in planned if each.case.operation.id == operation.id]
        if mine:
            yield f"\n{operation.id}  {operation.method} {operation.path}  {operation.effect}"
            yield from (f"  {each.case.id}: {each.told}" for each in mine)
    yield f"\n{_totals(planned)}"


def _totals(planned: Sequence[PlannedCase]) -> str:
    """Return `plan: 3 requests: 2 reads, 1 writes; 1 case not tested; apart from these: up to 25 generated requests`.

    What has to be brought about first, by a states URL or by a request that makes an object, is not counted.
    """
    counted = Counter(effect for each in planned for effect in each.effects)
    effects = ", ".join(f"{counted[effect]} {effect}" for effect in Effect if counted[effect])
    workflows = sum(each.is_workflow for each in planned)
    left_out = sum(not (each.effects or each.generated or each.is_workflow) for each in planned)
    others = []
    if generated := sum(each.generated for each in planned):
        others.append(f"up to {_number(generated, 'generated request')}")
    if workflows:
        others.append(_number(workflows, "workflow"))
    parts = [f"plan: {_number(counted.total(), 'request')}{f': {effects}' if effects else ''}"]
    parts += [f"{_number(left_out, 'case')} not tested"] if left_out else []
    parts += [f"apart from these: {', '.join(others)}"] if others else []
    return "; ".join(parts)


def _number(count: int, noun: str) -> str:
    return f"{count} {noun if count == 1 else f'{noun}s'}"
