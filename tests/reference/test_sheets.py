"""Sheets of numbers, as CSV and as XLSX."""

import io
import subprocess
import sys
import zipfile

import pytest

from reference_provider.sheets import BadSheet, numbers_of
from tests.reference.asking import xlsx

NUMBER, OTHER = "+999123456789", "+999987654321"

ZIP_OF_NOTHING = io.BytesIO()
with zipfile.ZipFile(ZIP_OF_NOTHING, "w") as archive:
    archive.writestr("note.txt", "no workbook")

GOOD = {
    "csv": f"number,dynamicVariables\n{NUMBER},\n{OTHER},x\n".encode(),
    "csv-other-order": f"dynamicVariables,number\n,{NUMBER}\nx,{OTHER}\n".encode(),
    "csv-number-alone": f"number\n{NUMBER}\n{OTHER}\n".encode(),
    "csv-with-byte-order-mark": b"\xef\xbb\xbf" + f"number\r\n{NUMBER}\r\n{OTHER}".encode(),
    "csv-quoted": f'"number","dynamicVariables"\n"{NUMBER}","a,b"\n" {OTHER} ","line\nline"\n'.encode(),
    "csv-without-plus": b"number\n999123456789\n999987654321\n",
    "csv-with-empty-lines": f"number,x\n\n{NUMBER},\n,\n{OTHER},\n".encode(),
    "xlsx": xlsx(["number", "dynamicVariables"], [NUMBER, None], [OTHER, "x"]),
    "xlsx-with-numbers": xlsx(["number"], [999123456789], [999987654321.0]),
    "xlsx-with-empty-rows": xlsx(["number"], [NUMBER], [None], [OTHER]),
}


@pytest.mark.parametrize("name", GOOD)
def test_numbers_are_read_in_order(name: str) -> None:
    assert numbers_of(GOOD[name]) == (NUMBER, OTHER)


BAD = {
    "empty": b"",
    "no-column": b"phone\n+999123456789\n",
    "column-in-other-case": b"Number\n+999123456789\n",
    "no-row": b"number,dynamicVariables\n",
    "no-number": b"number\nwords\n",
    "other-digits": "number\n+٩٩٩١٢٣٤٥٦٧\n".encode(),
    "beginning-with-0": b"number\n+0123456789\n",
    "too-short": b"number\n+12\n",
    "cell-missing": b"x,number\nx\n",
    "not-utf-8": b"number\n\xff\xfe\n",
    "nul": b"number\n+999123456789\n\x00",
    "zip-cut-short": GOOD["xlsx"][:200],
    "zip-of-nothing": ZIP_OF_NOTHING.getvalue(),
    "xlsx-no-column": xlsx(["phone"], [NUMBER]),
    "xlsx-empty": xlsx(),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_sheet_says_so(name: str) -> None:
    with pytest.raises(BadSheet):
        numbers_of(BAD[name])


def test_openpyxl_is_loaded_only_for_an_xlsx() -> None:
    program = "import sys, reference_provider; print('openpyxl' in sys.modules)"
    output = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=30)
    assert output.stdout == "False\n"
