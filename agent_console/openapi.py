"""Write the API's OpenAPI 3.1 document: `python -m agent_console.openapi > docs/openapi.json`."""

import json
import sys

from agent_console.application import build


def document() -> str:
    """The document as text, the same on every machine."""
    return json.dumps(build().openapi(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document())
