"""Users as administrators keep them, second factors, tokens and identities, on both databases."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Connection, select

from config.errors import Refused
from crm_core import (
    api_tokens,
    certificates,
    identities,
    pending_sign_ins,
    people,
    people_rights,
    queues,
    second_factor,
    sessions,
    totp,
    users,
)
from crm_core.identities import Identity, Welcome
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.sealing import Seal
from crm_core.tables import api_token, recovery_code, user_totp
from crm_core.users import User
from routing.rules import read_rules

SEAL = Seal("a key of the tests")
NOW = 1_700_000_000.0


def made(conn: Connection, login: str, role: str = "agent", **more: object) -> User:
    given = {"login": login, "name": login.title(), "password_hash": "hash", "role": role, "language": "en"}
    return users.add_user(conn, **(given | more))


def refused(code: str) -> pytest.RaisesExc[Refused]:
    return pytest.raises(Refused, check=lambda refusal: refusal.code == code)


def with_totp(conn: Connection, user: User) -> tuple[str, tuple[str, ...]]:
    secret = totp.new_secret()
    second_factor.begin(conn, user.id, secret, SEAL, NOW)
    code = totp.code_at(secret, totp.step_at(NOW))
    return secret, second_factor.confirm(conn, user.id, code, SEAL, NOW)


def test_a_locked_user_is_out_until_unlocked(conn: Connection) -> None:
    """Locking ends sessions and second steps, closes password and tokens, and takes the agent out of the queues."""
    made(conn, "boss", "admin")
    ann = made(conn, "ann")
    token = sessions.start(conn, ann.id, NOW, 100.0, "10.0.0.1", "Firefox")
    ticket = pending_sign_ins.begin(conn, ann.id, "password", NOW)
    _, text = api_tokens.make(conn, ann.id, "script", "read", NOW, None, ann.id)
    assert [agent.user for agent in queues.agents(conn)] == [ann]
    people.lock(conn, ann.id)
    assert sessions.user_of(conn, token, NOW) is None
    assert pending_sign_ins.holder_of(conn, ticket, NOW) is None
    assert users.credentials(conn, "ann") is None
    assert api_tokens.bearer_of(conn, text, NOW) is None
    assert queues.agents(conn) == []
    assert people.person(conn, ann.id, NOW).state == "locked"
    for _ in range(sessions.MOST_FAILURES_OF_LOGIN):
        sessions.note_failure(conn, "ann", "10.0.0.9", NOW)
    people.unlock(conn, ann.id)
    assert not sessions.too_many(conn, "ann", "10.0.0.8", NOW)
    assert sessions.user_of(conn, token, NOW) is None
    assert users.credentials(conn, "ann") is not None
    assert api_tokens.bearer_of(conn, text, NOW) is not None


def test_a_removed_user_leaves_a_name(conn: Connection) -> None:
    """Nothing opens the account any more, the extension and address are free, the login and the name stay."""
    made(conn, "boss", "admin")
    ann = made(conn, "ann", extension="1001", email="Ann@Example.com")
    queues.add_skill_of(conn, ann.id, "zh", 5)
    with_totp(conn, ann)
    _, text = api_tokens.make(conn, ann.id, "script", "read", NOW, None, ann.id)
    people.remove(conn, ann.id, NOW)
    gone = people.person(conn, ann.id, NOW)
    assert (gone.state, gone.user.name, gone.skills, gone.has_password, gone.has_totp) == (
        "removed",
        "Ann",
        (),
        False,
        False,
    )
    assert api_tokens.bearer_of(conn, text, NOW) is None
    made(conn, "bob", extension="1001", email="ann@example.com")
    with refused("user.login_taken"):
        made(conn, "ann")
    for act in (
        lambda: people.lock(conn, ann.id),
        lambda: people.unlock(conn, ann.id),
        lambda: people.change(conn, ann.id, {"name": "x"}),
        lambda: people.set_skills(conn, ann.id, ()),
        lambda: people.set_password(conn, ann.id, "hash", NOW),
    ):
        with refused("user.removed"):
            act()
    people.restore(conn, ann.id)
    assert people.person(conn, ann.id, NOW).state == "locked"
    with refused("user.not_removed"):
        people.restore(conn, ann.id)
    with refused("user.unknown"):
        people.lock(conn, "nobody")


def test_somebody_can_always_let_people_in(conn: Connection) -> None:
    """The last active administrator is neither locked, removed nor made something else; a program does not count."""
    boss = made(conn, "boss", "admin")
    made(conn, "robot", "admin", service=True)
    other = made(conn, "other", "admin")
    people.lock(conn, other.id)
    for act in (
        lambda: people.lock(conn, boss.id),
        lambda: people.remove(conn, boss.id, NOW),
        lambda: people.change(conn, boss.id, {"role": "agent"}),
    ):
        with refused("user.last_admin"):
            act()
    assert people.person(conn, boss.id, NOW).state == "active"
    people.unlock(conn, other.id)
    people.remove(conn, boss.id, NOW)


def test_another_role_ends_the_sessions(conn: Connection) -> None:
    """A new role signs out, another name does not; taken extensions and addresses are refused, one's own are not."""
    made(conn, "boss", "admin", extension="1000", email="boss@example.com")
    ann = made(conn, "ann", extension="1001")
    token = sessions.start(conn, ann.id, NOW, 100.0, "", "")
    changed = people.change(
        conn, ann.id, {"name": "Ann B", "extension": "1001", "email": " Ann@Example.com "}
    )
    assert (changed.name, changed.email) == ("Ann B", "ann@example.com")
    assert sessions.user_of(conn, token, NOW) == changed
    with refused("user.extension_taken"):
        people.change(conn, ann.id, {"extension": "1000"})
    with refused("user.email_taken"):
        people.change(conn, ann.id, {"email": "BOSS@example.com"})
    with refused("user.role_unknown"):
        people.change(conn, ann.id, {"role": "king"})
    assert people.change(conn, ann.id, {"extension": "", "email": ""}).extension is None
    people.change(conn, ann.id, {"role": "supervisor"})
    assert sessions.user_of(conn, token, NOW) is None


