"""What is wrong with a flow is told at once and where, and what is right is let pass."""

import copy
from typing import Any

import pytest
from hypothesis import given

from config.errors import Refused, RefusedFields
from crm_core.flows import document
from crm_core.flows.model import MOST_STEPS, Flow
from crm_core.flows.validation import Problem, errors, problems
from tests.crm_core.flows.drawn_flows import FLOWS, KNOWN, WHOLE, whole

PLACES = {"start": "start", "steps": "steps"}


def changed(**steps: Any) -> Flow:
    """The whole flow with fields of some steps changed; None takes a step out."""
    given_one = copy.deepcopy(WHOLE)
    for name, fields in steps.items():
        if fields is None:
            del given_one["steps"][name]
        else:
            given_one["steps"].setdefault(name, {}).update(fields)
    return document.read(given_one)


def told(found: list[Problem]) -> set[tuple[str, str]]:
    return {(each.code, each.pointer) for each in found}


def test_a_whole_flow_has_nothing_wrong_with_it() -> None:
    """Every kind of step is in it."""
    assert problems(whole(), KNOWN) == []
    kinds = {step.kind for step in whole().steps.values()}
    assert len(kinds) == 13


@pytest.mark.parametrize(
    ("steps", "code", "pointer"),
    [
        ({"thanks": {"next": "nowhere"}}, "flow.target_missing", "/steps/thanks/next"),
        ({"thanks": {"next": ""}}, "flow.target_missing", "/steps/thanks/next"),
        ({"menu": {"choices": [{"key": "1", "next": "x"}]}}, "flow.target_missing", "/steps/menu/choices/0/next"),
        ({"caller": {"vip": ""}}, "flow.target_missing", "/steps/caller/vip"),
        ({"menu": {"choices": []}}, "flow.no_choices", "/steps/menu/choices"),
        (
            {"menu": {"choices": [{"key": "1", "next": "sales"}, {"key": "1", "next": "care"}]}},
            "flow.key_twice",
            "/steps/menu/choices/1/key",
        ),
        ({"thanks": {"prompt": ""}}, "flow.prompt_missing", "/steps/thanks/prompt"),
        ({"thanks": {"prompt": "prompt:gone"}}, "flow.prompt_unknown", "/steps/thanks/prompt"),
        ({"thanks": {"prompt": "ours:gone"}}, "flow.prompt_unknown", "/steps/thanks/prompt"),
        ({"menu": {"invalid": "prompt:p-new"}}, "flow.prompt_silent", "/steps/menu/invalid"),
        ({"sales": {"queue_id": "gone"}}, "flow.queue_unknown", "/steps/sales/queue_id"),
        ({"callback": {"queue_id": ""}}, "flow.missing", "/steps/callback/queue_id"),
        ({"hours": {"calendar_id": "gone"}}, "flow.calendar_unknown", "/steps/hours/calendar_id"),
        ({"hours": {"queue_id": "q-care"}}, "flow.hours_of_one", "/steps/hours/queue_id"),
        ({"caller": {"tiers": ["tin"]}}, "flow.tier_unknown", "/steps/caller/tiers/0"),
        ({"number": {"least": 9, "most": 4}}, "flow.least_most", "/steps/number/least"),
        ({"number": {"name": ""}}, "flow.missing", "/steps/number/name"),
        ({"lookup": {"name": "other"}}, "flow.not_collected", "/steps/lookup/name"),
        ({"lookup": {"pin": ""}}, "flow.pin_missing", "/steps/lookup/pin"),
        ({"pin": {"secret": False}}, "flow.secret_shown", "/steps/lookup/pin"),
        ({"pin": {"name": "number"}}, "flow.secret_differs", "/steps/number/secret"),
        ({"outside": {"number": "9999"}}, "flow.number_not_allowed", "/steps/outside/number"),
        (
            {"sales": {"skills": [{"skill": "billing"}, {"skill": "billing"}]}},
            "flow.skill_twice",
            "/steps/sales/skills/1/skill",
        ),
        (
            {"thanks": {"next": "again"}, "again": {"kind": "say", "prompt": "ours:closed", "next": "thanks"}},
            "flow.loop",
            "/steps/again",
        ),
        (
            {"thanks": {"next": "again"}, "again": {"kind": "menu", "prompt": "ours:closed", "otherwise": "again",
             "choices": [{"key": "1", "next": "again"}]}},
            "flow.no_end",
            "/steps/again",
        ),
    ],
)  # fmt: skip
def test_each_error_is_told_at_its_place(steps: dict[str, Any], code: str, pointer: str) -> None:
    """With its code and a pointer to it."""
    found = problems(changed(**steps), KNOWN)
    assert (code, pointer) in told(errors(found)), found


