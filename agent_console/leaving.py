"""Who must leave now: told over the bus, so that every process closes its sockets."""

import json
from dataclasses import asdict, dataclass

TOPIC = "session"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """A user (`but` one session), or one session; neither: whoever has no right to be here is looked for."""

    user: str | None = None
    session: str | None = None
    but: str | None = None

    def payload(self) -> str:
        """For the bus."""
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, payload: str) -> "Leaving":
        """From the bus."""
        return cls(**json.loads(payload))

    def means(self, user: str, session: str) -> bool:
        """Whether this user's session is over."""
        if self.session is not None:
            return session == self.session
        return user == self.user and session != self.but
