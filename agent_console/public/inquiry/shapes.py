"""A form as its template wants it: each question with its words in the reader's language, what was typed, and what is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent_console.public.rendering import View
from config.errors import Fault, Param
from crm_core.inquiries import files
from crm_core.inquiries.answers import MOST_TEXT
from crm_core.inquiries.model import LONGEST_TEXT, Field, Form, said

MOST_RADIOS = 6
"""More choices than that are a list to open."""
_INPUTS = {"email": "email", "phone": "tel", "number": "text", "date": "date", "text": "text"}
_FILLED = {"name": "name", "email": "email", "phone": "tel"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    code: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`widget`: input, area, list, radios, boxes, box, file. `only`: when it is asked, in words, for whoever has no script."""

    name: str
    widget: str
    type: str
    label: str
    help: tuple[str, ...]
    text: str
    required: bool
    value: str
    options: tuple[Option, ...]
    fault: str
    autocomplete: str
    most: int
    multiple: bool
    accept: str
    when: str
    values: str
    only: str


def questions(
    form: Form, view: View, given: Mapping[str, Sequence[str]], faults: Sequence[Fault]
) -> list[Question]:
    """In order."""
    wrong = {each.pointer.removeprefix("/"): view.told(each.code, _whole(each.params)) for each in faults}
    return [
        _question(form, each, view, given.get(each.name, ()), wrong.get(each.name, ""))
        for each in form.fields
    ]


def _whole(params: Mapping[str, Param]) -> dict[str, Param]:
    return {n: int(v) if isinstance(v, float) and v.is_integer() else v for n, v in params.items()}


def _question(form: Form, asked: Field, view: View, typed: Sequence[str], fault: str) -> Question:
    language = view.language
    longest = {"text": MOST_TEXT, "long_text": LONGEST_TEXT, "email": 254, "phone": 60, "number": 40}.get(
        asked.kind, 0
    )
    most = int(min(asked.most or longest, longest)) if asked.kind in ("text", "long_text") else longest
    return Question(
        name=asked.name,
        widget=_widget(asked),
        type=_INPUTS.get(asked.kind, "text"),
        label=said(asked.label, language) or asked.name,
        help=tuple(each for each in (said(asked.help, language), _limits(asked, view)) if each),
        text=said(asked.text, language) if asked.kind == "consent" else "",
        required=asked.required,
        value=typed[0] if typed else "",
        options=tuple(
            Option(code=each.code, label=said(each.label, language) or each.code, chosen=each.code in typed)
            for each in asked.choices
        ),
        fault=fault,
        autocomplete=_FILLED.get(asked.role, "off" if asked.kind != "text" else ""),
        most=most,
        multiple=asked.kind == "file" and int(asked.most or 1) > 1,
        accept=",".join(f".{each}" for each in files.endings(asked.groups)) if asked.kind == "file" else "",
        when=asked.when.field if asked.when else "",
        values=" ".join(asked.when.values) if asked.when else "",
        only=_only(form, asked, view),
    )


def _widget(asked: Field) -> str:
    match asked.kind:
        case "long_text":
            return "area"
        case "choice":
            return "radios" if len(asked.choices) <= MOST_RADIOS else "list"
        case "several":
            return "boxes"
        case "yes_no" | "consent":
            return "box"
        case "file":
            return "file"
        case _:
            return "input"


def _limits(asked: Field, view: View) -> str:
    words = view.words
    if asked.kind == "file":
        endings = ", ".join(files.endings(asked.groups))
        most = int(asked.most or 1)
        return words["files_hint" if most > 1 else "file_hint"].format(
            most=most, mb=asked.most_mb, endings=endings
        )
    if asked.kind == "several" and asked.most:
        return words["several_most"].format(most=int(asked.most))
    return ""


def _only(form: Form, asked: Field, view: View) -> str:
    other = form.asked(asked.when.field) if asked.when else None
    if other is None or asked.when is None:
        return ""
    words = view.words
    named = {each.code: said(each.label, view.language) or each.code for each in other.choices}
    if other.kind == "yes_no":
        named = {"yes": words["value_yes"], "no": words["value_no"]}
    values = words["value_or"].join(
        words["value_quoted"].format(value=named.get(each, each)) for each in asked.when.values
    )
    return words["only_when"].format(field=said(other.label, view.language) or other.name, values=values)
