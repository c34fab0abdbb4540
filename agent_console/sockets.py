"""One browser's socket: what it may cost and how it ends. The streams decide what it is sent."""

import asyncio
from dataclasses import dataclass, field

from websockets.asyncio.server import ServerConnection, broadcast

from agent_console.frames import COME_BACK
from agent_console.sessions import Stream
from config.logs import Transcript
from crm_core.users import User

_TRANSCRIPT = Transcript("console")
BUFFER_CAP_BYTES = 262_144
"""`broadcast` has no back-pressure: a client that reads nothing would grow by megabytes until its ping times out."""


@dataclass(slots=True, kw_only=True, eq=False)
class Socket:
    """A browser that said hello; `is_agent` sockets are the ones that presence counts."""

    connection: ServerConnection
    user: User
    token: str
    stream: Stream
    is_agent: bool
    looks_at: str = ""
    """The case whose page is open in this browser."""
    _allowance: int = BUFFER_CAP_BYTES
    _closing: set[asyncio.Task[None]] = field(default_factory=set)

    def greet(self, frame: bytes) -> None:
        """Send a snapshot: however large it is, it does not count against the cap."""
        self._allowance = BUFFER_CAP_BYTES + len(frame)
        broadcast((self.connection,), frame, text=True)

    def send(self, frame: bytes) -> None:
        """Send without waiting; a client whose buffer passes the cap is closed and comes back with a resume."""
        broadcast((self.connection,), frame, text=True)
        waiting_bytes = self.connection.transport.get_write_buffer_size()
        if waiting_bytes > self._allowance:
            _TRANSCRIPT.note("!", self.user.login, f"reads too slowly, {waiting_bytes} bytes wait: closed")
            self.close(COME_BACK, "socket.too_slow")
        elif waiting_bytes == 0:
            self._allowance = BUFFER_CAP_BYTES

    def close(self, code: int, reason: str) -> None:
        """Begin to close; the connection's own task sees the end of it."""
        if not self._closing:
            task = asyncio.create_task(self.connection.close(code, reason), name=f"close {self.user.login}")
            self._closing.add(task)
