"""`verdicts.jsonl`: its lines as values, and what earlier runs recorded."""
