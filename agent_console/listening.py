"""The console's port, taken before anything else starts: browsers that come while the rest is being loaded wait in the system's queue."""

import socket

from config.settings import ConfigurationError

_BACKLOG = 2048


def listen(host: str, port: int) -> socket.socket:
    """Take the port; `ConfigurationError` says what to do when it cannot be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
    except OSError as error:
        raise ConfigurationError(
            [f"[http] host {host!r} is not an address of this machine ({error}); mend it"]
        ) from error
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise ConfigurationError([_sentence(host, port, error)]) from error
    listening.setblocking(False)
    return listening


def _sentence(host: str, port: int, error: OSError) -> str:
    return (
        f"[http] port {port} on {host} cannot be taken ({error.strerror}): stop the program that uses it"
        " or set another [http] port"
    )
