"""For the customer's own site: a form filled in there is sent by their server, judged as on our page."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field, StringConstraints, TypeAdapter, ValidationError

from agent_console.access import Here, InContext
from agent_console.api.bodies import Body
from agent_console.api.interactions import IdempotencyKey
from agent_console.context import Context
from agent_console.inquiry_documents import TakenAnswer
from agent_console.public.inquiry import pages, reading, taking
from channels.web import status_links
from channels.web.inquiries import Filed, Inquiry
from config.errors import Fault, Kind, Refused, RefusedFields
from config.pointers import pointed
from crm_core.inquiries import answers
from crm_core.inquiries.answers import Files, Given
from crm_core.inquiries.files import Upload
from crm_core.inquiries.kept import Shown
from crm_core.inquiries.model import Form, Language
from crm_core.inquiries.submissions import DAY_S

router = APIRouter(prefix="/forms", tags=["forms"])
_OWN = ("language", "page", "visitor_address", "receipt")
_Value = str | bool | int | float | list[str] | None
_Line = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00-\x1f]*$")]


class SentFile(Body):
    """`content`: its bytes as base64."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    content: str


class Submitted(Body):
    """What was filled in, by the names of the form's fields. `language`: the visitor's; `page`: where they filled it in; `visitor_address`: from
    where, as evidence of what they agreed to; `receipt`: whether they are written to."""

    language: Language | None = None
    values: dict[str, _Value] = Field(default_factory=dict)
    files: dict[str, list[SentFile]] = Field(default_factory=dict)
    page: _Line = ""
    visitor_address: Annotated[_Line, Field(max_length=100)] = ""
    receipt: bool = True


_SUBMITTED: TypeAdapter[Submitted] = TypeAdapter(Submitted)


def _schema() -> dict[str, Any]:
    """By itself: what is referred to stands in its place."""
    schema = Submitted.model_json_schema()
    parts = schema.pop("$defs")
    schema["properties"]["files"]["additionalProperties"]["items"] = parts["SentFile"]
    return schema


_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": _schema()},
            "multipart/form-data": {"schema": {"type": "object", "additionalProperties": True}},
        },
    }
}


@router.post("/{key}/submissions", status_code=201, openapi_extra=_BODY)
async def submit_form(
    key: str, request: Request, who: Here, within: InContext, idempotency_key: IdempotencyKey
) -> TakenAnswer:
    """Send what was filled in: JSON, or multipart with the fields by name. A token of the scope `forms` will do. The same `Idempotency-Key` again
    answers with the same and files nothing twice; with other words it is 409 `request.key_reused`. 422: each fault with its pointer."""
    form = await taking.shown(within, key)
    if form is None:
        raise Refused("inquiry.unknown", Kind.MISSING, id=key[:100])
    # base64 is a third longer
    pages.must_fit(request, int(pages.most_mb(form.form) * 1.4))
    given, sent_files, about, in_json = await _read(request)
    language = form.form.spoken(about.language or "en")
    judged = await taking.judged(form, language, given, sent_files)
    faults = [*_unknown(form.form, given, sent_files), *judged.faults]
    if faults:
        raise RefusedFields([_pointed(each, form.form, in_json=in_json) for each in faults])
    limit = pages.rate(form.form.guard.form_hourly)
    wait_s = limit.wait_s(f"{form.id} {who.user.id}", within.clock.monotonic())
    if wait_s > 0:
        raise Refused("form.too_many", Kind.TOO_MANY, retry_after_s=int(wait_s) + 1)
    inquiry = Inquiry(
        form=form,
        language=language,
        judged=judged,
        key=f"api\0{who.user.id}\0{idempotency_key}",
        via="api",
        page=about.page,
        peer=about.visitor_address or who.address,
        suspected=None,
        receipt=taking.receipt(within, form, language) if about.receipt else None,
    )
    return _answer(within, form, await _take(within, inquiry))


async def _take(within: Context, inquiry: Inquiry) -> Filed:
    try:
        return await taking.take(within, inquiry)
    except Refused as refusal:
        if refusal.code != "inquiry.sent_already":
            raise
        raise Refused("request.key_reused", Kind.CONFLICT, pointer="/header/idempotency-key") from refusal


def _answer(within: Context, form: Shown, filed: Filed) -> TakenAnswer:
    secret = within.settings.mail.reply_secret.get_secret_value()
    link = status_links.made(secret, filed.submission_id, filed.at + form.form.status_days * DAY_S)
    return TakenAnswer(
        id=filed.submission_id, number=filed.number, status_url=f"{min(within.origins)}{taking.STATUS}{link}"
    )


async def _read(request: Request) -> tuple[Given, Files, Submitted, bool]:
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        sent = await reading.read(request)
        own = {name: sent.text(name, 600) for name in _OWN if name in sent.words}
        about = _submitted(
            own | ({"receipt": own["receipt"] in ("true", "1", "yes")} if "receipt" in own else {})
        )
        return (
            {name: words for name, words in sent.words.items() if name not in _OWN},
            sent.files,
            about,
            False,
        )
    try:
        about = _submitted(await request.json())
    except ValueError as wrong:
        raise Refused("request.invalid", Kind.INVALID) from wrong
    return {name: _words(value) for name, value in about.values.items()}, _files(about.files), about, True


def _submitted(given: Any) -> Submitted:
    try:
        return _SUBMITTED.validate_python(given)
    except ValidationError as wrong:
        raise RefusedFields(
            [
                Fault(pointer=pointed(each["loc"], given) or "/", code=f"field.{each['type']}", params={})
                for each in wrong.errors(include_url=False)
            ]
        ) from wrong


def _words(value: _Value) -> tuple[str, ...]:
    match value:
        case None:
            return ()
        case bool():
            return (answers.YES if value else answers.NO,)
        case list():
            return tuple(value)
        case _:
            return (str(value),)


def _files(given: Mapping[str, Sequence[SentFile]]) -> Files:
    found: dict[str, list[Upload]] = {}
    faults = []
    for field, sent in given.items():
        for place, each in enumerate(sent):
            try:
                content = base64.b64decode(each.content, validate=True)
            except (binascii.Error, ValueError):
                faults.append(
                    Fault(pointer=f"/files/{field}/{place}/content", code="field.base64", params={})
                )
                continue
            found.setdefault(field, []).append(Upload(name=each.name, content=content))
    if faults:
        raise RefusedFields(faults)
    return found


def _unknown(form: Form, given: Given, sent: Files) -> list[Fault]:
    """A misspelt name must not be silently without effect."""
    return [
        Fault(pointer=f"/{name[:60]}", code="field.unknown", params={})
        for name in answers.unknown(form, [*given, *sent])
    ]


def _pointed(fault: Fault, form: Form, *, in_json: bool) -> Fault:
    """Into the request as it was sent."""
    asked = form.asked(fault.pointer.removeprefix("/"))
    if not in_json:
        return fault
    part = "files" if asked is not None and asked.kind == "file" else "values"
    return Fault(pointer=f"/{part}{fault.pointer}", code=fault.code, params=fault.params)
