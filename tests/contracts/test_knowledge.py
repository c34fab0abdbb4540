"""Articles on both databases: languages, versions, states, rights; suggestions; drafts of solved cases; votes; memos."""

from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from config.errors import Kind, Refused, RefusedFields
from crm_core import cases, letters, parties, queues, users
from crm_core.access.model import Rights
from crm_core.access.reader import Reader
from crm_core.access.roles import built_in
from crm_core.audit import Origin
from crm_core.casework import regrouping
from crm_core.knowledge import collect, files, memos, publishing, review, suggest, texts, usefulness
from crm_core.knowledge.public import GUEST
from crm_core.knowledge.texts import Words
from crm_core.letter_types import NewLetter, ParsedFields
from crm_core.records import known, lists, rows
from crm_core.records.change import Acting, system
from crm_core.records.lists import Asked
from crm_core.search import find
from crm_core.tables import article_use, article_version

NOW = 1_790_000_000.0
FAR = 4_000_000_000.0
EDITOR = system(NOW)
BODY = "Hold the **reset** button for ten seconds until the lamp blinks."


def somebody(name: str, role: str) -> Acting:
    reader = Reader(user_id=name, everything=role != "agent", rights=Rights(roles=(built_in(role),)))
    return Acting(reader=reader, origin=Origin(user_id=name, name=name, via="api"), now=NOW)


ANN, BOB, SUE, ROOT = (
    somebody("ann", "agent"), somebody("bob", "agent"), somebody("sue", "supervisor"), somebody("root", "admin")
)  # fmt: skip


def write(conn: Connection, title: str, body: str = BODY, acting: Acting = EDITOR, **given: Any) -> str:
    return publishing.create(conn, acting, {"language": "en", **given}, Words(title=title, body=body))


def shown(conn: Connection, title: str, body: str = BODY, **given: Any) -> str:
    """A published article."""
    made = write(conn, title, body, **given)
    publishing.move(conn, EDITOR, made, given.get("language", "en"), "published")
    return made


def text(conn: Connection, article: str, language: str = "en") -> texts.Text:
    return next(each for each in texts.of_article(conn, article) if each.language == language)


def found(conn: Connection, acting: Acting, words: str) -> list[str]:
    page = find.find(conn, acting.reader, words, now=NOW, kinds=("article",))
    return [hit.id for hit in page.items]


def test_each_language_lives_by_itself(conn: Connection) -> None:
    """Publishing one language leaves the others as they were, and the article is as far as its furthest one."""
    lamp = write(conn, "Reset the lamp")
    publishing.write(conn, EDITOR, lamp, "zh-TW", Words(title="重設檯燈", body="按住重設鍵十秒"), 0)
    publishing.move(conn, EDITOR, lamp, "en", "published")
    assert (text(conn, lamp).state, text(conn, lamp, "zh-TW").state) == ("published", "draft")
    row = lists.read(conn, EDITOR.reader, known.entity("article"), lamp).values
    assert (row["state"], set(row["languages"]), row["slug"]) == (
        "published",
        {"en", "zh-TW"},
        "reset-the-lamp",
    )
    assert list(texts.published(conn, [lamp])[lamp]) == ["en"]


def test_every_version_is_kept_and_can_be_restored(conn: Connection) -> None:
    """An edit adds a version and changes none; restoring an old one adds another; an edit of an old one is refused."""
    lamp = write(conn, "Lamp", "first")
    number = text(conn, lamp).version
    publishing.write(conn, EDITOR, lamp, "en", Words(title="Lamp", body="second", note="why"), number)
    with pytest.raises(Refused, match=r"article\.stale") as stale:
        publishing.write(conn, EDITOR, lamp, "en", Words(title="Lamp", body="third"), number)
    assert stale.value.kind is Kind.STALE
    publishing.restore(conn, EDITOR, lamp, "en", number, number + 1)
    kept = texts.versions(conn, lamp, "en")
    assert [each.body for each in kept] == ["first", "second", "first", ""]
    assert [each.version for each in kept] == [4, 3, 2, 1]


