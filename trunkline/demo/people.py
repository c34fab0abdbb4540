"""The demo centre's customers: 60 organisations and 440 people, with numbers as people write them."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from sqlalchemy import Connection

from crm_core.parties import Party, add_contact_point, add_party, party
from crm_core.phone_numbers import read_number
from trunkline.demo import words

KNOWN_NUMBER = "+886912345678"
"""One person's, with a history to look at."""
SHARED_NUMBER = "+886223456789"
"""Three people's."""
LIMITED_NUMBER = "+442920180001"
"""One whose contract has three calls left."""
UNKNOWN_NUMBER = "+886987654321"
"""Nobody's."""

ORGANISATIONS = 60
PEOPLE = 440
_RESERVED = {KNOWN_NUMBER, SHARED_NUMBER, UNKNOWN_NUMBER}


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A party with what the demo's history needs to know about it."""

    party: Party
    language: str
    phone: str
    email: str


class Crowd:
    """Makes customers, the same ones every time for the same random numbers."""

    def __init__(self, conn: Connection, random: Random, now: float) -> None:
        self._conn = conn
        self._random = random
        self._now = now
        self._numbers: set[str] = set(_RESERVED)
        self._mailboxes = 0

    def gather(self) -> list[Customer]:
        """All customers; the first is the one with `KNOWN_NUMBER`."""
        firms = [self._firm() for _ in range(ORGANISATIONS)]
        named = [*self._known_people(), *self._sharing_people()]
        people = [self._person(firms) for _ in range(PEOPLE - len(named))]
        return [*named, *people, *firms]

    def _known_people(self) -> list[Customer]:
        """Those who call and write in the demo's examples (`trunkline.demo.relay`)."""
        known = (
            ("陳怡君", "zh-TW", "gold", "0912-345-678", "chen.yijun@example.org"),
            ("王小明", "zh-CN", "silver", "138 0013 8000", "wang.xiaoming@example.org"),
            ("Emma Clarke", "en", "standard", "+44 29 2018 0001", "emma.clarke@example.org"),
        )
        return [
            self._reached(
                self._party(kind="person", name=name, language=language, tier=tier), language, phone, email
            )
            for name, language, tier, phone, email in known
        ]

    def _sharing_people(self) -> list[Customer]:
        household = (("李志強", "standard"), ("李美惠", "silver"), ("李子晴", "standard"))
        return [
            self._reached(
                self._party(kind="person", name=name, language="zh-TW", tier=tier),
                "zh-TW",
                "(02) 2345-6789",
                self._mailbox("tw.example"),
            )
            for name, tier in household
        ]

    def _firm(self) -> Customer:
        language = self._language()
        stock = {"zh-TW": words.TAIWAN_FIRMS, "zh-CN": words.MAINLAND_FIRMS, "en": words.WESTERN_FIRMS}[
            language
        ]
        name = self._random.choice(stock)
        branch = self._random.choice(("", "", *_BRANCHES[language]))
        firm = self._party(
            kind="organisation",
            name=f"{name}{branch}",
            language=language,
            tier=self._random.choice(words.TIERS),
        )
        return self._reached(firm, language, self._landline(language), self._mailbox("firm.example"))

    def _person(self, firms: list[Customer]) -> Customer:
        language = self._language()
        at_work = [firm for firm in firms if firm.language == language]
        firm = self._random.choice(at_work) if at_work and self._random.random() < 0.45 else None
        person = self._party(
            kind="person",
            name=self._name(language),
            language=language,
            tier=self._random.choice(words.TIERS),
            organisation_id=firm.party.id if firm else None,
            title=self._random.choice(words.TITLES[language]) if firm else None,
            department=self._random.choice(words.DEPARTMENTS[language]) if firm else None,
        )
        customer = self._reached(person, language, self._mobile(language), self._mailbox(_DOMAINS[language]))
        # a firm's main number is many people's, and some have a second one
        if firm is not None and self._random.random() < 0.4:
            add_contact_point(self._conn, person.id, "phone", firm.phone, "office")
        elif self._random.random() < 0.25:
            add_contact_point(self._conn, person.id, "phone", self._landline(language), "home")
        return customer

    def _party(
        self,
        *,
        kind: str,
        name: str,
        language: str,
        tier: str,
        organisation_id: str | None = None,
        title: str | None = None,
        department: str | None = None,
    ) -> Party:
        return add_party(
            self._conn,
            kind=kind,
            name=name,
            now=self._now,
            organisation_id=organisation_id,
            title=title,
            department=department,
            tier=tier,
            language=language,
        )

    def _reached(self, made: Party, language: str, phone: str, email: str) -> Customer:
        label = "office" if made.kind == "organisation" else "mobile"
        point = add_contact_point(self._conn, made.id, "phone", phone, label)
        add_contact_point(self._conn, made.id, "email", email)
        return Customer(
            party=party(self._conn, made.id) or made, language=language, phone=point.normal, email=email
        )

    def _language(self) -> str:
        return self._random.choices(("zh-TW", "zh-CN", "en"), weights=(60, 18, 22))[0]

    def _name(self, language: str) -> str:
        pick = self._random.choice
        if language == "zh-TW":
            return pick(words.TAIWAN_FAMILY) + pick(words.TAIWAN_GIVEN)
        if language == "zh-CN":
            return pick(words.MAINLAND_FAMILY) + pick(words.MAINLAND_GIVEN)
        return f"{pick(words.WESTERN_GIVEN)} {pick(words.WESTERN_FAMILY)}"

    def _mailbox(self, domain: str) -> str:
        self._mailboxes += 1
        return f"customer{self._mailboxes:03}@{domain}"

    def _mobile(self, language: str) -> str:
        return self._fresh({"zh-TW": _taiwan_mobile, "zh-CN": _mainland_mobile, "en": _abroad}[language])

    def _landline(self, language: str) -> str:
        return self._fresh({"zh-TW": _taiwan_landline, "zh-CN": _mainland_mobile, "en": _abroad}[language])

    def _fresh(self, make: Callable[[Random], str]) -> str:
        """A number that nobody has yet."""
        while True:
            written = make(self._random)
            normal = read_number(written).e164
            if normal is not None and normal not in self._numbers:
                self._numbers.add(normal)
                return written


