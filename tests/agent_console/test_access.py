"""Each route for each role: who gets in. A route that is missing from the table fails the test."""

import asyncio
import json
import time
from functools import partial
from typing import Any

import httpx
import pytest

from agent_console import application
from crm_core.records import known, rows
from crm_core.records.change import system
from routing.core.model import InteractionId, Phase
from routing.rules import read_rules
from tests.agent_console.house import PASSWORD, House
from tests.agent_console.test_socket import ready

ANYONE, SESSION, AGENT, HOLDER, READER, SUPERVISOR, ADMIN = (
    "anyone",
    "session",
    "agent",
    "holder",
    "reader",
    "supervisor",
    "admin",
)

NOTE = {"text": "n"}
TOKEN = {"name": "t", "scope": "read"}
_OPEN = [{"start": "09:00", "end": "17:00"}]
CALENDAR = {"name": "office", "time_zone": "Asia/Taipei", "week": [_OPEN] * 5 + [[], []]}
POLICY = {"name": "all", "calendar_id": "none", "targets": {"first_response_s": 3600}}
TABLE: dict[tuple[str, str], tuple[str, Any]] = {
    ("POST", "/api/v1/login"): (ANYONE, {"login": "ann", "password": PASSWORD}),
    ("POST", "/api/v1/login/code"): (ANYONE, {"ticket": "none", "code": "123456"}),
    ("GET", "/api/v1/login/ways"): (ANYONE, None),
    ("GET", "/api/v1/login/oidc"): (ANYONE, None),
    ("GET", "/api/v1/login/oidc/callback"): (ANYONE, None),
    ("POST", "/api/v1/callus"): (ANYONE, None),
    ("GET", "/healthz"): (ANYONE, None),
    ("GET", "/readyz"): (ANYONE, None),
    ("GET", "/metrics"): (ANYONE, None),
    ("GET", "/api/v1/me"): (SESSION, None),
    ("PATCH", "/api/v1/me"): (SESSION, {"theme": "dark"}),
    ("GET", "/api/v1/me/sign-in"): (SESSION, None),
    ("PUT", "/api/v1/me/password"): (SESSION, {"current": PASSWORD, "password": PASSWORD}),
    ("POST", "/api/v1/me/totp"): (SESSION, {"password": PASSWORD}),
    ("POST", "/api/v1/me/totp/confirm"): (SESSION, {"code": "123456"}),
    ("POST", "/api/v1/me/totp/recovery-codes"): (SESSION, {"password": PASSWORD, "code": "123456"}),
    ("POST", "/api/v1/me/totp/remove"): (SESSION, {"password": PASSWORD, "code": "123456"}),
    ("GET", "/api/v1/me/sessions"): (SESSION, None),
    ("DELETE", "/api/v1/me/sessions"): (SESSION, None),
    ("DELETE", "/api/v1/me/sessions/{session}"): (SESSION, None),
    ("GET", "/api/v1/me/tokens"): (SESSION, None),
    ("POST", "/api/v1/me/tokens"): (SESSION, TOKEN),
    ("DELETE", "/api/v1/me/tokens/{token}"): (SESSION, None),
    ("GET", "/api/v1/parties"): (SESSION, None),
    ("GET", "/api/v1/parties/{party}"): (SESSION, None),
    ("GET", "/api/v1/search"): (SESSION, None),
    ("GET", "/api/v1/records"): (SESSION, None),
    ("GET", "/api/v1/users/names"): (SESSION, None),
    # whose import it is, and of what, decides: tests/agent_console/test_imports.py
    ("GET", "/api/v1/imports"): (SESSION, None),
    ("POST", "/api/v1/imports"): (SESSION, None),
    ("GET", "/api/v1/imports/{batch}"): (SESSION, None),
    ("DELETE", "/api/v1/imports/{batch}"): (SESSION, None),
    ("GET", "/api/v1/imports/{batch}/preview"): (SESSION, None),
    ("PUT", "/api/v1/imports/{batch}/layout"): (SESSION, {}),
    ("POST", "/api/v1/imports/{batch}/start"): (SESSION, {}),
    ("POST", "/api/v1/imports/{batch}/stop"): (SESSION, None),
    ("POST", "/api/v1/imports/{batch}/resume"): (SESSION, None),
    ("POST", "/api/v1/imports/{batch}/undo"): (SESSION, None),
    ("GET", "/api/v1/imports/{batch}/rows"): (SESSION, None),
    ("GET", "/api/v1/imports/{batch}/report.csv"): (SESSION, None),
    ("GET", "/api/v1/audit"): (ADMIN, None),
    ("GET", "/api/v1/audit/export"): (ADMIN, None),
    ("POST", "/api/v1/audit/verify"): (ADMIN, None),
    ("GET", "/api/v1/roles/built-in"): (ADMIN, None),
    ("GET", "/api/v1/parties/{party}/copy"): (SUPERVISOR, None),
    ("GET", "/api/v1/parties/by-identifier"): (SESSION, None),
    ("POST", "/api/v1/parties/duplicates"): (SESSION, {"name": "x"}),
    ("GET", "/api/v1/parties/duplicates"): (SESSION, None),
    ("PUT", "/api/v1/parties/duplicates/{candidate}"): (SESSION, {"state": "dismissed"}),
    ("GET", "/api/v1/parties/repairs"): (SESSION, None),
    ("GET", "/api/v1/parties/{party}/timeline"): (SESSION, None),
    ("GET", "/api/v1/parties/{party}/relations"): (SESSION, None),
    ("GET", "/api/v1/parties/{party}/chart"): (SESSION, None),
    ("GET", "/api/v1/parties/{party}/group"): (SESSION, None),
    ("GET", "/api/v1/parties/{party}/consent"): (SESSION, None),
    ("GET", "/api/v1/parties/{party}/contact"): (SESSION, None),
    ("GET", "/api/v1/parties/{party}/grade"): (SESSION, None),
    ("GET", "/api/v1/parties/{party}/merges"): (SESSION, None),
    ("POST", "/api/v1/parties/merges"): (SUPERVISOR, {"survivor_id": "{party}", "merged_id": "{party}x"}),
    ("POST", "/api/v1/parties/merges/{merge_id}/undo"): (SUPERVISOR, None),
    ("GET", "/api/v1/parties/work"): (SUPERVISOR, None),
    ("POST", "/api/v1/parties/work"): (SUPERVISOR, {"kind": "repair_scan"}),
    ("GET", "/api/v1/parties/work/{job}"): (SUPERVISOR, None),
    ("DELETE", "/api/v1/parties/work/{job}"): (SUPERVISOR, None),
    ("GET", "/api/v1/handovers/{user}"): (SUPERVISOR, None),
    ("POST", "/api/v1/handovers"): (SUPERVISOR, {"from_id": "a", "to_id": "b"}),
    ("POST", "/api/v1/segments/{segment}/refresh"): (SESSION, None),
    ("GET", "/api/v1/segments/{segment}/members"): (SESSION, None),
    ("GET", "/api/v1/interactions/{interaction}/prospect"): (READER, None),
    ("POST", "/api/v1/interactions/{interaction}/prospect"): (READER, {"name": "x"}),
    ("GET", "/api/v1/dispositions"): (SESSION, None),
    ("POST", "/api/v1/me/shift"): (AGENT, None),
    ("PUT", "/api/v1/me/status"): (AGENT, {"status": "ready"}),
    ("GET", "/api/v1/interactions/{interaction}"): (READER, None),
    ("GET", "/api/v1/interactions/{interaction}/recordings"): (READER, None),
    ("GET", "/api/v1/interactions/{interaction}/chat"): (READER, None),
    ("GET", "/api/v1/interactions/{interaction}/chat/files/{file}"): (READER, None),
    ("POST", "/api/v1/interactions/{interaction}/chat/messages"): (HOLDER, {"id": "12345678", "text": "x"}),
    ("POST", "/api/v1/interactions/{interaction}/chat/typing"): (HOLDER, {"on": True}),
    ("POST", "/api/v1/interactions/{interaction}/chat/read"): (HOLDER, {"seq": 1}),
    ("POST", "/api/v1/interactions/{interaction}/chat/files"): (HOLDER, None),
    ("POST", "/api/v1/interactions/{interaction}/chat/mail"): (HOLDER, {"text": "x"}),
    ("GET", "/api/v1/interactions/{interaction}/record"): (READER, None),
    # of one that is there: tests/agent_console/test_recordings.py
    ("GET", "/api/v1/recordings/{recording}/audio"): (SESSION, None),
    ("GET", "/api/v1/interactions/{interaction}/faxes"): (READER, None),
    ("POST", "/api/v1/interactions/{interaction}/faxes"): (HOLDER, {"to": "0223456789"}),
    ("GET", "/api/v1/cases/{case}/faxes"): (READER, None),
    ("POST", "/api/v1/cases/{case}/faxes"): (READER, {"to": "0223456789"}),
    ("GET", "/api/v1/faxes"): (SUPERVISOR, None),
    # of one that is there: tests/agent_console/test_faxes.py
    ("GET", "/api/v1/faxes/{fax}"): (SESSION, None),
    ("POST", "/api/v1/faxes/{fax}/again"): (SESSION, None),
    ("POST", "/api/v1/faxes/{fax}/cancel"): (SESSION, None),
    ("GET", "/api/v1/faxes/{fax}/pages/{number}"): (SESSION, None),
    ("GET", "/api/v1/faxes/{fax}/{kind}"): (SESSION, None),
    ("GET", "/api/v1/cases/{case}"): (READER, None),
    ("PUT", "/api/v1/cases/{case}/status"): (READER, {"status": "pending"}),
    ("GET", "/api/v1/cases/{case}/clocks"): (READER, None),
    ("GET", "/api/v1/cases/{case}/work"): (READER, None),
    ("POST", "/api/v1/cases/{case}/steps"): (READER, {"to": "nowhere"}),
    ("POST", "/api/v1/cases/{case}/notes"): (READER, {"text": "x"}),
    ("POST", "/api/v1/cases/{case}/links"): (READER, {"other": "none"}),
    ("DELETE", "/api/v1/cases/{case}/links/{link}"): (READER, None),
    ("PUT", "/api/v1/cases/{case}/watching"): (READER, {}),
    ("POST", "/api/v1/cases/{case}/merge"): (READER, {"into": "none"}),
    ("POST", "/api/v1/cases/{case}/split"): (READER, {"subject": "s"}),
    ("POST", "/api/v1/cases/{case}/procedures/{procedure}"): (READER, None),
    ("GET", "/api/v1/cases/{case}/macros/{macro}"): (READER, None),
    ("POST", "/api/v1/cases/{case}/macros/{macro}"): (READER, None),
    ("GET", "/api/v1/knowledge/cases/{case}/articles"): (READER, None),
    ("DELETE", "/api/v1/knowledge/cases/{case}/articles/{article}"): (READER, None),
    ("POST", "/api/v1/knowledge/cases/{case}/draft"): (READER, None),
    ("GET", "/api/v1/letters/{letter}/html"): (READER, None),
    ("GET", "/api/v1/letters/{letter}/raw"): (READER, None),
    ("GET", "/api/v1/attachments/{attachment}"): (READER, None),
    # of drafts that are there, and of letters of ours: tests/agent_console/test_drafts.py
    ("GET", "/api/v1/drafts"): (SESSION, None),
    ("POST", "/api/v1/drafts"): (SESSION, {}),
    ("GET", "/api/v1/drafts/held"): (SESSION, None),
    ("GET", "/api/v1/drafts/{draft}"): (SESSION, None),
    ("PUT", "/api/v1/drafts/{draft}"): (SESSION, {}),
    ("DELETE", "/api/v1/drafts/{draft}"): (SESSION, None),
    ("POST", "/api/v1/drafts/{draft}/take"): (SESSION, None),
    ("POST", "/api/v1/drafts/{draft}/send"): (SESSION, {"version": 1}),
    ("POST", "/api/v1/drafts/{draft}/undo"): (SESSION, None),
    ("PUT", "/api/v1/drafts/{draft}/time"): (SESSION, {"at": "2040-01-01T09:00"}),
    ("POST", "/api/v1/drafts/{draft}/files"): (SESSION, {}),
    ("PUT", "/api/v1/drafts/{draft}/files/{name}"): (SESSION, {}),
    ("GET", "/api/v1/drafts/{draft}/files/{file}"): (SESSION, None),
    ("DELETE", "/api/v1/drafts/{draft}/files/{file}"): (SESSION, None),
    ("POST", "/api/v1/letters/{letter}/retry"): (SESSION, None),
    ("POST", "/api/v1/letters/{letter}/again"): (SESSION, None),
    ("GET", "/api/v1/outbox"): (SUPERVISOR, None),
    ("GET", "/api/v1/attachments/{attachment}/picture"): (READER, None),
    ("GET", "/api/v1/attachments"): (SESSION, None),
    ("POST", "/api/v1/cases/{case}/paper"): (READER, {}),
    ("GET", "/api/v1/interactions/{interaction}/text-message"): (READER, None),
    ("POST", "/api/v1/interactions/{interaction}/text-message"): (HOLDER, {"text": "x"}),
    ("GET", "/api/v1/text-messages/senders"): (AGENT, None),
    ("GET", "/api/v1/text-messages/stopped/{number}"): (AGENT, None),
    ("POST", "/api/v1/text-messages"): (AGENT, {"number": "0912345678", "text": "x", "queue_id": "none"}),
    ("GET", "/api/v1/text-messages/{letter}"): (READER, None),
    ("POST", "/api/v1/text-messages/{letter}/again"): (HOLDER, None),
    ("GET", "/api/v1/sms-gateways/{gateway}/secret"): (ADMIN, None),
    ("PUT", "/api/v1/sms-gateways/{gateway}/secret"): (ADMIN, {"secret": "x" * 16}),
    ("POST", "/api/v1/offers/{offer:path}/accept"): (HOLDER, None),
    ("POST", "/api/v1/offers/{offer:path}/decline"): (HOLDER, None),
    ("PUT", "/api/v1/interactions/{interaction}/note"): (HOLDER, NOTE),
    ("PUT", "/api/v1/interactions/{interaction}/party"): (HOLDER, {"party_id": "{party}"}),
    ("POST", "/api/v1/interactions/{interaction}/case"): (HOLDER, {"subject": "s"}),
    ("POST", "/api/v1/interactions/{interaction}/replies"): (HOLDER, NOTE),
    ("POST", "/api/v1/interactions/{interaction}/hangup"): (HOLDER, None),
    ("POST", "/api/v1/interactions/{interaction}/call-back"): (HOLDER, None),
    ("POST", "/api/v1/interactions/{interaction}/reattach"): (HOLDER, None),
    ("POST", "/api/v1/interactions/{interaction}/hold"): (HOLDER, None),
    ("DELETE", "/api/v1/interactions/{interaction}/hold"): (HOLDER, None),
    ("POST", "/api/v1/interactions/{interaction}/recording/pause"): (HOLDER, None),
    ("DELETE", "/api/v1/interactions/{interaction}/recording/pause"): (HOLDER, None),
    ("GET", "/api/v1/interactions/{interaction}/targets"): (HOLDER, None),
    ("POST", "/api/v1/interactions/{interaction}/transfer"): (HOLDER, {"queue_id": "none"}),
    ("POST", "/api/v1/interactions/{interaction}/consult"): (HOLDER, {"number": "none"}),
    ("POST", "/api/v1/interactions/{interaction}/consult/handover"): (HOLDER, None),
    ("POST", "/api/v1/interactions/{interaction}/conference"): (HOLDER, None),
    ("DELETE", "/api/v1/interactions/{interaction}/conference"): (HOLDER, None),
    ("POST", "/api/v1/interactions/{interaction}/conference/leave"): (HOLDER, None),
    ("POST", "/api/v1/interactions/{interaction}/wrong-party"): (HOLDER, {"party_id": "none"}),
    ("POST", "/api/v1/interactions/{interaction}/finish"): (HOLDER, None),
    ("POST", "/api/v1/interactions/{interaction}/return"): (HOLDER, None),
    ("POST", "/api/v1/interactions/{interaction}/wrapup"): (HOLDER, {"disposition": "solved"}),
    ("GET", "/api/v1/board"): (SUPERVISOR, None),
    ("POST", "/api/v1/me/phone"): (SUPERVISOR, None),
    ("POST", "/api/v1/interactions/{interaction}/watch"): (SUPERVISOR, {"mode": "listen"}),
    ("DELETE", "/api/v1/me/watch"): (SUPERVISOR, None),
    ("POST", "/api/v1/interactions/{interaction}/takeover"): (SUPERVISOR, None),
    ("GET", "/api/v1/interactions/{interaction}/routing"): (SUPERVISOR, None),
    ("PUT", "/api/v1/interactions/{interaction}/routing/queue"): (SUPERVISOR, {"queue_id": "none"}),
    ("PUT", "/api/v1/interactions/{interaction}/routing/agent"): (SUPERVISOR, {"agent_id": "none"}),
    ("DELETE", "/api/v1/interactions/{interaction}/callback"): (SUPERVISOR, None),
    ("PUT", "/api/v1/queues/{queue}/closing"): (SUPERVISOR, {"closed": False}),
    ("GET", "/api/v1/mailboxes/{mailbox}/condition"): (ADMIN, None),
    ("PUT", "/api/v1/mailboxes/{mailbox}/secrets"): (ADMIN, {"password": "x"}),
    ("POST", "/api/v1/mailboxes/{mailbox}/test"): (ADMIN, None),
    ("GET", "/api/v1/set-aside"): (SUPERVISOR, None),
    ("GET", "/api/v1/set-aside/{letter}/raw"): (SUPERVISOR, None),
    ("POST", "/api/v1/set-aside/{letter}/again"): (SUPERVISOR, None),
    ("GET", "/api/v1/guard"): (SUPERVISOR, None),
    ("PUT", "/api/v1/guard/lock"): (SUPERVISOR, {"locked": False}),
    ("POST", "/api/v1/guard/try"): (ADMIN, {"number": "0212345678"}),
    ("GET", "/api/v1/blocked-callers/{blocked}/calls"): (SUPERVISOR, None),
    ("POST", "/api/v1/interactions/{interaction}/block"): (READER, {"reason": "rude"}),
    ("GET", "/api/v1/forecast"): (SUPERVISOR, None),
    ("GET", "/api/v1/forecast/queues"): (SUPERVISOR, None),
    ("GET", "/api/v1/me/letters"): (AGENT, None),
    ("GET", "/api/v1/calls/lines"): (AGENT, None),
    # of one's own queues and calls: tests/agent_console/test_calls_out.py
    ("POST", "/api/v1/calls"): (AGENT, {"number": "0912345678", "queue_id": "none"}),
    ("DELETE", "/api/v1/calls/{interaction}"): (AGENT, None),
    # of a letter that waits: tests/agent_console/test_by_hand.py
    ("POST", "/api/v1/interactions/{interaction}/take"): (AGENT, None),
    ("POST", "/api/v1/interactions/{interaction}/park"): (HOLDER, {"until": 4_000_000_000.0}),
    ("GET", "/api/v1/sla/calendars"): (SUPERVISOR, None),
    ("POST", "/api/v1/sla/calendars"): (SUPERVISOR, CALENDAR),
    ("PUT", "/api/v1/sla/calendars/{calendar}"): (SUPERVISOR, CALENDAR),
    ("DELETE", "/api/v1/sla/calendars/{calendar}"): (SUPERVISOR, None),
    ("GET", "/api/v1/sla/holidays"): (SUPERVISOR, None),
    ("GET", "/api/v1/sla/policies"): (SUPERVISOR, None),
    ("POST", "/api/v1/sla/policies"): (SUPERVISOR, POLICY),
    ("PUT", "/api/v1/sla/policies/{policy}"): (SUPERVISOR, POLICY),
    ("DELETE", "/api/v1/sla/policies/{policy}"): (SUPERVISOR, None),
    ("GET", "/api/v1/cases/types"): (SESSION, None),
    ("POST", "/api/v1/cases/lifecycle/picture"): (SESSION, {}),
    ("GET", "/api/v1/cases/overview"): (SESSION, None),
    ("GET", "/api/v1/cases/figures"): (SESSION, None),
    ("DELETE", "/api/v1/cases/{case}/watching"): (SESSION, None),
    # what there is to undo says whose it is: tests/agent_console/test_casework.py
    ("POST", "/api/v1/cases/regroupings/{regrouping_id}/undo"): (SESSION, None),
    ("GET", "/api/v1/work"): (SESSION, None),
    ("POST", "/api/v1/work/notices/seen"): (SESSION, {}),
    ("POST", "/api/v1/approvals/{approval}"): (SESSION, {"decision": "approved"}),
    ("GET", "/api/v1/texts"): (SESSION, None),
    ("POST", "/api/v1/texts/{text}/fill"): (SESSION, {}),
    ("GET", "/api/v1/parties/{party}/brief"): (SESSION, None),
    ("GET", "/api/v1/parties/{party}/numbers"): (SESSION, None),
    ("PUT", "/api/v1/numbers/{number}"): (SESSION, {"trusted": True}),
    ("DELETE", "/api/v1/numbers/{number}"): (SESSION, None),
    ("GET", "/api/v1/parties/{party}/pin"): (SESSION, None),
    ("PUT", "/api/v1/parties/{party}/pin"): (SESSION, {"customer_number": "4711", "pin": "2580"}),
    ("DELETE", "/api/v1/parties/{party}/pin"): (SESSION, None),
    ("GET", "/api/v1/branding"): (ADMIN, None),
    ("PUT", "/api/v1/branding"): (ADMIN, {}),
    ("GET", "/api/v1/branding/shades"): (ADMIN, None),
    ("PUT", "/api/v1/branding/logo"): (ADMIN, None),
    ("DELETE", "/api/v1/branding/logo"): (ADMIN, None),
    ("GET", "/api/v1/inquiry-forms"): (SUPERVISOR, None),
    ("POST", "/api/v1/inquiry-forms"): (ADMIN, {"key": "returns", "name": "Returns"}),
    ("GET", "/api/v1/inquiry-forms/known"): (SUPERVISOR, None),
    ("POST", "/api/v1/inquiry-forms/preview"): (SUPERVISOR, {"document": {}}),
    ("GET", "/api/v1/inquiry-forms/{form}"): (SUPERVISOR, None),
    ("PUT", "/api/v1/inquiry-forms/{form}"): (ADMIN, {"key": "returns", "name": "Returns"}),
    ("DELETE", "/api/v1/inquiry-forms/{form}"): (ADMIN, None),
    ("POST", "/api/v1/inquiry-forms/{form}/validate"): (SUPERVISOR, {}),
    ("POST", "/api/v1/inquiry-forms/{form}/publish"): (ADMIN, {}),
    ("POST", "/api/v1/inquiry-forms/{form}/withdraw"): (ADMIN, None),
    ("GET", "/api/v1/inquiry-forms/{form}/versions"): (SUPERVISOR, None),
    ("GET", "/api/v1/inquiry-forms/{form}/versions/{version}"): (SUPERVISOR, None),
    ("POST", "/api/v1/inquiry-forms/{form}/restore"): (ADMIN, {"version": 1}),
    ("GET", "/api/v1/interactions/{interaction}/submissions"): (READER, None),
    # what a token of this scope alone may do: tests/agent_console/test_inquiry_forms.py
    ("POST", "/api/v1/forms/{key}/submissions"): (SESSION, {}),
    ("GET", "/api/v1/flows"): (SUPERVISOR, None),
    ("POST", "/api/v1/flows"): (ADMIN, {"name": "Main line"}),
    ("GET", "/api/v1/flows/{flow}"): (SUPERVISOR, None),
    ("PUT", "/api/v1/flows/{flow}"): (ADMIN, {"name": "Main line"}),
    ("DELETE", "/api/v1/flows/{flow}"): (ADMIN, None),
    ("POST", "/api/v1/flows/{flow}/validate"): (SUPERVISOR, {}),
    ("POST", "/api/v1/flows/{flow}/publish"): (ADMIN, {}),
    ("GET", "/api/v1/flows/{flow}/versions"): (SUPERVISOR, None),
    ("GET", "/api/v1/flows/{flow}/versions/{version}"): (SUPERVISOR, None),
    ("POST", "/api/v1/flows/{flow}/restore"): (ADMIN, {"version": 1}),
    ("POST", "/api/v1/flows/{flow}/preview"): (SUPERVISOR, {}),
    ("GET", "/api/v1/flows/{flow}/figures"): (SUPERVISOR, None),
    ("GET", "/api/v1/prompts"): (SUPERVISOR, None),
    ("POST", "/api/v1/prompts"): (ADMIN, {"name": "Greeting"}),
    ("GET", "/api/v1/prompts/{prompt}"): (SUPERVISOR, None),
    ("PUT", "/api/v1/prompts/{prompt}"): (ADMIN, {"name": "Greeting"}),
    ("DELETE", "/api/v1/prompts/{prompt}"): (ADMIN, None),
    ("PUT", "/api/v1/prompts/{prompt}/sounds/{language}"): (ADMIN, None),
    ("GET", "/api/v1/prompts/{prompt}/sounds/{language}"): (SUPERVISOR, None),
    ("DELETE", "/api/v1/prompts/{prompt}/sounds/{language}"): (ADMIN, None),
    ("GET", "/api/v1/queues"): (SESSION, None),
    ("GET", "/api/v1/queues/coverage"): (SESSION, None),
    ("PUT", "/api/v1/queues/{queue}/department"): (ADMIN, {"department_id": None}),
    ("GET", "/api/v1/lines"): (SUPERVISOR, None),
    ("PUT", "/api/v1/lines/{number}"): (SUPERVISOR, {"identify": "never"}),
    ("GET", "/api/v1/service-contracts/{contract_id}/standing"): (SESSION, None),
    ("GET", "/api/v1/portal/corrections"): (SESSION, None),
    ("POST", "/api/v1/portal/corrections/{correction}/seen"): (SESSION, None),
    ("POST", "/api/v1/knowledge/articles"): (SESSION, {"language": "en", "title": "How to"}),
    ("GET", "/api/v1/knowledge/articles/{article}"): (SESSION, None),
    ("PUT", "/api/v1/knowledge/articles/{article}/texts/{language}"): (SESSION, {"title": "x", "base": 0}),
    ("POST", "/api/v1/knowledge/articles/{article}/texts/{language}/state"): (SESSION, {"to": "draft"}),
    ("POST", "/api/v1/knowledge/articles/{article}/texts/{language}/restore"): (
        SESSION,
        {"version": 1, "base": 1},
    ),
    ("GET", "/api/v1/knowledge/articles/{article}/texts/{language}/versions"): (SESSION, None),
    ("GET", "/api/v1/knowledge/articles/{article}/texts/{language}/difference"): (SESSION, None),
    ("POST", "/api/v1/knowledge/articles/{article}/votes"): (SESSION, {"helpful": True}),
    ("POST", "/api/v1/knowledge/articles/{article}/uses"): (SESSION, {"kind": "linked"}),
    ("PUT", "/api/v1/knowledge/articles/{article}/files/{name}"): (SESSION, None),
    ("DELETE", "/api/v1/knowledge/articles/{article}/files/{file}"): (SESSION, None),
    ("GET", "/api/v1/knowledge/files"): (SESSION, None),
    ("GET", "/api/v1/knowledge/files/{file}"): (SESSION, None),
    ("GET", "/api/v1/knowledge/review"): (SESSION, None),
    ("POST", "/api/v1/knowledge/render"): (SESSION, {"body": "x"}),
    ("POST", "/api/v1/knowledge/suggest"): (SESSION, {"text": "lamp"}),
    ("GET", "/api/v1/knowledge/memos"): (SESSION, None),
    ("POST", "/api/v1/knowledge/memos/{memo}/read"): (SESSION, None),
    ("GET", "/api/v1/knowledge/memos/{memo}/readings"): (SESSION, None),
    ("GET", "/api/v1/users"): (ADMIN, None),
    ("POST", "/api/v1/users"): (
        ADMIN,
        {"login": "new", "name": "New", "role": "agent", "password": "a fine long one"},
    ),
    ("GET", "/api/v1/users/{user}"): (ADMIN, None),
    ("PATCH", "/api/v1/users/{user}"): (ADMIN, {"name": "Cid"}),
    ("PUT", "/api/v1/users/{user}/skills"): (ADMIN, {"skills": []}),
    ("PUT", "/api/v1/users/{user}/password"): (ADMIN, {"password": "a fine long one"}),
    ("GET", "/api/v1/users/{user}/rights"): (ADMIN, None),
    ("PUT", "/api/v1/users/{user}/rights"): (ADMIN, {"roles": []}),
    ("POST", "/api/v1/users/{user}/lock"): (ADMIN, None),
    ("POST", "/api/v1/users/{user}/unlock"): (ADMIN, None),
    ("GET", "/api/v1/users/{user}/tokens"): (ADMIN, None),
    ("POST", "/api/v1/users/{user}/tokens"): (ADMIN, TOKEN),
    ("DELETE", "/api/v1/users/{user}/tokens/{token}"): (ADMIN, None),
    ("DELETE", "/api/v1/users/{user}/sessions"): (ADMIN, None),
    ("DELETE", "/api/v1/users/{user}/sessions/{session}"): (ADMIN, None),
    ("DELETE", "/api/v1/users/{user}/totp"): (ADMIN, None),
    ("DELETE", "/api/v1/users/{user}"): (ADMIN, None),
    ("POST", "/api/v1/users/{user}/restore"): (ADMIN, None),
    ("GET", "/api/v1/sessions"): (ADMIN, None),
    ("GET", "/api/v1/skills"): (ADMIN, None),
    ("GET", "/api/v1/skills/ending"): (SUPERVISOR, None),
    ("GET", "/api/v1/totp-roles"): (ADMIN, None),
    ("PUT", "/api/v1/totp-roles"): (ADMIN, {"roles": []}),
    ("DELETE", "/api/v1/me/shift"): (AGENT, None),
    ("POST", "/api/v1/logout"): (SESSION, None),
}
"""What a route asks for, with a body that fits. The holder's commands may be refused as 409 by the moment, never 403."""

