"""A caller's way through a flow: whatever they and the world do, it ends, within its bounds and in one way."""

import json
from collections.abc import Iterable
from dataclasses import asdict, replace

from hypothesis import given
from hypothesis import strategies as st

from crm_core.flows import document, machine
from crm_core.flows.machine import (
    LONGEST_S,
    MOST_STEPS_TAKEN,
    Answer,
    Ask,
    Came,
    Command,
    Dial,
    Done,
    End,
    EndKind,
    Failed,
    FindOut,
    KeepPlace,
    Keyed,
    Left,
    Speak,
    State,
)
from crm_core.flows.model import MOST_TRIES, Flow, Voicemail
from crm_core.flows.validation import errors, problems
from tests.crm_core.flows.drawn_flows import FLOWS, KNOWN, whole

NOW = 1_790_000_000.0


def through(answers: Iterable[Answer], flow: Flow | None = None) -> tuple[State, End, list[Command]]:
    """Answer each command with the next of these, `Done` where something is only said."""
    left = iter(answers)
    state, command = machine.begin(flow or whole(), "en", NOW)
    asked = [command]
    while not isinstance(command, End):
        answer = Done() if isinstance(command, Speak) else next(left)
        state, command = machine.advance(state, answer, NOW)
        asked.append(command)
    return state, command, asked


def ways(state: State) -> list[tuple[str, str]]:
    return [(stage.step, stage.outcome) for stage in state.path]


def test_a_menu_leads_to_its_queue_with_what_it_asks() -> None:
    """The language chosen counts from then on, and the queue's skills and points come with the end."""
    answers = [Keyed("2"), Came("open"), Came("unknown"), Keyed("1")]
    state, end, _ = through(answers)
    assert ways(state) == [
        ("language", "en"), ("hours", "open"), ("caller", "unknown"), ("menu", "1"), ("sales", "queue"),
    ]  # fmt: skip
    assert [(stage.label, stage.choice) for stage in state.path[2:]] == [
        ("", ""),
        ("What for", "Buying"),
        ("", ""),
    ]
    assert (end.kind, end.queue_id, end.priority_points) == (EndKind.QUEUE, "q-sales", 60)
    assert [(each.skill, each.level) for each in end.skills] == [("billing", 3)]
    assert state.language == "en"


def test_wrong_keys_and_silence_lead_otherwise() -> None:
    """A wrong key is told and asked again, silence is only asked again, and after the last try the caller goes on."""
    answers = [Keyed(""), Came("open"), Came("unknown"), Keyed("9"), Keyed(""), Keyed("8")]
    state, end, asked = through(answers)
    questions = [each.prompts for each in asked if isinstance(each, Ask)][1:]
    assert questions == [
        ("prompt:p-hello",),
        ("asterisk:option-is-invalid", "prompt:p-hello"),
        ("prompt:p-hello",),
    ]
    assert state.language == "zh-TW"
    assert (state.path[3].keys, state.path[3].outcome) == (("9", "8"), "otherwise")
    assert end.queue_id == "q-care"


def test_secrets_are_used_and_never_shown() -> None:
    """A PIN reaches the look-up, and neither the path nor what is kept holds it."""
    answers = [
        Keyed("2"), Came("open"), Came("unknown"), Keyed("2"), Keyed("47"), Keyed("471100"), Keyed("4826"), Came("found"),
    ]  # fmt: skip
    state, end, asked = through(answers)
    [lookup] = [each for each in asked if isinstance(each, FindOut) and each.keyed]
    assert (lookup.keyed, lookup.pin) == ("471100", "4826")
    assert end.queue_id == "q-sales"
    assert state.shown == {"number": "471100"}
    kept = json.dumps([asdict(stage) for stage in state.path], ensure_ascii=False)
    assert "4826" not in kept
    assert [stage.keys for stage in state.path if stage.step in {"number", "pin"}] == [
        ("47", "471100"),
        ("••••",),
    ]


def test_a_callback_is_offered_only_where_it_is_possible() -> None:
    """Taken, the place is kept and the call ends; refused before or after the question, or declined, the caller goes on."""
    before = [Keyed("1"), Came("open"), Came("known"), Came("used_up")]
    _, end, asked = through([*before, Came("possible"), Keyed("1"), Came("kept")])
    assert (end.kind, end.queue_id) == (EndKind.CALLBACK, "q-care")
    assert any(isinstance(each, KeepPlace) for each in asked)
    for answers in (
        [Came("refused")],
        [Came("possible"), Keyed("")],
        [Came("possible"), Keyed("1"), Came("refused")],
    ):
        state, end, asked = through([*before, *answers])
        assert (end.kind, state.path[-2].step) == (EndKind.QUEUE, "thanks")