def test_people_are_found_page_by_page(conn: Connection) -> None:
    """By login, by parts of name, login, extension and address, in the states asked for; a cursor goes on."""
    made(conn, "boss", "admin")
    for number in range(5):
        made(conn, f"agent{number}", extension=f"10{number}", name=f"林雅婷 {number}%_")
    people.lock(conn, people.find(conn, NOW, sought="agent3").items[0].user.id)
    first = people.find(conn, NOW, limit=4)
    rest = people.find(conn, NOW, limit=4, cursor=first.next_cursor)
    assert [each.user.login for each in (*first.items, *rest.items)] == [
        *(f"agent{n}" for n in range(5)),
        "boss",
    ]
    assert rest.next_cursor is None
    assert len(people.find(conn, NOW, sought="雅婷").items) == 5
    assert [each.user.login for each in people.find(conn, NOW, sought="103").items] == ["agent3"]
    assert [each.user.login for each in people.find(conn, NOW, states=["locked"]).items] == ["agent3"]
    assert len(people.find(conn, NOW, sought="%_").items) == 5
    assert people.find(conn, NOW, sought="%a").items == ()
    with refused("user.state_unknown"):
        people.find(conn, NOW, states=["asleep"])


def test_skills_are_set_whole(conn: Connection) -> None:
    """What is set replaces what was; a skill twice, or a level that there is not, changes nothing."""
    ann = made(conn, "ann")
    queues.add_queue(conn, name="q", language="en", needs=[("billing", 3)])
    people.set_skills(conn, ann.id, [("zh", 5), ("en", 9)])
    people.set_skills(conn, ann.id, [("zh", 6)])
    assert people.person(conn, ann.id, NOW).skills == (("zh", 6),)
    assert queues.known_skills(conn) == ["billing", "zh"]
    with refused("skill.twice"):
        people.set_skills(conn, ann.id, [("zh", 5), ("zh", 6)])
    assert people.person(conn, ann.id, NOW).skills == (("zh", 6),)


