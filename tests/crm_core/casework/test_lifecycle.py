"""Life cycles and forms as data: what is refused, what is offered, what is drawn."""

from typing import Any

import pytest

from config.errors import Refused, RefusedFields
from crm_core.casework import filling, forms, lifecycle
from crm_core.casework.lifecycle import PLAIN, Needs, Standing, unmet
from crm_core.casework.picture import mermaid
from crm_core.rules import model
from crm_core.rules.model import Trigger

TABLE: dict[str, Any] = {
    "initial": "new",
    "states": [
        {"name": "new", "class": "open", "label": {"en": "New", "zh-TW": "新進"}},
        {"name": "held", "class": "pending", "label": {"en": "Held"}},
        {"name": "done", "class": "solved", "label": {"en": "Done"}},
    ],
    "moves": [
        {"from": "new", "to": "held", "label": {"en": "Hold"}},
        {"from": "held", "to": "new", "label": {"en": "Go on"}},
        {"from": "new", "to": "done", "label": {"en": "Finish"}, "needs": {"resolution": True}},
    ],
}


def changed(**given: Any) -> dict[str, Any]:
    return TABLE | given


def standing(**given: Any) -> Standing:
    values: dict[str, Any] = {
        "values": {},
        "resolution": False,
        "mover": "ann",
        "role": "agent",
        "owner": "bob",
    }
    return Standing(**(values | given))


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ([], "lifecycle.form"),
        (changed(initial="nowhere"), "lifecycle.state_unknown"),
        (changed(initial="done"), "lifecycle.begins_done"),
        (changed(states=[*TABLE["states"], TABLE["states"][0]]), "lifecycle.state_twice"),
        (changed(moves=[*TABLE["moves"], TABLE["moves"][0]]), "lifecycle.move_twice"),
        (changed(moves=TABLE["moves"][:2]), "lifecycle.state_unreachable"),
        (changed(states=TABLE["states"][:2], moves=TABLE["moves"][:2]), "lifecycle.never_ends"),
        (changed(states=[{"name": "New!", "class": "open"}]), "lifecycle.name"),
        (changed(states=[{"name": "new", "class": "maybe"}]), "lifecycle.class"),
        (changed(moves=[{"from": "new", "to": "mars"}]), "lifecycle.state_unknown"),
        (
            changed(moves=[{"from": "new", "to": "held", "needs": {"roles": ["king"]}}]),
            "lifecycle.role",
        ),
        (
            changed(moves=[{"from": "new", "to": "held", "needs": {"approvers": [{"kind": "user"}]}}]),
            "lifecycle.approver",
        ),
    ],
)
def test_a_table_that_cannot_work_is_refused(given: Any, code: str) -> None:
    """Unknown, doubled and unreachable states, tables without an end or that begin at it: each has a code."""
    with pytest.raises(Refused) as refusal:
        lifecycle.read(given)
    assert refusal.value.code == code


def test_the_steps_are_those_of_the_table() -> None:
    """From a state lead its moves alone, in their order; a state that is gone from the table stands for its class."""
    table = lifecycle.read(TABLE)
    assert [each.end for each in table.steps("new")] == ["held", "done"]
    assert table.steps("done") == ()
    assert table.standing("vanished", "pending").name == "held"
    assert table.standing("held", "solved").name == "done"
    assert table.standing(None, "closed").name == "new"


def test_what_a_move_asks_for_is_told_all_at_once() -> None:
    """Fields, a resolution, a role and another person: each unmet need is a fault, and none is left when all are met."""
    needs = Needs(fields=("category", "form.serial"), resolution=True, roles=("supervisor",), not_owner=True)
    codes = [each.code for each in unmet(needs, standing(mover="bob"))]
    assert codes == [
        "case.move_needs_field",
        "case.move_needs_field",
        "case.move_needs_resolution",
        "case.move_needs_role",
        "case.move_needs_other",
    ]
    whole = standing(values={"category": "x", "form.serial": "7"}, resolution=True, role="supervisor")
    assert unmet(needs, whole) == ()