def test_others_read_what_was_published_while_it_is_edited(conn: Connection) -> None:
    """A published text stays as it was for readers and for search until its next version is published."""
    lamp = shown(conn, "Lamp", "Turn the copper screw.")
    publishing.write(conn, EDITOR, lamp, "en", Words(title="Lamp", body="Turn the brass screw."), 2)
    assert texts.published(conn, [lamp])[lamp]["en"].body == "Turn the copper screw."
    assert (found(conn, ANN, "copper"), found(conn, ANN, "brass")) == ([lamp], [])
    publishing.move(conn, EDITOR, lamp, "en", "published")
    assert (found(conn, ANN, "copper"), found(conn, ANN, "brass")) == ([], [lamp])


def test_editors_write_and_reviewers_publish(conn: Connection) -> None:
    """An agent writes and submits; neither they nor another supervisor than the named reviewer publishes; an admin may."""
    lamp = write(conn, "Lamp", acting=ANN)
    publishing.move(conn, ANN, lamp, "en", "in_review")
    with pytest.raises(Refused, match=r"article\.not_reviewer"):
        publishing.move(conn, ANN, lamp, "en", "published")
    with pytest.raises(Refused, match=r"record\.not_yours"):
        publishing.move(conn, BOB, lamp, "en", "draft")
    waiting = review.waiting(conn, SUE.reader, NOW)
    assert [(each.why, each.title, each.language) for each in waiting] == [("submitted", "Lamp", "en")]
    named = users.add_user(conn, login="max", name="Max", password_hash="", role="supervisor", language="en")
    rows.patch(conn, EDITOR, known.entity("article"), lamp, {"reviewer_id": named.id})
    with pytest.raises(Refused, match=r"article\.not_reviewer"):
        publishing.move(conn, SUE, lamp, "en", "published")
    assert publishing.move(conn, ROOT, lamp, "en", "published").state == "published"


def test_only_steps_that_exist_are_taken(conn: Connection) -> None:
    """Each state leads where its table says and nowhere else; an empty text is not published."""
    for state, leads in publishing.STEPS.items():
        for to in publishing.STEPS:
            lamp = write(conn, f"{state} {to}")
            for step in {
                "draft": (),
                "in_review": ("in_review",),
                "published": ("published",),
                "retired": ("retired",),
            }[state]:
                publishing.move(conn, EDITOR, lamp, "en", step)
            if to in leads:
                assert publishing.move(conn, EDITOR, lamp, "en", to).state == to
            else:
                with pytest.raises(Refused, match=r"article\.step"):
                    publishing.move(conn, EDITOR, lamp, "en", to)
    with pytest.raises(Refused, match=r"article\.empty"):
        publishing.move(conn, EDITOR, write(conn, "Empty", " "), "en", "published")


def test_who_reads_what(conn: Connection) -> None:
    """Agents read what is published and their own drafts; visitors what is published, public and not expired; all of it is
    found by just the same people."""
    draft = write(conn, "Copper draft", acting=ANN)
    internal, public = shown(conn, "Copper internal"), shown(conn, "Copper public", audience="public")
    expired = shown(conn, "Copper expired", audience="public", expires_at=1.0)
    retired = shown(conn, "Copper retired", audience="public")
    publishing.move(conn, EDITOR, retired, "en", "retired")
    entity = known.entity("article")
    visitor = Acting(reader=GUEST, origin=EDITOR.origin, now=NOW)
    for acting, readable in (
        (ANN, {draft, internal, public}),
        (BOB, {internal, public}),
        (visitor, {public}),
    ):
        page = lists.listed(conn, acting.reader, entity, Asked(limit=100), now=NOW)
        assert {row.id for row in page.items} == readable
        assert set(found(conn, acting, "copper")) == readable
        for one in (draft, internal, public, expired, retired):
            if one in readable:
                lists.read(conn, acting.reader, entity, one)
            else:
                with pytest.raises(Refused, match=r"record\.not_yours"):
                    lists.read(conn, acting.reader, entity, one)


