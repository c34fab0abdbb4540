"""Streams: numbering, what a resume gets, and how much is kept."""

from hypothesis import given
from hypothesis import strategies as st

from agent_console.documents import Documents
from agent_console.sessions import Delta, Stream

NAMES = ("q1", "q2", "q3")
SCREENS = st.dictionaries(
    st.sampled_from([("queues", name) for name in NAMES] + [("link", "mail")]),
    st.integers(0, 3).map(lambda value: {"value": value}),
)


def applied(documents: Documents, deltas: tuple[Delta, ...]) -> Documents:
    """What a browser does."""
    screen = dict(documents)
    for delta in deltas:
        for collection, name, document in delta.set:
            screen[collection, name] = document
        for key in delta.drop:
            del screen[key]
    return screen


@given(screens=st.lists(SCREENS, max_size=30), seen=st.integers(0, 30), kept=st.integers(1, 8))
def test_a_resume_is_whole_or_refused(screens: list[Documents], seen: int, kept: int) -> None:
    """Whatever was seen last: either the deltas lead from there to the present, or the stream says it cannot."""
    stream = Stream("s", kept=kept)
    snapshots = {0: dict(stream.documents)}
    for screen in screens:
        stream.replace(("queues", "link"), screen)
        snapshots[stream.seq] = dict(stream.documents)
    missed = stream.since(seen)
    if missed is None:
        assert seen > stream.seq or stream.seq - seen > kept
    else:
        assert [delta.seq for delta in missed] == list(range(seen + 1, stream.seq + 1))
        assert applied(snapshots[seen], missed) == stream.documents


def test_nothing_changed_is_nothing_sent() -> None:
    """Equal documents make no delta and no number."""
    stream = Stream("s", {("link", "mail"): {"up": True}})
    assert stream.replace(("link",), {("link", "mail"): {"up": True}}) is None
    assert stream.seq == 0


def test_other_collections_are_left_alone() -> None:
    """Replacing one collection drops its missing documents only."""
    stream = Stream("s", {("link", "mail"): {"up": True}, ("queues", "q1"): {"waiting": 1}})
    delta = stream.replace(("queues",), {})
    assert delta == Delta(seq=1, set=(), drop=(("queues", "q1"),))
    assert stream.documents == {("link", "mail"): {"up": True}}
