"""Sheets of numbers to call: CSV or XLSX, told apart by their first bytes.

`BadSheet` is raised where a sheet cannot be read, lacks the column `number`, or has a cell there that is not a number.
"""

import csv
import io
import zipfile
import zlib
from collections.abc import Sequence
from xml.etree import ElementTree

XLSX_START = b"PK\x03\x04"
"""An XLSX file is a ZIP archive, and no CSV begins so."""

COLUMN = "number"
DIGITS = range(7, 16)
"""How many digits a phone number has. Source: ITU-T E.164; the lower bound is ours."""


BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    ElementTree.ParseError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    OSError,
)
"""What openpyxl and what it stands on raise for an archive that is damaged or holds something else."""


class BadSheet(Exception):
    """The sheet cannot be used; the text says why."""


def numbers_of(sheet: bytes) -> tuple[str, ...]:
    """The numbers to call, in E.164 form, in the order of the rows; rows without any text are left out."""
    header, *rows = _xlsx_rows(sheet) if sheet.startswith(XLSX_START) else _csv_rows(sheet)
    names = [cell.strip() for cell in header]
    if COLUMN not in names:
        raise BadSheet(f"The sheet has no column {COLUMN}.")
    place = names.index(COLUMN)
    numbers = tuple(_number(row, place) for row in rows if any(row))
    if not numbers:
        raise BadSheet("The sheet has no row.")
    return numbers


def _number(row: Sequence[str], place: int) -> str:
    # A sheet's program drops the plus sign where it takes the cell for a number.
    digits = row[place].strip().removeprefix("+") if place < len(row) else ""
    if not (digits.isascii() and digits.isdecimal() and len(digits) in DIGITS) or digits.startswith("0"):
        raise BadSheet("A row has no phone number in E.164 form.")
    return f"+{digits}"


def _csv_rows(sheet: bytes) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO(sheet.decode("utf-8-sig"), newline=""), strict=True)) or [[]]
    except (UnicodeDecodeError, csv.Error):
        raise BadSheet("The sheet is neither CSV in UTF-8 nor XLSX.") from None


def _xlsx_rows(sheet: bytes) -> list[list[str]]:
    from openpyxl import load_workbook  # type: ignore[import-untyped]  # heavy: only for who sends an XLSX

    try:
        workbook = load_workbook(io.BytesIO(sheet), read_only=True, data_only=True)
        return [[_cell(value) for value in row] for row in workbook.worksheets[0].iter_rows(values_only=True)] or [[]]
    except BROKEN:
        raise BadSheet("The sheet is no XLSX that can be read.") from None


def _cell(value: object) -> str:
    # A number that was typed without its plus sign comes as a float with some programs.
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)
