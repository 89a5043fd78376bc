"""Sends cases, each once, and remembers the responses; workflows are sequences of requests."""
