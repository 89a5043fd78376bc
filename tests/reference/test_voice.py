"""The voices: the same for every account."""

from tests.reference.asking import Opening


def test_each_listed_voice_is_read_by_its_id(opened: Opening) -> None:
    asker = opened()
    listed = asker.ask("listVoices").json["voices"]
    headers = {"x-api-key": asker.api_key}
    read = [asker.clients["api"].get(headers, f"/voices/{each['voice_id']}").json["voice"] for each in listed]
    assert (read, opened().ask("listVoices").json["voices"]) == (listed, listed)


def test_unknown_voice_is_not_found(opened: Opening) -> None:
    asker = opened()
    paths = ("/voices/voice-nobody", "/voices/")
    assert [asker.clients["api"].get({"x-api-key": asker.api_key}, path).status for path in paths] == [404, 404]
