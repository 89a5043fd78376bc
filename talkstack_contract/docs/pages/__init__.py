"""First stage: the text of a page, in whatever layout, becomes blocks that say in one way what each line says.

`readers.py` knows the readers, by the signs of a generator and rendering; a reader has two functions, `detect` and
`read`.
"""