def test_addresses_are_made_of_titles_and_unique(conn: Connection) -> None:
    """A slug comes from the Latin title, else from the number; a second one is counted; reserved and odd ones are refused."""
    slugs = [
        lists.read(conn, EDITOR.reader, known.entity("article"), write(conn, title)).values["slug"]
        for title in ("How to pay?", "How to pay!", "怎麼付款", "Ask")
    ]
    assert slugs[:2] == ["how-to-pay", "how-to-pay-2"]
    assert slugs[2].startswith("kb-20")
    assert slugs[3] == "ask-1"
    for bad in ("search", "Big", "a b", "../x"):
        with pytest.raises(Refused, match=r"article\.slug"):
            write(conn, "x", slug=bad)
    with pytest.raises((Refused, RefusedFields)):
        write(conn, "x", product_ids=["no such product"])


def test_an_article_is_found_in_either_script(conn: Connection) -> None:
    """All languages of an article lead to it, in traditional and simplified characters alike."""
    lamp = shown(conn, "退款申請流程", "請先登入再申請退款", language="zh-TW")
    assert found(conn, ANN, "退款申请") == [lamp]


SOLUTIONS = (
    (
        "Router keeps rebooting after the firmware update",
        "Roll the firmware back to 2.1 and disable auto update.",
    ),
    (
        "Invoice shows the wrong company number",
        "Change the tax id under Billing and issue the invoice again.",
    ),
    ("電視盒無法連上無線網路", "請將電視盒的頻段改成 2.4 GHz 並重新配對。"),
    ("Parcel did not arrive", "Ask the courier for the proof of delivery."),
)


def test_what_is_typed_finds_what_is_like_it(conn: Connection) -> None:
    """A description in other words and order leads to the article that shares its rare words, in Chinese as well; what
    tells nothing proposes nothing."""
    made = {
        title: shown(conn, title, body, language="zh-TW" if "電" in title else "en")
        for title, body in SOLUTIONS
    }
    for n in range(60):
        shown(
            conn,
            f"General question {n}",
            "Please check the manual of the router, the invoice and the parcel.",
        )
    asked = (
        ("hello, since the last firmware update my router is rebooting all the time, what can I do", 0),
        ("there is a wrong company tax number on our invoice", 1),
        ("您好，我的电视盒连不上无线网络", 2),
        ("where is my parcel, it should arrive yesterday, was it delivered by the courier", 3),
    )
    for text_typed, place in asked:
        best = suggest.suggest(conn, text_typed)
        assert best[0].article_id == made[SOLUTIONS[place][0]], text_typed
        assert best[0].kind == "article"
    assert suggest.suggest(conn, "hello, please") == []
    assert suggest.suggest(conn, "") == []


def test_language_product_and_help_decide_among_equals(conn: Connection) -> None:
    """Of texts that fit alike, the customer's language is shown, and the product's or the more helpful article comes first."""
    product = rows.create(
        conn, EDITOR, known.entity("product"), {"code": "L", "name": "Lamp", "kind": "goods"}
    )
    plain = shown(conn, "Lamp flickers", "Tighten the bulb of the flickering lamp.")
    fitting = shown(
        conn, "Lamp flickers", "Tighten the bulb of the flickering lamp.", product_ids=[product.id]
    )
    publishing.write(conn, EDITOR, plain, "zh-TW", Words(title="檯燈閃爍", body="鎖緊燈泡"), 0)
    publishing.move(conn, EDITOR, plain, "zh-TW", "published")
    ask = "flickering lamp"
    assert suggest.suggest(conn, ask, product_id=product.id)[0].article_id == fitting
    texts_shown = {one.article_id: one.title for one in suggest.suggest(conn, ask, language="zh-TW")}
    assert texts_shown == {plain: "檯燈閃爍", fitting: "Lamp flickers"}
    for voter in range(6):
        usefulness.vote(conn, plain, f"guest:{voter}", helpful=True, language="en", now=NOW)
        usefulness.vote(conn, fitting, f"guest:{voter}", helpful=False, language="en", now=NOW)
    assert suggest.suggest(conn, ask)[0].article_id == plain


def test_expired_and_retired_articles_are_not_proposed(conn: Connection) -> None:
    """Neither is suggested, nor a plain draft."""
    old = shown(conn, "Copper kettle", "copper kettle scale")
    rows.patch(conn, EDITOR, known.entity("article"), old, {"expires_at": 1.0})
    gone = shown(conn, "Copper kettle", "copper kettle scale")
    publishing.move(conn, EDITOR, gone, "en", "retired")
    write(conn, "Copper kettle", "copper kettle scale")
    good = shown(conn, "Copper kettle", "copper kettle scale")
    assert [one.article_id for one in suggest.suggest(conn, "copper kettle")] == [good]


