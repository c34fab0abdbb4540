"""Users, sessions, queues, skills and dispositions."""

import pytest
from sqlalchemy import Connection, select

from config.errors import Refused
from crm_core import queues, sessions, users
from crm_core.tables import session


def ann(conn: Connection, **changes: object) -> users.User:
    given = {"login": "Ann", "name": "林雅婷", "password_hash": "hash", "role": "agent", "language": "zh-TW"}
    return users.add_user(conn, **(given | changes))


def test_a_user_is_found_again(conn: Connection) -> None:
    """A new user is found by id and by login, whatever its case."""
    made = ann(conn, extension="1001")
    assert (made.login, made.theme, made.density, made.active) == ("ann", "system", "comfortable", True)
    assert users.by_id(conn, made.id) == made
    assert users.by_login(conn, " ANN ") == made
    assert users.list_users(conn) == [made]
    assert users.by_login(conn, "bob") is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"login": "ANN"}, "user.login_taken"),
        ({"login": " "}, "user.login_missing"),
        ({"login": "bob", "extension": "1001"}, "user.extension_taken"),
        ({"login": "bob", "role": "king"}, "user.role_unknown"),
        ({"login": "bob", "language": "de"}, "user.language_unknown"),
    ],
)
def test_a_bad_user_is_refused(conn: Connection, changes: dict[str, object], code: str) -> None:
    """What is taken, missing or unknown is refused with its own code, and nobody is added."""
    first = ann(conn, extension="1001")
    with pytest.raises(Refused) as refusal:
        ann(conn, **changes)
    assert refusal.value.code == code
    assert users.list_users(conn) == [first]


def test_preferences(conn: Connection) -> None:
    """Only what is given changes; unknown words and users are refused."""
    made = ann(conn)
    changed = users.set_preferences(conn, made.id, theme="dark")
    assert (changed.theme, changed.language, changed.density) == ("dark", "zh-TW", "comfortable")
    assert users.set_preferences(conn, made.id) == changed
    for wish, code in (
        ({"theme": "pink"}, "user.theme_unknown"),
        ({"language": "xx"}, "user.language_unknown"),
    ):
        with pytest.raises(Refused, match=code):
            users.set_preferences(conn, made.id, **wish)
    with pytest.raises(Refused, match=r"user\.unknown"):
        users.set_preferences(conn, "nobody", theme="dark")
    assert users.by_id(conn, made.id) == changed


def test_credentials_are_for_active_users(conn: Connection) -> None:
    """The hash to verify against is given for active users alone."""
    made = ann(conn)
    found = users.credentials(conn, "ANN")
    assert found is not None
    assert (found.user, found.password_hash) == (made, "hash")
    users.set_password(conn, made.id, "other")
    changed = users.credentials(conn, "ann")
    assert changed is not None
    assert changed.password_hash == "other"
    users.set_active(conn, made.id, active=False)
    assert users.credentials(conn, "ann") is None
    assert users.credentials(conn, "bob") is None


def test_a_session_lasts_until_its_end(conn: Connection) -> None:
    """A token names its user until it expires, is ended, or the user is no longer active; no other token does."""
    made = ann(conn)
    token = sessions.start(conn, made.id, 100.0, 50.0, "127.0.0.1", "Firefox")
    other = sessions.start(conn, made.id, 100.0, 50.0, "127.0.0.1", "Firefox")
    assert token != other
    assert sessions.user_of(conn, token, 149.0) == made
    assert sessions.user_of(conn, token, 150.0) is None
    assert sessions.user_of(conn, token + "x", 101.0) is None
    sessions.end(conn, token)
    assert sessions.user_of(conn, token, 101.0) is None
    users.set_active(conn, made.id, active=False)
    assert sessions.user_of(conn, other, 101.0) is None


def test_a_token_is_not_kept(conn: Connection) -> None:
    """The database holds no token, only a hash; expired sessions are cleared away by the next sign-in."""
    made = ann(conn)
    old = sessions.start(conn, made.id, 100.0, 50.0, "", "")
    token = sessions.start(conn, made.id, 200.0, 50.0, "", "")
    rows = conn.execute(select(session)).all()
    assert len(rows) == 1
    assert not any(secret in str(rows) for secret in (old, token))
    sessions.end_all(conn, made.id)
    assert sessions.user_of(conn, token, 201.0) is None


