"""What is wrong with a form (pure): everything at once, each with its place. Errors keep it from being published, warnings do not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from config.errors import Param
from crm_core.inquiries.model import (
    LONGEST_TEXT,
    MOST_FILES,
    RESERVED,
    Field,
    Form,
    subject_names,
)

Severity = Literal["error", "warning"]
CHOOSING = ("choice", "several", "yes_no")
_ROLES: Mapping[str, tuple[str, ...]] = {"name": ("text",), "email": ("email",), "phone": ("phone",)}
_MAPPED: Mapping[str, tuple[str, ...]] = {
    "text": ("text", "long_text"),
    "long_text": ("long_text",),
    "email": ("email", "text"),
    "phone": ("phone", "text"),
    "number": ("number", "integer", "amount"),
    "date": ("date", "text"),
    "choice": ("choice", "code", "text"),
    "several": ("tags",),
    "yes_no": ("boolean",),
}
"""Which kinds of a record's fields hold the answer of a question of this kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """`pointer`: into the document (RFC 6901)."""

    severity: Severity
    code: str
    pointer: str
    params: Mapping[str, Param] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What forms may name. `targets`: fields of records by `case.<name>` and `party.<name>`, each with its kind."""

    queues: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    purposes: frozenset[str] = frozenset()
    targets: Mapping[str, str] = field(default_factory=dict)


def problems(form: Form, known: Known) -> list[Problem]:
    """All of them, errors first."""
    found = [*_of_words(form), *_of_ways(form, known), *_of_visitor(form), *_of_subject(form)]
    for place, each in enumerate(form.fields):
        found += [
            Problem(
                severity=one.severity,
                code=one.code,
                pointer=f"/fields/{place}{one.pointer}",
                params=one.params,
            )
            for one in _of_field(form, place, each, known)
        ]
    return sorted(found, key=lambda each: (each.severity != "error", each.pointer, each.code))


def errors(found: list[Problem]) -> list[Problem]:
    return [each for each in found if each.severity == "error"]


def _error(code: str, pointer: str, **params: Param) -> Problem:
    return Problem(severity="error", code=code, pointer=pointer, params=params)


def _warning(code: str, pointer: str, **params: Param) -> Problem:
    return Problem(severity="warning", code=code, pointer=pointer, params=params)


# -- the whole ---------------------------------------------------------------------------------------------------------


def _of_words(form: Form) -> Iterator[Problem]:
    if not form.languages:
        yield _error("inquiry.no_language", "/languages")
    if len(set(form.languages)) != len(form.languages):
        yield _error("inquiry.language_twice", "/languages")
    yield from _in_all(form, form.title, "/title")
    if not form.fields:
        yield _error("inquiry.no_fields", "/fields")


def _in_all(form: Form, words: Mapping[str, str], pointer: str) -> Iterator[Problem]:
    for language in form.languages:
        if not words.get(language, "").strip():
            yield _error("inquiry.words_missing", f"{pointer}/{language}", language=language)


def _of_ways(form: Form, known: Known) -> Iterator[Problem]:
    for language in form.languages:
        if not form.queue(language):
            yield _error("inquiry.queue_missing", "/queues", language=language)
    for spoken, queue in form.queues.items():
        if queue and queue not in known.queues:
            yield _error("inquiry.queue_unknown", f"/queues/{spoken}", id=queue)
    if form.case_type_id and form.case_type_id not in known.types:
        yield _error("inquiry.type_unknown", "/case_type_id", id=form.case_type_id)


def _of_visitor(form: Form) -> Iterator[Problem]:
    roles = [each.role for each in form.fields if each.role]
    if "email" not in roles and "phone" not in roles:
        yield _warning("inquiry.no_way_back", "/fields")
    if form.receipt and "email" not in roles:
        yield _warning("inquiry.no_receipt", "/receipt")
    for role in sorted({each for each in roles if roles.count(each) > 1}):
        yield _error("inquiry.role_twice", "/fields", role=role)


def _of_subject(form: Form) -> Iterator[Problem]:
    for name in subject_names(form.subject):
        asked = form.asked(name)
        if asked is None or asked.kind in ("file", "consent"):
            yield _error("inquiry.subject_unknown", "/subject", name=name[:60])


# -- one field ---------------------------------------------------------------------------------------------------------


def _of_field(form: Form, place: int, asked: Field, known: Known) -> Iterator[Problem]:
    if asked.name in RESERVED:
        yield _error("inquiry.name_reserved", "/name", name=asked.name)
    if asked.name in [each.name for each in form.fields[:place]]:
        yield _error("inquiry.name_twice", "/name", name=asked.name)
    yield from _in_all(form, asked.label, "/label")
    if asked.role and asked.kind not in _ROLES[asked.role]:
        yield _error("inquiry.role_kind", "/role", role=asked.role)
    yield from _of_limits(asked)
    if asked.kind in ("choice", "several"):
        yield from _of_choices(form, asked, known)
    if asked.kind == "consent":
        yield from _of_consent(form, asked, known)
    if asked.kind == "file" and not asked.groups:
        yield _error("inquiry.no_groups", "/groups")
    yield from _of_target(asked, known)
    yield from _of_condition(form, place, asked)


def _of_limits(asked: Field) -> Iterator[Problem]:
    least, most = asked.least, asked.most
    if least is not None and most is not None and least > most:
        yield _error("inquiry.least_most", "/least", least=least, most=most)
    largest = {"text": 500, "long_text": LONGEST_TEXT, "file": MOST_FILES, "several": len(asked.choices)}.get(
        asked.kind
    )
    if largest is not None and most is not None and not 1 <= most <= largest:
        yield _error("inquiry.most", "/most", most=largest)
    if asked.kind == "several" and least is not None and least > len(asked.choices):
        yield _error("inquiry.most", "/least", most=len(asked.choices))


def _of_choices(form: Form, asked: Field, known: Known) -> Iterator[Problem]:
    if not asked.choices:
        yield _error("inquiry.no_choices", "/choices")
    codes = [each.code for each in asked.choices]
    for place, choice in enumerate(asked.choices):
        at = f"/choices/{place}"
        if not choice.code:
            yield _error("inquiry.code_missing", f"{at}/code")
        elif choice.code in codes[:place]:
            yield _error("inquiry.code_twice", f"{at}/code", given=choice.code)
        yield from _in_all(form, choice.label, f"{at}/label")
        for number, need in enumerate(choice.skills):
            if need.skill not in known.skills:
                yield _warning("inquiry.skill_of_nobody", f"{at}/skills/{number}", skill=need.skill)


def _of_consent(form: Form, asked: Field, known: Known) -> Iterator[Problem]:
    yield from _in_all(form, asked.text, "/text")
    if not asked.text_version:
        yield _error("inquiry.text_version", "/text_version")
    if asked.purpose not in known.purposes:
        yield _error("inquiry.purpose_unknown", "/purpose", purpose=asked.purpose)


def _of_target(asked: Field, known: Known) -> Iterator[Problem]:
    if not asked.maps_to:
        return
    kind = known.targets.get(asked.maps_to)
    if kind is None:
        yield _error("inquiry.target_unknown", "/maps_to", target=asked.maps_to)
    elif kind not in _MAPPED.get(asked.kind, ()):
        yield _error("inquiry.target_kind", "/maps_to", target=asked.maps_to)


def _of_condition(form: Form, place: int, asked: Field) -> Iterator[Problem]:
    if asked.when is None:
        return
    other = next((each for each in form.fields[:place] if each.name == asked.when.field), None)
    if other is None or other.kind not in CHOOSING:
        yield _error("inquiry.when_field", "/when/field", name=asked.when.field)
        return
    offered = ("yes", "no") if other.kind == "yes_no" else tuple(each.code for each in other.choices)
    if not asked.when.values:
        yield _error("inquiry.when_values", "/when/values")
    for number, value in enumerate(asked.when.values):
        if value not in offered:
            yield _error("inquiry.when_value", f"/when/values/{number}", value=value)
