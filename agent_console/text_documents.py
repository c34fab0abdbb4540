"""Texts and macros as JSON: what is offered, filled in, and would be done."""

from typing import Any

from typing_extensions import TypedDict

from agent_console import lifecycle_documents
from agent_console.lifecycle_documents import FaultDocument
from crm_core.casework.macros import Preview, Ran
from crm_core.casework.texts import Filled, Text


class TextDocument(TypedDict):
    id: str
    name: str
    shortcut: str | None
    channel: str
    language: str
    subject: str | None
    body: str


class TextsAnswer(TypedDict):
    items: list[TextDocument]


class FilledAnswer(TypedDict):
    """`lacking`: placeholders for which there was nothing."""

    template_id: str
    subject: str
    body: str
    lacking: list[str]


class ChangeDocument(TypedDict):
    field: str
    before: Any
    after: Any


class PreviewAnswer(TypedDict):
    name: str
    changes: list[ChangeDocument]
    state: str | None
    faults: list[FaultDocument]
    reply: FilledAnswer | None
    note: str | None
    tasks: list[str]


class RanAnswer(TypedDict):
    changed: list[str]
    state: str | None
    letter_id: str | None
    tasks: list[str]


def text(row: Text) -> TextDocument:
    return TextDocument(
        id=row.id,
        name=row.name,
        shortcut=row.shortcut,
        channel=row.channel,
        language=row.language,
        subject=row.subject,
        body=row.body,
    )


def filled(row: Filled) -> FilledAnswer:
    return FilledAnswer(
        template_id=row.template_id, subject=row.subject, body=row.body, lacking=list(row.lacking)
    )


def preview(row: Preview) -> PreviewAnswer:
    return PreviewAnswer(
        name=row.name,
        changes=[
            ChangeDocument(field=name, before=before, after=after)
            for name, (before, after) in row.changes.items()
        ],
        state=row.state,
        faults=lifecycle_documents.faults(row.faults),
        reply=filled(row.reply) if row.reply else None,
        note=row.note,
        tasks=list(row.tasks),
    )


def ran(row: Ran) -> RanAnswer:
    return RanAnswer(
        changed=list(row.changed), state=row.state, letter_id=row.letter_id, tasks=list(row.tasks)
    )