def solved_case(conn: Connection, *, answer: str = "", asked: str = "") -> str:
    """A case of Ms. Lin, with letters, solved."""
    queue = queues.add_queue(conn, name=f"Support {answer[:20]}{asked[:5]}", language="en")
    party = parties.add_party(conn, kind="person", name="Katharina Lindqvist", now=NOW)
    parties.add_contact_point(conn, party.id, "phone", "0912 345 678")
    parties.add_contact_point(conn, party.id, "email", "kat@example.org")
    case = cases.open_case(
        conn, subject="Kettle of Katharina Lindqvist leaks", party_id=party.id, queue_id=queue.id, now=NOW
    )
    if asked:
        parsed = ParsedFields(
            from_address="kat@example.org", from_name="Katharina Lindqvist", subject="Kettle", text=asked
        )
        new = NewLetter(
            spool_id=f"s-{case.id}", raw=b"x", sha256="0", envelope_from="kat@example.org", envelope_to=(), received_at=NOW,
            parsed=parsed,
        )  # fmt: skip
        letters.store_letter(conn, new, case_id=case.id, interaction_id=None, party_id=party.id)
    if answer:
        user = users.add_user(
            conn, login=f"u{case.number}", name="Ann Agentova", password_hash="", role="agent", language="en"
        )
        letters.queue_reply(
            conn, interaction_id=None, case_id=case.id, author_id=user.id, envelope_from="help@example.org",
            to=["kat@example.org"], cc=[], subject="Re", text=answer, message_id=f"<{case.id}@x>", in_reply_to="",
            references=(), raw=b"y", now=NOW + 1,
        )  # fmt: skip
    cases.set_status(conn, case.id, "solved", NOW + 2)
    return case.id


ASKED = "Hello, this is Katharina Lindqvist (0912-345-678, kat@example.org). My kettle leaks, order AB-2026-001234."
ANSWER = "Dear Ms. Lindqvist,\nreplace the gasket under the lid. Ann Agentova, help@example.org"


def test_a_solved_case_becomes_one_draft_without_the_person(conn: Connection) -> None:
    """Each solved case with an answer becomes one draft linked to it, once; names, numbers and addresses are gone."""
    case = solved_case(conn, answer=ANSWER, asked=ASKED)
    assert collect.due(conn) == [case]
    made = collect.collect(conn, EDITOR, case)
    assert made is not None
    assert collect.collect(conn, EDITOR, case) == made
    assert collect.due(conn) == []
    assert collect.draft_of(conn, ANN, case) == made
    draft = text(conn, made).newest
    assert "gasket" in draft.body
    assert "kettle leaks" in draft.body
    for trace in ("Katharina", "Lindqvist", "0912", "345-678", "kat@", "AB-2026", "Agentova", "help@"):
        assert trace.lower() not in f"{draft.title}\n{draft.body}".lower(), trace
    row = lists.read(conn, EDITOR.reader, known.entity("article"), made).values
    assert (row["source_case_id"], row["state"], row["audience"]) == (case, "draft", "internal")
    assert [(each.id, each.kinds) for each in usefulness.of_case(conn, case)] == [(made, ("source",))]


def test_erasing_a_customer_takes_the_drafts_of_their_cases(conn: Connection) -> None:
    """What nobody has published goes with the person, in all its versions and from search; what was published stays."""
    case, other = (
        solved_case(conn, answer=ANSWER, asked=ASKED),
        solved_case(conn, answer="Turn the brass valve."),
    )
    gone, kept = collect.collect(conn, EDITOR, case), collect.collect(conn, EDITOR, other)
    assert gone is not None
    assert kept is not None
    publishing.move(conn, EDITOR, kept, "en", "published")
    for each in (case, other):
        party = cases.case(conn, each)
        assert party is not None
        rows.create(conn, EDITOR, known.entity("erasure"), {"party_id": party.party_id, "reason": "request"})
    assert texts.of_article(conn, gone) == []
    assert found(conn, EDITOR, "gasket") == []
    assert found(conn, EDITOR, "brass valve") == [kept]


