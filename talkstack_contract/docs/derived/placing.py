"""Which example belongs to the request and which to the response: by section, else by its keys."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from talkstack_contract.docs.derived.path_templates import parameter_names
from talkstack_contract.docs.drafts.draft import Draft, Example
from talkstack_contract.docs.facts import Defect, DefectKind
from talkstack_contract.docs.json_text import ReadBody, Slip
from talkstack_contract.docs.vocabulary import Section

_RESPONSE_KEYS = frozenset({"message", "status"})
READS = frozenset({"GET", "HEAD", "DELETE"})
"""Methods of requests that usually have no body."""
_ALIKE = 0.4
"""A request shares at least this part of its names and those listed for it; the pages we know share half or all."""

Placed = dict[Section, list[Example]]


def placed_examples(draft: Draft) -> tuple[Placed, list[Defect]]:
    """Return the examples of request and response, and the flaws of a page that shows one under the other."""
    placed: Placed = {Section.BODY: [], Section.RESPONSE: []}
    defects: list[Defect] = []
    path = {name for value in draft.paths for name in parameter_names(value.text)}
    method = draft.methods[0].text.upper() if draft.methods else ""
    displaced: list[Example] = []
    for example in draft.examples:
        is_response = example.names >= _RESPONSE_KEYS
        if example.section is Section.RESPONSE:
            placed[Section.RESPONSE].append(example)
        elif example.names and example.names <= path and method in READS:
            message = f"{', '.join(sorted(example.names))} stands in the path"
            defects.append(Defect("", DefectKind.PARAMETER_AS_BODY, message, example.value.place))
        elif example.section is Section.UNKNOWN and not is_response:
            displaced.append(example)
        elif is_response:
            if example.section is not Section.UNKNOWN:
                message = "an example with message and status stands under the request"
                defects.append(Defect("", DefectKind.RESPONSE_UNDER_REQUEST, message, example.value.place))
            placed[Section.RESPONSE].append(replace(example, rule="message-and-status-keys"))
        elif example.section is not Section.BODY and method in ("GET", "HEAD") and not draft.is_gitbook:
            draft.unplaced.append(example)  # a request without a body: what it is a sample of is not said
        else:
            placed[Section.BODY].append(example)
    _place_by_keys(draft, placed, displaced)
    return placed, defects


def _place_by_keys(draft: Draft, placed: Placed, displaced: Sequence[Example]) -> None:
    """Place code that its rendering has moved: the request is what shares most names with the list of its fields."""
    requested = {listed.name for listed in draft.listed if listed.section is not Section.RESPONSE}
    likeness = [len(each.names & requested) / max(1, len(each.names | requested)) for each in displaced]
    best = max(likeness, default=0.0)
    for example, likely in zip(displaced, likeness, strict=True):
        found = replace(example, rule="by-its-keys")
        is_request = best > 0 and likely == best and not placed[Section.BODY]
        if is_request and (likely >= _ALIKE or len(displaced) > 1):
            placed[Section.BODY].append(found)
        elif Section.RESPONSE in draft.labels_without_code and not placed[Section.RESPONSE]:
            placed[Section.RESPONSE].append(found)
        else:
            draft.unplaced.append(example)


def first_readable(examples: Sequence[Example]) -> Example | None:
    """Return the first example that could be read."""
    return next((each for each in examples if not isinstance(each.body, Slip)), None)


def keys_of(example: Example | None) -> Mapping[str, int]:
    """Return the places of the keys in an example, and where in its code each stands; none if it cannot be read."""
    return example.body.keys if example and isinstance(example.body, ReadBody) else {}
