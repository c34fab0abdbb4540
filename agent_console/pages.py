"""The console's own pages and files, as Vite built them into `agent_console/static`."""

import hashlib
import re
import secrets
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, Response

from agent_console import branding
from agent_console.access import InContext
from agent_console.context import Context
from agent_console.headers import page_policy
from config.errors import Kind, Refused

STATIC = Path(__file__).parent / "static"
_HASHED = re.compile(r"^.+-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$")
_FOR_EVER = "public, max-age=31536000, immutable"
_CHECK_EACH_TIME = "no-cache"
_NOT_BUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Trunkline</title>
<h1>The console is not built</h1>
<p>The server runs, but its pages are missing. Build them with <code>python deploy/build_console.py</code>
(<code>make run</code> does it by itself), then reload this page.</p></html>
"""

router = APIRouter(include_in_schema=False)


def build_of(static: Path) -> str:
    """A name for this build, so that pages of an older one can offer to reload; "unbuilt" without one."""
    index = static / "index.html"
    return hashlib.sha256(index.read_bytes()).hexdigest()[:12] if index.is_file() else "unbuilt"


def console(within: InContext) -> Response:
    """The console: one page, whose own table (`web/src/pages.tsx`) says what is shown at which path."""
    return _page(within, "index.html")


ROOMS = (
    "board", "planner", "sla", "records", "customers", "imports", "renewals", "admin", "work", "issues", "knowledge",
    "calls", "outbox", "attachments",
)  # fmt: skip
"""What the console's paths begin with; a reload or a link from a letter leads there as well."""
router.add_api_route("/", console)
for room in ROOMS:
    router.add_api_route(f"/{room}", console)
    router.add_api_route(f"/{room}/{{rest:path}}", console)


@router.get("/callus")
def call_us(within: InContext) -> Response:
    """The page from which anybody may call."""
    return _page(within, "callus.html")


@router.get("/{path:path}")
def file(path: str, request: Request, within: InContext) -> Response:
    """A file of the build."""
    wanted = _found(within.static.resolve(), path)
    if wanted is None or wanted.suffix == ".html":
        raise Refused("route.unknown", Kind.MISSING)
    hashed = wanted.parent.name == "assets" and _HASHED.match(wanted.name)
    return FileResponse(wanted, headers={"Cache-Control": _FOR_EVER if hashed else _CHECK_EACH_TIME})


def _found(static: Path, path: str) -> Path | None:
    try:
        wanted = (static / path).resolve()
        return wanted if wanted.is_relative_to(static) and wanted.is_file() else None
    except (OSError, ValueError):  # a name that no file can have: too long, or with a NUL
        return None


def _page(within: Context, name: str) -> Response:
    path = within.static / name
    nonce = secrets.token_urlsafe(16)
    telephones = (server.browser_ws_url for server in within.settings.asterisk.servers())
    policy = page_policy(within.origins, telephones, nonce)
    headers = {"Cache-Control": _CHECK_EACH_TIME, "Content-Security-Policy": policy}
    if not path.is_file():
        return HTMLResponse(_NOT_BUILT, 503, headers)
    # react-aria reads the nonce for its one style element from this very element
    mark = f'<head><meta property="csp-nonce" content="{nonce}">'
    html = path.read_text(encoding="utf-8").replace("<head>", mark, 1)
    style = branding.style_address(within.branding)
    if style is not None:
        html = html.replace("</head>", f'<link rel="stylesheet" href="{style}"></head>', 1)
    return HTMLResponse(html, headers=headers)