def test_the_end_of_a_skill_is_kept_with_it(conn: Connection) -> None:
    """The router is told of it; whoever sets skills without an end takes the end away."""
    ann = made(conn, "ann")
    day = date(2026, 3, 31)
    ends = certificates.end_of(day, "Asia/Taipei")
    assert ends == datetime(2026, 3, 31, 16, tzinfo=UTC).timestamp(), "midnight there"
    assert certificates.last_day(ends, "Asia/Taipei") == day
    people.set_skills(conn, ann.id, [("crane", 5), ("zh", 6)], {"crane": ends})
    assert people.person(conn, ann.id, NOW).skill_ends == {"crane": ends}
    assert people.find(conn, NOW).items[0].skill_ends == {"crane": ends}
    (rule,) = read_rules(conn, NOW)[1]
    assert rule.skill_ends == {("crane", ends)}
    people.set_skills(conn, ann.id, [("crane", 5), ("zh", 6)])
    assert read_rules(conn, NOW)[1][0].skill_ends == frozenset()


def test_certificates_to_renew(conn: Connection) -> None:
    """Of active agents, those that end within 30 days or have ended, the earliest first."""
    ann, gone, boss = made(conn, "ann"), made(conn, "gone"), made(conn, "boss", "admin")
    day = 86_400.0
    ends = {"over": NOW - 1, "now": NOW, "soon": NOW + 30 * day, "later": NOW + 30 * day + 1}
    for user in (ann, gone, boss):
        people.set_skills(conn, user.id, [(skill, 1) for skill in (*ends, "always")], ends)
    people.lock(conn, gone.id)
    told = [(each.user_id, each.skill) for each in certificates.ending(conn, NOW)]
    assert told == [(ann.id, "over"), (ann.id, "now"), (ann.id, "soon")]
    standings = {skill: certificates.standing(end, NOW) for skill, end in ends.items()}
    assert standings == {"over": "expired", "now": "expired", "soon": "soon", "later": "good"}
    assert certificates.standing(None, NOW) == "good"


def test_a_second_factor_counts_from_its_first_code(conn: Connection) -> None:
    """A secret that was only shown asks for nothing; with the first code it counts, and cannot be begun anew."""
    ann = made(conn, "ann")
    secret = totp.new_secret()
    second_factor.begin(conn, ann.id, "OLD" + secret[3:], SEAL, NOW)
    second_factor.begin(conn, ann.id, secret, SEAL, NOW)
    assert not second_factor.has_factor(conn, ann.id)
    with refused("totp.wrong"):
        second_factor.confirm(conn, ann.id, "000000", SEAL, NOW)
    codes = second_factor.confirm(conn, ann.id, totp.code_at(secret, totp.step_at(NOW)), SEAL, NOW)
    assert second_factor.has_factor(conn, ann.id)
    assert len(set(codes)) == 10
    assert secret not in str(conn.execute(select(user_totp)).all())
    assert not any(code in str(conn.execute(select(recovery_code)).all()) for code in codes)
    with refused("totp.exists"):
        second_factor.begin(conn, ann.id, secret, SEAL, NOW)
    with refused("totp.not_begun"):
        second_factor.confirm(conn, ann.id, "000000", SEAL, NOW)


def test_each_code_opens_once(conn: Connection) -> None:
    """A code that was used, and those before it, are void; so is a recovery code, whatever way it is typed."""
    ann, bob = made(conn, "ann"), made(conn, "bob")
    secret, codes = with_totp(conn, ann)
    step = totp.step_at(NOW)
    assert not second_factor.take(conn, ann.id, totp.code_at(secret, step), SEAL, NOW)
    following = totp.code_at(secret, step + 1)
    assert second_factor.take(conn, ann.id, f"{following[:3]} {following[3:]}", SEAL, NOW + 30)
    assert not second_factor.take(conn, ann.id, following, SEAL, NOW + 30)
    assert not second_factor.take(conn, bob.id, codes[0], SEAL, NOW)
    assert second_factor.take(conn, ann.id, codes[0].upper().replace("-", " "), SEAL, NOW)
    assert not second_factor.take(conn, ann.id, codes[0], SEAL, NOW)
    assert second_factor.factor_of(conn, ann.id, "agent").recovery_codes_left == 9
    renewed = second_factor.renew_recovery_codes(conn, ann.id)
    assert not second_factor.take(conn, ann.id, codes[1], SEAL, NOW)
    assert second_factor.take(conn, ann.id, renewed[1], SEAL, NOW)


