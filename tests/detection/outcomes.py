"""What a run shows about a mutant of the first operation, or about a benign variant."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from fnmatch import fnmatchcase

from reference_provider import serve
from tests.detection.benign import Variant, variants
from tests.detection.latitudes import latitudes, operation_of
from tests.detection.measured_runs import DOCUMENTED, WHOLE, Suite
from tests.detection.mutants import derived_mutants, why_it_survives
from tests.detection.mutating_proxy import Answer, Forward, Relay, Request
from tests.detection.mutations import Mutation, taken_clean
from tests.detection.run_results import ACCEPTED, INCONCLUSIVE, REJECTED, Outcome


@functools.cache
def mutants() -> Mapping[str, Mutation]:
    """Every mutant of the first operation by name."""
    with serve(port=0) as reference:
        return {mutation.name: mutation for mutation in derived_mutants(taken_clean(reference.base_url))}


@functools.cache
def benign_variants() -> Mapping[str, Variant]:
    return {variant.name: variant for variant in (*variants(), *latitudes())}


def mutant_outcome(suite: Suite, mutation: Mutation) -> Outcome:
    """The run against the mutant: something is violated or blocked, or a reason says why it keeps every promise."""
    reason = why_it_survives(mutation.name)
    asks = WHOLE if reason else DOCUMENTED
    run, problems = suite.run_behind(lambda url: mutation.start(taken_clean(url)), asks, is_small=True)
    problems += run.problems(ACCEPTED, REJECTED, INCONCLUSIVE)
    if not run.found_something and not reason:
        problems.append("survived, and nothing explains why it may")
    if run.found_something and reason:
        problems.append(f"caught by {run.shown}, but explained as a survivor: {reason}")
    cell = run.shown if run.found_something else f"survived: {reason}"
    return Outcome(mutation.name, (cell,), run.found_something, tuple(problems))


def benign_outcome(suite: Suite, variant: Variant) -> Outcome:
    """The run against a variant that keeps every promise: accepted, and no advice broken but what is listed."""
    changed: set[str] = set()
    run, problems = suite.run_behind(lambda url: _noting(variant, url, changed), WHOLE, is_small=variant.is_small)
    problems += [f"no answer of {operation} was changed" for operation in variant.operations - changed]
    advice = run.violated_of("advice")
    alarms = [f"{clause} is violated" for clause in run.violated_of("must", "should")]
    alarms += [
        f"{clause} (advice) is violated and not listed"
        for clause in advice
        if not any(fnmatchcase(clause, pattern) for pattern in variant.advice)
    ]
    idle = [pattern for pattern in variant.advice if not any(fnmatchcase(clause, pattern) for clause in advice)]
    problems += alarms + run.problems(ACCEPTED)
    problems += [f"{pattern} is listed and nothing matches it" for pattern in idle]
    cells = tuple(f"{pattern}: {reason}" for pattern, reason in variant.advice.items())
    return Outcome(variant.name, cells, not alarms and run.exit_status == ACCEPTED, tuple(problems))


def _noting(variant: Variant, base_url: str, changed: set[str]) -> Relay:
    """The relay of the variant, which notes of which operations it changed answers."""
    relay = variant.mutation.start(taken_clean(base_url))

    def noting(request: Request, forward: Forward) -> Answer:
        given: list[Answer] = []

        def forwarded(request: Request) -> Answer:
            given.append(forward(request))
            return given[-1]

        answer = relay(request, forwarded)
        if answer not in given:
            changed.add(operation_of(request))
        return answer

    return noting
