"""How long it takes to propose articles and solved cases for what somebody types: SQLite and PostgreSQL.

    python -m bench.suggest [--documents 1000000] [--db sqlite|postgresql] [--rounds 40] [--folder DIR]

Of the documents half are articles (half of them drafts of solved cases), half are letters that must not cost anything. Texts are of 90
words in Chinese and English, as frequent as in language (Zipf). Asked are lines as somebody types them: five words, a
sentence, a whole letter. The target is a second while typing; `p95_ms` is over all of them.
"""

import argparse
import random
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection, insert, text

from bench.databases import database, warm
from bench.frame import Row, percentile, report
from bench.search import BATCH, DATABASES, NOW, Language
from crm_core import schema
from crm_core.engines import reading_engine, writing_engine
from crm_core.knowledge.suggest import suggest
from crm_core.search import bulk, index
from crm_core.search.sources import Document
from crm_core.tables import article_text, article_version
from crm_core.tables.base import metadata


def documents(language: Language, count: int) -> Iterator[Document]:
    for number in range(count):
        at = NOW - (count - number) * 60.0
        title = "".join(language.words(language.chinese, 5))
        kind = "article" if number % 2 else "letter"
        yield Document(kind=kind, id=f"d{number:08d}", title=title, body=language.letter(), at=at)


def fill(url: str, count: int) -> float:
    """Rows and index; the seconds that it took."""
    schema.upgrade(url)
    language = Language(random.Random(1))
    engine = writing_engine(url)
    began = time.perf_counter()
    with engine.begin() as conn:
        bulk.begin(conn)
    every = documents(language, count)
    while batch := list(islice(every, BATCH)):
        with engine.begin() as conn:
            index.put(conn, batch)
            _store(conn, [each for each in batch if each.kind == "article"])
    with engine.begin() as conn:
        bulk.end(conn)
    took = time.perf_counter() - began
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.execute(text("ANALYZE" if engine.dialect.name == "sqlite" else "VACUUM ANALYZE"))
    engine.dispose()
    return took


def _store(conn: Connection, articles: list[Document]) -> None:
    rows, texts, versions = [], [], []
    for place, each in enumerate(articles):
        solved = place % 2 == 0
        rows.append(
            {
                "id": each.id,
                "number": each.id,
                "title": each.title,
                "slug": each.id,
                "language": "zh-TW",
                "state": "draft" if solved else "published",
                "audience": "internal",
                "source_case_id": f"c{each.id}" if solved else None,
                "created_at": each.at,
                "updated_at": each.at,
            }
        )
        key = {"article_id": each.id, "language": "zh-TW", "version": 1}
        texts.append(
            key | {"state": rows[-1]["state"], "published": None if solved else 1, "changed_at": each.at}
        )
        versions.append(
            key | {"title": each.title, "summary": "", "body": each.body, "note": "", "at": each.at}
        )
    conn.execute(insert(metadata.tables["article"]), rows)
    conn.execute(insert(article_text), texts)
    conn.execute(insert(article_version), versions)


def typed(language: Language, draw: random.Random, kind: str) -> str:
    match kind:
        case "five words":
            return "".join(language.words(language.chinese, 5))
        case "a sentence":
            latin = " ".join(language.words(language.latin, 6))
            return f"{''.join(language.words(language.chinese, 8))} {latin}"
        case _:
            return language.letter()[: draw.randint(150, 400)]


KINDS = ("five words", "a sentence", "a letter")


def ask(url: str, rounds: int) -> dict[str, list[float]]:
    draw = random.Random(2)
    language = Language(draw)
    times: dict[str, list[float]] = {kind: [] for kind in KINDS}
    engine = reading_engine(url)
    with engine.begin() as conn:
        for number in range(rounds + 1):
            for kind in KINDS:
                words = typed(language, draw, kind)
                began = time.perf_counter()
                suggest(conn, words, language="zh-TW")
                if number:
                    times[kind].append((time.perf_counter() - began) * 1000)
    engine.dispose()
    return times


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--documents", type=int, default=1_000_000)
    parser.add_argument("--db", choices=DATABASES)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--folder", type=Path, default=None, help="keep the filled databases here")
    given = parser.parse_args()
    shown: list[Row] = []
    figures: dict[str, float] = {}
    for name in [given.db] if given.db else DATABASES:
        with database(
            name, f"suggest-{given.documents}", lambda url: fill(url, given.documents), keep=given.folder
        ) as (url, folder, took):
            warm(folder)
            times = ask(url, given.rounds)
        every = [value for values in times.values() for value in values]
        for kind, values in times.items():
            shown.append(
                Row(
                    name=f"{name}: {kind}",
                    values=values,
                    unit=f"ms, p95 {percentile(values, 0.95):.1f}",
                    digits=1,
                )
            )
        figures[f"{name}_p95_ms"] = round(percentile(every, 0.95), 1)
        if took is not None:
            figures[f"{name}_fill_s"] = round(took)
    report("suggest", shown, figures)


if __name__ == "__main__":
    main()
