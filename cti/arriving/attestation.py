"""What the telephone network says of a caller's number: whether it is theirs (STIR/SHAKEN), read into one of few words."""

import re
from enum import StrEnum

_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"')
_VERSTAT = re.compile(
    r";\s*verstat=(TN-Validation-Passed|TN-Validation-Failed|No-TN-Validation)(?:-([ABC]))?\b", re.IGNORECASE
)
_BY_ASTERISK = {
    "verification passed": "passed",
    "signature failed": "failed",
    "verification mismatch": "failed",
    "verification not present": "none",
}


class Attestation(StrEnum):
    """A: the caller's provider knows them and that the number is theirs; B: it knows the caller only; C: it passes the call on. `none`: the network says
    that it was not signed."""

    PASSED_A = "passed_a"
    PASSED_B = "passed_b"
    PASSED_C = "passed_c"
    PASSED = "passed"
    FAILED = "failed"
    NONE = "none"


def of_header(value: str) -> Attestation | None:
    """From the address in a P-Asserted-Identity or From header (3GPP TS 24.229, 7.2A.20). What callers may write themselves, their name, is not looked
    at: it may say anything."""
    address = _QUOTED.sub("", value)
    _, bracket, within = address.partition("<")
    found = _VERSTAT.search(within if bracket else address)
    if found is None:
        return None
    word, level = found[1].lower(), (found[2] or "").lower()
    if word == "no-tn-validation":
        return Attestation.NONE
    if word == "tn-validation-failed":
        return Attestation.FAILED
    return _passed(level)


def of_asterisk(result: str, level: str) -> Attestation | None:
    """From what STIR_SHAKEN(0,verify_result) and STIR_SHAKEN(0,attestation) say."""
    word = _BY_ASTERISK.get(result.strip().lower())
    return _passed(level.strip().lower()) if word == "passed" else None if word is None else Attestation(word)


def _passed(level: str) -> Attestation:
    return Attestation(f"passed_{level}") if level in {"a", "b", "c"} else Attestation.PASSED
