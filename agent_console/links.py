"""The peers whose absence everybody should see: Asterisk, and mail as a whole. And whether recordings are whole and kept."""

from collections.abc import Callable, Mapping, Sequence

from agent_console.ports import Calls, MailPart
from config.peers import LinkStatus

ONE_OF_SEVERAL = "asterisk."
"""So the links of single servers are named where there are several; `asterisk` is there as long as one of them is."""
Links = Callable[[], Mapping[str, LinkStatus]]


def links(calls: Calls, mail: Sequence[MailPart], recordings: Sequence[MailPart] = ()) -> Links:
    """A function that looks at them now; mail is up when all its parts are, else it is down for the first reason."""
    return lambda: {
        "asterisk": calls.status(),
        **{ONE_OF_SEVERAL + name: status for name, status in calls.statuses().items()},
        "mail": _together(mail),
        **({"recordings": _together(recordings)} if recordings else {}),
    }


def server_of(name: str) -> str:
    """Of which of several Asterisk servers a link is; empty for all other links."""
    return name.removeprefix(ONE_OF_SEVERAL) if name.startswith(ONE_OF_SEVERAL) else ""


def _together(parts: Sequence[MailPart]) -> LinkStatus:
    conditions = [part.status() for part in parts]
    down = [each for each in conditions if not each.up]
    if down:
        return LinkStatus(up=False, since=min(each.since for each in down), reason=down[0].reason)
    return LinkStatus(up=True, since=max((each.since for each in conditions), default=0.0))
