"""Actions are built from checked values only."""

from collections.abc import Callable

import pytest

from cti.ami import actions
from cti.ami.actions import Action
from cti.ami.protocol import UnsafeText
from routing.core.model import PauseKind

HOSTILE = ["", "1001&SIP/evil", "1001,20", "${SHELL(x)}", "a b", "1\r\n2", "x" * 200]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize(
    "build",
    [
        lambda text: actions.redirect_to_agent("ast-1.2", text),
        lambda text: actions.queue_add(text, 0),
        actions.queue_remove,
        lambda text: actions.redirect_to_hold(f"{text} "),
        lambda text: actions.hold("ast-1.2", f"{text} "),
        lambda text: actions.set_leg("ast-1.2", f"{text} ", recorded=True),
        lambda text: actions.set_paused(f"{text} ", PauseKind.FORM),
        lambda text: actions.mute_recording(f"{text} ", muted=True),
        lambda text: actions.stop_recording(f"{text} "),
        lambda text: actions.record_no_more(f"{text} "),
        lambda text: actions.record_again("ast-1.2", f"{text} "),
        lambda text: actions.set_consult("ast-1.2", ask=text, ring_s=20, from_number="", ours=True),
        lambda text: actions.set_consult("ast-1.2", ask=text, ring_s=20, from_number="", ours=False),
        lambda text: actions.set_consult("ast-1.2", ask="1002", ring_s=20, from_number=f"{text} ", ours=True),
        lambda text: actions.set_third("ast-1.1", f"{text} ", recorded=True),
        lambda text: actions.conference(f"{text} "),
        lambda text: actions.play_dtmf("ast-1.2", text),
        lambda text: actions.set_offer(
            "ast-1.2", offer=f"{text},", extension="1001", ring_s=20, reattach=False, recorded=False
        ),
        lambda text: actions.set_offer(
            "ast-1.2", offer="tl-ast-1.2/3", extension=text, ring_s=20, reattach=False, recorded=False
        ),
        lambda text: actions.originate_demo_call(channel_id="d1", to=text, from_number="1", from_name=""),
        lambda text: actions.originate_demo_call(channel_id="d1", to="1", from_number=text, from_name=""),
    ],
)
def test_hostile_values_build_nothing(build: Callable[[str], Action], text: str) -> None:
    """No extension, channel, offer, key or number but a well-formed one becomes part of an action."""
    with pytest.raises(UnsafeText):
        build(text)


def test_an_offer_is_set_in_one_action() -> None:
    """The seven variables of an offer arrive together."""
    action = actions.set_offer(
        "ast-1.2", offer="tl-ast-1.2/3", extension="1001", ring_s=12.5, reattach=True, recorded=False
    )
    assert ("Value", "tl-ast-1.2/3,1001,12.5,1,0,0,") in action.headers


def test_a_demonstration_name_cannot_leave_its_quotes() -> None:
    """Quotes, brackets and backslashes of a name are dropped."""
    action = actions.originate_demo_call(
        channel_id="d1", to="100", from_number="+886912345678", from_name='王"<sip:x>\\'
    )
    assert ("CallerID", '"王sip:x" <+886912345678>') in action.headers
    assert ("Async", "true") in action.headers
