"""`--check` plans each case: it counts what the settings reach, and what each missing key would add to that."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from talkstack_contract.contract.cases import derive_cases
from talkstack_contract.contract.openapi import load_contract
from talkstack_contract.locations import CONTRACT
from talkstack_contract.model import Effect
from talkstack_contract.provider.settings import Account, Credential, Settings
from talkstack_contract.reports.reach import reach_lines
from talkstack_contract.states.reach import Reach, reach_of
from tests.unit.setting_names import ACTIVE, EMPTY, credentials

WHOLE = load_contract(CONTRACT)
CASES = derive_cases(WHOLE)
PROJECT = [case for case in CASES if case.operation.id == "getActiveProject"]
URL = "http://127.0.0.1:9"
SECRET = "Rk4x8Qw2Zt6Lm9Vb"


def account(state: str, user_id: str = "u1") -> Account:
    return Account(state, credentials(Credential(SECRET, "T"), Credential(SECRET[::-1], "K")), user_id)


def settings(*states: str, **others: object) -> Settings:
    accounts = {state: account(state) for state in states}
    reads = Settings(URL, False, frozenset({Effect.READS}), accounts, names=WHOLE.setting_names)
    return replace(reads, **others)  # type: ignore[arg-type]  # the keywords of settings


def reach(given: Settings, *, whole: bool = False) -> Reach:
    return reach_of(WHOLE, given, CASES, CASES if whole else PROJECT)


REACHED: dict[str, tuple[Settings, set[int], dict[str, int]]] = {
    "no-account": (
        settings(),
        set(),
        {
            f"accounts.{ACTIVE!r} (token, api_key, user_id)": 2,
            f"accounts.{EMPTY!r} (token, api_key)": 1,
            "states.url": 4,
        },
    ),
    "one-account": (settings(ACTIVE), {200, 401}, {f"accounts.{EMPTY!r} (token, api_key)": 1, "states.url": 2}),
    "no-user-id": (
        settings(ACTIVE, accounts={ACTIVE: account(ACTIVE, "")}),
        {401},
        {f"accounts.{ACTIVE!r}.user_id": 1, f"accounts.{EMPTY!r} (token, api_key)": 1, "states.url": 2},
    ),
    "two-accounts": (settings(ACTIVE, EMPTY), {200, 401, 404}, {"states.url": 1}),
    "states-url": (settings(states_url=URL), {200, 401, 404, 500}, {}),
    "nothing-allowed": (settings(ACTIVE, EMPTY, allow=frozenset()), set(), {"allow = [..., 'reads']": 3}),
}


@pytest.mark.parametrize(("given", "statuses", "added"), REACHED.values(), ids=REACHED)
def test_reach_is_what_can_be_planned(given: Settings, statuses: set[int], added: Mapping[str, int]) -> None:
    found = reach(given)
    assert ({status for _, status in found.reached}, found.added) == (statuses, added)


def test_every_response_is_reached_with_every_key() -> None:
    found = reach(settings(ACTIVE), whole=True)
    listed = {key for keys in found.listed.values() for key in keys}
    assert ({*found.together}, len(found.reached) < len(listed)) == (listed, True)


def test_effect_that_is_not_allowed_adds_what_it_would_reach() -> None:
    few = reach(settings(ACTIVE), whole=True)
    more = reach(settings(ACTIVE, allow=frozenset({Effect.READS, Effect.WRITES})), whole=True)
    assert few.added["allow = [..., 'writes']"] == len(more.reached) - len(few.reached)


def test_value_that_cases_ask_for_is_named() -> None:
    found = reach(settings(ACTIVE), whole=True)
    assert found.added[f"accounts.{ACTIVE!r}.values.callId"] == 2


def test_further_host_is_named_where_it_alone_is_missing() -> None:
    given = settings(ACTIVE, states_url=URL, allow=frozenset(Effect))
    makes_calls = next(each for each in WHOLE.operations if each.server == "calls_base_url")
    assert reach(given, whole=True).added["calls_base_url"] == len(makes_calls.documented_responses)


LINES = [
    "documented responses that these settings reach; nothing is sent",
    "  User    2 of   4",
    "  all     2 of   4",
    "what a missing key would add by itself",
    "  states.url: 2 documented responses",
    "  accounts.'no active project' (token, api_key): 1 documented response",
    "with every key: 4 of 4",
]


def test_lines_say_by_section_what_is_reached_and_what_most_would_add_first() -> None:
    assert [*reach_lines(reach(settings(ACTIVE)))] == LINES


def test_lines_of_a_whole_reach_say_nothing_of_missing_keys() -> None:
    assert [*reach_lines(reach(settings(states_url=URL)))] == [LINES[0], "  User    4 of   4", "  all     4 of   4"]


def test_lines_show_no_secret() -> None:
    assert SECRET not in "".join(reach_lines(reach(settings(ACTIVE), whole=True)))
