"""Who is at the portal's door: a cookie of its own, which no page of the console ever sees, and forms that are bound to it."""

from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from agent_console import lately
from agent_console.context import Context
from agent_console.public import forms
from agent_console.public.forms import Form
from agent_console.public.help_pages import peer
from agent_console.public.rendering import View
from config.errors import Kind, Refused
from crm_core.portal import links, profile
from crm_core.portal.links import Customer
from crm_core.records.change import Acting

COOKIE = "trunkline_portal"
PATH = "/portal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A signed-in customer's request."""

    within: Context
    request: Request
    customer: Customer
    token: str
    view: View

    @property
    def now(self) -> float:
        return self.within.clock.now()

    def form_token(self) -> str:
        return forms.token(_secret(self.within), self.token, self.now)

    async def form(self) -> Form:
        """What was sent, once it is known to come from our own form in this very session."""
        form = await forms.read(self.request, self.within)
        if not forms.is_ours(_secret(self.within), self.token, form.text(forms.TOKEN, 200), self.now):
            raise Refused("form.old", Kind.FORBIDDEN)
        return form

    def acting(self) -> Acting:
        return profile.acting_as(
            self.customer,
            self.now,
            peer=peer(self.request),
            request_id=getattr(self.request.state, "request_id", ""),
        )

    def page(
        self, template: str, *, problem: str = "", done: str = "", status: int = 200, **values: Any
    ) -> Response:
        """A page of theirs: kept nowhere."""
        return self.view.page(
            template,
            status=status,
            customer=self.customer,
            token=self.form_token(),
            problem=self.view.told(problem) if problem else "",
            done=self.view.words[done] if done else "",
            here=self.request.url.path,
            **values,
        )


def must_be_on(within: Context) -> None:
    """`[portal] sign_in`."""
    if not within.settings.portal.sign_in:
        raise Refused("route.unknown", Kind.MISSING)


async def visit(request: Request, within: Context) -> Visit | None:
    """The session behind the cookie; None when there is none any more."""
    must_be_on(within)
    token = request.cookies.get(COOKIE, "")
    now, idle_s = within.clock.now(), within.settings.portal.session_minutes * 60.0
    if not 20 <= len(token) <= 100:
        return None
    customer = await within.store.read(lambda c: links.customer_of(c, token, now, idle_s))
    if customer is None:
        return None
    if lately.is_old(customer.seen_at, now):
        await lately.keep(within, lambda c: links.seen(c, token, now))
    view = View(request, within, customer.language)
    return Visit(within=within, request=request, customer=customer, token=token, view=view)


def remember(answer: Response, within: Context, token: str) -> None:
    """The session's cookie: for the portal's pages alone, and for no script."""
    answer.set_cookie(
        COOKIE,
        token,
        max_age=int(links.SESSION_S),
        httponly=True,
        samesite="strict",
        secure=within.settings.http.cookies_are_secure,
        path=PATH,
    )


def forget(answer: Response, within: Context) -> None:
    answer.delete_cookie(
        COOKIE, httponly=True, samesite="strict", secure=within.settings.http.cookies_are_secure, path=PATH
    )


def _secret(within: Context) -> str:
    return within.settings.mail.reply_secret.get_secret_value()