REFUSALS = ("session.ended", "access.role", "access.action", "interaction.not_yours", "record.not_yours")
"""Others with these statuses are about a password or a ticket, and not about who asks."""
ALLOWED = {
    ANYONE: {"nobody", "holder", "other", "supervisor", "admin"},
    SESSION: {"holder", "other", "supervisor", "admin"},
    AGENT: {"holder", "other"},
    HOLDER: {"holder"},
    READER: {"holder", "supervisor", "admin"},
    SUPERVISOR: {"supervisor", "admin"},
    ADMIN: {"admin"},
}
WHO = {"nobody": None, "holder": "ann", "other": "bob", "supervisor": "sue", "admin": "adm"}


def test_no_route_is_forgotten() -> None:
    """Every route of the application stands in the table above, and nothing else does."""
    document = application.build().openapi()
    served = {
        (method.upper(), path.replace("{offer}", "{offer:path}"))
        for path, methods in document["paths"].items()
        for method in methods
        # those of each entity have a table of their own: test_record_rights.py
        if not path.startswith("/api/v1/records/")
    }
    assert served == set(TABLE)


@pytest.mark.parametrize("role", list(WHO))
async def test_each_route_asks_for_its_role(house: House, role: str) -> None:
    """Anonymous callers, the agent who holds the work, another agent and a supervisor: allowed exactly where the table
    says; refusals are problems with a code."""
    await house.store.write(
        lambda c: rows.patch(c, system(1.0), known.entity("queue"), house.seed.queue, {"ring_s": 120.0})
    )
    house.floor.configure(*await house.store.read(partial(read_rules, now=time.time())))
    async with house.browser("ann") as ann, house.listening(ann) as screen:
        await ready(house, ann, screen)
        letter = await house.letter_arrives()
        await house.until(
            letter, Phase.OFFERED
        )  # until it is accepted, however long the routes before that take
        names = await _names(ann, house, letter)
        async with house.browser(WHO[role]) as client:
            for (method, path), (asked, body) in TABLE.items():
                answer = await _ask(client, method, path, body, names)
                refused = answer.json()["code"] in REFUSALS if answer.status_code in (401, 403) else False
                assert refused is (role not in ALLOWED[asked]), (role, method, path, answer.text)
                if refused:
                    assert answer.status_code == (401 if role == "nobody" else 403)
                    assert answer.headers["content-type"] == "application/problem+json"