def test_a_hundred_wrong_codes_are_enough(conn: Connection) -> None:
    """Then no code of the app is looked at any more, only a recovery code, which opens the way for codes again."""
    ann = made(conn, "ann")
    secret, codes = with_totp(conn, ann)
    wrong = next(
        code
        for code in ("000000", "111111", "222222", "333333")
        if totp.matching_step(secret, code, NOW + 300, after=0) is None
    )
    for _ in range(second_factor.MOST_WRONG_CODES):
        assert not second_factor.take(conn, ann.id, wrong, SEAL, NOW + 300)
    right = totp.code_at(secret, totp.step_at(NOW + 300))
    with refused("totp.locked"):
        second_factor.take(conn, ann.id, right, SEAL, NOW + 300)
    assert second_factor.take(conn, ann.id, codes[3], SEAL, NOW + 300)
    assert second_factor.take(conn, ann.id, right, SEAL, NOW + 300)


def test_a_role_may_ask_for_a_second_factor(conn: Connection) -> None:
    """Sessions without one have it due, strong ones do not; nothing but what is due is theirs."""
    ann = made(conn, "ann")
    weak = sessions.start(conn, ann.id, NOW, 100.0, "", "")
    strong = sessions.start(conn, ann.id, NOW, 100.0, "", "", way="oidc", strong=True)
    second_factor.require_for(conn, ["agent", "admin", "agent"])
    assert second_factor.required_roles(conn) == ("agent", "admin")
    found = sessions.current(conn, weak, NOW)
    assert found is not None
    assert found.due == "totp"
    assert sessions.user_of(conn, weak, NOW) is None
    assert sessions.user_of(conn, strong, NOW) == ann
    sessions.strengthen(conn, found.id)
    assert sessions.user_of(conn, weak, NOW) == ann
    with refused("user.role_unknown"):
        second_factor.require_for(conn, ["king"])
    second_factor.require_for(conn, [])
    assert second_factor.required_roles(conn) == ()


def test_a_password_that_somebody_else_chose_is_due_for_a_change(conn: Connection) -> None:
    """Until its owner has chosen another; sessions by a provider need none. The second factor stays."""
    ann = made(conn, "ann")
    with_totp(conn, ann)
    before = sessions.start(conn, ann.id, NOW, 100.0, "", "")
    people.set_password(conn, ann.id, "other", NOW)
    assert sessions.current(conn, before, NOW) is None
    token = sessions.start(conn, ann.id, NOW, 100.0, "", "")
    other = sessions.start(conn, ann.id, NOW, 100.0, "", "", way="oidc")
    found = sessions.current(conn, token, NOW)
    assert found is not None
    assert found.due == "password"
    assert sessions.user_of(conn, other, NOW) == ann
    users.set_password(conn, ann.id, "own", NOW)
    assert sessions.user_of(conn, token, NOW) == ann
    assert people.person(conn, ann.id, NOW).has_totp
    people.reset_totp(conn, ann.id)
    assert sessions.current(conn, token, NOW) is None
    assert not second_factor.has_factor(conn, ann.id)
    with refused("totp.none"):
        people.reset_totp(conn, ann.id)


