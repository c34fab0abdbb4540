"""Generated customers: any number of parties, each a pure function of its place, so that whoever knows the place knows the number.

Of 200 parties in a row the first is an organisation, 120 have a mobile number of Taiwan, 40 one of the mainland, 20 a landline
in Taipei, 10 a number elsewhere, 5 share a household's, one is behind a switchboard that 50 parties have, and 4 were written
down without an area code. Every second one has an address too: 1.5 contact points a party. One in 25 called before.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

BLOCK = 200
SWITCHBOARD = 50
"""Parties behind one switchboard; they are a block apart."""
STEP = 25
"""One party in so many has a case and calls."""
CALLS = 3
HEAVY, HEAVY_CALLS = 5, 10_000
"""So many customers have called so often."""
NOW = 1_790_000_000.0

FAMILY = "王李張劉陳楊黃趙吳周徐孫馬朱胡郭何高林羅鄭梁謝宋唐許韓馮鄧曹"
GIVEN = "怡君雅婷志明淑芬建宏佳穎俊傑美玲宗翰欣怡家豪詩涵承恩子軒宇浩思妤品睿柏"
FIRST = (
    "Anna",
    "Emma",
    "Carl",
    "David",
    "Elena",
    "Farid",
    "Grace",
    "Hugo",
    "Ines",
    "Jonas",
    "Kenji",
    "Laura",
)
LAST = (
    "Brandt",
    "Clarke",
    "Dubois",
    "Evans",
    "Fischer",
    "Garcia",
    "Haas",
    "Ito",
    "Jensen",
    "Keller",
    "Lopez",
)
_MAINLAND = ("138", "139", "150", "158", "188", "186", "131", "159")
_ELSEWHERE = (("1", "206", 7), ("852", "2", 7), ("81", "90", 8), ("1", "415", 7), ("44", "20", 8))


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """As written, and as `crm_core.parties` keeps it (a test compares)."""

    raw: str
    normal: str
    national: str
    digits: str


def party_id(place: int) -> str:
    """Like a UUIDv7: what comes later sorts later."""
    moment, rest = f"{0x019000000000 + place * 97:012x}", place * 2_654_435_761 % (1 << 62)
    return f"{moment[:8]}-{moment[8:]}-7{rest >> 50:03x}-8{rest >> 38 & 0xFFF:03x}-{rest % (1 << 48):012x}"


def name(place: int) -> str:
    turn = place * 7_919
    if place % BLOCK == 0:
        return f"{GIVEN[turn % len(GIVEN)]}{GIVEN[turn // 31 % len(GIVEN)]}科技{place // BLOCK}"
    if place % 10 < 8:
        return FAMILY[turn % len(FAMILY)] + GIVEN[turn // 29 % len(GIVEN)] + GIVEN[turn // 1_073 % len(GIVEN)]
    return f"{FIRST[turn % len(FIRST)]} {LAST[turn // 12 % len(LAST)]}"


def organisation(place: int) -> int | None:
    """The place of the organisation that a person belongs to: those behind a switchboard, and some others."""
    within = place % BLOCK
    if within == 195:
        block = place // BLOCK
        return (block - block % SWITCHBOARD) * BLOCK
    return place - within if 10 <= within < 40 else None


def phone(place: int) -> Phone:
    within = place % BLOCK
    for below, number in _KINDS:
        if within < below:
            return number(place)
    raise AssertionError(within)


def mobile(place: int) -> Phone:
    """Taiwan's; those of places beyond the last party are nobody's."""
    digits = "9" + _scattered(place, 8)
    return _phone(f"0{digits[:3]}-{digits[3:6]}-{digits[6:]}", "886", digits)


def email(place: int) -> str | None:
    """Every second party's; ten in a row of their kind share a firm's."""
    if place % 2:
        return None
    if place % BLOCK == 198:
        return f"info@firm{place // (BLOCK * 10)}.example"
    return f"{LAST[place % 11].lower()}.{place}@{('mail', 'post', 'corp')[place % 3]}.example"


def _scattered(place: int, digits: int) -> str:
    """Places to numbers, one to one while there are as many: the factor has no common divisor with ten."""
    return f"{place * 61_803_399 % 10**digits:0{digits}d}"


def _mainland(place: int) -> Phone:
    digits = _MAINLAND[place % 8] + _scattered(place, 8)
    return _phone(f"{digits[:3]} {digits[3:7]} {digits[7:]}", "86", digits)


def _elsewhere(place: int) -> Phone:
    country, begin, rest = _ELSEWHERE[place % len(_ELSEWHERE)]
    digits = begin + _scattered(place, rest)
    return _phone(f"+{country} {digits}", country, digits)


def _household(place: int) -> Phone:
    return _landline("4", "2", _scattered(place // BLOCK, 7))


def _switchboard(place: int) -> Phone:
    return _landline("2", "8", _scattered(place // BLOCK // SWITCHBOARD, 7))


def _taipei(place: int) -> Phone:
    return _landline("2", "2", _scattered(place // BLOCK * 20 + place % BLOCK, 7))


def _local(place: int) -> Phone:
    digits = "28" + _scattered(place // BLOCK * 4 + place % BLOCK, 6)  # no whole number, as most local ones
    return Phone(raw=f"{digits[:4]}-{digits[4:]}", normal=digits, national=digits, digits=digits)


def _landline(area: str, begin: str, rest: str) -> Phone:
    digits = begin + rest
    return _phone(f"(0{area}) {digits[:4]}-{digits[4:]}", "886", area + digits)


def _phone(raw: str, country: str, national: str) -> Phone:
    return Phone(raw=raw, normal=f"+{country}{national}", national=national, digits=country + national)


_KINDS: Sequence[tuple[int, Callable[[int], Phone]]] = (
    (120, mobile),
    (160, _mainland),
    (180, _taipei),
    (190, _elsewhere),
    (195, _household),
    (196, _switchboard),
    (200, _local),
)
"""By the place in a block: below which, and the numbers there."""

# -- rows, in the order of the columns named beside them --------------------------------------------------------------

Row = tuple[object, ...]
PARTY = ("id", "kind", "name", "sought", "organisation_id", "tier", "language", "note", "created_at")
CONTACT_POINT = (
    "id",
    "party_id",
    "position",
    "kind",
    "raw",
    "normal",
    "national",
    "digits_reversed",
    "label",
)
SUPPORT_CASE = ("id", "number", "subject", "status", "party_id", "created_at", "updated_at")
INTERACTION = (
    "id",
    "medium",
    "direction",
    "state",
    "outcome",
    "enqueued_at",
    "closed_at",
    "match",
    "party_id",
    "case_id",
)


def parties(count: int) -> Iterator[Row]:
    for place in range(count):
        called, belongs = name(place), organisation(place)
        kind = "person" if place % BLOCK else "organisation"
        of = None if belongs is None else party_id(belongs)
        tier = ("gold", "silver", None, None)[place % 4]
        language = "zh-TW" if place % 10 < 8 else "en"
        yield party_id(place), kind, called, called.casefold(), of, tier, language, "", NOW - 5e7 + place


def contact_points(count: int) -> Iterator[Row]:
    for place in range(count):
        owner, number = party_id(place), phone(place)
        yield (
            f"p{owner}",
            owner,
            0,
            "phone",
            number.raw,
            number.normal,
            number.national,
            number.digits[::-1],
            "",
        )
        address = email(place)
        if address is not None:
            yield f"q{owner}", owner, 1, "email", address, address, None, None, ""


def cases(count: int) -> Iterator[Row]:
    for place in range(1, count, STEP):
        at = NOW - 3e7 + place
        yield f"c{party_id(place)}", f"C-2025-{place:08d}", "退款 refund", "open", party_id(place), at, at


def calls(count: int) -> Iterator[Row]:
    for turn, place in enumerate(range(1, count, STEP)):
        owner = party_id(place)
        for number in range(HEAVY_CALLS if turn < HEAVY else CALLS):
            at = NOW - 3e7 + number * 60
            name = f"tl-{place}.{number}"
            yield name, "voice", "in", "closed", "handled", at, at + 300, "one", owner, f"c{owner}"
