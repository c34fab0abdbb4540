"""What a queue wishes for a customer, as the router is told it."""

from crm_core.preferring import NOTHING, Wish
from routing.core.model import AgentId, InteractionId, Status
from routing.wishes import more_known, preferred
from tests.routing.scene import Scene, agent, queue

C = InteractionId("c")


def scene() -> Scene:
    made = Scene([queue()], [agent("ann"), agent("bob")])
    made.call("c")
    return made


def test_the_first_who_is_signed_in_is_preferred() -> None:
    """Paused is signed in; whoever is no agent does not count; with nobody there the first who may yet come."""
    made = scene()
    centre = made.router.centre
    assert preferred(Wish(agents=("gone", "ann", "bob")), centre) == "ann"
    made.status("bob", Status.PAUSED, "lunch")
    assert preferred(Wish(agents=("gone", "ann", "bob")), centre) == "bob"
    made.status("ann", Status.PAUSED, "lunch")
    assert preferred(Wish(agents=("ann", "bob")), centre) == "ann"
    assert preferred(Wish(agents=("gone",)), centre) is None
    assert preferred(NOTHING, centre) is None


def test_it_is_told_once() -> None:
    """Nothing to say says nothing; what was said before a restart is not said again, or the wait would begin anew."""
    made = scene()
    wish = Wish(agents=("ann",), wait_s=30.0, points=5)
    told = more_known(C, wish, made.router.centre, made.now)
    assert told is not None
    assert (told.preferred, told.preferred_wait_s, told.priority_points) == (AgentId("ann"), 30.0, 5)
    assert more_known(C, NOTHING, made.router.centre, made.now) is None
    assert more_known(InteractionId("gone"), wish, made.router.centre, made.now) is None
    made.tell(told)
    assert made.work("c").preferred == "ann"
    assert more_known(C, wish, made.router.centre, made.now + 60) is None


def test_points_alone_are_told_and_what_it_asks_stays() -> None:
    made = Scene([queue()], [agent("ann")])
    made.call("c", needs=[("zh", 3)])
    told = more_known(C, Wish(points=5), made.router.centre, made.now)
    assert told is not None
    made.tell(told)
    work = made.work("c")
    assert (work.priority_points, work.preferred, {need.skill for need in work.needs}) == (5, None, {"zh"})


def test_a_territory_is_asked_beside_what_the_queue_asks() -> None:
    """Once: what was said before a restart is not said again."""
    made = Scene([queue()], [agent("ann"), agent("bob", skills=[("territory:north", 1)])])
    made.call("c", needs=[("zh", 3)])
    wish = Wish(territory="north")
    told = more_known(C, wish, made.router.centre, made.now)
    assert told is not None
    made.tell(told)
    assert {need.skill for need in made.work("c").needs} == {"zh", "territory:north"}
    assert more_known(C, wish, made.router.centre, made.now) is None
