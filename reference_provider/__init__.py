"""Our own stateful provider, with faults on demand.

It is written from the docs' meaning, reads no schema and imports nothing of the engine: two readings, not one.
"""

from reference_provider.faults import FAULTS, Fault
from reference_provider.server import Reference, serve
from reference_provider.service import Received
from reference_provider.world import Account

__all__ = ["FAULTS", "Account", "Fault", "Received", "Reference", "serve"]
