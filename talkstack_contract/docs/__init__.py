"""What pages of a vendor's docs promise, read by machine: each fact with its place, and an account of every line.

The text of a page becomes blocks (`pages`), these what the lines say of an operation (`drafts`), these facts
(`derived`), which are held against a contract or written as one (`contracts`). Pages come from files or from a site
(`sites`). `reading.py` goes all the way for one page.
"""
