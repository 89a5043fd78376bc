"""What the docs promise: `schemas/` read into operations, clauses and cases.

Nothing here sends or judges. A promise becomes a clause in `clauses`, a request that tests it a case in `cases`.
"""
