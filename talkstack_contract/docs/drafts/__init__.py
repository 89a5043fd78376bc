"""Second stage: a walk over the blocks takes each line for what it says of an operation, or for not understood.

`extraction.walked` is the way in; a `Draft` holds what was gathered, before anything is derived from it.
"""
