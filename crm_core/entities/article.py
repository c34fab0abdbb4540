"""Knowledge articles: what an article is about and for whom. Its texts, with their versions and states, are `crm_core.knowledge`."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select

from crm_core.access.model import Action, allowed
from crm_core.access.reader import Reader
from crm_core.entities.party_words import LANGUAGES
from crm_core.knowledge import texts
from crm_core.knowledge.drafts import forget_drafts
from crm_core.knowledge.publishing_right import must_not_be_shown
from crm_core.records.change import Change
from crm_core.records.declared import Entity, Field, FieldKind, Section, label
from crm_core.records.shape import choice
from crm_core.tables.base import database_now, metadata

RESERVED = frozenset({"ask", "search", "files", "style", "sent"})
"""What the public pages call their own."""
_SHOWN = ("audience", "expires_at", "slug", "reviewer_id")
"""What decides who reads a published article, where, and who answers for that."""
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_WHOLE = allowed(read="all", create="all", update="all", delete="all", export="all", **{"import": "all"})


def current(*, public: bool) -> ColumnElement[bool]:
    """On `article`: published in some language and not expired; with `public`, for everybody."""
    row: Any = metadata.tables["article"].c
    conditions = [
        row.deleted_at.is_(None),
        row.state == "published",
        or_(row.expires_at.is_(None), row.expires_at > database_now()),
    ]
    if public:
        conditions.append(row.audience == "public")
    return and_(*conditions)


def _also(reader: Reader, action: str) -> ColumnElement[bool] | None:
    """What is published is everybody's at work to read; a reader without a name is a visitor and reads what is public."""
    return current(public=not reader.user_id) if action == Action.READ else None


def _prepare(conn: Connection, change: Change) -> None:
    after = change.after
    if change.before is not None and "title" in change.given and change.changed("title"):
        raise change.refuse("title", "article.title_kept")
    if change.before is not None and any(change.changed(name) for name in _SHOWN):
        must_not_be_shown(conn, change.acting.reader, change.id)
    products: Any = metadata.tables["product"].c
    wanted = tuple(after.get("product_ids") or ())
    if change.changed("product_ids") and wanted:
        known = conn.execute(
            select(func.count()).select_from(products.id.table).where(products.id.in_(wanted))
        )
        if known.scalar_one() != len(wanted):
            raise change.refuse("product_ids", "field.reference", entity="product")
    if change.before is None:
        after["state"], after["languages"] = "draft", ()
    slug = after.get("slug")
    if slug is None:
        after["slug"] = _free_slug(conn, _slug_of(after["title"]) or str(after["number"]).lower())
    elif not _SLUG.fullmatch(slug) or slug in RESERVED:
        raise change.refuse("slug", "article.slug")


def _written(conn: Connection, change: Change) -> None:
    """A new article begins with a draft in its language."""
    if change.before is None:
        after = change.after
        texts.begin(
            conn,
            change.id,
            str(after["language"]),
            texts.Words(title=str(after["title"])),
            author=change.acting.reader.user_id or None,
            now=change.acting.now,
        )
        texts.retell(conn, change.id)


def _slug_of(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall("[a-z0-9]+", plain))[:80].strip("-")


def _free_slug(conn: Connection, wanted: str) -> str:
    row: Any = metadata.tables["article"].c
    base = f"{wanted}-1" if wanted in RESERVED else wanted
    taken = set(conn.execute(select(row.slug).where(row.slug.like(f"{base}%"))).scalars())
    return next(slug for n in range(1, 10_000) if (slug := base if n == 1 else f"{base}-{n}") not in taken)


def _bodies(conn: Connection, rows: Sequence[Row[Any]]) -> dict[str, str]:
    return texts.bodies(conn, [row.id for row in rows])


ARTICLE = Entity(
    name="article",
    collection="articles",
    label=label("Article", "知識文章", "知识文章"),
    plural=label("Articles", "知識文章", "知识文章"),
    title="title",
    module="knowledge",
    icon="book",
    everywhere=True,
    rights={
        # whoever works with customers writes drafts; publishing is `crm_core.knowledge.publishing`
        "agent": allowed(read="own", create="all", update="own"),
        "supervisor": _WHOLE,
        "admin": _WHOLE,
    },
    also=_also,
    prepare=_prepare,
    written=_written,
    body=_bodies,
    erased=forget_drafts,
    sections=(
        Section(name="what", label=label("Article", "文章", "文章")),
        Section(name="care", label=label("Care", "維護", "维护")),
    ),
    fields=(
        Field(
            name="number",
            kind=FieldKind.TEXT,
            label=label("Number", "編號", "编号"),
            number="KB-{year}-{n:06d}",
            read_only=True,
            searched=True,
            listed=True,
            section="what",
        ),
        Field(
            name="title",
            kind=FieldKind.TEXT,
            label=label("Title", "標題", "标题"),
            required=True,
            searched=True,
            listed=True,
            most=200,
            section="what",
        ),
        Field(
            name="language",
            kind=FieldKind.CHOICE,
            choices=LANGUAGES,
            label=label("Main language", "主要語言", "主要语言"),
            required=True,
            default="en",
            section="what",
        ),
        Field(
            name="languages",
            kind=FieldKind.TAGS,
            label=label("Languages", "語言版本", "语言版本"),
            read_only=True,
            listed=True,
            section="what",
        ),
        Field(
            name="state",
            kind=FieldKind.CHOICE,
            label=label("State", "狀態", "状态"),
            read_only=True,
            listed=True,
            indexed=True,
            section="what",
            choices=(
                choice("draft", "Draft", "草稿", "草稿"),
                choice("in_review", "In review", "審核中", "审核中"),
                choice("published", "Published", "已發布", "已发布"),
                choice("retired", "Retired", "已停用", "已停用"),
            ),
        ),
        Field(
            name="audience",
            kind=FieldKind.CHOICE,
            label=label("For", "閱讀對象", "阅读对象"),
            required=True,
            default="internal",
            listed=True,
            section="what",
            choices=(
                choice("internal", "Agents", "客服人員", "坐席"),
                choice("public", "Everybody", "所有人", "所有人"),
            ),
        ),
        Field(
            name="category",
            kind=FieldKind.CODE,
            codes="article_category",
            label=label("Category", "分類", "分类"),
            listed=True,
            section="what",
        ),
        Field(
            name="product_ids",
            kind=FieldKind.TAGS,
            label=label("Products", "產品", "产品"),
            section="what",
        ),
        Field(
            name="keywords",
            kind=FieldKind.TAGS,
            label=label("Keywords", "關鍵字", "关键词"),
            searched=True,
            section="what",
        ),
        Field(
            name="slug",
            kind=FieldKind.TEXT,
            label=label("Address", "網址名稱", "网址名称"),
            unique=True,
            most=120,
            section="what",
            hint=label("Small letters, digits, dashes", "小寫英文、數字與連字號", "小写英文、数字与连字符"),
        ),
        Field(
            name="reviewer_id",
            kind=FieldKind.USER,
            label=label("Reviewer", "審核人", "审核人"),
            section="care",
        ),
        Field(
            name="review_at",
            kind=FieldKind.MOMENT,
            label=label("To be reviewed", "下次審查", "下次复核"),
            listed=True,
            indexed=True,
            section="care",
        ),
        Field(
            name="expires_at",
            kind=FieldKind.MOMENT,
            label=label("Expires", "到期時間", "到期时间"),
            section="care",
        ),
        Field(
            name="source_case_id",
            kind=FieldKind.REFERENCE,
            refers="case",
            label=label("From case", "來源案件", "来源工单"),
            read_only=True,
            section="care",
        ),
    ),
)