def test_a_case_without_a_solution_is_looked_at_once(conn: Connection) -> None:
    """Nothing is made of it, and it does not come up again; an agent who asks for a draft is told why there is none."""
    case = solved_case(conn, asked=ASKED)
    assert collect.collect(conn, EDITOR, case) is None
    assert collect.due(conn) == []
    with pytest.raises(Refused, match=r"article\.no_solution"):
        collect.draft_of(conn, ANN, case)


def test_solved_cases_are_proposed_with_their_solution(conn: Connection) -> None:
    """An inquiry like a solved one is shown its solution, before anybody has published it; not to the case itself."""
    case = solved_case(conn, answer=ANSWER, asked=ASKED)
    made = collect.collect(conn, EDITOR, case)
    (best,) = suggest.suggest(conn, "our kettle is leaking, the kettle leaks at the lid")
    assert (best.kind, best.article_id, best.case_id) == ("case", made, case)
    assert "gasket" in best.body
    assert suggest.suggest(conn, "the kettle leaks at the lid", case_id=case) == []


def test_votes_and_uses_are_folded_from_their_rows(conn: Connection) -> None:
    """Each voter counts once and may change their mind; every reply counts; a link is kept once and can be taken back."""
    lamp = shown(conn, "Lamp")
    for voter, helpful in (("user:ann", True), ("guest:1", True), ("guest:1", False), ("party:2", True)):
        usefulness.vote(conn, lamp, voter, helpful=helpful, language="en", now=NOW)
    place = {"interaction_id": "i1", "user_id": "ann", "now": NOW}
    assert usefulness.use(conn, lamp, "linked", case_id="c1", **place)
    assert not usefulness.use(conn, lamp, "linked", case_id="c1", **place)
    for _ in range(2):
        usefulness.use(conn, lamp, "replied", case_id="c1", **place)
    assert usefulness.usefulness(conn, [lamp])[lamp] == usefulness.Usefulness(
        helpful=2, not_helpful=1, used=2, linked=1
    )
    assert [each.kinds for each in usefulness.of_case(conn, "c1")] == [("replied", "linked")]
    usefulness.unlink(conn, lamp, "c1")
    assert [each.kinds for each in usefulness.of_case(conn, "c1")] == [("replied",)]
    with pytest.raises(Refused, match=r"article\.use"):
        usefulness.use(conn, lamp, "eaten", case_id="c1", **place)


def test_a_due_review_is_told_once(conn: Connection) -> None:
    """An article whose review came due stands in the queue until it is done, and is told once for each date."""
    lamp = shown(conn, "Lamp", review_at=NOW - 10)
    (due,) = review.newly_due(conn, NOW)
    assert due.id == lamp
    review.told(conn, due, NOW)
    assert review.newly_due(conn, NOW) == []
    assert [(each.why, each.article_id) for each in review.waiting(conn, SUE.reader, NOW)] == [
        ("review_due", lamp)
    ]
    rows.patch(conn, EDITOR, known.entity("article"), lamp, {"review_at": NOW + 50})
    assert review.waiting(conn, SUE.reader, NOW) == []
    assert [each.id for each in review.newly_due(conn, NOW + 60)] == [lamp]


def test_memos_are_shown_at_the_right_moment(conn: Connection) -> None:
    """General memos always, others with their queue, product or language on screen; none before or after its time; unread and
    urgent ones first, and every reading counts once."""
    queue = queues.add_queue(conn, name="Support", language="en").id
    entity = known.entity("memo")

    def memo(title: str, **given: Any) -> str:
        return rows.create(conn, EDITOR, entity, {"title": title, "shown_from": NOW - 10, **given}).id

    general, here = memo("general"), memo("here", queue_id=queue)
    urgent = memo("urgent", language="zh-TW", urgent=True)
    memo("later", shown_from=NOW + 10)
    memo("over", shown_from=NOW - 20, shown_until=NOW - 5)

    def current(**on_screen: str) -> list[str]:
        return [one.id for one in memos.current(conn, "ann", memos.About(**on_screen), NOW)]

    assert current() == [general]
    assert set(current(queue_id=queue)) == {here, general}
    assert current(queue_id=queue)[0] == here
    assert current(language="zh-TW", queue_id=queue)[0] == urgent
    memos.read(conn, urgent, "ann", NOW)
    memos.read(conn, urgent, "ann", NOW + 5)
    assert current(language="zh-TW")[-1] == urgent
    assert memos.read_counts(conn, [urgent, here]) == {urgent: 1}
    for bad in ({"queue_id": "none"}, {"shown_until": NOW - 50}):
        with pytest.raises(Refused):
            memo("bad", **bad)


