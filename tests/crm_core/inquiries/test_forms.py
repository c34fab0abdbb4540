"""A form as data: what is wrong with one, and what a visitor filled in, judged without a store."""

from dataclasses import replace
from typing import Any

import pytest

from config.errors import RefusedFields
from crm_core.inquiries import answers, document
from crm_core.inquiries.answers import judge
from crm_core.inquiries.files import Upload
from crm_core.inquiries.model import Form, SkillNeed
from crm_core.inquiries.validation import errors, problems
from tests.crm_core.inquiries.drawn_forms import FILLED, KNOWN, form, whole

PIXEL = b"\x89PNG\r\n\x1a\n tiny"


def codes(of: Form) -> set[tuple[str, str]]:
    return {(each.code, each.pointer) for each in problems(of, KNOWN)}


def changed(place: int, **more: Any) -> Form:
    given = whole()
    given["fields"][place] |= more
    return document.read(given)


def test_a_whole_form_has_nothing_wrong_and_is_the_same_again() -> None:
    """It may be published as it is, and as JSON it is itself."""
    assert problems(form(), KNOWN) == []
    assert document.read(document.written(form())) == form()


@pytest.mark.parametrize(
    ("of", "code", "pointer"),
    [
        (Form(), "inquiry.no_fields", "/fields"),
        (form(title={"en": "x"}), "inquiry.words_missing", "/title/zh-TW"),
        (form(queues={}), "inquiry.queue_missing", "/queues"),
        (form(queues={"en": "gone"}), "inquiry.queue_unknown", "/queues/en"),
        (form(subject="{nobody}"), "inquiry.subject_unknown", "/subject"),
        (form(case_type_id="gone"), "inquiry.type_unknown", "/case_type_id"),
        (changed(1, role=""), "inquiry.no_receipt", "/receipt"),
        (changed(1, name="name"), "inquiry.name_twice", "/fields/1/name"),
        (changed(1, name="status"), "inquiry.name_reserved", "/fields/1/name"),
        (changed(1, role="name"), "inquiry.role_kind", "/fields/1/role"),
        (changed(3, choices=[]), "inquiry.no_choices", "/fields/3/choices"),
        (changed(4, least=30), "inquiry.least_most", "/fields/4/least"),
        (changed(5, when={"field": "again", "values": ["yes"]}), "inquiry.when_field", "/fields/5/when/field"),
        (changed(5, when={"field": "topic", "values": ["x"]}), "inquiry.when_value", "/fields/5/when/values/0"),
        (changed(4, maps_to="case.gone"), "inquiry.target_unknown", "/fields/4/maps_to"),
        (changed(4, maps_to="case.severity"), "inquiry.target_kind", "/fields/4/maps_to"),
        (changed(12, purpose="gone"), "inquiry.purpose_unknown", "/fields/12/purpose"),
        (changed(12, text_version=""), "inquiry.text_version", "/fields/12/text_version"),
        (changed(11, groups=[]), "inquiry.no_groups", "/fields/11/groups"),
        (changed(11, most=99), "inquiry.most", "/fields/11/most"),
    ],
)  # fmt: skip
def test_each_fault_of_a_form_is_told_with_its_place(of: Form, code: str, pointer: str) -> None:
    """Whatever is missing or cannot be."""
    assert (code, pointer) in codes(of)


def test_what_has_not_the_shape_of_a_form_is_refused_with_its_place() -> None:
    """Keys, kinds and origins are of the shapes that they have to be of."""
    given = whole(origins=["javascript:alert(1)"], languages=["de"])
    given["fields"][0]["kind"] = "password"
    with pytest.raises(RefusedFields) as refused:
        document.read(given)
    assert {each.pointer for each in refused.value.faults} >= {
        "/document/origins/0",
        "/document/languages/0",
        "/document/fields/0/kind",
    }
    assert errors(problems(form(), KNOWN)) == []


