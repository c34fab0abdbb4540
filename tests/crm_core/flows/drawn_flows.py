"""Flows for tests: one that has every kind of step, and any that hypothesis may draw, whole or broken."""

from typing import Any

from hypothesis import strategies as st

from crm_core.flows import document
from crm_core.flows.model import Flow
from crm_core.flows.validation import Known

KNOWN = Known(
    queues=frozenset({"q-sales", "q-care"}),
    calendars=frozenset({"c-office"}),
    skills=frozenset({"billing"}),
    tiers=frozenset({"gold"}),
    prompts={"p-hello": frozenset({"en", "zh-TW", "zh-CN"}), "p-new": frozenset()},
    ours=frozenset({"callback-offer", "closed"}),
    may_call=lambda number: number.startswith("0"),
)
WHOLE: dict[str, Any] = {
    "start": "language",
    "steps": {
        "language": {
            "kind": "language",
            "prompt": "prompt:p-hello",
            "choices": [{"key": "1", "language": "zh-TW"}, {"key": "2", "language": "en"}],
            "otherwise": "zh-TW",
            "next": "hours",
        },
        "hours": {"kind": "hours", "calendar_id": "c-office", "open": "caller", "closed": "bye"},
        "caller": {"kind": "caller", "tiers": ["gold"], "known": "contract", "unknown": "menu", "vip": "sales"},
        "contract": {"kind": "contract", "covered": "menu", "none": "menu", "used_up": "callback"},
        "menu": {
            "kind": "menu",
            "label": "What for",
            "prompt": "prompt:p-hello",
            "choices": [
                {"key": "1", "next": "sales", "label": "Buying"},
                {"key": "2", "next": "number"},
                {"key": "3", "next": "identify"},
                {"key": "*", "next": "menu"},
            ],
            "invalid": "asterisk:option-is-invalid",
            "otherwise": "care",
        },
        "number": {
            "kind": "collect", "prompt": "asterisk:vm-enter-num-to-call", "name": "number", "least": 4, "most": 10,
            "next": "pin", "otherwise": "care",
        },
        "pin": {
            "kind": "collect", "prompt": "asterisk:vm-password", "name": "pin", "least": 4, "most": 8, "secret": True,
            "next": "lookup", "otherwise": "care",
        },
        "lookup": {
            "kind": "lookup", "by": "customer", "name": "number", "pin": "pin", "found": "sales", "missing": "care",
        },
        "identify": {"kind": "identify", "known": "sales", "unknown": "outside"},
        "outside": {"kind": "transfer", "number": "0212345678", "failed": "callback"},
        "callback": {"kind": "callback", "queue_id": "q-care", "declined": "thanks"},
        "thanks": {"kind": "say", "prompt": "ours:closed", "next": "care"},
        "sales": {
            "kind": "queue", "queue_id": "q-sales", "skills": [{"skill": "billing", "level": 3}], "priority_points": 60,
        },
        "care": {"kind": "queue", "queue_id": "q-care", "announce": "prompt:p-hello"},
        "bye": {"kind": "hangup", "prompt": "ours:closed"},
    },
}  # fmt: skip


def whole() -> Flow:
    return document.read(WHOLE)


_NAMES = ["a", "b", "c", "d", "e"]
_target = st.sampled_from([*_NAMES, "", "nowhere"])
_key = st.sampled_from("012*#")
_prompt = st.sampled_from(["", "prompt:p-hello", "ours:closed", "asterisk:beep"])
_name = st.sampled_from(["", "number", "pin"])


def _step(kind: str, **fields: Any) -> Any:
    return st.fixed_dictionaries({"kind": st.just(kind), **fields})


_STEPS = st.one_of(
    _step("say", prompt=_prompt, interruptible=st.booleans(), next=_target),
    _step(
        "language",
        prompt=_prompt,
        tries=st.integers(1, 5),
        next=_target,
        choices=st.lists(st.fixed_dictionaries({"key": _key, "language": st.sampled_from(["en", "zh-CN"])}), max_size=4),
    ),
    _step(
        "menu",
        prompt=_prompt,
        invalid=_prompt,
        tries=st.integers(1, 5),
        otherwise=_target,
        choices=st.lists(st.fixed_dictionaries({"key": _key, "next": _target}), max_size=4),
    ),
    _step(
        "hours", queue_id=st.sampled_from(["", "q-care", "gone"]),
        calendar_id=st.sampled_from(["", "c-office"]), open=_target, closed=_target,
    ),
    _step(
        "collect", prompt=_prompt, name=_name, least=st.integers(1, 9), most=st.integers(1, 9),
        tries=st.integers(1, 5), secret=st.booleans(), next=_target, otherwise=_target,
    ),
    _step("identify", known=_target, unknown=_target),
    _step("lookup", name=_name, pin=_name, found=_target, missing=_target),
    _step("contract", covered=_target, none=_target, used_up=_target),
    _step("caller", known=_target, unknown=_target, vip=_target),
    _step("queue", queue_id=st.sampled_from(["", "q-care", "gone"]), announce=_prompt),
    _step("voicemail", queue_id=st.sampled_from(["", "q-care"]), prompt=_prompt),
    _step("fax", queue_id=st.sampled_from(["", "q-care"]), prompt=_prompt),
    _step("callback", queue_id=st.sampled_from(["", "q-care"]), prompt=_prompt, declined=_target),
    _step("transfer", number=st.sampled_from(["", "0212345678", "9999"]), announce=_prompt, failed=_target),
    _step("hangup", prompt=_prompt),
)  # fmt: skip
FLOWS = st.fixed_dictionaries(
    {"start": _target, "steps": st.dictionaries(st.sampled_from(_NAMES), _STEPS, min_size=1)}
).map(document.read)
