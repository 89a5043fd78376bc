"""A folded command has short lines, and is the same command."""

import subprocess

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from talkstack_contract.provider.shell_words import Expansion, word
from talkstack_contract.reports.folding import folded

WORDS = st.lists(st.text(" a'\"\\$`{}:,!", min_size=1, max_size=60), min_size=1, max_size=6)


def arguments(command: str) -> list[str]:
    """Return the arguments that a shell makes of a command, whose name is replaced by that of `printf`."""
    given = ["sh", "-c", command.replace("curl", "printf '%s\\0'", 1)]
    return subprocess.run(given, capture_output=True, text=True, check=True).stdout.split("\0")


@given(WORDS)
@example(["it's \\ here " * 9, "b" * 90])
def test_folded_command_has_the_same_arguments(words: list[str]) -> None:
    command = " ".join(["curl", *(word([each]) for each in words)])
    assert arguments(folded(command, 24)) == arguments(command)


@pytest.mark.parametrize(
    ("command", "lines"),
    [
        ("curl -i 'http://a/b'", ["curl -i 'http://a/b'"]),
        ("curl -i -X POST -H 'Accept: x' 'http://a/b'", ["curl -i -X POST \\", "-H 'Accept: x' \\", "'http://a/b'"]),
        ("curl 'abcdefghijklmnopqrstuvwxyz'", ["curl \\", "'abcdefghijklmnop'\\", "'qrstuvwxyz'"]),
        ('curl "Bearer $A_TOKEN_OF_LENGTH"', ["curl \\", '"Bearer $A_TOKEN_OF_LENGTH"']),
        ("curl \"$(printf 'a b c d e f g h i j')\"", ["curl \"$(printf 'a b c d e f g h i j')\""]),
    ],
    ids=["short", "between-words", "within-single-quotes", "double-quotes-are-kept", "nested-command-is-kept"],
)
def test_command_is_broken_where_the_shell_allows_it(command: str, lines: list[str]) -> None:
    assert folded(command, 20).split("\n") == lines


def test_no_line_of_a_long_body_is_longer_than_asked_for() -> None:
    body = word(['{"a": "' + "x" * 500 + '"}'])
    token = word(["Authorization: Bearer ", Expansion("$TALKSTACK_TOKEN")])
    lines = folded(f"curl -i -H {token} --data-binary {body} 'https://api.example/user'", 80).split("\n")
    assert (max(map(len, lines)) <= 80, len(lines) > 6) == (True, True)
