"""Where the contract and the contract tests are: in a checkout beside this package, once installed inside it."""

from pathlib import Path

PACKAGE = Path(__file__).parent
ROOT = PACKAGE.parent
IS_INSTALLED = (PACKAGE / "contract_tests").is_dir()  # pyproject.toml puts them there in the wheel
CONTRACT = PACKAGE / "schemas" if IS_INSTALLED else ROOT / "schemas"
CONTRACT_TESTS = PACKAGE / "contract_tests" if IS_INSTALLED else ROOT / "tests" / "contract"
WORKFLOWS = f"{'.'.join(CONTRACT_TESTS.relative_to(ROOT).parts)}.test_workflows"
"""The module of the workflows, by the name under which pytest imports it."""
