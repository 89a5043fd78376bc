"""How many ways to go wrong each operation gets: the first all there are, the others these.

The ways are the same code for every operation, so that what one operation shows of them holds for all; each clause of
each operation has one to three of them.
"""

import re

IN_FULL = ("getActiveProject",)

# Of the values that two answers are compared by, those that tell best one object from another.
TELLING = r"(.*-)?(name|id|e164|call-sid|active-agent|answer)"

RINGING = ("makeCall", "batchCall")
"""Not tested a second time where no answer came, since somebody might be rung twice: that is blocked, not violated."""

THIN = re.compile(
    "|".join(
        (
            # A success: each key gone or of a wrong type, each thing that a sample shows otherwise.
            r"success-(?!value-).*-(absent|is-number|words|inactive|unheard-of|true|another|is-another)",
            r"success-(?!message|status|document).*-is-text",
            r"success-(?!message|status|document|body).*-empty",
            r"success-(message-reworded|status-misspelt|of-another-account|user-id-of-another)",
            r"success-(media-type-(missing|html)|body-cut|duplicate-outer-key|value-nan)",
            r"success-(answered-(201|500)|redirected-to-login|no-answer)",
            r"(by-bearer|by-api-key)-answered-401",
            rf"by-api-key-{TELLING}-differs",
            rf"asked-twice-{TELLING}-changes",
            # An error: taken for a success, another status, its marks of a success, what nobody can read.
            r"(?!success|by-|asked|un|method).*-(accepted|answered-500)",
            r"(refusal-answered-418|error-\d+-answered-422|internal-error-(gets-data|answered-404|no-answer))",
            r"(refusal|error-\d+|internal-error)-(says-success|has-.*|holds-payload|shows-(node-trace|unix-path))",
            r"(refusal|error-\d+|internal-error)-(is-html|with-half-a-body|without-(media-type|message))",
            r".*-foreign-(gets-data|tells-whose)",
            # What the docs do not mention.
            rf"(unknown-query|unusual-accept)-(answered-(404|500)|changes-{TELLING})",
            r"method-[a-z]+-(answered-(200|500)|closes-account)",
            r"unknown-header-answered-(204|500)",
        )
    )
)


def is_deep_enough(operation: str, name: str) -> bool:
    """Whether the operation gets the fault whose name, without the operation, is this."""
    if operation in RINGING and name.endswith("no-answer"):
        return False
    return operation in IN_FULL or THIN.fullmatch(name) is not None
