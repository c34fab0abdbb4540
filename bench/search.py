"""How long a search takes: SQLite and PostgreSQL, beside LIKE and beside a bare full-text query, alternating in one call.

    python -m bench.search [--documents 1000000] [--db sqlite|postgresql] [--rounds 40] [--keep] [--folder DIR]

Generated documents (parties, cases, letters of 90 words in Chinese and English, notes) with words as frequent as in language
(Zipf). Each kind of question is asked `--rounds` times with other words, as a supervisor and as an agent with 2,000 contacts.
Measured is `find`: understanding, looking, rights, ranking, the page; not the excerpts. `bare_ratio` is the median over all
questions of ours over a bare query that names the newest 20 fitting documents, without ranking or rights.
"""

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, islice
from pathlib import Path

from sqlalchemy import Connection, text

from bench.databases import database, size_of, warm
from bench.frame import Row, percentile, report
from crm_core import schema
from crm_core.access.model import Rights
from crm_core.access.reader import Reader
from crm_core.access.roles import built_in
from crm_core.engines import reading_engine, writing_engine
from crm_core.search import asked, bulk, find, index
from crm_core.search.sources import Document
from crm_core.search.spelling import exact, fts5
from crm_core.tables import interaction, segment

KINDS = ("party", "case", "letter", "note")
DATABASES = ("sqlite", "postgresql")
NOW = 1_790_000_000.0
CONTACTS = 2_000
BATCH = 500
LIKE_ROUNDS = 5
SUPERVISOR = Reader(user_id="sue", everything=True, rights=Rights(roles=(built_in("supervisor"),)))
AGENT = Reader(user_id="ann", everything=False, rights=Rights(roles=(built_in("agent"),)))
FAMILY = "王李張劉陳楊黃趙吳周徐孫馬朱胡郭何高林羅鄭梁謝宋唐許韓馮鄧曹"


class Language:
    """Words as frequent as in language: the n-th with weight 1/n."""

    def __init__(self, draw: random.Random) -> None:
        self._draw = draw
        signs = [chr(code) for code in draw.sample(range(0x4E00, 0x9000), 1_800)]
        sounds = [
            "ka",
            "to",
            "mi",
            "ren",
            "sol",
            "ba",
            "fir",
            "ne",
            "lum",
            "qua",
            "ster",
            "vi",
            "dor",
            "pel",
            "shan",
        ]
        self.chinese = ["".join(draw.choices(signs, k=2)) for _ in range(20_000)]
        self.latin = ["".join(draw.choices(sounds, k=draw.randint(2, 4))) for _ in range(20_000)]
        self._weights = list(accumulate(1 / place for place in range(2, 20_002)))

    def words(self, of: Sequence[str], count: int) -> list[str]:
        return self._draw.choices(of, cum_weights=self._weights, k=count)

    def letter(self) -> str:
        chinese, latin = self.words(self.chinese, 60), self.words(self.latin, 30)
        return f"{''.join(chinese[:25])}，{''.join(chinese[25:])}。{' '.join(latin)}"

    def name(self) -> str:
        if self._draw.random() < 0.6:
            return self._draw.choice(FAMILY) + self._draw.choice(self.chinese)
        return " ".join(word.title() for word in self._draw.choices(self.latin, k=2))

    def number(self) -> str:
        return f"09{self._draw.randint(10, 99)}-{self._draw.randint(0, 999):03d}-{self._draw.randint(0, 999):03d}"


