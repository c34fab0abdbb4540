"""Numbers under which organisations are registered, by their check digits. Pure.

Taiwan 統一編號: eight digits, weights 1 2 1 2 1 2 4 1, digits of the products summed. Since April 2023 the sum must be divisible by 5 (by 10
before, which those fulfil as well); a 7 as seventh digit makes 28 -> 10, of which either digit may count.
Mainland 统一社会信用代码: 18 signs, GB 32100-2015 (weights 3^i mod 31, the check sign makes the sum divisible by 31).
"""

import re
import unicodedata

_TW = re.compile(r"[0-9]{8}")
_TW_WEIGHTS = (1, 2, 1, 2, 1, 2, 4, 1)
_CN_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CN = re.compile(rf"[{_CN_SIGNS}]{{2}}[0-9]{{6}}[{_CN_SIGNS}]{{10}}")


def normal(number: str) -> str:
    """Without blanks and dashes, in capitals and half width."""
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", number)).upper()


def is_valid(number: str) -> bool:
    """Whether the check digit of a Taiwanese or mainland number fits; numbers of another form have none that we know."""
    given = normal(number)
    if _TW.fullmatch(given):
        return _taiwan(given)
    if len(given) == 18:
        return _CN.fullmatch(given) is not None and _mainland(given)
    return True


def _taiwan(number: str) -> bool:
    total = sum(
        sum(divmod(int(digit) * weight, 10)) for digit, weight in zip(number, _TW_WEIGHTS, strict=True)
    )
    return total % 5 == 0 or (number[6] == "7" and (total + 1) % 5 == 0)


def _mainland(number: str) -> bool:
    total = sum(_CN_SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(number[:17]))
    return _CN_SIGNS[(31 - total % 31) % 31] == number[17]
