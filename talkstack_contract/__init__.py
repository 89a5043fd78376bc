"""Contract tests for the Talkstack HTTP API: what its docs promise, asked, judged and reported."""

__version__ = "0.2.0"
