"""Where a verdict falls.

Checks compare a response with a clause, `judge` gives the verdict of a clause, `decision` that of the run.
"""
