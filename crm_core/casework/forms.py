"""A form as data (pure): fields with a kind, names in three languages, choices, and from which state on they must be filled in."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from config.errors import Fault, Kind, Refused, RefusedFields
from crm_core.casework.lifecycle import labelled
from crm_core.records.declared import Choice, Field, FieldKind
from crm_core.records.values import Wrong, shown, stored

MOST_FIELDS = 60
MOST_CHOICES = 200
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
KINDS = (
    FieldKind.TEXT,
    FieldKind.LONG_TEXT,
    FieldKind.INTEGER,
    FieldKind.NUMBER,
    FieldKind.BOOLEAN,
    FieldKind.DATE,
    FieldKind.MOMENT,
    FieldKind.CHOICE,
    FieldKind.EMAIL,
    FieldKind.PHONE,
    FieldKind.URL,
)
"""What a form's field may hold: what can be checked without looking anything up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """`required`: from the beginning; `required_at`: in these states."""

    field: Field
    required: bool
    required_at: frozenset[str]

    def asked_in(self, state: str) -> bool:
        return self.required or state in self.required_at


Form = tuple[FormField, ...]


def read(given: Any) -> Form:
    """A form from its JSON; `Refused` for one that cannot be filled in."""
    if given is None:
        return ()
    if not isinstance(given, list) or len(given) > MOST_FIELDS:
        raise _wrong("form.form")
    made = tuple(map(_field, given))
    if len({each.field.name for each in made}) != len(made):
        raise _wrong("form.field_twice")
    return made


def checked(form: Form, given: Any, before: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What was filled in, as it is kept (JSON), over what was there; every fault at once. Fields that the form once had keep their values."""
    if given is None:
        given = {}
    if not isinstance(given, dict):
        raise Refused("form.values", Kind.INVALID, pointer="/form")
    by_name = {each.field.name: each.field for each in form}
    values, faults = dict(before or {}), []
    for name, value in given.items():
        field = by_name.get(name)
        if field is None and name in values and values[name] == value:
            continue
        if field is None:
            faults.append(Fault(pointer=f"/form/{str(name)[:60]}", code="field.unknown", params={}))
            continue
        try:
            values[name] = shown(field, stored(field, value))
        except Wrong as wrong:
            faults.append(Fault(pointer=f"/form/{name}", code=wrong.code, params=dict(wrong.params)))
    if faults:
        raise RefusedFields(faults)
    return {name: value for name, value in values.items() if value is not None}


def missing(form: Form, values: Mapping[str, Any], state: str) -> list[Fault]:
    """What must be filled in for this state and is not."""
    return [
        Fault(pointer=f"/form/{each.field.name}", code="field.required", params={})
        for each in form
        if each.asked_in(state) and values.get(each.field.name) is None
    ]


def must_be_filled(form: Form, values: Mapping[str, Any], state: str) -> None:
    faults = missing(form, values, state)
    if faults:
        raise RefusedFields(faults)


def _field(given: Any) -> FormField:
    names = {
        "name",
        "kind",
        "label",
        "hint",
        "required",
        "required_at",
        "choices",
        "least",
        "most",
        "pauses_recording",
    }
    if not isinstance(given, dict) or not set(given) <= names:
        raise _wrong("form.form")
    name, kind = given.get("name"), given.get("kind")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise _wrong("form.name", name=str(name)[:60])
    if kind not in KINDS:
        raise _wrong("form.kind", name=name)
    at = given.get("required_at") or []
    if not isinstance(at, list) or not all(isinstance(each, str) for each in at):
        raise _wrong("form.form")
    hint = given.get("hint")
    choices = _choices(given.get("choices") or []) if kind == FieldKind.CHOICE else ()
    if kind == FieldKind.CHOICE and not choices:
        raise _wrong("form.choices", name=name)
    return FormField(
        field=Field(
            name=name,
            kind=FieldKind(kind),
            label=labelled(given.get("label"), name),
            hint=labelled(hint, "") if hint else None,
            choices=choices,
            least=_limit(given.get("least")),
            most=_limit(given.get("most")),
            pauses_recording=given.get("pauses_recording") is True,
        ),
        required=given.get("required") is True,
        required_at=frozenset(at),
    )


def _choices(given: Any) -> tuple[Choice, ...]:
    if not isinstance(given, list) or len(given) > MOST_CHOICES:
        raise _wrong("form.form")
    made = []
    for each in given:
        if not isinstance(each, dict) or not isinstance(each.get("code"), str) or not each["code"]:
            raise _wrong("form.form")
        made.append(Choice(code=each["code"][:100], label=labelled(each.get("label"), each["code"])))
    return tuple(made)


def _limit(given: Any) -> float | None:
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise _wrong("form.form")
    return float(given)


def states_named(form: Sequence[FormField]) -> set[str]:
    return {state for each in form for state in each.required_at}


def _wrong(code: str, **params: str) -> Refused:
    return Refused(code, Kind.INVALID, pointer="/form", **params)