def test_answers_come_in_the_forms_order_and_say_what_they_ask_for() -> None:
    """Choices in the visitor's language, the subject filled in, points and skills of what was chosen, and only what was asked."""
    judged = judge(
        form(),
        "zh-TW",
        FILLED | {"before": ("yesterday",)},
        {"photo": (Upload(name="C:\\a\\lamp.png", content=PIXEL),)},
    )
    assert judged.faults == ()
    shown = {each.asked.name: each.shown for each in judged.answers}
    assert list(shown) == [each.name for each in form().fields if each.name != "before"]
    assert (shown["topic"], shown["parts"], shown["count"], shown["news"], shown["again"]) == (
        "退貨",
        "燈, 電線",
        "2",
        "是",
        "否",
    )
    assert answers.subject(form(), "zh-TW", judged.answers) == "退貨: A-1001"
    assert (judged.points, judged.needs) == (600, (SkillNeed(skill="returns", level=2),))
    assert (judged.value("email"), judged.value("name"), judged.value("phone")) == (
        "mei@example.org",
        "Mei Wu",
        "",
    )
    assert [(each.name, each.content_type) for each in judged.taken] == [("lamp.png", "image/png")]


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"name": ()}, ("/name", "field.required")),
        ({"mail": ("nobody",)}, ("/mail", "field.email")),
        ({"phone": ("none",)}, ("/phone", "field.phone")),
        ({"topic": ("other",)}, ("/topic", "field.choice")),
        ({"topic": ("return", "repair")}, ("/topic", "field.text")),
        ({"order": ("A",)}, ("/order", "field.too_short")),
        ({"order": ("A" * 21,)}, ("/order", "field.too_long")),
        ({"order": ("A\nB",)}, ("/order", "field.one_line")),
        ({"reason": ("  ",)}, ("/reason", "field.required")),
        ({"count": ("many",)}, ("/count", "field.number")),
        ({"count": ("nan",)}, ("/count", "field.number")),
        ({"count": ("10",)}, ("/count", "field.too_large")),
        ({"bought": ("2026-02-30",)}, ("/bought", "field.date")),
        ({"parts": ("lamp", "cable", "box")}, ("/parts", "field.too_many")),
        ({"parts": ("x",)}, ("/parts", "field.choice")),
        ({"again": ("yes",)}, ("/before", "field.required")),
    ],
)
def test_each_wrong_answer_is_told_at_its_field(
    given: dict[str, tuple[str, ...]], fault: tuple[str, str]
) -> None:
    """And nothing is taken."""
    judged = judge(form(), "en", FILLED | given, {})
    assert [(each.pointer, each.code) for each in judged.faults] == [fault]
    assert judged.answers == ()


def test_a_question_whose_condition_does_not_hold_was_not_asked() -> None:
    """What stands in it counts for nothing, also further down the chain, and it is not missing."""
    given = whole()
    given["fields"].append(
        {
            "name": "deep",
            "kind": "text",
            "label": {"en": "x", "zh-TW": "x", "zh-CN": "x"},
            "required": True,
            "when": {"field": "inner", "values": ["yes"]},
        }
    )
    given["fields"].insert(
        -1,
        {
            "name": "inner",
            "kind": "yes_no",
            "label": {"en": "x", "zh-TW": "x", "zh-CN": "x"},
            "when": {"field": "topic", "values": ["return"]},
        },
    )
    chained = document.read(given)
    assert errors(problems(chained, KNOWN)) == []
    repair = FILLED | {"topic": ("repair",), "inner": ("yes",), "reason": ("",)}
    judged = judge(chained, "en", repair, {})
    assert judged.faults == ()
    assert {"reason", "inner", "deep"}.isdisjoint({each.asked.name for each in judged.answers})
    assert [each.pointer for each in judge(chained, "en", FILLED | {"inner": ("yes",)}, {}).faults] == [
        "/deep"
    ]


def test_a_mandatory_consent_must_be_given_and_an_optional_one_may_be_left() -> None:
    """No agreement is read out of silence."""
    asked = document.read(whole())
    news = replace(asked.fields[-1], required=True)
    must = replace(asked, fields=(*asked.fields[:-1], news))
    assert [each.code for each in judge(must, "en", FILLED | {"news": ()}, {}).faults] == ["field.must_agree"]
    judged = judge(asked, "en", FILLED | {"news": ()}, {})
    assert judged.answers[-1].value is False


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ([Upload(name="a.png", content=b"MZ\x90")], "field.file_type"),
        ([Upload(name="a.exe", content=PIXEL)], "field.file_type"),
        ([Upload(name="a.zip", content=b"PK\x03\x04")], "field.file_type"),
        ([Upload(name="a.png", content=b"")], "field.file_empty"),
        ([Upload(name="a.png", content=PIXEL + b"x" * 1_000_000)], "field.file_large"),
        ([Upload(name="a.png", content=PIXEL)] * 3, "field.too_many"),
    ],
)
def test_files_are_judged_by_what_they_are(files: list[Upload], code: str) -> None:
    """By ending and bytes, never by what the sender says; by number and size."""
    assert [each.code for each in judge(form(), "en", FILLED, {"photo": files}).faults] == [code]


def test_what_a_visitor_writes_is_never_read_as_a_placeholder() -> None:
    """The subject is filled in one pass and stays on one line."""
    of = form(subject="{order}/{name} {topic}")
    judged = judge(of, "en", FILLED | {"order": ("{name}",), "name": ("{topic}",)}, {})
    assert answers.subject(of, "en", judged.answers) == "{name}/{topic} Return"