async def _names(ann: httpx.AsyncClient, house: House, letter: InteractionId) -> dict[str, str]:
    shown = (await ann.get(f"/api/v1/interactions/{letter}")).json()
    return {
        "{interaction}": letter,
        "{offer:path}": f"{letter}/1".replace("/", "%2F"),
        "{case}": house.seed.case,
        "{party}": house.seed.party,
        "{letter}": shown["thread"][0]["id"],
        "{user}": house.seed.users["cyd"],
        "{session}": "none",
        "{token}": "none",
        "{attachment}": shown["thread"][0]["attachments"][0]["id"],
    }


async def _ask(
    client: httpx.AsyncClient, method: str, path: str, body: Any, names: dict[str, str]
) -> httpx.Response:
    for mark, name in names.items():
        path = path.replace(mark, name)
        body = json.loads(json.dumps(body).replace(mark, name))
    session = dict(client.cookies)
    answer = await client.request(method, path, json=body, headers={"Idempotency-Key": "key-of-this-test"})
    if path.endswith("/login"):
        client.cookies = httpx.Cookies(session)  # stay who we are
    return answer


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"X-Trunkline": ""}, "request.header"),
        ({"Origin": "https://evil.example"}, "request.origin"),
        ({"Origin": "null"}, "request.origin"),
    ],
)
async def test_requests_of_other_sites_change_nothing(
    house: House, headers: dict[str, str], code: str
) -> None:
    """Without our header, or from a foreign origin, a state-changing request is refused before anything else."""
    async with house.browser("ann") as ann:
        answer = await ann.patch("/api/v1/me", json={"theme": "dark"}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, code)
        assert (await ann.get("/api/v1/me")).json()["user"]["theme"] == "system"
        own = await ann.patch("/api/v1/me", json={"theme": "dark"}, headers={"Origin": house.origin})
        assert own.json()["user"]["theme"] == "dark"


