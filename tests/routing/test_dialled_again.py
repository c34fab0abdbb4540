"""Whom an agent has called is a customer like others from the moment at which they answered."""

from routing.core.events import CallbackWanted, DialAsked, Reached, Returned
from routing.core.facts import CallbackKept, CustomerReached
from routing.core.figures import Figures
from routing.core.model import InteractionId, QueueId
from tests.routing.scene import START, Scene, agent, queue


def test_who_comes_back_to_the_line_and_would_rather_be_called_is_called_like_anybody() -> None:
    """Their agent's phone was lost, they wait, they press the key: any agent may be asked to call, and they count as dialled and reached once."""
    scene, figures = (
        Scene([queue(wrap_up_s=0.0)], [agent("ann"), agent("bob")]),
        Figures(START - 1, [queue()]),
    )
    name = InteractionId("out")
    facts = list(scene.ready("ann").facts)
    facts += scene.tell(
        DialAsked(interaction=name, queue=QueueId("q"), agent=scene.agents[0].id, at=scene.now)
    ).facts
    facts += scene.accept("out").facts
    facts += scene.tell(Reached(interaction=name, at=scene.now)).facts
    facts += scene.console("ann", here=False).facts
    facts += scene.tell(Returned(interaction=name, at=scene.now, reason="phone_lost")).facts
    facts += scene.tell(CallbackWanted(interaction=name, at=scene.now, on_line=False)).facts
    assert [type(fact) for fact in facts if isinstance(fact, CallbackKept | CustomerReached)] == [
        CustomerReached,
        CallbackKept,
    ]
    work = scene.work("out")
    assert (work.callback, work.dialling) == (True, False)
    facts += scene.ready("bob").facts
    assert scene.work("out").agent == "bob"
    facts += scene.accept("out").facts
    facts += scene.tell(Reached(interaction=name, at=scene.now)).facts
    for fact in facts:
        figures.apply(fact)
    counted = figures.queue(QueueId("q"))
    assert (counted.dialled, counted.reached, counted.offered, counted.answered) == (1, 1, 0, 0)
