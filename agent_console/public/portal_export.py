"""All of a customer's data in one file: JSON for programs, a page for people."""

import asyncio
import io
import json
import zipfile
from collections.abc import Mapping
from html import escape
from typing import Any

from agent_console.public.rendering import View

_PAGE = """<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{title}</title><style>
body {{ font: 15px/1.55 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color-scheme: light dark; }}
table {{ border-collapse: collapse; width: 100%; margin: 0 0 1rem; }} th, td {{ text-align: left; vertical-align: top; border: 1px solid #8886; padding: 4px 10px; }}
td {{ white-space: pre-wrap; overflow-wrap: anywhere; }} th {{ width: 14rem; }}
</style><h1>{title}</h1>{body}</html>
"""
_HEADINGS = {
    "profile": "profile",
    "contact_points": "reach",
    "cases": "cases",
    "contracts": "contracts",
    "consents": "consents",
}


async def archive(gathered: Mapping[str, Any], view: View) -> bytes:
    """The zip; made off the loop."""
    return await asyncio.to_thread(_zip, gathered, view)


def _zip(gathered: Mapping[str, Any], view: View) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("my-data.json", json.dumps(gathered, ensure_ascii=False, indent=1, default=str))
        packed.writestr("my-data.html", _page(gathered, view))
    return made.getvalue()


def _page(gathered: Mapping[str, Any], view: View) -> str:
    parts = [
        f"<h2>{escape(view.words.get(_HEADINGS.get(name, ''), name))}</h2>{_shown(value, view)}"
        for name, value in gathered.items()
        if name != "generated_at"
    ]
    return _PAGE.format(
        language=view.language,
        title=escape(f"{view.words['your_data']} · {view.moment(gathered['generated_at'])}"),
        body="".join(parts),
    )


def _shown(value: Any, view: View, name: str = "") -> str:
    if isinstance(value, Mapping):
        rows = "".join(
            f"<tr><th>{escape(str(key))}</th><td>{_shown(each, view, key)}</td></tr>"
            for key, each in value.items()
        )
        return f"<table>{rows}</table>"
    if isinstance(value, list):
        return "".join(_shown(each, view) for each in value) or "-"
    if isinstance(value, float) and (name == "at" or name.endswith("_at")):
        return escape(view.moment(value))
    return "-" if value is None else escape(str(value))
