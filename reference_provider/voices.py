"""The voices that an agent can speak with: one invented list for all accounts."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Voice:
    """One voice with its five labels."""

    voice_id: str
    name: str
    accent: str
    description: str
    age: str
    gender: str
    use_case: str

    @property
    def preview_url(self) -> str:
        """Where the voice could be heard, if the host existed."""
        return f"https://voices.example.test/{self.voice_id}.mp3"


VOICES = (
    Voice("voice-alder", "Alder", "scottish", "warm", "middle aged", "male", "narration"),
    Voice("voice-briony", "Briony", "irish", "bright", "young", "female", "conversational"),
    Voice("voice-corin", "Corin", "welsh", "calm", "old", "male", "meditation"),
    Voice("voice-damaris", "Damaris", "australian", "crisp", "middle aged", "female", "news"),
    Voice("voice-esk", "Esk", "northern", "soft", "young", "non-binary", "characters"),
)
VOICE_BY_ID = {voice.voice_id: voice for voice in VOICES}
