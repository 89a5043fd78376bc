"""Writes a sheet of CSV as a workbook (XLSX)."""

import csv
import io


def workbook(sheet: str) -> bytes:
    """Return a workbook of one sheet, each cell a text."""
    from openpyxl import Workbook  # type: ignore[import-untyped]  # heavy: only for who sends one

    made = Workbook(write_only=True)
    rows = made.create_sheet()
    for row in csv.reader(io.StringIO(sheet, newline="")):
        rows.append(row)
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()
