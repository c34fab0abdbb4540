"""How a letter about a case is written and queued: what the room of letters does for this one."""

from typing import Protocol

from sqlalchemy import Connection


class Post(Protocol):
    """Both work in the caller's unit: the letter is there when the unit is, and goes out afterwards. The same key sends nothing twice."""

    @property
    def zone(self) -> str:
        """The centre's time zone."""
        ...

    def from_template(
        self,
        conn: Connection,
        *,
        case_id: str,
        template_id: str,
        address: str | None,
        key: str,
        author_id: str | None,
        now: float,
        purpose: str | None = None,
    ) -> str:
        """Fill a text in for this case and put it into the outbox, to the customer unless an address is given; the letter's id. `purpose`: mass mail,
        to which the customer has consented for this; it says how to end that.
        Without an author it says that a machine wrote it, and answers nobody. `Refused` when there is no address."""
        ...

    def to_watcher(
        self, conn: Connection, *, case_id: str, address: str, code: str, text: str, key: str, now: float
    ) -> str:
        """Tell a watcher what happened in the case; the letter's id."""
        ...