def test_guessing_is_slowed_down(conn: Connection) -> None:
    """Ten failures of a login or thirty of an address are too many, for five minutes or until a success."""
    for number in range(10):
        assert not sessions.too_many(conn, "Ann", "10.0.0.1", 100.0)
        sessions.note_failure(conn, "ANN", f"10.0.0.{number}", 100.0)
    assert sessions.too_many(conn, "ann", "10.9.9.9", 399.0)
    assert not sessions.too_many(conn, "bob", "10.0.0.1", 399.0)
    assert not sessions.too_many(conn, "ann", "10.9.9.9", 400.0)
    sessions.forget_failures(conn, "ann")
    assert not sessions.too_many(conn, "ann", "10.9.9.9", 100.0)
    for number in range(30):
        sessions.note_failure(conn, f"user{number}", "10.1.1.1", 500.0)
    assert sessions.too_many(conn, "carl", "10.1.1.1", 501.0)


def test_queues_and_their_entries(conn: Connection) -> None:
    """A number or address leads to its queue, with needs and durations as they were given."""
    chinese = queues.add_queue(
        conn,
        name="客戶服務",
        language="zh-TW",
        needs=[("zh", 5), ("billing", 2)],
        mail_address="service@x.test",
    )
    english = queues.add_queue(conn, name="Customer care", language="en", ring_s=15, mail_while_talking=True)
    queues.add_entry(conn, "voice", "100", chinese.id)
    queues.add_entry(conn, "email", "Service@X.test", chinese.id)
    assert queues.list_queues(conn) == [english, chinese]
    assert chinese.needs == (("billing", 2), ("zh", 5))
    assert queues.queue_for(conn, "voice", "100") == chinese
    assert queues.queue_for(conn, "email", "SERVICE@x.test") == chinese
    assert queues.queue_for(conn, "voice", "service@x.test") is None
    assert [entry.address for entry in queues.entries(conn)] == ["service@x.test", "100"]
    with pytest.raises(Refused, match=r"entry\.taken"):
        queues.add_entry(conn, "voice", "100", english.id)
    with pytest.raises(Refused, match=r"queue\.name_taken"):
        queues.add_queue(conn, name="客戶服務", language="en")


def test_agents_and_their_skills(conn: Connection) -> None:
    """Active users with the role agent are agents; a skill has one level, from 1 to 10."""
    made = ann(conn, letters_at_once=3, chats_at_once=4, load_at_most=80)
    ann(conn, login="boss", role="supervisor")
    gone = ann(conn, login="gone")
    users.set_active(conn, gone.id, active=False)
    queues.add_skill_of(conn, made.id, "zh", 5)
    queues.add_skill_of(conn, made.id, "zh", 9)
    queues.add_skill_of(conn, made.id, "en", 4)
    for level in (0, 11):
        with pytest.raises(Refused, match=r"skill\.level_unknown"):
            queues.add_skill_of(conn, made.id, "xx", level)
    (agent,) = queues.agents(conn)
    assert (agent.user, agent.skills) == (made, (("en", 4), ("zh", 9)))
    assert (agent.letters_at_once, agent.chats_at_once, agent.load_at_most) == (3, 4, 80)


def test_dispositions_in_their_order(conn: Connection) -> None:
    """A queue sees the dispositions for all and its own, in the order in which they were made."""
    queue = queues.add_queue(conn, name="q", language="en")
    other = queues.add_queue(conn, name="o", language="en")
    labels = {"label_en": "x", "label_zh_tw": "y", "label_zh_cn": "z"}
    for code, owner in (("solved", None), ("order", queue.id), ("fault", other.id), ("again", None)):
        queues.add_disposition(conn, code=code, queue_id=owner, **labels)
    assert [found.code for found in queues.dispositions(conn, queue.id)] == ["solved", "order", "again"]
    assert [found.code for found in queues.dispositions(conn)] == ["solved", "order", "fault", "again"]
    with pytest.raises(Refused, match=r"disposition\.taken"):
        queues.add_disposition(conn, code="solved", **labels)