def documents(language: Language, draw: random.Random, count: int) -> Iterator[Document]:
    """A quarter parties, as many cases, half letters and notes; letters and notes belong to interactions."""
    for number in range(count):
        at = NOW - (count - number) * 60.0
        name, contact = f"d{number:08d}", f"i{draw.randrange(20_000)}"
        match number % 8:
            case 0 | 1:
                yield Document(kind="party", id=name, title=language.name(), body=language.number(), at=at)
            case 2 | 3:
                subject = f"C-2026-{number:06d} {''.join(language.words(language.chinese, 4))}"
                yield Document(kind="case", id=name, title=subject, body="", at=at, case_id=name)
            case 4:
                body = " ".join(language.words(language.latin, 12))
                yield Document(kind="note", id=name, title="", body=body, at=at, interaction_id=contact)
            case _:
                subject = "".join(language.words(language.chinese, 5))
                yield Document(
                    kind="letter",
                    id=name,
                    title=subject,
                    body=language.letter(),
                    at=at,
                    interaction_id=contact,
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked, and what LIKE would look for; None where it has no like."""

    text: str
    like: str | None


def questions(language: Language, draw: random.Random) -> dict[str, Callable[[], Question]]:
    """By kind, a source of questions."""

    def plain(words: str) -> Question:
        return Question(text=words, like=words)

    def among(of: Sequence[str], low: int, high: int) -> str:
        return of[draw.randrange(low, high)]

    chinese, latin = language.chinese, language.latin
    return {
        "two characters, frequent": lambda: plain(among(chinese, 0, 30)),
        "two characters, usual": lambda: plain(among(chinese, 30, 3_000)),
        "two characters, rare": lambda: plain(among(chinese, 3_000, 20_000)),
        "four characters": lambda: plain(among(chinese, 0, 300) + among(chinese, 0, 300)),
        "one character": lambda: plain(among(chinese, 0, 3_000)[0]),
        "word, frequent": lambda: plain(among(latin, 0, 30) + " "),
        "word, rare": lambda: plain(among(latin, 3_000, 20_000) + " "),
        "two words": lambda: Question(text=f"{among(latin, 0, 300)} {among(chinese, 0, 300)} ", like=None),
        "phrase": lambda: plain(f'"{among(latin, 0, 100)} {among(latin, 0, 100)}"'),
        "beginning": lambda: Question(text=among(latin, 0, 20_000)[:4] + "*", like=None),
        "number": lambda: plain(language.number()),
        "name with a slip": lambda: Question(text=_slip(among(latin, 0, 20_000), draw), like=None),
        "nothing": lambda: plain("zyzzyva" + among(latin, 0, 9)),
    }


def _slip(word: str, draw: random.Random) -> str:
    place = draw.randrange(1, len(word))
    return word[:place] + word[place + 1 :] + " "


def fill(url: str, count: int) -> float:
    """Make it and index that many documents as an import does; returns the seconds that indexing took. What LIKE reads stands
    in a table of its own."""
    schema.upgrade(url)
    draw = random.Random(1)
    language = Language(draw)
    engine, took, done = writing_engine(url), 0.0, 0
    with engine.begin() as conn:
        conn.execute(text("CREATE TABLE bench_text (id INTEGER PRIMARY KEY, body TEXT)"))
        conn.execute(interaction.insert(), [_contact(number) for number in range(20_000)])
        conn.execute(segment.insert(), [_stay(number) for number in range(20_000)])
        bulk.begin(conn)
    source = documents(language, draw, count)
    while batch := list(islice(source, BATCH)):
        began = time.perf_counter()
        with engine.begin() as conn:
            index.put(conn, batch)
        took += time.perf_counter() - began
        with engine.begin() as conn:
            _store_text(conn, batch, done)
        done += len(batch)
        if done % 50_000 == 0:
            print(f"{done:,} of {count:,}, indexed in {took:.0f} s", file=sys.stderr, flush=True)
    began = time.perf_counter()
    with engine.begin() as conn:
        bulk.end(conn)
    took += time.perf_counter() - began
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.execute(text("ANALYZE" if engine.dialect.name == "sqlite" else "VACUUM ANALYZE"))
    engine.dispose()
    return took


def _contact(number: int) -> dict[str, object]:
    return {
        "id": f"i{number}",
        "medium": "voice",
        "state": "closed",
        "enqueued_at": NOW,
        "agent_id": "ann" if number < CONTACTS else "bob",
    }


def _stay(number: int) -> dict[str, object]:
    agent = "ann" if number < CONTACTS else "bob"
    return {
        "interaction_id": f"i{number}",
        "kind": "agent",
        "agent_id": agent,
        "started_at": NOW,
        "ended_at": NOW,
    }


def _store_text(conn: Connection, batch: Sequence[Document], first: int) -> None:
    texts = [f"{document.title} {document.body}" for document in batch]
    if conn.dialect.name == "sqlite":
        rows = [{"id": first + place, "body": body} for place, body in enumerate(texts)]
        conn.execute(text("INSERT INTO bench_text VALUES (:id, :body)"), rows)
        return
    given = "unnest(CAST(:bodies AS text[])) WITH ORDINALITY AS given (body, turn)"
    sql = f"INSERT INTO bench_text SELECT :first + turn - 1, body FROM {given}"
    conn.execute(text(sql), {"first": first, "bodies": texts})


def bare(conn: Connection, question: Question) -> None:
    """The least that a full-text index can be asked for: the newest 20, of any kind (each kind has words of its own)."""
    understood = [asked.read(question.text).of_kind(kind) for kind in KINDS]
    if conn.dialect.name == "sqlite":
        sql = "SELECT rowid FROM search_words WHERE search_words MATCH :q ORDER BY rowid DESC LIMIT 20"
        conn.execute(text(sql), {"q": " OR ".join(f"({fts5(each)})" for each in understood)}).all()
    else:
        sql = "SELECT id FROM search_words WHERE words @@ CAST(:q AS tsquery) ORDER BY id DESC LIMIT 20"
        conn.execute(text(sql), {"q": " | ".join(f"({exact(each)})" for each in understood)}).all()


def like(conn: Connection, question: Question) -> None:
    words = (question.like or "").strip(' "')
    conn.execute(
        text("SELECT id FROM bench_text WHERE body LIKE :q ORDER BY id DESC LIMIT 20"), {"q": f"%{words}%"}
    ).all()


@dataclass(slots=True)
class Times:
    """Milliseconds of one kind of question."""

    ours: list[float] = field(default_factory=list)
    agent: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    like: list[float] = field(default_factory=list)
    ours_cpu: list[float] = field(default_factory=list)
    agent_cpu: list[float] = field(default_factory=list)


def ask(url: str, rounds: int) -> dict[str, Times]:
    """All kinds in turn, one of each a round, so that what else the machine does meets all alike."""
    language = Language(random.Random(1))
    makers = questions(language, random.Random(2))
    times = {kind: Times() for kind in makers}
    engine = reading_engine(url)
    with engine.begin() as conn:
        watch = _Watch(conn)
        for number in range(rounds + 1):
            for kind, make in makers.items():
                _ask_once(conn, watch, make(), times[kind], number)
    engine.dispose()
    return times


class _Watch:
    """Milliseconds on the clock, and of processor time here and in the server's process for this connection, which a
    neighbour's load lengthens far less."""

    def __init__(self, conn: Connection) -> None:
        self._server: Path | None = None
        if conn.dialect.name == "postgresql":
            process = conn.execute(text("SELECT pg_backend_pid()")).scalar_one()
            self._server = Path(f"/proc/{process}/schedstat")

    def _cpu(self) -> float:
        there = 0 if self._server is None else int(self._server.read_text(encoding="ascii").split()[0])
        return (time.thread_time_ns() + there) / 1e6

    def took(self, work: Callable[[], object]) -> tuple[float, float]:
        cpu, began = self._cpu(), time.perf_counter()
        work()
        return (time.perf_counter() - began) * 1000, self._cpu() - cpu


def _ask_once(conn: Connection, watch: _Watch, question: Question, times: Times, number: int) -> None:
    ours, ours_cpu = watch.took(lambda: find.find(conn, SUPERVISOR, question.text, now=NOW))
    theirs, _ = watch.took(lambda: bare(conn, question))
    agent, agent_cpu = watch.took(lambda: find.find(conn, AGENT, question.text, now=NOW))
    if number == 0:
        return  # warms caches and compiled statements
    times.ours.append(ours)
    times.ours_cpu.append(ours_cpu)
    times.bare.append(theirs)
    times.agent.append(agent)
    times.agent_cpu.append(agent_cpu)
    if question.like and number <= LIKE_ROUNDS:
        times.like.append(watch.took(lambda: like(conn, question))[0])


def rows(name: str, times: dict[str, Times]) -> list[Row]:
    shown = []
    for kind, each in times.items():
        shown.append(Row(name=f"{name}: {kind}", values=each.ours, unit=_p95(each.ours), digits=1))
        shown.append(Row(name=f"{name}: {kind}, agent", values=each.agent, unit=_p95(each.agent), digits=1))
        shown.append(Row(name=f"{name}: {kind}, bare", values=each.bare, unit=_p95(each.bare), digits=1))
        if each.like:
            shown.append(Row(name=f"{name}: {kind}, LIKE", values=each.like, unit="ms", digits=1))
    return shown


def _p95(values: Sequence[float]) -> str:
    return f"ms, p95 {percentile(values, 0.95):.1f}"


def measure(names: Sequence[str], count: int, rounds: int, keep: Path | None) -> None:
    shown: list[Row] = []
    figures: dict[str, float] = {}
    ratios: list[float] = []
    for name in names:
        with database(name, f"search-{count}", lambda url: fill(url, count), keep=keep) as (
            url,
            folder,
            filled_s,
        ):
            if filled_s is not None:
                shown.append(Row(name=f"{name}: indexing {count:,}", values=[filled_s], unit="s"))
            warm(folder)
            print(
                f"{name}: {size_of(folder) / 1e9:.1f} GB, load average {os.getloadavg()[0]:.2f}", flush=True
            )
            times = ask(url, rounds)
        ours = [value for each in times.values() for value in each.ours]
        agents = [value for each in times.values() for value in each.agent]
        ratios += [a / b for each in times.values() for a, b in zip(each.ours, each.bare, strict=True)]
        shown += rows(name, times)
        shown.append(Row(name=f"{name}: all, supervisor", values=ours, unit=_p95(ours), digits=1))
        shown.append(Row(name=f"{name}: all, agent", values=agents, unit=_p95(agents), digits=1))
        cpu = [value for each in times.values() for value in each.ours_cpu]
        agents_cpu = [value for each in times.values() for value in each.agent_cpu]
        shown.append(Row(name=f"{name}: all, supervisor, processor", values=cpu, unit=_p95(cpu), digits=1))
        shown.append(
            Row(name=f"{name}: all, agent, processor", values=agents_cpu, unit=_p95(agents_cpu), digits=1)
        )
        figures[f"{name}_p95_ms"] = percentile(ours, 0.95)
        figures[f"{name}_agent_p95_ms"] = percentile(agents, 0.95)
    report("search", shown, figures | {"bare_ratio": statistics.median(ratios)}, folder=keep)


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--documents", type=int, default=1_000_000)
    options.add_argument("--db", choices=DATABASES, default=None, help="one of them; both by default")
    options.add_argument("--rounds", type=int, default=40)
    options.add_argument("--keep", action="store_true", help="use the folder's database, and leave it there")
    options.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "trunkline-bench")
    given = options.parse_args()
    keep = given.folder if given.keep else None
    measure([given.db] if given.db else DATABASES, given.documents, given.rounds, keep)


if __name__ == "__main__":
    main()
