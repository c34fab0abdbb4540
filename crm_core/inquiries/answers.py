"""What a visitor filled in, judged by the form (pure): the answers in the form's order, or every fault at once.

A question whose condition does not hold was not asked: whatever stands there counts for nothing.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from config.errors import Fault
from crm_core.inquiries import files
from crm_core.inquiries.files import Upload
from crm_core.inquiries.model import LANGUAGES, LONGEST_TEXT, MOST_FILES, Field, Form, SkillNeed, said
from crm_core.records import declared
from crm_core.records.declared import FieldKind, label
from crm_core.records.values import Wrong, stored

YES, NO = "yes", "no"
MOST_TEXT = 500
_ANY = label("", "", "")
Given = Mapping[str, Sequence[str]]
Files = Mapping[str, Sequence[Upload]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`value`: a text, a number, yes or no, codes of choices, names of files; None: asked and left out. `shown`: in the visitor's language."""

    asked: Field
    value: Any
    shown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenFile:
    field: str
    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """`faults`: pointers are `/<field>`; with any of them nothing else counts."""

    answers: tuple[Answer, ...] = ()
    taken: tuple[TakenFile, ...] = ()
    faults: tuple[Fault, ...] = ()

    def value(self, role: str) -> str:
        """What tells who the visitor is: name, email, phone."""
        return next((str(each.value) for each in self.answers if each.asked.role == role and each.value), "")

    @property
    def points(self) -> int:
        return sum(choice.priority_points for each in self.answers for choice in _chosen(each))

    @property
    def needs(self) -> tuple[SkillNeed, ...]:
        return tuple(
            dict.fromkeys(need for each in self.answers for choice in _chosen(each) for need in choice.skills)
        )


def judge(form: Form, language: str, given: Given, sent: Files) -> Judged:
    """All of it. Names that are no field's are nobody's answer; `unknown` tells them."""
    answers: list[Answer] = []
    taken: list[TakenFile] = []
    faults: list[Fault] = []
    for asked in form.fields:
        if not is_asked(form, asked, given):
            continue
        try:
            if asked.kind == "file":
                mine = _files(asked, sent.get(asked.name, ()))
                taken += mine
                value: Any = [each.name for each in mine] or None
            else:
                value = _value(asked, given.get(asked.name, ()))
        except Wrong as wrong:
            faults.append(Fault(pointer=f"/{asked.name}", code=wrong.code, params=dict(wrong.params)))
            continue
        answers.append(Answer(asked=asked, value=value, shown=shown(asked, value, language)))
    if faults:
        return Judged(faults=tuple(faults))
    return Judged(answers=tuple(answers), taken=tuple(taken))


def is_asked(form: Form, asked: Field, given: Given) -> bool:
    """Whether its condition holds, and those of the questions that it hangs on."""
    if asked.when is None:
        return True
    # of those before it alone, so that no two hang on each other
    before = form.fields[: form.fields.index(asked)]
    other = next((each for each in before if each.name == asked.when.field), None)
    if other is None or not is_asked(form, other, given):
        return False
    values = [each.strip() for each in given.get(other.name, ())]
    if other.kind == "yes_no":
        values = [YES if YES in values else NO]
    return any(each in asked.when.values for each in values)


def unknown(form: Form, names: Sequence[str]) -> list[str]:
    return [name for name in names if form.asked(name) is None]


def shown(asked: Field, value: Any, language: str) -> str:
    """For whoever reads it in this language."""
    if value is None:
        return ""
    if asked.kind in ("choice", "several"):
        words = {each.code: said(each.label, language) or each.code for each in asked.choices}
        return ", ".join(words.get(code, code) for code in ([value] if isinstance(value, str) else value))
    if isinstance(value, bool):
        return _YES_NO[language][0 if value else 1] if language in _YES_NO else str(value)
    if isinstance(value, list):
        return ", ".join(value)
    return f"{value:g}" if isinstance(value, float) and abs(value) < 1e6 else str(value)


_YES_NO = {"en": ("Yes", "No"), "zh-TW": ("是", "否"), "zh-CN": ("是", "否")}