def test_what_only_may_be_wrong_is_a_warning() -> None:
    """A step that nothing leads to, a language without a sound, a skill that nobody has: published all the same."""
    known = KNOWN.__class__(
        **{name: getattr(KNOWN, name) for name in KNOWN.__dataclass_fields__}
        | {"prompts": {"p-hello": frozenset({"en", "zh-TW"})}, "skills": frozenset()}
    )
    flow = changed(alone={"kind": "hangup"})
    found = problems(flow, known)
    assert errors(found) == []
    assert told(found) == {
        ("flow.unreachable", "/steps/alone"),
        ("flow.skill_of_nobody", "/steps/sales/skills/0/skill"),
        *(("flow.language_missing", f"/steps/{name}/prompt") for name in ("language", "menu")),
        ("flow.language_missing", "/steps/care/announce"),
    }


def test_all_is_told_at_once_errors_first() -> None:
    """Several errors and warnings of one document, in one answer."""
    flow = changed(thanks={"next": ""}, sales={"queue_id": "gone"}, alone={"kind": "hangup"})
    found = problems(flow, KNOWN)
    assert {"flow.target_missing", "flow.queue_unknown", "flow.unreachable"} <= {each.code for each in found}
    severities = [each.severity for each in found]
    assert severities == sorted(severities)


def test_an_empty_flow_says_so() -> None:
    """Nothing in it is one error, an unknown start another."""
    assert told(problems(Flow(), KNOWN)) == {("flow.no_steps", "/steps")}
    assert ("flow.start_missing", "/start") in told(
        problems(document.read({**WHOLE, "start": "nowhere"}), KNOWN)
    )


@given(flow=FLOWS)
def test_what_is_told_stands_where_it_says(flow: Flow) -> None:
    """Every pointer leads into the document, or to a field of one of its steps; the document reads back as it was."""
    written = document.written(flow)
    assert document.read(written) == flow
    for each in problems(flow, KNOWN):
        here: Any = written
        for part in each.pointer.split("/")[1:]:
            here = here[int(part)] if isinstance(here, list) else here[part]


@pytest.mark.parametrize(
    ("given_one", "pointer"),
    [
        ({"steps": {"a": {"kind": "nothing"}}}, "/document/steps/a"),
        ({"steps": {"a": {"kind": "say", "more": 1}}}, "/document/steps/a/more"),
        ({"steps": {"a": {"kind": "say", "prompt": "asterisk:../secret"}}}, "/document/steps/a/prompt"),
        ({"steps": {"a": {"kind": "menu", "choices": [{"key": "11"}]}}}, "/document/steps/a/choices/0/key"),
        ({"steps": {"a": {"kind": "transfer", "number": "02,30,S(9)"}}}, "/document/steps/a/number"),
        ({"steps": {"A b": {"kind": "say"}}}, "/document/steps/A b/[key]"),
        ({"steps": {f"s{n}": {"kind": "hangup"} for n in range(MOST_STEPS + 1)}}, "/document/steps"),
    ],
)
def test_what_has_not_the_shape_of_a_flow_is_refused(given_one: Any, pointer: str) -> None:
    """With a pointer into what was given: kinds of steps are no part of it."""
    with pytest.raises(RefusedFields) as refusal:
        document.read(given_one)
    assert [each.pointer for each in refusal.value.faults] == [pointer]


def test_a_document_has_a_largest_size() -> None:
    """In bytes, of which a Chinese character has three."""
    steps = {
        f"s{n}": {"kind": "caller", "tiers": ["金" * 90] * 3, "known": "s1", "unknown": "s1"}
        for n in range(90)
    }
    with pytest.raises(Refused) as refusal:
        document.written(document.read({"start": "s1", "steps": steps}))
    assert refusal.value.code == "flow.too_large"
