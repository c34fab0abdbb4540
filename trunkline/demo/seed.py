"""Fill an empty database with the demo centre: the same one every time, but for ids, passwords and the date.

Two queues, four agents and a supervisor, 500 customers with cases, devices and contracts, a few articles, and thirty days of
calls and letters, a form, a chat, a fax, a text message and a letter on paper, that end a day before `now`, so that today's figures begin at nothing.
"""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from random import Random

from sqlalchemy import Connection

from crm_core.entities.chat_door import CHAT_DOOR
from crm_core.queues import (
    Queue,
    add_disposition,
    add_entry,
    add_queue,
    add_skill_of,
)
from crm_core.records import rows
from crm_core.records.change import system
from crm_core.search import index
from crm_core.users import User, add_user, set_preferences
from trunkline.demo import writings
from trunkline.demo.articles import teach
from trunkline.demo.history import History
from trunkline.demo.people import KNOWN_NUMBER, SHARED_NUMBER, UNKNOWN_NUMBER, Crowd
from trunkline.demo.promises import promise
from trunkline.demo.service import equip
from trunkline.demo.sheets import Sheets

__all__ = ["KNOWN_NUMBER", "SHARED_NUMBER", "UNKNOWN_NUMBER", "DemoLogin", "make_logins", "seed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoLogin:
    """Somebody who can sign in, with the password to print."""

    login: str
    password: str
    role: str
    name: str

    def as_json(self) -> dict[str, str]:
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Person:
    login: str
    name: str
    role: str
    language: str
    extension: str | None
    skills: tuple[tuple[str, int], ...] = ()


_PEOPLE = (
    _Person(
        login="yating",
        name="林雅婷",
        role="agent",
        language="zh-TW",
        extension="1001",
        skills=(("zh", 9), ("en", 4)),
    ),
    _Person(
        login="guanyu", name="陳冠宇", role="agent", language="zh-TW", extension="1002", skills=(("zh", 8),)
    ),
    _Person(
        login="emma", name="Emma Clarke", role="agent", language="en", extension="1003", skills=(("en", 9),)
    ),
    _Person(
        login="wei",
        name="Wei Zhang 張偉",
        role="agent",
        language="zh-CN",
        extension="1004",
        skills=(("zh", 7), ("en", 7)),
    ),
    _Person(login="zhiming", name="李志明", role="admin", language="zh-TW", extension=None),
    _Person(login="shufen", name="王淑芬", role="supervisor", language="zh-TW", extension="1090"),
)
_DISPOSITIONS = (
    ("solved", "Solved", "已解決", "已解决"),
    ("information", "Information given", "已提供資訊", "已提供信息"),
    ("callback", "Call back later", "需再回電", "需再回电"),
    ("forwarded", "Passed on", "已轉交", "已转交"),
    ("order", "Order taken", "已下單", "已下单"),
    ("complaint", "Complaint", "客訴", "投诉"),
    ("wrong_number", "Wrong number", "打錯電話", "打错电话"),
    ("no_need", "Nothing to do", "無需處理", "无需处理"),
)
_SEED = 2026
PROMISED_SINCE_S = 40 * 86_400.0
"""Before the first case of its past."""


def make_logins() -> list[DemoLogin]:
    """Everybody who can sign in, each with a new password that can be read aloud (34 bits)."""
    return [
        DemoLogin(login=person.login, password=_password(), role=person.role, name=person.name)
        for person in _PEOPLE
    ]


def seed(
    conn: Connection, *, now: float, password_hashes: Mapping[str, str], sheets: Sheets | None = None
) -> None:
    """Fill an empty database in one unit; `password_hashes` by login, for each of `make_logins`; `sheets`: the demo's paper, drawn before."""
    with index.together(conn):
        _tell(conn, now, password_hashes, sheets)


def _tell(conn: Connection, now: float, password_hashes: Mapping[str, str], sheets: Sheets | None) -> None:
    users = [_user(conn, person, password_hashes[person.login]) for person in _PEOPLE]
    queues = _queues(conn, now)
    for code, english, traditional, simplified in _DISPOSITIONS:
        add_disposition(conn, code=code, label_en=english, label_zh_tw=traditional, label_zh_cn=simplified)
    promise(conn, now - PROMISED_SINCE_S)
    random = Random(_SEED)  # noqa: S311 - a demo's customers, not a secret
    customers = Crowd(conn, random, now).gather()
    agents = {
        queue.id: [user.id for user, person in zip(users, _PEOPLE, strict=True) if _can(person, queue)]
        for queue in queues
    }
    History(conn, random, now, customers=customers, queues=queues, agents=agents).tell()
    writings.tell(conn, now, queues[0], agents, customers[0], sheets)
    teach(conn, now, equip(conn, now, customers))


def _user(conn: Connection, person: _Person, password_hash: str) -> User:
    user = add_user(
        conn,
        login=person.login,
        name=person.name,
        password_hash=password_hash,
        role=person.role,
        language=person.language,
        extension=person.extension,
        letters_at_once=2 if person.role == "agent" else 1,
    )
    for skill, level in person.skills:
        add_skill_of(conn, user.id, skill, level)
    return set_preferences(conn, user.id, density="compact" if person.role == "supervisor" else None)


def _queues(conn: Connection, now: float) -> tuple[Queue, Queue]:
    chinese = add_queue(
        conn, name="客戶服務", language="zh-TW", needs=[("zh", 5)], mail_address="service@demo.trunkline.test"
    )
    english = add_queue(
        conn, name="Customer care", language="en", needs=[("en", 4)], mail_address="care@demo.trunkline.test"
    )
    for queue, numbers in ((chinese, ("100", "+886255550100")), (english, ("200", "+886255550200"))):
        for number in numbers:
            add_entry(conn, "voice", number, queue.id, now=now)
        add_entry(conn, "email", str(queue.mail_address), queue.id, now=now)
    _chats(conn, {"main": chinese, "en": english}, now)
    return chinese, english


def _chats(conn: Connection, doors: Mapping[str, Queue], now: float) -> None:
    """`/chat`, and another one in English: `/chat?door=en`."""
    for key, queue in doors.items():
        rows.create(conn, system(now), CHAT_DOOR, {"key": key, "queue_id": queue.id})


def _can(person: _Person, queue: Queue) -> bool:
    levels = dict(person.skills)
    return person.role == "agent" and all(levels.get(skill, 0) >= level for skill, level in queue.needs)


def _password() -> str:
    """Three words of two syllables and two digits: `bako-ruti-mena-41`."""
    syllables = ["".join((secrets.choice("bdfgkmnprstvz"), secrets.choice("aeiou"))) for _ in range(6)]
    pairs = ("".join(syllables[place : place + 2]) for place in (0, 2, 4))
    return f"{'-'.join(pairs)}-{secrets.randbelow(90) + 10}"
