"""Telephone numbers as callers and records spell them.

Nothing is thrown away: what cannot be understood keeps its raw text and its digits.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers

DEFAULT_REGION = "TW"
READ_LATELY = 256
"""So many numbers are not read anew: a call asks several times what its number means."""
_NOT_DIGITS = re.compile(r"[^0-9]")
_EXTENSION = re.compile(r"(?:分機|分机|轉|转)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """`e164` is None when no reading is valid; `national` has no country code and no trunk prefix.

    `complete` says that the text itself named the country or the trunk prefix; otherwise `e164` is a good guess.
    """

    raw: str
    e164: str | None
    national: str
    digits: str
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """One way to understand a text; `certain` None means that the parsed number tells."""

    text: str
    region: str
    certain: bool | None


@lru_cache(maxsize=READ_LATELY)
def read_number(raw: str, region: str = DEFAULT_REGION) -> Number:
    """Read a number as dialled in `region` (ISO 3166-1); never raises."""
    text = _EXTENSION.sub(" ext. ", unicodedata.normalize("NFKC", raw)).strip().removeprefix("tel:")
    digits = _NOT_DIGITS.sub("", text.split("ext.")[0])
    for reading in _readings(text, digits, region):
        parsed = _parse(reading)
        if parsed is not None:
            return _number(raw, digits, reading, parsed)
    return Number(raw=raw, e164=None, national=digits.lstrip("0"), digits=digits, complete=False)


def dialled_at_home(raw: str, region: str = DEFAULT_REGION) -> str:
    """A number of this country as one dials it within it (+886 2 2345 6789 is 0223456789); of another one, or of none, empty."""
    e164 = read_number(raw, region).e164
    if e164 is None:
        return ""
    parsed = phonenumbers.parse(e164)
    if phonenumbers.region_code_for_number(parsed) != region:
        return ""
    return _NOT_DIGITS.sub("", phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL))


def _readings(text: str, digits: str, region: str) -> list[_Reading]:
    """What to try, best first."""
    if text.startswith("+"):
        return [_Reading(text=text, region=region, certain=True)]
    readings = (
        [_Reading(text="+" + digits[2:], region=region, certain=True)] if digits.startswith("00") else []
    )
    readings.append(_Reading(text=text, region=region, certain=None))
    if len(digits) == 11 and digits.startswith("1"):  # a mainland mobile as its owner says it
        readings.append(_Reading(text=digits, region="CN", certain=False))
    if len(digits) >= 10:  # trunks often drop the plus
        readings.append(_Reading(text="+" + digits, region=region, certain=False))
    return readings


def _parse(reading: _Reading) -> phonenumbers.PhoneNumber | None:
    try:
        parsed = phonenumbers.parse(reading.text, reading.region)
    except phonenumbers.NumberParseException:
        return None
    if reading.certain:
        # the text names its country: a number of a right length counts, for numbering plans change faster than tables
        whole = (
            phonenumbers.is_possible_number_with_reason(parsed) == phonenumbers.ValidationResult.IS_POSSIBLE
        )
    else:
        whole = phonenumbers.is_valid_number(parsed)
    return parsed if whole else None


def _number(raw: str, digits: str, reading: _Reading, parsed: phonenumbers.PhoneNumber) -> Number:
    national = phonenumbers.national_significant_number(parsed)
    certain = reading.certain
    if certain is None:
        certain = digits.startswith(f"{parsed.country_code}{national}") or _has_trunk_prefix(
            digits, reading.region
        )
    e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return Number(raw=raw, e164=e164, national=national, digits=digits, complete=certain)


def _has_trunk_prefix(digits: str, region: str) -> bool:
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region)
    prefix = metadata.national_prefix if metadata else None
    return prefix is None or digits.startswith(prefix)
