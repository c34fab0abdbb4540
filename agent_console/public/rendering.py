"""A page: its template, the reader's language, and headers under which nothing but our own style sheet is loaded and nothing runs."""

from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from agent_console import branding
from agent_console.context import Context
from agent_console.public.words import LANGUAGES, NAMES, chosen, words

POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
_TEMPLATES = Environment(
    loader=PackageLoader("agent_console.public"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
STYLE = (files("agent_console.public") / "templates" / "style.css").read_text(encoding="utf-8")


class View:
    """One request's page in the making: what every template needs. `otherwise` is the language where the address names none."""

    def __init__(self, request: Request, within: Context, otherwise: str | None = None) -> None:
        self._path = request.url.path
        self._within = within
        self._named = request.query_params.get("lang")
        self._query = {
            name: value for name, value in request.query_params.items() if name not in ("lang", "token")
        }
        self.language = chosen(self._named, request.headers.get("accept-language", ""), otherwise)
        self.words = words(self.language)
        self._offered: tuple[str, ...] = LANGUAGES

    def speak(self, language: str, offered: tuple[str, ...]) -> None:
        """In this one: what is shown has words in those alone."""
        self.language, self.words, self._offered = language, words(language), offered

    def at(self, path: str, **query: str) -> str:
        """An address of ours, in the language that was chosen by hand."""
        asked = {name: value for name, value in query.items() if value}
        if self._named in LANGUAGES:
            asked["lang"] = self._named
        return f"{path}?{urlencode(asked)}" if asked else path

    def page(
        self,
        template: str,
        *,
        status: int = 200,
        cached_s: int = 0,
        cookie: tuple[str, str] | None = None,
        policy: str = POLICY,
        **values: Any,
    ) -> HTMLResponse:
        """The page as an answer. What is nobody's in particular may be kept for a moment; everything else nowhere."""
        html = _TEMPLATES.get_template(template).render(
            w=self.words,
            language=self.language,
            languages=[(code, NAMES[code], self._other(code)) for code in self._offered],
            at=self.at,
            centre=self._within.centre_name,
            brand=self._within.branding,
            brand_style=branding.style_address(self._within.branding),
            brand_logo=branding.logo_address(self._within.branding),
            portal=self._within.settings.portal,
            moment=self.moment,
            **values,
        )
        headers = {
            "Content-Security-Policy": policy,
            "Content-Language": self.language,
            "Cache-Control": f"public, max-age={cached_s}" if cached_s else "no-store",
            "Vary": "Accept-Language",
            # with no-referrer a browser sends `Origin: null` with our own forms (Fetch, 3.2): they could not be told from foreign ones
            "Referrer-Policy": "same-origin",
        }
        answer = HTMLResponse(html, status, headers)
        if cookie is not None:
            secure = self._within.settings.http.cookies_are_secure
            answer.set_cookie(*cookie, httponly=True, samesite="strict", secure=secure, path="/help")
        return answer

    def moment(self, at: float | None) -> str:
        """Date and time on the centre's wall."""
        if at is None:
            return ""
        zone = ZoneInfo(self._within.settings.centre.time_zone)
        return datetime.fromtimestamp(at, zone).strftime("%Y-%m-%d %H:%M")

    def told(self, code: str, params: Mapping[str, Any] | None = None) -> str:
        """A refusal in the reader's words."""
        text = self.words.get(f"problem_{code.replace('.', '_')}") or self.words["problem_other"]
        return text.format_map({"most": "", "least": "", **(params or {})})

    def _other(self, code: str) -> str:
        return f"{self._path}?{urlencode({**self._query, 'lang': code})}"