def test_the_picture_shows_every_state_and_move() -> None:
    """Mermaid's text names each state in the reader's language, and words cannot break out of their place."""
    evil = changed(
        states=[{"name": "new", "class": "open", "label": {"en": 'a"; x --> y\n#'}}, *TABLE["states"][1:]]
    )
    drawn = mermaid(lifecycle.read(evil), "zh-TW")
    assert drawn.count("-->") == len(TABLE["moves"]) + 2 + 1  # the beginning, the end, and one inside a name
    assert "\n#" not in drawn
    assert '";' not in drawn
    assert 'state "等候中" as pending' in mermaid(PLAIN, "zh-TW")


FORM = [
    {"name": "serial", "kind": "text", "label": {"en": "Serial"}, "required": True, "most": 10},
    {"name": "fault", "kind": "choice", "required_at": ["done"], "choices": [{"code": "a"}, {"code": "b"}]},
    {"name": "since", "kind": "date"},
]


def test_a_form_checks_what_is_filled_in() -> None:
    """Every wrong field is told at once; what is right is kept as JSON; what the form once had stays."""
    form = forms.read(FORM)
    with pytest.raises(RefusedFields) as refusal:
        forms.checked(form, {"serial": "12345678901", "fault": "c", "since": "soon", "x": 1})
    assert {each.pointer: each.code for each in refusal.value.faults} == {
        "/form/serial": "field.too_long",
        "/form/fault": "field.choice",
        "/form/since": "field.date",
        "/form/x": "field.unknown",
    }
    kept = forms.checked(form, {"serial": "77"}, {"old": 1, "since": "2026-01-02"})
    assert kept == {"serial": "77", "old": 1, "since": "2026-01-02"}


def test_a_form_asks_when_its_state_comes() -> None:
    """A field may be asked for from the beginning, or only from a state on."""
    form = forms.read(FORM)
    assert [each.pointer for each in forms.missing(form, {}, "new")] == ["/form/serial"]
    assert [each.pointer for each in forms.missing(form, {"serial": "1"}, "done")] == ["/form/fault"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, "form.form"),
        ([{"name": "A", "kind": "text"}], "form.name"),
        ([{"name": "a", "kind": "car"}], "form.kind"),
        ([{"name": "a", "kind": "choice"}], "form.choices"),
        ([{"name": "a", "kind": "text"}] * 2, "form.field_twice"),
    ],
)
def test_a_form_that_cannot_be_filled_in_is_refused(given: Any, code: str) -> None:
    """Each fault has a code."""
    with pytest.raises(Refused) as refusal:
        forms.read(given)
    assert refusal.value.code == code


def test_placeholders_are_filled_once_and_only_known_ones() -> None:
    """What a customer wrote is never read as a placeholder again, and nothing but the list can be asked for."""
    text = "Dear {{ party.name }}, {{case.number}} {{case.due}}"
    values = {"party.name": "{{agent.name}}", "case.number": "C-1", "agent.name": "Ann"}
    assert filling.filled(text, values) == "Dear {{agent.name}}, C-1 "
    assert filling.lacking(text, values) == ["case.due"]
    assert filling.unknown("{{party.password}} {{today}}") == ["party.password"]


def test_a_jump_is_a_share_of_the_previous_value() -> None:
    """Half as much again is a jump upwards when 40 % are allowed; nothing is one without a previous value."""
    detail = model.detail(Trigger.CHANGED, {"jump": {"field": "x_kwh", "up_by": 0.4}})
    assert detail.fits(Trigger.CHANGED, {"changes": {"x_kwh": [100, 150]}})
    assert not detail.fits(Trigger.CHANGED, {"changes": {"x_kwh": [100, 140]}})
    assert not detail.fits(Trigger.CHANGED, {"changes": {"x_kwh": [None, 150]}})
    assert not detail.fits(Trigger.CHANGED, {"changes": {"x_kwh": [0, 150]}})
    assert not detail.fits(Trigger.CHANGED, {"changes": {"other": [100, 150]}})


@pytest.mark.parametrize(
    "given",
    [
        [],
        [{"kind": "dance"}],
        [{"kind": "notify"}],
        [{"kind": "notify", "to": [{"kind": "user"}]}],
        [{"kind": "raise", "field": "subject"}],
        [{"kind": "set_field", "field": "x", "surprise": 1}],
        [{"kind": "create_task", "subject": "x", "due_in_s": -1}],
    ],
)
def test_a_procedure_that_cannot_be_done_is_refused(given: Any) -> None:
    """Unknown steps, steps without what they need, unknown words: refused when they are saved, not when they run."""
    with pytest.raises(Refused):
        model.steps(given)
