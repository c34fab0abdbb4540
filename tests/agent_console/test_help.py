"""The public answers: read, searched, voted on, and a question that waits like a letter; without a script, under a strict policy."""

import re
import time
from html.parser import HTMLParser

import httpx
import pytest

from agent_console.public import help_pages
from agent_console.public.words import LANGUAGES, chosen, words
from crm_core import interactions, letters
from crm_core.knowledge import publishing, usefulness
from crm_core.knowledge.texts import Words
from crm_core.records.change import system
from routing.core.model import InteractionId, Phase
from tests.agent_console.house import House
from tests.agent_console.test_knowledge_api import published


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests fill in forms in no time."""
    monkeypatch.setattr(help_pages, "_QUICKEST_S", 0.0)
    for rate in (help_pages._ASKED, help_pages._VOTED, help_pages._SEARCHED):
        rate._seen.clear()


class Fields(HTMLParser):
    """The named fields of a page's forms."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag == "input" and known.get("name"):
            self.found.setdefault(str(known["name"]), known.get("value") or "")


def fields(page: httpx.Response) -> dict[str, str]:
    parser = Fields()
    parser.feed(page.text)
    return parser.found


async def question(client: httpx.AsyncClient, **given: str) -> httpx.Response:
    form = fields(await client.get("/help/ask"))
    form |= {
        "name": "Mei Wu",
        "address": "mei@example.org",
        "subject": "Lamp is dark",
        "text": "It does not shine.",
        **given,
    }
    return await client.post("/help/ask", data=form)


async def test_the_list_search_and_article_work_without_a_session(house: House) -> None:
    """Anybody reads what is public, finds it in either Chinese script, and nothing internal."""
    made = await published(house, audience="public", category="howto")
    await published(house, title="Secret margins", body="internal lamp prices")

    def add(connection):
        acting = system(time.time())
        publishing.write(
            connection, acting, made, "zh-TW", Words(title="檯燈閃爍怎麼辦", body="請鎖緊燈泡"), 0
        )
        publishing.move(connection, acting, made, "zh-TW", "published")

    await house.store.write(add)
    async with house.browser() as anybody:
        listed = await anybody.get("/help", headers={"Accept-Language": "en"})
        assert listed.status_code == 200
        assert "Lamp flickers" in listed.text
        assert "How to" in listed.text
        assert "Secret" not in listed.text
        found = await anybody.get("/help", params={"q": "台灯闪烁", "lang": "zh-CN"})
        assert "檯燈閃爍怎麼辦" in found.text
        assert "Secret" not in (await anybody.get("/help", params={"q": "lamp prices"})).text
        page = await anybody.get("/help/lamp-flickers", headers={"Accept-Language": "zh-Hant-TW, en;q=0.5"})
        assert "請鎖緊燈泡" in page.text
        assert '<html lang="zh-TW">' in page.text
        assert (await anybody.get("/help/secret-margins")).status_code == 404
        assert (await anybody.get("/help/none")).status_code == 404


async def test_pages_carry_nothing_that_runs(house: House) -> None:
    """Each page forbids scripts and everything foreign, has none of it, and is kept for a minute only where it is nobody's."""
    await published(
        house,
        audience="public",
        body="<script>alert(1)</script> ![x](http://spy/x.png) [a](javascript:alert(1))",
    )
    async with house.browser() as anybody:
        for path, kept in (
            ("/help", "public, max-age=60"),
            ("/help/lamp-flickers", "public, max-age=60"),
            ("/help/ask", "no-store"),
        ):
            page = await anybody.get(path)
            policy = page.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "script-src" not in policy
            assert "unsafe" not in policy
            assert page.headers["cache-control"] == kept
            assert "<script" not in page.text
            assert "spy" not in page.text
            assert 'href="javascript' not in page.text
            assert not re.search(r'(?:src|action)="(?:https?:)?//', page.text)


async def test_a_question_waits_in_the_queue_like_a_letter(house: House) -> None:
    """It becomes a case with a letter and is offered; pressing the button twice makes one; the customer is recognised."""
    async with house.browser() as anybody:
        form = fields(await anybody.get("/help/ask"))
        form |= {
            "name": "Mei Wu",
            "address": "mei@example.org",
            "subject": "Lamp is dark",
            "text": "It does not shine.",
        }
        first = await anybody.post("/help/ask", data=form)
        second = await anybody.post("/help/ask", data=form)
        assert (first.status_code, second.status_code) == (303, 303)
        assert first.headers["location"] == second.headers["location"]
        thanks = await anybody.get(first.headers["location"])
        assert re.search(r"C-\d{4}-\d{6}", thanks.text)
    waiting = await house.store.read(lambda c: interactions.open_ones(c, "email"))
    assert [(each.customer_address, each.subject) for each in waiting] == [
        ("mei@example.org", "Lamp is dark")
    ]
    await house.until(InteractionId(waiting[0].id), Phase.WAITING)
    (letter,) = await house.store.read(lambda c: letters.thread(c, waiting[0].case_id or ""))
    assert (letter.text, letter.marks, letter.from_address) == (
        "It does not shine.",
        ("web_form",),
        "mei@example.org",
    )
    raw = await house.store.read(lambda c: letters.raw(c, letter.id))
    assert raw is not None
    assert b'From: "Mei Wu" <mei@example.org>' in raw


