"""What an agent may be at work on at once: numbers, loads, and what may join what."""

import pytest

from routing.core.model import Device, Medium, QueueRule, Room, Status, WorkState
from tests.routing.scene import (
    BESIDE_CALLS,
    Scene,
    agent,
    call_room,
    chat_room,
    letter_room,
    offers,
    queue,
)


def centre(*rooms: Room, letters: int = 2, chats: int = 3, load: int = 100) -> Scene:
    """Ann alone, of a queue without wrap-up."""
    scene = Scene(
        [queue(wrap_up_s=0.0, rooms=rooms)], [agent("ann", letters=letters, chats=chats, load=load)]
    )
    scene.ready("ann")
    return scene


def take(scene: Scene, medium: Medium, name: str) -> bool:
    """Whether it is offered; then it is accepted."""
    offered = bool(offers(scene.tell(scene.arrival(name, medium=medium))))
    if offered:
        scene.accept(name)
    return offered


def why(scene: Scene, name: str) -> str:
    told = scene.router.explain(scene.work(name).id, scene.now)
    assert told is not None
    return dict(told.not_offered)[scene.agent("ann").id]


def test_five_chats_with_capacity_three_the_fourth_before_the_fifth() -> None:
    """Three at once; whichever ends makes room for the next in line, in the same turn."""
    scene = centre(chats=3)
    assert [take(scene, Medium.CHAT, f"t{number}") for number in range(1, 6)] == [True] * 3 + [False] * 2
    assert why(scene, "t4") == "chats_full"
    assert scene.agent("ann").work is WorkState.CHATS
    assert offers(scene.end("t2")) == [("t4", "ann")]
    scene.accept("t4")
    assert offers(scene.end("t1")) == [("t5", "ann")]


@pytest.mark.parametrize(
    ("held", "comes", "joins", "reason"),
    [
        (Medium.EMAIL, Medium.VOICE, True, ""),
        (Medium.EMAIL, Medium.CHAT, True, ""),
        (Medium.EMAIL, Medium.EMAIL, True, ""),
        (Medium.CHAT, Medium.CHAT, True, ""),
        (Medium.CHAT, Medium.VOICE, False, "busy_chat"),
        (Medium.CHAT, Medium.EMAIL, False, "busy_chat"),
        (Medium.VOICE, Medium.VOICE, False, "busy_call"),
        (Medium.VOICE, Medium.EMAIL, False, "busy_call"),
        (Medium.VOICE, Medium.CHAT, False, "busy_call"),
    ],
)
def test_what_joins_what_where_no_queue_says_otherwise(
    held: Medium, comes: Medium, joins: bool, reason: str
) -> None:
    """A call interrupts letters; chats interrupt letters and stand beside chats; a letter waits for the end of both."""
    scene = centre()
    assert take(scene, held, "first")
    assert take(scene, comes, "second") == joins
    if not joins:
        assert why(scene, "second") == reason


def test_a_queue_may_say_otherwise() -> None:
    """Calls of this queue join chats, not letters; its letters join calls."""
    scene = centre(call_room(beside=[Medium.CHAT]), BESIDE_CALLS)
    assert take(scene, Medium.CHAT, "t1")
    assert take(scene, Medium.VOICE, "c1")
    scene.end("t1")
    assert take(scene, Medium.EMAIL, "m1")
    scene.end("c1")
    assert not take(scene, Medium.VOICE, "c2")
    assert why(scene, "c2") == "busy_letters"
    assert offers(scene.end("m1")) == [("c2", "ann")]


def test_loads_add_up_beside_each_other() -> None:
    """Two chats of 40 leave 20: no third chat, but a letter of 20."""
    scene = centre(chat_room(40), letter_room(20, beside=[Medium.CHAT]))
    assert take(scene, Medium.CHAT, "t1")
    assert take(scene, Medium.CHAT, "t2")
    assert not take(scene, Medium.CHAT, "t3")
    assert why(scene, "t3") == "load_full"
    assert take(scene, Medium.EMAIL, "m1")
    assert not offers(scene.end("m1"))  # 20 are free again; the chat takes 40
    assert offers(scene.end("t1")) == [("t3", "ann")]


def test_what_is_paused_rests_and_does_not_count() -> None:
    """Letters of 50 fill an agent; a call of 100 interrupts them all the same, and beside it there is room for nothing."""
    scene = centre(letter_room(50, beside=[Medium.VOICE]), letters=5)
    assert [take(scene, Medium.EMAIL, f"m{number}") for number in (1, 2, 3)] == [True, True, False]
    assert why(scene, "m3") == "load_full"
    assert take(scene, Medium.VOICE, "c1")
    assert why(scene, "m3") == "load_full"
    scene.end("m1")
    scene.end("m2")
    assert why(scene, "m3") == "load_full"
    assert offers(scene.end("c1")) == [("m3", "ann")]


def test_an_agent_of_half_the_load_is_offered_no_calls() -> None:
    """Calls take all of a whole agent: who has 50 to give writes letters and chats."""
    scene = centre(load=50)
    assert not take(scene, Medium.VOICE, "c1")
    assert why(scene, "c1") == "load_full"
    assert take(scene, Medium.CHAT, "t1")


def test_each_queue_weighs_its_own() -> None:
    """The load is that of each item's queue, whichever queue the next one is of."""
    heavy, light = queue("heavy", rooms=[chat_room(80)]), queue("light", rooms=[chat_room(20)])
    scene = Scene([heavy, light], [agent("ann")])
    scene.ready("ann")
    scene.chat("t1", "heavy")
    scene.accept("t1")
    assert offers(scene.chat("t2", "heavy")) == []
    assert offers(scene.chat("t3", "light")) == [("t3", "ann")]


def test_a_chat_waits_while_the_phone_is_in_a_call_of_its_own() -> None:
    """A call that is none of ours; without any phone chats are offered."""
    scene = centre()
    scene.device("ann", Device.IN_USE)
    assert not take(scene, Medium.CHAT, "t1")
    assert why(scene, "t1") == "phone_in_use"
    assert offers(scene.device("ann", Device.UNREACHABLE)) == [("t1", "ann")]


def test_signing_out_returns_chats_too() -> None:
    """Whoever writes with an agent who goes waits for another, at the old age."""
    scene = centre()
    take(scene, Medium.CHAT, "t1")
    scene.status("ann", Status.SIGNED_OUT)
    assert [work.id for work in scene.router.centre.waiting(scene.queues[0].id)] == ["t1"]


def test_new_rules_change_what_already_waits() -> None:
    """A queue that lets its letters join calls from now on: what waits is offered in that turn."""
    scene = centre()
    take(scene, Medium.VOICE, "c1")
    assert not take(scene, Medium.EMAIL, "m1")
    rules: tuple[QueueRule, ...] = (queue(wrap_up_s=0.0, rooms=[BESIDE_CALLS]),)
    assert offers(scene.router.configure(rules, scene.agents, scene.now)) == [("m1", "ann")]
