"""What somebody sees of a customer: fields that their roles hide are empty, and what their roles do not reach is not there. Pure.

Pops are made once for everybody; this is laid over them for each.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, cast

from agent_console.documents import ContractCard, Customer, PopDocument
from agent_console.flow_documents import VisitDocument
from crm_core.access.model import EVERYTHING, Action, Rights, Scope

T = TypeVar("T", bound=Mapping[str, Any])
_EMPTY: Mapping[str, Any] = {"name": "", "note": "", "traits": [], "do_not_contact": False}
_FIELDS = (
    "name",
    "title",
    "department",
    "tier",
    "language",
    "note",
    "lifecycle",
    "traits",
    "preferred_channel",
    "contact_times",
    "do_not_contact",
)
_MEMBERSHIP = {"number": "membership_number", "tier": "membership_tier", "until": "membership_until"}
_POINT = {"label": "label", "is_primary": "primary", "invalid_reason": "invalid_reason"}
_UNSAID: Mapping[str, Any] = {"label": "", "is_primary": False}
_ASSET: Mapping[str, tuple[str, Any]] = {
    "serial_number": ("serial_number", ""),
    "product_id": ("product", ""),
    "warranty_until": ("warranty_until", None),
    "status": ("status", ""),
}
_BOUGHT: Mapping[str, tuple[str, Any]] = {
    "item": ("what", ""),
    "department": ("department", ""),
    "quantity": ("quantity", None),
    "amount": ("amount", None),
    "currency": ("currency", None),
}
_CONTRACT = {"name": "name", "level": "level", "max_calls": "calls", "max_minutes": "minutes"}
_OF = {
    "party": _FIELDS,
    "asset": tuple(_ASSET),
    "purchase": tuple(_BOUGHT),
    "service_contract": tuple(_CONTRACT),
    "contact_point": ("raw", *_POINT),
    "case": ("subject",),
}


def is_whole(rights: Rights) -> bool:
    """Whether nothing of a customer is hidden from them: nearly everybody."""
    return not any(_lacks(rights, entity) or rights.hidden(entity) for entity in (*_OF, "relationship"))


def of_customer(document: T, rights: Rights) -> T:
    """A card, a customer's page, or a line of a list, as somebody with these rights sees it."""
    if is_whole(rights):
        return document
    seen: dict[str, Any] = dict(document)
    hidden = rights.hidden("party")
    for name in hidden.intersection(_FIELDS) & seen.keys():
        seen[name] = _EMPTY.get(name)
    if "organisation_id" in hidden:
        _empty(seen, organisation=None)
    if seen.get("membership"):
        seen["membership"] = {
            key: None if name in hidden else seen["membership"][key] for key, name in _MEMBERSHIP.items()
        }
    if _lacks(rights, "relationship"):
        _empty(seen, superior=None)
    _reach(seen, rights)
    _cases(seen, rights)
    _service(seen, rights)
    return cast("T", seen)


def of_pop(document: PopDocument, rights: Rights) -> PopDocument:
    """The same of all whom a pop shows, and of the contract that it counts for."""
    if is_whole(rights):
        return document
    match = document["match"]
    found = document["contract"]
    return {
        **document,
        "customer": of_caller(document["customer"], rights),
        "match": {**match, "parties": [of_customer(each, rights) for each in match["parties"]]},
        "contract": None if found is None or _lacks(rights, "service_contract") else _contract(found, rights),
        "flow": _visit(document["flow"], rights),
    }


def _visit(known: VisitDocument | None, rights: Rights) -> VisitDocument | None:
    """What a caller keyed may be their number."""
    if known is None or not _no_addresses(rights):
        return known
    return {**known, "collected": {}, "path": [{**stage, "keys": []} for stage in known["path"]]}


def of_caller(known: Customer, rights: Rights) -> Customer:
    """Who calls or writes, by what the line or the letter tells of them."""
    return Customer(
        address="" if _no_addresses(rights) else known["address"],
        name="" if _no_names(rights) else known["name"],
    )


def callers_are_seen(rights: Rights) -> bool:
    """Whether names, and numbers where there is no name, are for them."""
    return not _no_names(rights) and not _no_addresses(rights)


def addresses_are_seen(rights: Rights) -> bool:
    """Whether numbers are for them, and keys, which may be one."""
    return not _no_addresses(rights)


def subjects_are_seen(rights: Rights) -> bool:
    """Whether what somebody wrote about is for them before it is theirs."""
    return not _lacks(rights, "case") and "subject" not in rights.hidden("case")


def _no_names(rights: Rights) -> bool:
    return _lacks(rights, "party") or "name" in rights.hidden("party")


def _no_addresses(rights: Rights) -> bool:
    return _lacks(rights, "contact_point") or "raw" in rights.hidden("contact_point")


def _lacks(rights: Rights, entity: str) -> bool:
    return rights is not EVERYTHING and rights.scope(entity, Action.READ) is Scope.NONE


def _empty(seen: dict[str, Any], **values: Any) -> None:
    seen.update({name: value for name, value in values.items() if name in seen})


def _reach(seen: dict[str, Any], rights: Rights) -> None:
    hidden = rights.hidden("contact_point")
    if _no_addresses(rights):
        _empty(seen, points=[], phones=[], emails=[], contact_points=[], phone=None, email=None)
        return
    for name in ("points", "contact_points"):
        if name in seen:
            blank = {_POINT[each]: _UNSAID.get(each) for each in hidden.intersection(_POINT)}
            seen[name] = [{**point, **blank} for point in seen[name]]


def _cases(seen: dict[str, Any], rights: Rights) -> None:
    if _lacks(rights, "case"):
        _empty(seen, cases=[], open_cases=0, last_inquiry=None)
    elif "subject" in rights.hidden("case"):
        _empty(seen, cases=[{**each, "subject": ""} for each in seen.get("cases", ())])
        if seen.get("last_inquiry"):
            seen["last_inquiry"] = {**seen["last_inquiry"], "subject": ""}


def _service(seen: dict[str, Any], rights: Rights) -> None:
    if "contracts" in seen:
        none = _lacks(rights, "service_contract")
        seen["contracts"] = [] if none else [_contract(each, rights) for each in seen["contracts"]]
    if "assets" in seen:
        none = _lacks(rights, "asset")
        seen["assets"] = [] if none else _blanked(seen["assets"], _ASSET, rights.hidden("asset"))
    if "purchases" in seen:
        seen["purchases"] = _purchases(seen["purchases"], rights)


def _contract(card: ContractCard, rights: Rights) -> ContractCard:
    hidden = rights.hidden("service_contract")
    seen: dict[str, Any] = {**card, **{_CONTRACT[name]: None for name in hidden.intersection(_CONTRACT)}}
    if hidden & {"max_calls", "max_minutes"}:
        seen |= {"over": None, "over_by": 0}
    return cast("ContractCard", seen)


def _purchases(found: Mapping[str, Any], rights: Rights) -> Mapping[str, Any]:
    if _lacks(rights, "purchase"):
        return {"count": 0, "departments": [], "bought": []}
    hidden = rights.hidden("purchase")
    departments = [] if "department" in hidden else found["departments"]
    if hidden & {"amount", "currency"}:
        departments = [{**each, "amounts": {}} for each in departments]
    return {**found, "departments": departments, "bought": _blanked(found["bought"], _BOUGHT, hidden)}


def _blanked(
    items: Sequence[Mapping[str, Any]], shown: Mapping[str, tuple[str, Any]], hidden: frozenset[str]
) -> list[Mapping[str, Any]]:
    blank = dict(shown[name] for name in hidden.intersection(shown))
    return [{**each, **blank} for each in items]