def written(answers: Sequence[Answer], language: str) -> list[dict[str, Any]]:
    """As they are kept: by themselves, whatever becomes of the form; of consent with the very words that were read."""
    return [
        {
            "name": each.asked.name,
            "kind": each.asked.kind,
            "role": each.asked.role,
            "maps_to": each.asked.maps_to,
            "label": dict(each.asked.label),
            "value": each.value,
            "shown": {language: shown(each.asked, each.value, language) for language in LANGUAGES},
        }
        | (_evidence(each.asked, language) if each.asked.kind == "consent" else {})
        for each in answers
    ]


def _evidence(asked: Field, language: str) -> dict[str, str]:
    return {"purpose": asked.purpose, "text_version": asked.text_version, "text": said(asked.text, language)}


def subject(form: Form, language: str, answers: Sequence[Answer]) -> str:
    """The case's, on one line."""
    words = {each.asked.name: each.shown for each in answers}
    text = form.subject or said(form.title, language)
    # in one pass: what a visitor wrote is never read as a placeholder
    parts = text.split("{")
    made = parts[0]
    for part in parts[1:]:
        name, closed, rest = part.partition("}")
        made += f"{words.get(name, '')}{rest}" if closed else f"{{{part}"
    line = " ".join(made.split()).strip(" :-–,;/|")
    return (line or said(form.title, language))[:200]


def _value(asked: Field, given: Sequence[str]) -> Any:
    words = [each for each in given if each.strip()]
    match asked.kind:
        case "yes_no" | "consent":
            return _yes(asked, words)
        case "several":
            return _several(asked, words)
        case _:
            value = stored(_as_record(asked), _one(asked, words))
            if asked.kind in ("text", "long_text") and value is not None and len(value) < (asked.least or 0):
                raise Wrong("field.too_short", least=int(asked.least or 0))
            return value


def _one(asked: Field, words: Sequence[str]) -> Any:
    if len(words) > 1:
        raise Wrong("field.text")
    word = words[0].strip() if words else None
    if asked.kind != "number" or word is None:
        return words[0] if words else None
    try:
        number = float(Decimal(word.replace(",", "")))
    except (InvalidOperation, OverflowError) as error:
        raise Wrong("field.number") from error
    if not math.isfinite(number):
        raise Wrong("field.number")
    return number


def _yes(asked: Field, words: Sequence[str]) -> bool:
    said_yes = bool(words) and words[0].strip().lower() in (YES, "true", "1", "on")
    if asked.required and not said_yes:
        raise Wrong("field.must_agree" if asked.kind == "consent" else "field.required")
    return said_yes


def _several(asked: Field, words: Sequence[str]) -> list[str] | None:
    offered = [each.code for each in asked.choices]
    chosen = {each.strip() for each in words}
    if not chosen <= set(offered):
        raise Wrong("field.choice")
    least = int(asked.least or 0) or int(asked.required)
    if len(chosen) < least and (chosen or asked.required):
        raise Wrong(
            "field.required" if not chosen else "field.too_few", **({} if not chosen else {"least": least})
        )
    if asked.most is not None and len(chosen) > asked.most:
        raise Wrong("field.too_many", most=int(asked.most))
    return [code for code in offered if code in chosen] or None


def _files(asked: Field, sent: Sequence[Upload]) -> list[TakenFile]:
    given = [each for each in sent if each.name or each.content]
    most = int(asked.most or (1 if asked.most is None else MOST_FILES))
    if asked.required and not given:
        raise Wrong("field.required")
    if len(given) > most:
        raise Wrong("field.too_many", most=most)
    return [
        TakenFile(
            field=asked.name,
            name=files.shown_name(each.name),
            content_type=files.checked(each, asked.groups, asked.most_mb).content_type,
            content=each.content,
        )
        for each in given
    ]


def _as_record(asked: Field) -> declared.Field:
    """The same question as a record's field, which is judged alike everywhere."""
    numeric = asked.kind == "number"
    longest = {"text": MOST_TEXT, "long_text": LONGEST_TEXT}.get(asked.kind)
    return declared.Field(
        name=asked.name,
        kind=FieldKind(asked.kind),
        label=_ANY,
        required=asked.required,
        choices=tuple(declared.Choice(code=each.code, label=_ANY) for each in asked.choices),
        least=asked.least if numeric else None,
        most=asked.most if numeric else (asked.most or longest),
    )


def _chosen(answer: Answer) -> list[Any]:
    codes = answer.value if isinstance(answer.value, list) else [answer.value]
    return [each for each in answer.asked.choices if each.code in codes]