def test_sessions_are_listed_and_ended(conn: Connection) -> None:
    """The newest first, with where and when; one is ended by its owner alone, or all but one."""
    ann, bob = made(conn, "ann"), made(conn, "bob")
    first = sessions.start(conn, ann.id, NOW, 100.0, "10.0.0.1", "Firefox")
    second = sessions.start(conn, ann.id, NOW + 1, 100.0, "10.0.0.2", "Chrome")
    sessions.start(conn, bob.id, NOW + 2, 10.0, "10.0.0.3", "Edge")
    sessions.seen(conn, sessions.id_of(first), NOW + 5)
    listed = sessions.open_sessions(conn, NOW + 5, ann.id)
    assert [(each.address, each.agent, each.seen_at) for each in listed] == [
        ("10.0.0.2", "Chrome", NOW + 1),
        ("10.0.0.1", "Firefox", NOW + 5),
    ]
    assert len(sessions.open_sessions(conn, NOW + 5)) == 3
    assert len(sessions.open_sessions(conn, NOW + 12)) == 2
    with refused("session.unknown"):
        sessions.end_one(conn, sessions.id_of(first), bob.id)
    sessions.end_all(conn, ann.id, but=sessions.id_of(second))
    assert sessions.current(conn, first, NOW + 5) is None
    assert sessions.current(conn, second, NOW + 5) is not None
    sessions.end_one(conn, sessions.id_of(second), ann.id)
    assert sessions.open_sessions(conn, NOW + 5, ann.id) == []


def test_a_second_step_has_five_minutes(conn: Connection) -> None:
    """A ticket names its user until it is used or its time is over; nothing else does."""
    ann = made(conn, "ann")
    ticket = pending_sign_ins.begin(conn, ann.id, "password", NOW)
    assert pending_sign_ins.holder_of(conn, ticket, NOW + 299) == (ann, "password")
    assert pending_sign_ins.holder_of(conn, ticket, NOW + 300) is None
    assert pending_sign_ins.holder_of(conn, ticket + "x", NOW) is None
    pending_sign_ins.end(conn, ticket)
    assert pending_sign_ins.holder_of(conn, ticket, NOW) is None


def test_a_token_opens_until_it_ends(conn: Connection) -> None:
    """256 bits that begin with tl_, of which only a hash is kept; expired and revoked ones open nothing."""
    ann, bob = made(conn, "ann"), made(conn, "bob")
    kept, text = api_tokens.make(conn, ann.id, "報表", "write", NOW, NOW + 60, ann.id)
    assert text.startswith("tl_")
    assert len(text) == 46
    assert text not in str(conn.execute(select(api_token)).all())
    found = api_tokens.bearer_of(conn, text, NOW + 59)
    assert found is not None
    assert (found.user, found.token) == (ann, kept)
    assert api_tokens.bearer_of(conn, text, NOW + 60) is None
    assert api_tokens.bearer_of(conn, kept.hint, NOW) is None
    api_tokens.used(conn, kept.id, NOW + 5, "10.0.0.9")
    (listed,) = api_tokens.tokens_of(conn, ann.id)
    assert (listed.used_at, listed.used_from, listed.name) == (NOW + 5, "10.0.0.9", "報表")
    with refused("token.unknown"):
        api_tokens.revoke(conn, bob.id, kept.id)
    api_tokens.revoke(conn, ann.id, kept.id)
    assert api_tokens.bearer_of(conn, text, NOW) is None
    with refused("token.expired"):
        api_tokens.make(conn, ann.id, "x", "read", NOW, NOW, ann.id)
    with refused("token.scope_unknown"):
        api_tokens.make(conn, ann.id, "x", "all", NOW, None, ann.id)
    for _ in range(api_tokens.MOST_OF_A_USER):
        api_tokens.make(conn, ann.id, "x", "read", NOW, None, ann.id)
    with refused("token.too_many"):
        api_tokens.make(conn, ann.id, "x", "read", NOW, None, ann.id)


def test_a_program_is_no_agent_and_has_no_password(conn: Connection) -> None:
    """A service account signs in with tokens alone and is offered nothing."""
    robot = made(conn, "robot", password_hash="", service=True)
    assert users.credentials(conn, "robot") is None
    assert queues.agents(conn) == []
    _, text = api_tokens.make(conn, robot.id, "import", "write", NOW, None, "boss")
    assert api_tokens.bearer_of(conn, text, NOW) is not None


def somebody(subject: str = "s1", **more: object) -> Identity:
    given = {
        "issuer": "https://id.example",
        "subject": subject,
        "email": "ann@example.com",
        "name": "Ann",
        "login": "ann",
        "language": "zh-TW",
        "groups": (),
    }
    return Identity(**(given | more))  # type: ignore[arg-type]


CLOSED = Welcome(by_email=False, role=None)