@pytest.mark.parametrize(
    "given",
    [
        {"form_token": "1.abc"},
        {"address": "nobody"},
        {"address": "a@b c"},
        {"text": ""},
        {"name": ""},
        {"subject": "\r\n"},
    ],
)
async def test_what_does_not_fit_is_told_and_kept(house: House, given: dict[str, str]) -> None:
    """A wrong field, or a form that is not ours, opens nothing and gives back what was written."""
    async with house.browser() as anybody:
        answer = await question(anybody, **given)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
        if "text" not in given:
            assert "It does not shine." in answer.text
    assert await house.store.read(lambda c: interactions.open_ones(c, "email")) == []


async def test_programs_and_strangers_are_kept_out(house: House) -> None:
    """A filled trap is thanked and dropped; a foreign origin is refused; the sixth question in ten minutes waits."""
    async with house.browser() as anybody:
        assert (await question(anybody, website="http://spam")).status_code == 303
        assert await house.store.read(lambda c: interactions.open_ones(c, "email")) == []
        form = fields(await anybody.get("/help/ask")) | {"name": "x"}
        assert (
            await anybody.post("/help/ask", data=form, headers={"Origin": "http://evil.example"})
        ).status_code == 403
        assert (
            await anybody.post("/help/ask", data=form, headers={"Sec-Fetch-Site": "cross-site"})
        ).status_code == 403
        answers = [await question(anybody, text=f"number {n}") for n in range(6)]
        assert [each.status_code for each in answers] == [303] * 5 + [422]


async def test_a_vote_counts_once_and_no_opens_a_question(house: House) -> None:
    """Looking never votes; a browser's votes are one; "no" leads to the form, which names the article and links it to the case."""
    made = await published(house, audience="public")
    async with house.browser() as anybody:
        await anybody.get("/help/lamp-flickers")
        for helpful in ("yes", "no"):
            voted = await anybody.post("/help/lamp-flickers/vote", data={"helpful": helpful})
            assert voted.status_code == 303
        form_page = await anybody.get(voted.headers["location"])
        assert 'value="lamp-flickers"' in form_page.text
        sent = await question(anybody, about="lamp-flickers")
        assert sent.status_code == 303
    told = await house.store.read(lambda c: usefulness.usefulness(c, [made]))
    assert (told[made].helpful, told[made].not_helpful, told[made].linked) == (0, 1, 1)


async def test_switched_off_it_is_not_there(house: House) -> None:
    """With the module off, or `[portal] help` off, no page answers."""
    within = house.console.context
    for settings in (
        within.settings.model_copy(
            update={"portal": within.settings.portal.model_copy(update={"help": False})}
        ),
        within.settings.model_copy(
            update={"modules": within.settings.modules.model_copy(update={"off": ("knowledge",)})}
        ),
    ):
        object.__setattr__(within, "settings", settings)
        async with house.browser() as anybody:
            for path in ("/help", "/help/ask", "/help/files/x", "/help/lamp"):
                assert (await anybody.get(path)).status_code == 404


def test_the_three_catalogues_have_the_same_keys() -> None:
    """No text is missing in a language, none is empty, and their holes are the same."""
    english = words("en")
    for language in LANGUAGES:
        other = words(language)
        assert list(other) == list(english)
        for key, text in other.items():
            assert text
            assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", english[key])), key


@pytest.mark.parametrize(
    ("wanted", "header", "language"),
    [
        ("zh-CN", "en", "zh-CN"), ("xx", "zh-Hant-HK", "zh-TW"), (None, "zh", "zh-CN"), (None, "de, zh-tw;q=0.5", "zh-TW"),
        (None, "zh-TW;q=0, en;q=0.1", "en"), (None, ";;;", "en"), (None, "", "en"),
    ],
)  # fmt: skip
def test_the_reader_s_language(wanted: str | None, header: str, language: str) -> None:
    """The address decides, then the browser; every Chinese has its script."""
    assert chosen(wanted, header) == language


async def test_what_no_database_keeps_is_refused(house: House) -> None:
    """A NUL in the words sought, an address or a form is the reader's fault, told on a page, whatever the database."""
    async with house.browser() as anybody:
        for path in ("/help?q=a%00b", "/help/a%00b", "/help/ask?about=%00", "/help?lang=%00"):
            answer = await anybody.get(path)
            assert (answer.status_code, "text/html" in answer.headers["content-type"]) == (422, True), path
        refused = await question(anybody, text="It does\0 not shine.")
        assert refused.status_code == 422
