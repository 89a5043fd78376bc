"""Names, ids and secrets, invented from one source of randomness. Nothing here means anybody."""

import string
import uuid
from random import Random

SECRET_LENGTH = 128
SECRET_ALPHABET = string.ascii_letters + string.digits + "-_"

FIRST_NAMES = ("Amaro", "Brisa", "Cosmin", "Dilva", "Eskil", "Farida", "Gorm", "Hanae")
PROJECT_NAMES = ("Harbour lights", "Lantern desk", "Quiet orchard", "Tin whistle", "Velvet relay", "Winter ferry")
AGENT_NAMES = ("Beacon", "Curlew", "Fennel", "Marram", "Pilot", "Sorrel")

NUMBER_PREFIX = "+999"
"""A country code that the ITU keeps in reserve: no number that begins so rings anywhere."""


class Invention:
    """Makes one thing up at a time; the same source of randomness gives the same things."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def user_id(self) -> str:
        """24 lower-case hex digits."""
        return f"{self._random.getrandbits(96):024x}"

    def object_id(self) -> str:
        """The id of a project, an agent or a phone number: a UUID."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def call_id(self) -> str:
        """`CA` and 32 hex digits."""
        return f"CA{self._random.getrandbits(128):032x}"

    def secret(self) -> str:
        """A token of any kind: long, with letters of both cases."""
        return "".join(self._random.choices(SECRET_ALPHABET, k=SECRET_LENGTH))

    def api_key(self) -> str:
        """64 lower-case hex digits."""
        return f"{self._random.getrandbits(256):064x}"

    def code(self) -> str:
        """A verification code of six digits."""
        return f"{self._random.randrange(10**6):06}"

    def e164(self) -> str:
        """A phone number that cannot be called."""
        return f"{NUMBER_PREFIX}{self._random.randrange(10**9):09}"

    def first_name(self) -> str:
        """The name of a user."""
        return self._random.choice(FIRST_NAMES)

    def project_name(self) -> str:
        """A name that no other project has."""
        return f"{self._random.choice(PROJECT_NAMES)} {self._random.getrandbits(32):08x}"

    def agent_name(self) -> str:
        """A name that no other agent has."""
        return f"{self._random.choice(AGENT_NAMES)} {self._random.getrandbits(32):08x}"