_BRANCHES = {
    "zh-TW": ("台中分公司", "高雄分公司", "新竹辦事處"),
    "zh-CN": ("分公司", "办事处"),
    "en": (" (Taipei office)", " Asia"),
}
_DOMAINS = {"zh-TW": "tw.example", "zh-CN": "cn.example", "en": "mail.example"}


def _taiwan_mobile(random: Random) -> str:
    digits = f"09{random.randint(10, 89)}{random.randint(0, 999999):06}"
    return random.choice(
        (f"{digits[:4]}-{digits[4:7]}-{digits[7:]}", digits, f"+886 {digits[1:4]} {digits[4:]}")
    )


def _taiwan_landline(random: Random) -> str:
    area, first = random.choice((("02", "2"), ("02", "8"), ("04", "2"), ("07", "3")))
    length = 6 if area == "07" else 7
    rest = f"{random.randint(0, 10**length - 1):0{length}}"
    return random.choice((f"({area}) {first}{rest[:3]}-{rest[3:]}", f"+886 {area[1:]} {first}{rest}"))


def _mainland_mobile(random: Random) -> str:
    digits = f"{random.choice((135, 138, 139, 150, 158, 186, 188))}{random.randint(0, 99999999):08}"
    return random.choice((digits, f"{digits[:3]} {digits[3:7]} {digits[7:]}", f"+86 {digits}"))


def _abroad(random: Random) -> str:
    return random.choice(
        (
            f"+44 7700 900{random.randint(0, 999):03}",  # Ofcom's numbers for drama
            f"+1 {random.choice((206, 312, 415, 617))}-555-01{random.randint(0, 99):02}",
            f"+65 8{random.randint(1, 9)}{random.randint(0, 999999):06}",
            f"+852 9{random.randint(0, 9)}{random.randint(0, 999999):06}",
            f"+81 90-{random.randint(1000, 9999)}-{random.randint(0, 9999):04}",
            f"+49 151 {random.randint(10000000, 99999999)}",
        )
    )
