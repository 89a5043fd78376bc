"""What `--check` says: how much of each section the settings reach, and what missing keys would add."""

from collections.abc import Iterator

from talkstack_contract.states.reach import Reach

ALL = "all"


def reach_lines(reach: Reach) -> Iterator[str]:
    """Yield the table of sections, and the keys that would add something, the one that adds most first."""
    rows = [(section, len(reach.reached.intersection(keys)), len(keys)) for section, keys in reach.listed.items()]
    rows.append((ALL, sum(row[1] for row in rows), sum(row[2] for row in rows)))
    width = max(len(section) for section, _, _ in rows)
    yield "documented responses that these settings reach; nothing is sent"
    yield from (f"  {section:<{width}}  {reached:>3} of {of:>3}" for section, reached, of in rows)
    if reach.added:
        yield "what a missing key would add by itself"
        for shown, count in sorted(reach.added.items(), key=lambda each: -each[1]):
            yield f"  {shown}: {count} documented {'response' if count == 1 else 'responses'}"
    if len(reach.together) > len(reach.reached):
        yield f"with every key: {len(reach.together)} of {rows[-1][2]}"
