"""Contract tests of an HTTP API: what its docs promise, tested, judged and reported."""

__version__ = "0.2.0"
