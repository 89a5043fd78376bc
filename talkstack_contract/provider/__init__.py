"""Whom we test: settings, requests, the HTTP client with its limits, received bodies, and redacted evidence.

Only `client` sends anything.
"""
