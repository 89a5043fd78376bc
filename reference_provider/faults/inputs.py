"""Faults of what a careless or hostile client sends: fields left out or ill-formed, ids of nobody and of others."""

from collections.abc import Iterator

from reference_provider.faults import grounds
from reference_provider.faults.error_ways import telling
from reference_provider.faults.errors import accepted
from reference_provider.faults.model import Fault, Scene, Way, laid
from reference_provider.faults.printed import Field, Printed
from reference_provider.faults.recognition import ids_sent_together, owner_of, sent_fields, values_of
from reference_provider.faults.spoils import instead
from reference_provider.faults.status_ways import ways_of_status
from reference_provider.faults.success import success_of
from reference_provider.world import Account

REFUSED, NO_SERVER_ERROR = "status.is-a-refusal", "status.is-no-server-error"


def input_faults(page: Printed) -> Iterator[Fault]:
    """Every fault of a case that no page prints an answer to."""
    ways = (accepted(page, REFUSED), *ways_of_status(NO_SERVER_ERROR, (500, 503)))
    told = {case for cases in page.errors.values() for case in cases}
    for field in page.fields:
        for how in _untold(page, field, told):
            case = f"{field.slug}-{how}"
            yield from laid((grounds.ground(page, case, grounds.words_of(case), (case,)),), ways)
        if field.kind == "id":
            yield from _foreign_faults(page, field)
    if len(together := ids_sent_together(page)) > 1:
        yield from _foreign_faults(page, *together)
    if page.others:
        name, words = "-or-".join(page.others), grounds.words_of(" or ".join(page.others))
        looks, family = f"otherwise-{page.others_status}", f"error-{page.others_status}"
        yield from laid((grounds.ground(page, name, words, page.others, looks, family=family),), ways)


def _untold(page: Printed, field: Field, told: set[str]) -> Iterator[str]:
    """How the field can be spoilt without a word of the page about it."""
    is_told_absent = f"{field.slug}-absent" in told
    if not field.in_path and field.is_required and not is_told_absent:
        yield "absent"
    if not field.in_path and (field.is_required or is_told_absent):
        yield from ("empty",) if page.is_multipart else ("empty", "null", "of-another-type")
    if field.names_object and f"{field.slug}-unknown" not in told:
        yield "unknown"
    if (field.names_object or field.kind == "email") and f"{field.slug}-malformed" not in told:
        yield "malformed"


def _foreign_faults(page: Printed, *fields: Field) -> Iterator[Fault]:
    case = f"{'-and-'.join(field.slug for field in fields)}-foreign"
    names = " and ".join(field.name for field in fields)
    ground = grounds.ground(page, case, f"The {names} of another account's object", (case,))

    def owner(scene: Scene) -> Account:
        return owner_of(scene, str(sent_fields(scene)[fields[0].name])) or scene.world.stranger

    def owners_words(scene: Scene) -> str:
        values = values_of(scene, owner(scene))
        return f"it belongs to {values['email']}, of {values['user_id']}"

    given = instead(lambda scene: success_of(page, scene, owner(scene)))
    words = "gets a message that names the owner"
    yield ground.fault(Way("gets-data", (REFUSED,), "gets a success with the data", given))
    yield ground.fault(telling("tells-whose", "body.shows-nothing-of-another-account", words, owners_words))