def test_versions_are_only_ever_added(conn: Connection) -> None:
    """Whatever is done with an article, no version is changed or lost, and removing the article keeps them."""
    lamp = shown(conn, "Lamp", "one")
    before = conn.execute(select(article_version)).all()
    publishing.write(conn, EDITOR, lamp, "en", Words(title="Lamp", body="two"), 2)
    publishing.move(conn, EDITOR, lamp, "en", "retired")
    rows.remove(conn, EDITOR, known.entity("article"), lamp)
    after = conn.execute(select(article_version)).all()
    assert set(before) < set(after)
    assert found(conn, EDITOR, "lamp") == []
    rows.put_back(conn, EDITOR, known.entity("article"), lamp)
    assert conn.execute(select(func.count()).select_from(article_use)).scalar() == 0


def test_a_draft_that_is_refused_is_not_tried_for_ever(conn: Connection) -> None:
    """A solved case of which the centre's own fields allow no draft is looked at once; an agent who asks is told why there is none."""
    make_field = {"entity": "article", "name": "x_site", "kind": "text", "label_en": "Site", "required": True}
    rows.create(conn, EDITOR, known.entity("custom_field"), make_field)
    case = solved_case(conn, answer=ANSWER, asked=ASKED)
    assert collect.collect(conn, EDITOR, case) is None
    assert collect.due(conn) == []
    with pytest.raises(RefusedFields):
        collect.draft_of(conn, ANN, case)


def test_two_servers_may_look_at_one_case(conn: Connection) -> None:
    """A case without a solution that another server has looked at in the same instant is no fault."""
    case = solved_case(conn, asked=ASKED)
    for _ in range(2):
        assert collect.collect(conn, EDITOR, case) is None
    looked = select(func.count()).select_from(article_use).where(article_use.c.kind == "looked")
    assert conn.execute(looked).scalar_one() == 1


def test_what_is_published_is_changed_by_whoever_may_publish(conn: Connection) -> None:
    """An agent neither shows their published article to everybody nor puts files on it, nor takes them away; while it is a draft they do."""
    lamp = write(conn, "Lamp", acting=ANN)
    article = known.entity("article")
    rows.patch(conn, ANN, article, lamp, {"audience": "public"})
    rows.patch(conn, ANN, article, lamp, {"audience": "internal"})
    kept = files.add(conn, ANN, lamp, "a.txt", "text/plain", content=b"a")
    publishing.move(conn, SUE, lamp, "en", "published")
    for forbidden in (
        lambda: rows.patch(conn, ANN, article, lamp, {"audience": "public"}),
        lambda: rows.patch(conn, ANN, article, lamp, {"expires_at": FAR}),
        lambda: files.add(conn, ANN, lamp, "b.txt", "text/plain", content=b"b"),
        lambda: files.remove(conn, ANN, lamp, kept.id),
    ):
        with pytest.raises(Refused) as refusal:
            forbidden()
        assert (refusal.value.code, refusal.value.kind) == ("article.not_reviewer", Kind.FORBIDDEN)
    assert [each.name for each in files.of_article(conn, lamp)] == ["a.txt"]
    rows.patch(conn, ANN, article, lamp, {"keywords": ["lamp"]})
    rows.patch(conn, SUE, article, lamp, {"audience": "public"})


def test_only_what_was_touched_is_asked_for(conn: Connection) -> None:
    """Cases that were solved before the last look are not gone through again, and merged ones are told where they live on."""
    old = solved_case(conn, answer=ANSWER)
    assert collect.due(conn, NOW + 2) == [old]
    assert collect.due(conn, NOW + 3) == []
    other = cases.open_case(conn, subject="x", party_id=None, queue_id=None, now=NOW)
    regrouping.merge(conn, old, other.id, NOW + 3, None)
    assert collect.due(conn) == []
