"""The peers whose absence everybody should see: Asterisk, and mail as a whole. And whether recordings are whole and kept."""

from collections.abc import Callable, Mapping, Sequence

from agent_console.ports import Calls, MailPart
from config.peers import LinkStatus

Links = Callable[[], Mapping[str, LinkStatus]]


def links(calls: Calls, mail: Sequence[MailPart], recordings: Sequence[MailPart] = ()) -> Links:
    """A function that looks at them now; mail is up when all its parts are, else it is down for the first reason."""
    if not recordings:
        return lambda: {"asterisk": calls.status(), "mail": _together(mail)}
    return lambda: {
        "asterisk": calls.status(),
        "mail": _together(mail),
        "recordings": _together(recordings),
    }


def _together(parts: Sequence[MailPart]) -> LinkStatus:
    conditions = [part.status() for part in parts]
    down = [each for each in conditions if not each.up]
    if down:
        return LinkStatus(up=False, since=min(each.since for each in down), reason=down[0].reason)
    return LinkStatus(up=True, since=max((each.since for each in conditions), default=0.0))
