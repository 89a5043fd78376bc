"""Faults of getActiveProject alone: what can go wrong with which project is shown, and whose."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from reference_provider.accounts import Account
from reference_provider.answers import Answer, Delivery, json_answer
from reference_provider.faults import grounds
from reference_provider.faults.error_ways import telling
from reference_provider.faults.model import Fault, Scene, Spoil, Way, laid
from reference_provider.faults.pages import PAGES
from reference_provider.faults.recognition import whom
from reference_provider.faults.spoils import both, instead, put
from reference_provider.faults.status_ways import ways_of_delivery, ways_of_status
from reference_provider.faults.success import meant_answer, strangers_answer
from reference_provider.projects import Project

PAGE = PAGES["getActiveProject"]
PAYLOAD = "projectData"
STATUS_404 = "status.is-404"
EMPTIES: dict[str, object] = {"null": None, "empty-object": {}, "empty-list": [], "empty-text": ""}


def active_project_faults() -> Iterator[Fault]:
    """Every fault that no other operation has."""
    cases = PAGE.errors[404]
    without = (grounds.told(PAGE, 404, cases), *grounds.each_told(PAGE, 404, cases))
    yield from laid(without, _emptiness_ways())
    yield from laid(without[:1], ways_of_status(STATUS_404, (200, 400)))
    yield from laid(without[1:], ways_of_status(STATUS_404, (400, 401)))
    yield from laid(without[1:], ways_of_delivery(STATUS_404, Delivery.NONE))
    altered = (ground for ground in grounds.each_refusal(PAGE) if ground.name in ("token-altered", "key-altered"))
    yield from laid(altered, _telling_ways())
    clauses, words = ("answer.is-the-same-by-bearer",), "is another project of the account"
    another = both(put((PAYLOAD, "id"), "another"), put((PAYLOAD, "name"), "Another"))
    yield from laid(grounds.one_credential(PAGE)[1:], (Way("of-another-project", clauses, words, another),))
    yield from laid(grounds.undocumented_methods(PAGE, PAGES.values()), _world_changing_ways())


def _emptiness_ways() -> Iterator[Way]:
    for name, empty in EMPTIES.items():
        words = f"gets a success with {name} as {PAYLOAD}"
        yield Way(f"gets-{name}", (STATUS_404,), words, instead(partial(_success_with, empty)))
    inactive, anothers = "gets a project that is not active", "gets another account's project"
    yield Way("gets-inactive-project", (STATUS_404,), inactive, instead(partial(meant_answer, PAGE)))
    yield Way("gets-anothers-project", (STATUS_404,), anothers, instead(partial(strangers_answer, PAGE)))


def _success_with(empty: object, _: Scene) -> Answer:
    return json_answer(200, {"message": "fetched", "status": "success", PAYLOAD: empty})


def _telling_ways() -> Iterator[Way]:
    """A value of the account's project inside the message.

    Only values that nobody writes by chance: a name or a description may stand in any message.
    """
    for name in ("user_id", "call_status_webhook", "id"):
        words, clause = f"gets the project's {name} in the message", "body.holds-no-success-payload"
        way = telling(f"tells-{name.replace('_', '-')}", clause, words, partial(_value_of_project, name))
        yield replace(way, alone=True)  # which value it is, is read off a success, which nothing else may spoil


def _value_of_project(name: str, scene: Scene) -> str:
    project = whom(scene).active_project
    return str(getattr(project, name)) if project else ""


def _world_changing_ways() -> Iterator[Way]:
    clauses = ("account.is-unchanged",)
    unset = _changing(lambda account, _: replace(account, active_project_id=None))
    # Counted, so that no project ever has the name it had before.
    renamed = _changing(lambda account, count: replace(account, projects=_renamed(account, f"Renamed {count}")))
    yield Way("unsets-project", clauses, "unsets the active project", unset, alone=True)
    yield Way("renames-project", clauses, "renames the project", renamed, alone=True)


def _renamed(account: Account, name: str) -> tuple[Project, ...]:
    return tuple(replace(project, name=name) for project in account.projects)


def _changing(change: Callable[[Account, int], Account]) -> Spoil:
    def spoil(scene: Scene, answer: Answer) -> Answer:
        if scene.account:
            scene.world.change(scene.account.user_id, lambda account: change(account, scene.times_asked))
        return answer

    return spoil