async def test_too_many_wrong_passwords_close_the_door(house: House) -> None:
    """Wrong names and wrong passwords look alike; after too many even the right one must wait."""
    async with house.browser() as client:
        answers = [
            await client.post("/api/v1/login", json={"login": login, "password": "wrong"})
            for login in ["nobody", *["ann"] * 10]
        ]
        assert {answer.json()["code"] for answer in answers} == {"login.wrong"}
        barred = await client.post("/api/v1/login", json={"login": "ann", "password": PASSWORD})
        assert (barred.status_code, barred.json()["code"]) == (429, "login.too_many")
        assert barred.headers["retry-after"] == "300"


async def test_many_tries_at_once_are_no_way_round_the_limit(house: House) -> None:
    """Of tries that arrive together no more are answered than of tries one after another; a right one among them waits."""
    async with house.browser() as client:

        async def attempt(password: str) -> int:
            answer = await client.post("/api/v1/login", json={"login": "ann", "password": password})
            return answer.status_code

        answers = await asyncio.gather(*(attempt(f"wrong {n}") for n in range(20)))
        assert sorted(answers) == [401] * 10 + [429] * 10
        assert await attempt(PASSWORD) == 429


async def test_the_session_cookie_is_kept_from_scripts_and_other_sites(house: House) -> None:
    """HttpOnly, SameSite=Strict, for the whole site."""
    async with house.browser() as client:
        answer = await client.post("/api/v1/login", json={"login": "ann", "password": PASSWORD})
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert "Path=/" in cookie