def test_a_transfer_ends_with_the_talk_or_goes_on() -> None:
    """Whom nobody answered goes on; a hang-up after the call went out is a transfer, before it a caller who left."""
    before = [Keyed("1"), Came("open"), Came("unknown"), Keyed("3"), Came("unknown")]
    _, end, asked = through([*before, Left()])
    assert end.kind is EndKind.TRANSFER
    assert [each.step.number for each in asked if isinstance(each, Dial)] == ["0212345678"]
    state, end, _ = through([*before, Came("failed"), Came("refused")])
    assert ways(state)[-4:-1] == [("outside", "failed"), ("callback", "refused"), ("thanks", "said")]
    assert end.kind is EndKind.QUEUE


def test_a_flow_that_only_goes_round_fails() -> None:
    """Going round without an end is stopped by the number of steps, slow callers by the time."""
    round_ = document.read(
        {"start": "a", "steps": {"a": {"kind": "say", "prompt": "ours:closed", "next": "a"}}}
    )
    state, end, _ = through([], round_)
    assert (end.kind, end.reason, state.taken) == (EndKind.FAILED, "steps", MOST_STEPS_TAKEN)
    state, command = machine.begin(round_, "en", NOW)
    state, command = machine.advance(state, Done(), NOW + LONGEST_S)
    assert command == End(kind=EndKind.FAILED, reason="time")


ANSWERS = st.one_of(
    st.just(Done()),
    st.text("0123456789*#x", max_size=10).map(Keyed),
    st.sampled_from(
        ["open", "closed", "known", "unknown", "vip", "found", "missing", "covered", "none", "used_up", "possible", "kept", "refused", "failed", "?"]
    ).map(Came),
    st.just(Failed("unavailable")),
    st.just(Left()),
)  # fmt: skip


def fitting(command: Command) -> st.SearchStrategy[Answer]:
    """What may come of a command, so that ways get long."""
    match command:
        case Speak():
            return st.just(Done())
        case Ask():
            return st.sampled_from(["", "1", "2", "*", "1234"]).map(Keyed)
        case FindOut():
            return st.sampled_from(machine.outcomes(command.step)).map(Came)
        case KeepPlace():
            return st.sampled_from(["kept", "refused"]).map(Came)
        case _:
            return st.just(Came("failed"))


@given(flow=FLOWS, data=st.data())
def test_every_flow_ends_whatever_happens(flow: Flow, data: st.DataObject) -> None:
    """Whole or broken: any answers, fitting or not, lead to an end within the bounds; a caller who left is never led to a queue, and
    a failure always says why."""
    state, command = machine.begin(flow, "en", NOW)
    bound = MOST_STEPS_TAKEN * (MOST_TRIES + 4)
    count, left = 0, False
    while not isinstance(command, End):
        count += 1
        assert count <= bound
        strategy = ANSWERS if count % 7 == 0 else fitting(command)
        answer = data.draw(strategy) if count < 60 else Came("?") if count % 2 else Done()
        left = isinstance(answer, Left)
        state, command = machine.advance(state, answer, NOW + count)
    assert len(state.path) == state.taken <= MOST_STEPS_TAKEN
    assert (command.kind in {EndKind.LEFT, EndKind.TRANSFER}) is left
    assert (command.kind is EndKind.FAILED) is bool(command.reason)
    assert not set(state.shown) & set(state.secrets)


@given(flow=FLOWS, data=st.data())
def test_a_flow_without_errors_does_not_fail_by_itself(flow: Flow, data: st.DataObject) -> None:
    """What validation lets pass fails only by going on for too long: every answer that fits leads on to an end."""
    if errors(problems(flow, KNOWN)):
        flow = replace(whole())
    state, command = machine.begin(flow, "en", NOW)
    for _ in range(60):
        if isinstance(command, End):
            break
        state, command = machine.advance(state, data.draw(fitting(command)), NOW)
    if isinstance(command, End):
        assert command.kind is not EndKind.FAILED


def test_a_message_is_the_end() -> None:
    """What is said is said to its end; then the dialplan takes the message, for the step's queue."""
    step = Voicemail(queue_id="q-care", prompt="ours:closed")
    state, end, asked = through([], Flow(start="bye", steps={"bye": step}))
    assert asked[0] == Speak(prompt="ours:closed")
    assert (end.kind, end.queue_id, ways(state)) == (EndKind.VOICEMAIL, "q-care", [("bye", "voicemail")])
    assert not errors(problems(Flow(start="bye", steps={"bye": step}), KNOWN))
    nowhere = Flow(start="bye", steps={"bye": Voicemail(prompt="")})
    assert [each.code for each in errors(problems(nowhere, KNOWN))] == ["flow.prompt_missing", "flow.missing"]
