"""Workflows that follow from the contract alone: what was deleted is gone, and what was written has an effect.

A read and a write are about one thing where they have one path; what is written is a thing of the run's own, which the
contract can make. A workflow that the suite has by that name is taken in place of the derived one.
"""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from talkstack_contract.contract.clauses import lasting, payload_paths
from talkstack_contract.errors import NotTested
from talkstack_contract.execution.workflows import Reply, Steps, Workflow
from talkstack_contract.model import Contract, Effect, Field, Json, Operation, ParameterLocation
from talkstack_contract.provider.bodies import shown
from talkstack_contract.provider.request_builder import filled, names_in

ACCEPTED = 202  # which promises an effect, and not when
UNFIT = ("enum", "const", "format", "pattern", "maxLength")  # a text with one of these is not altered

Path = tuple[str, ...]


def derived_workflows(contract: Contract, known: Container[str]) -> dict[str, Workflow]:
    """Return the workflows of a contract by the ids of their cases, without those that are known."""
    made = {each.creates.value for each in contract.operations if each.creates} | {"fresh"}
    own = [each for each in contract.operations if any(made & {*names_in(field.sends)} for field in _path_fields(each))]
    usual = contract.setting_names.default_state
    found = (each for read in contract.operations for each in _about(read, own))
    return {each.case_id: replace(each, state=each.state or usual) for each in found if each.case_id not in known}


def _about(read: Operation, writes: Sequence[Operation]) -> Iterator[Workflow]:
    if read.method != "GET" or read.effect is not Effect.READS or read.success is None:
        return
    for write in writes:
        success = write.success
        is_same_thing = (write.path, write.server) == (read.path, read.server) and _path_fields(write)
        if not is_same_thing or write.effect is not Effect.WRITES or success is None or success.status == ACCEPTED:
            continue
        if write.method == "DELETE":
            sentence = "what was deleted is gone, or shown as deleted"
            yield _workflow(write, "afterwards", "target.is-gone", sentence, _Removal(read, write))
        elif write.method in ("PUT", "PATCH"):
            pairs, is_new = _pairs(read, write), any("fresh" in names_in(each.sends) for each in _path_fields(write))
            walk = _Change(read, write, pairs) if pairs else _Making(read, write)
            if pairs or (is_new and write.method == "PUT"):
                yield _workflow(write, "then-read", "write.takes-effect", "what was written is read afterwards", walk)


def _workflow(write: Operation, case: str, clause: str, sentence: str, walk: Callable[[Steps], None]) -> Workflow:
    assert write.success is not None, "a write without a success has no workflow"
    return Workflow(write.id, case, clause, sentence, walk, write.success.state)


def _path_fields(operation: Operation) -> list[Field]:
    return [field for field in operation.fields if field.place is ParameterLocation.PATH]


def _pairs(read: Operation, write: Operation) -> tuple[tuple[Field, Path], ...]:
    """Return each text that a write sends, and where a read shows it: at the one key of that name, in no list."""
    assert read.success is not None, "asked of a read with a success"
    paths = [path for path in payload_paths(read.success) if "*" not in path]
    found = []
    for field in write.fields:
        at = [path for path in paths if path[-1] == field.sent_as]
        is_text = isinstance(field.sends, str) and "string" in field.keywords.get("type", "string")
        if field.place is ParameterLocation.BODY and is_text and len(at) == 1:
            found.append((field, at[0]))
    return tuple(found)


def _target(steps: Steps, operation: Operation) -> dict[str, Json]:
    """Return what stands in the path of an operation: a thing of the run's own, where the contract can make one."""
    return {field.name: _value(steps, field) for field in _path_fields(operation)}


def _value(steps: Steps, field: Field) -> Json:
    return filled(field.sends, lambda name: steps.fresh() if name == "fresh" else steps.known(name))


@dataclass(frozen=True)
class _Removal:
    """Deletes a thing and asks for it: it is refused, or shown as another one than before, as one that is archived."""

    read: Operation
    write: Operation

    def __call__(self, steps: Steps) -> None:
        target = _target(steps, self.write)
        before = steps.ask(self.read.id, **target)
        if not before.is_success:
            raise NotTested(f"{self.read.id} does not show the thing before it is deleted")
        steps.do(self.write.id, **target)
        after = steps.ask(self.read.id, **target)
        changed = self._changed(before, after) if after.is_success else set()
        if changed:  # not by the removal where it goes on changing
            changed -= self._changed(after, steps.ask(self.read.id, **target))
        steps.hold(after, after.is_refusal or bool(changed))

    def _changed(self, one: Reply, other: Reply) -> set[Path]:
        assert self.read.success is not None, "asked of a read with a success"
        return {path for path in lasting(self.read.success).paths if _at(one, path) != _at(other, path)}


def _at(reply: Reply, path: Path) -> Json:
    return reply.get(*path) if path else reply.exchange.body


@dataclass(frozen=True)
class _Making:
    """Writes a thing that is not there yet, and asks for it."""

    read: Operation
    write: Operation

    def __call__(self, steps: Steps) -> None:
        target = _target(steps, self.write)
        if steps.ask(self.read.id, **target).is_success:
            raise NotTested(f"{self.read.id} shows the thing before it is made")
        steps.do(self.write.id, **target)
        after = steps.ask(self.read.id, **target)
        steps.hold(after, after.is_success)


@dataclass(frozen=True)
class _Change:
    """Writes other texts into a thing, and asks for it: one of them has to show, in whatever form."""

    read: Operation
    write: Operation
    pairs: tuple[tuple[Field, Path], ...]

    def __call__(self, steps: Steps) -> None:
        target = _target(steps, self.write)
        before = self._before(steps, target)
        if not before.is_success:
            steps.hold(before, kept=False)
            return
        sent = {field.name: _other(field, _value(steps, field), before.get(*path)) for field, path in self.pairs}
        changed = [(field, path) for field, path in self.pairs if sent[field.name] != before.get(*path)]
        if not changed:
            raise NotTested("what would be written is what is there already")
        steps.do(self.write.id, **target, **sent)
        after = steps.ask(self.read.id, **self._moved(target, sent))
        kept = all(after.get(*path) == before.get(*path) for _, path in changed)
        values = ", ".join(f"{field.sent_as} {shown(after.get(*path))}" for field, path in changed)
        steps.hold(after, after.is_success and not kept, f"{values}, as before" if after.is_success else "")

    def _before(self, steps: Steps, target: Mapping[str, Json]) -> Reply:
        """Read the thing; one that is not there yet is written first."""
        first = steps.ask(self.read.id, **target)
        if first.is_success:
            return first
        steps.do(self.write.id, **target)
        return steps.ask(self.read.id, **target)

    @staticmethod
    def _moved(target: Mapping[str, Json], sent: Mapping[str, Json]) -> dict[str, Json]:
        """Return where the thing is afterwards: a write may give it another name."""
        return {name: sent.get(f"body.{name}", value) for name, value in target.items()}


def _other(field: Field, value: Json, before: Json) -> Json:
    """Return a text to send: another one than is there, where the field takes any, as one of several words does."""
    is_free = " " in str(value) and not any(word in field.keywords for word in UNFIT)
    return f"{value} 2" if value == before and is_free else value
