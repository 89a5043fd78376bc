"""Third stage: what follows from drafts, and by which rule: facts with their places, and the flaws of the page itself.

Several renderings of one page are merged; an OpenAPI document inside a page is read as it is.
"""
