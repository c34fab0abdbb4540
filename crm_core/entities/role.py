"""Roles that administrators make: a built-in one, with some of its scopes and fields changed."""

from typing import Any

from sqlalchemy import Connection, func, select

from config.errors import Kind, Refused
from crm_core.access.model import Action, FieldRight, Scope
from crm_core.records.change import Change
from crm_core.records.declared import RIGHTS_ADMIN, Entity, Field, FieldKind, label
from crm_core.records.shape import choice
from crm_core.tables import user_role

_ACTIONS = {action.value for action in Action}
_SCOPES = {scope.name.lower() for scope in Scope}
_FIELD_RIGHTS = {right.name.lower() for right in FieldRight}


def _scopes(given: Any) -> None:
    """`{"party": {"read": "team", "export": "none"}}`"""
    _nested(given, "/scopes", _ACTIONS, _SCOPES)


def _field_rights(given: Any) -> None:
    """`{"party": {"note": "hidden", "tier": "read"}}`"""
    _nested(given, "/fields", None, _FIELD_RIGHTS)


def _nested(given: Any, pointer: str, names: set[str] | None, words: set[str]) -> None:
    right = isinstance(given, dict) and all(
        isinstance(of, dict)
        and all((names is None or name in names) and word in words for name, word in of.items())
        for of in given.values()
    )
    if not right:
        raise Refused("role.form", Kind.INVALID, pointer=pointer)


def _prepare(conn: Connection, change: Change) -> None:
    if change.after.get("deleted_at") is not None:
        _must_not_be_in_use(conn, change.id)
    change.after["scopes"] = change.after.get("scopes") or {}
    change.after["fields"] = change.after.get("fields") or {}


def _must_not_be_in_use(conn: Connection, role_id: str) -> None:
    """Whoever has it would have nothing left; that is to be decided for each of them first."""
    given = user_role.c
    count = select(func.count()).select_from(user_role).where(given.role_id == role_id)
    users = conn.execute(count).scalar_one()
    if users:
        raise Refused("role.in_use", users=users)


ROLE = Entity(
    name="role",
    collection="roles",
    label=label("Role", "角色", "角色"),
    plural=label("Roles", "角色", "角色"),
    module="settings",
    icon="shield",
    sort="name",
    rights=RIGHTS_ADMIN,
    scoped=False,
    searched=False,
    prepare=_prepare,
    fields=(
        Field(
            name="name",
            kind=FieldKind.TEXT,
            label=label("Name", "名稱", "名称"),
            required=True,
            unique=True,
            listed=True,
            most=100,
        ),
        Field(
            name="based_on",
            kind=FieldKind.CHOICE,
            label=label("Based on", "依據", "基于"),
            required=True,
            listed=True,
            choices=(
                choice("agent", "Agent", "客服人員", "坐席"),
                choice("supervisor", "Supervisor", "主管", "主管"),
                choice("admin", "Administrator", "系統管理員", "系统管理员"),
            ),
        ),
        Field(
            name="scopes", kind=FieldKind.JSON, label=label("Scopes", "資料範圍", "数据范围"), check=_scopes
        ),
        Field(
            name="fields",
            kind=FieldKind.JSON,
            label=label("Fields", "欄位權限", "字段权限"),
            check=_field_rights,
        ),
        Field(name="note", kind=FieldKind.LONG_TEXT, label=label("Note", "備註", "备注"), most=2000),
    ),
)
