"""The last line of a run, posted to a webhook once the run is over.

The one door to `urllib.request`: a notification is no request to the provider, and none of the rules for those concern
it. The address is a secret, as that of a chat's webhook is: it shows in no message. Nothing here raises once the run is
over, and no exit status depends on it.
"""

import json
import threading
from collections.abc import Mapping
from contextlib import closing
from http.client import HTTPException
from typing import NoReturn
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, ProxyHandler, Request, build_opener

from talkstack_contract import __version__
from talkstack_contract.errors import BadInput
from talkstack_contract.provider.settings import is_loopback

PATIENCE_S = 10.0
_NOT_TO_BE_OBEYED = str.maketrans({"<": "‹", ">": "›", "@": "@\u200b"})  # chats take them for markup, or for a name


class _NoRedirect(HTTPRedirectHandler):
    """Follows none: the address that was given is the one that may know."""

    def redirect_request(self, *_: object) -> None:
        return None


def checked_address(url: str) -> str:
    """Return the address, or raise `BadInput`, which does not show it, where nothing is posted to such a one."""
    try:
        parts = urlsplit(url)
        has_user = parts.username is not None
        is_address = (
            bool(parts.hostname) and (parts.port is None or parts.port > 0) and url.isascii() and " " not in url
        )
    except ValueError:
        has_user = is_address = False
        parts = urlsplit("")
    if not is_address or parts.scheme not in ("https", "http"):
        _refuse("is not a web address", "give the https address of a webhook")
    if has_user:
        _refuse("holds a user or password", "give an address without")
    if parts.scheme == "http" and not is_loopback(url):
        _refuse("is not https", "give the https address of a webhook")
    return url


def _refuse(problem: str, remedy: str) -> NoReturn:
    raise BadInput("--notify", "", problem, remedy)


def link_to_job(environment: Mapping[str, str]) -> str:
    """Return the address of the page of a CI server about this run, nothing where it names none."""
    given = [environment.get(name, "") for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")]
    if all(given):
        return f"{given[0]}/{given[1]}/actions/runs/{given[2]}"
    return environment.get("CI_JOB_URL") or environment.get("BUILD_URL") or ""


def message(last_line: str, link: str) -> bytes:
    """Return what is posted: the line, which shows as it is, and the link."""
    text = last_line.translate(_NOT_TO_BE_OBEYED).encode(errors="replace").decode()
    return json.dumps({"text": " ".join(filter(None, [text, link]))}).encode()


def notify(url: str, body: bytes, patience_s: float = PATIENCE_S) -> str:
    """Post a message; return what went wrong in a few words, nothing where it was taken."""
    outcome: list[str] = []
    thread = threading.Thread(target=lambda: outcome.append(_posted(url, body, patience_s)), daemon=True)
    thread.start()
    thread.join(patience_s)
    return outcome[0] if outcome else f"no answer within {patience_s:g} s"


def _posted(url: str, body: bytes, patience_s: float) -> str:
    headers = {"Content-Type": "application/json", "User-Agent": f"talkstack-contract/{__version__}"}
    request = Request(url, body, headers, method="POST")  # noqa: S310 - http or https, see `checked_address`
    try:
        with closing(_opener(url).open(request, timeout=patience_s)):
            return ""
    except HTTPError as error:
        error.close()
        return f"HTTP {error.code}"
    except URLError as error:
        return type(error.reason).__name__
    except (OSError, HTTPException, ValueError) as error:
        return type(error).__name__


def _opener(url: str) -> OpenerDirector:
    proxies = ProxyHandler({}) if is_loopback(url) else ProxyHandler()
    return build_opener(proxies, _NoRedirect)
