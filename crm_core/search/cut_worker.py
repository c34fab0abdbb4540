"""The process that cuts words beside the server: started with `python -m`, ended by the end of its input."""

import pickle
import sys

from crm_core.engines import reading_engine
from crm_core.search.behind import cut


def main() -> None:
    """Answer questions (kind and ids) until the input ends; the first line of it is the database's URL."""
    source, out = sys.stdin.buffer, sys.stdout.buffer
    engine = reading_engine(pickle.load(source))  # noqa: S301 - from our own server, which started us
    while True:
        try:
            kind, ids = pickle.load(source)  # noqa: S301 - see above
        except EOFError:
            return
        with engine.begin() as conn:
            answer = pickle.dumps(cut(conn, kind, ids), pickle.HIGHEST_PROTOCOL)
        out.write(len(answer).to_bytes(4, "big") + answer)
        out.flush()


if __name__ == "__main__":
    main()
