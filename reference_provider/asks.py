"""A request after authentication, with typed access to its fields.

`Refusal` is raised where the request cannot be granted, and caught by `Operation.answer`.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request

from reference_provider.answers import Answer, error
from reference_provider.world import Account, World

EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
E164 = re.compile(r"\+[1-9][0-9]{6,14}")


class Refusal(Exception):
    """The request is refused with this status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.answer: Answer = error(status, message)


@dataclass(frozen=True)
class Ask:
    """One request to one operation.

    `account` is None where no credential was accepted. `body` holds the fields of a JSON object or of a form, none
    where there is no body; it is None where the body is something else. `files` are the bytes of a form's files.
    """

    account: Account | None
    world: World
    path_values: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = field(default_factory=dict, repr=False)
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    @property
    def asker(self) -> Account:
        """The account that asks. LookupError where the operation asks for no credential."""
        if self.account is None:
            raise LookupError("nobody is known to ask")
        return self.account

    @property
    def fields(self) -> Mapping[str, Any]:
        """The fields of the body. Refused if it is not JSON object."""
        if self.body is None:
            refuse(400, "The body is not a JSON object.")
        return self.body

    def has(self, name: str) -> bool:
        """Whether the body has this field, whatever its value."""
        return name in self.fields

    def text(self, name: str) -> str:
        """A required field. Refused unless it is a text that is not empty."""
        value = self.fields.get(name)
        if not isinstance(value, str) or not value:
            refuse(400, f"{name} is needed: a text that is not empty.")
        return value

    def optional_text(self, name: str) -> str | None:
        """A field that may be left out; where it is sent, it is held to the same."""
        return self.text(name) if self.has(name) else None

    def email(self) -> str:
        """The required field `email`. Refused unless it looks like an address."""
        email = self.text("email")
        if not EMAIL.fullmatch(email):
            refuse(400, "email is not the form of an address.")
        return email

    def e164(self, name: str) -> str:
        """A required phone number, with its country code."""
        number = self.text(name)
        if not E164.fullmatch(number):
            refuse(400, f"{name} is not a phone number in E.164 form.")
        return number

    def flag(self, name: str, default: bool) -> bool:
        """An optional true or false."""
        value = self.fields.get(name, default)
        if not isinstance(value, bool):
            refuse(400, f"{name} is true or false.")
        return value

    def count(self, name: str, default: int) -> int:
        """An optional whole number above 0."""
        value = self.fields.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            refuse(400, f"{name} is a whole number above 0.")
        return value

    def path_value(self, name: str) -> str:
        """What stands in the path. Refused if nothing does."""
        value = self.path_values[name]
        if not value:
            refuse(400, f"{name} is missing from the path.")
        return value


def refuse(status: int, message: str) -> NoReturn:
    """Raises the refusal."""
    raise Refusal(status, message)


def ask_of(request: Request, path_values: Mapping[str, str], account: Account | None, world: World) -> Ask:
    """The request as an ask. What a GET has as a body is not read."""
    form = request.mimetype == "multipart/form-data"
    body, files = _form(request) if form else (_json(request), {})
    return Ask(account, world, path_values, request.args.to_dict(), body, files)


def _form(request: Request) -> tuple[Mapping[str, Any] | None, Mapping[str, bytes]]:
    try:
        return request.form.to_dict(), {name: file.read() for name, file in request.files.items()}
    except HTTPException:  # larger than Werkzeug reads
        return None, {}


def _json(request: Request) -> Mapping[str, Any] | None:
    text = request.get_data()
    if not text or request.method in ("GET", "HEAD"):
        return {}
    try:
        document = json.loads(text, parse_constant=_no_json)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _no_json(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")
