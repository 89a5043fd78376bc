"""Our own stateful provider, with faults on demand.

It is written from the docs' meaning, reads no schema and imports nothing of the engine: two readings, not one.
"""

from talkstack_contract.reference.faults import FAULTS, Fault
from talkstack_contract.reference.server import Reference, serve
from talkstack_contract.reference.service import Received
from talkstack_contract.reference.world import Account

__all__ = ["FAULTS", "Account", "Fault", "Received", "Reference", "serve"]
