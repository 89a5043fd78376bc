"""Section Voices: the same list for every account."""

from reference_provider.answers import Answer, success
from reference_provider.asks import Ask
from reference_provider.operations.lookups import voice_of
from reference_provider.operations.model import Operation
from reference_provider.operations.printed import voice_form
from reference_provider.voices import VOICES

MESSAGE = "successfully fetched voice list."
"""Printed on both pages."""


def list_voices(_: Ask) -> Answer:
    """Every voice."""
    return success(MESSAGE, voices=[voice_form(voice) for voice in VOICES])


def get_voice(ask: Ask) -> Answer:
    """One voice."""
    return success(MESSAGE, voice=voice_form(voice_of(ask.path_values["voice_id"])))


VOICE = (
    Operation("listVoices", "GET", "/voices", list_voices, answers_head=True),
    Operation("getVoice", "GET", "/voices/{voice_id}", get_voice, answers_head=True),
)