def test_who_the_provider_names_is_found_by_both(conn: Connection) -> None:
    """Issuer and subject together name a user for ever, whatever their address becomes; another issuer's subject does not."""
    ann = made(conn, "ann", email="ann@example.com")
    with refused("oidc.unknown_user"):
        identities.resolve(conn, somebody(), CLOSED, NOW)
    assert identities.resolve(conn, somebody(), Welcome(by_email=True, role=None), NOW) == (ann, True)
    assert identities.resolve(conn, somebody(email="new@example.com"), CLOSED, NOW) == (ann, False)
    with refused("oidc.unknown_user"):
        identities.resolve(conn, somebody(issuer="https://other.example"), CLOSED, NOW)
    assert people.person(conn, ann.id, NOW).identities == 1
    made(conn, "boss", "admin")
    people.lock(conn, ann.id)
    with refused("oidc.locked"):
        identities.resolve(conn, somebody(), CLOSED, NOW)


def test_an_address_that_is_not_verified_links_nobody(conn: Connection) -> None:
    """Without a verified address there is nobody to take; a locked user's address opens nothing either."""
    ann = made(conn, "ann", email="ann@example.com")
    by_email = Welcome(by_email=True, role=None)
    with refused("oidc.unknown_user"):
        identities.resolve(conn, somebody(email=None), by_email, NOW)
    made(conn, "boss", "admin")
    people.lock(conn, ann.id)
    with refused("oidc.locked"):
        identities.resolve(conn, somebody(), by_email, NOW)


def test_somebody_new_is_made_beside_whoever_has_the_name(conn: Connection) -> None:
    """A login or address that is taken is no proof of being its owner: the new user gets another login and no address."""
    ann = made(conn, "ann", email="ann@example.com")
    user, new = identities.resolve(conn, somebody(), Welcome(by_email=False, role="agent"), NOW)
    assert new
    assert user.id != ann.id
    assert (user.login, user.role, user.language, user.email) == ("ann.2", "agent", "zh-TW", None)
    third, _ = identities.resolve(
        conn, somebody("s3", email="c@example.com"), Welcome(by_email=False, role="admin"), NOW
    )
    assert (third.login, third.role, third.email) == ("ann.3", "admin", "c@example.com")
    assert not people.person(conn, third.id, NOW).has_password


def test_where_a_user_stands(conn: Connection) -> None:
    """Roles, department and territories are set together; what there is not is refused before anything is changed."""
    ann = made(conn, "ann")
    acting = system(NOW)
    role = rows.create(conn, acting, known.entity("role"), {"name": "North", "based_on": "agent"}).id
    unit = rows.create(conn, acting, known.entity("org_unit"), {"name": "北區"}).id
    word = {"list": "territory", "code": "taipei", "label_en": "Taipei", "label_zh_tw": "臺北", "position": 1}
    rows.create(conn, acting, known.entity("code_value"), word)
    people_rights.set_place(
        conn, ann.id, role_ids=[role, role], team_id=unit, territories=["taipei", "taipei"]
    )
    place = people_rights.place_of(conn, ann.id)
    assert (place.roles, place.team, place.territories) == ((role,), (unit, "北區"), ("taipei",))
    assert [each.name for each in people_rights.offered_roles(conn)] == ["North"]
    (territory,) = people_rights.offered_territories(conn)
    assert (territory.code, territory.label_zh_tw, territory.label_zh_cn) == ("taipei", "臺北", "Taipei")
    for wrong, code in (
        ({"team_id": "none"}, "team.unknown"),
        ({"territories": ["mars"]}, "territory.unknown"),
        ({"role_ids": ["none"]}, "role.unknown"),
    ):
        given = {"role_ids": [], "team_id": None, "territories": []} | wrong
        with refused(code):
            people_rights.set_place(conn, ann.id, **given)
        assert people_rights.place_of(conn, ann.id) == place
    people_rights.set_place(conn, ann.id, role_ids=[], team_id=None, territories=[])
    assert people_rights.place_of(conn, ann.id).team is None
    with refused("user.unknown"):
        people_rights.place_of(conn, "nobody")
