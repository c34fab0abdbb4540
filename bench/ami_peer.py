"""Asterisk's side of a stream that is measured: it answers whoever logs in and then sends them a recorded stream, again and again.

    python -m bench.ami_peer FILE EVENTS

prints the port that it listens on. Each event gets a number (`Bench`), a further event `BenchOver` ends the stream.
"""

import socket
import sys
import threading
import time
from itertools import cycle, islice
from pathlib import Path

_END = b"\r\n\r\n"
_AT_ONCE = 65_536


def stream(recorded: bytes, events: int) -> bytes:
    """So many events of the recording, each with its number."""
    blocks = [block for block in recorded.split(_END) if block.startswith(b"Event: ")]
    numbered = (
        b"%s\r\nBench: %d" % (block, number) for number, block in enumerate(islice(cycle(blocks), events))
    )
    return _END.join((*numbered, b"Event: BenchOver", b""))


def serve(listening: socket.socket, sent: bytes) -> None:
    """One client after the other."""
    while True:
        client, _ = listening.accept()
        threading.Thread(target=_talk, args=(client, sent), daemon=True).start()


def _talk(client: socket.socket, sent: bytes) -> None:
    client.sendall(b"Asterisk Call Manager/11.0.0\r\n")
    writing, rest = threading.Lock(), b""
    while data := _received(client):
        *actions, rest = (rest + data).split(_END)
        for action in actions:
            headers = dict(line.split(": ", 1) for line in action.decode().split("\r\n") if ": " in line)
            answer = (
                f"Response: Success\r\nActionID: {headers['ActionID']}\r\nTimestamp: {time.time()}".encode()
            )
            with writing:
                client.sendall(answer + _END)
            if headers["Action"].lower() == "login":
                with writing:
                    client.sendall(b"Event: FullyBooted\r\nStatus: Fully Booted" + _END)
                threading.Thread(target=_send, args=(client, writing, sent), daemon=True).start()


def _received(client: socket.socket) -> bytes:
    try:
        return client.recv(_AT_ONCE)
    except ConnectionResetError:  # how a measured client leaves
        return b""


def _send(client: socket.socket, writing: threading.Lock, sent: bytes) -> None:
    time.sleep(0.5)
    with writing:  # answers to pings wait: an answer in the middle of an event would break it
        client.sendall(sent)


if __name__ == "__main__":
    with socket.create_server(("127.0.0.1", 0)) as server:
        print(server.getsockname()[1], flush=True)
        serve(server, stream(Path(sys.argv[1]).read_bytes(), int(sys.argv[2])))
