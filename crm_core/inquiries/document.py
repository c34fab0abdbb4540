"""A form as JSON, both ways: what is kept in the database and what the API takes and gives."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from config.errors import Fault, Kind, Param, Refused, RefusedFields
from config.pointers import pointed
from crm_core.inquiries.model import MOST_BYTES, Form

_FORM: TypeAdapter[Form] = TypeAdapter(Form)


def read(document: Any, pointer: str = "/document") -> Form:
    """`RefusedFields` with all that has not the shape of a form; `pointer` is where the document stands in the request."""
    try:
        return _FORM.validate_python(document)
    except ValidationError as error:
        raise RefusedFields(
            [
                Fault(
                    pointer=pointer + pointed(each["loc"], document),
                    code=f"field.{each['type']}",
                    params=_params(each.get("ctx", {})),
                )
                for each in error.errors(include_url=False)
            ]
        ) from error


def written(form: Form) -> dict[str, Any]:
    """As it is kept; `Refused` (inquiry.too_large)."""
    document: dict[str, Any] = _FORM.dump_python(form, mode="json")
    size = len(json.dumps(document, ensure_ascii=False).encode())
    if size > MOST_BYTES:
        raise Refused("inquiry.too_large", Kind.INVALID, pointer="/document", most=MOST_BYTES // 1000)
    return document


def _params(context: Mapping[str, Any]) -> dict[str, Param]:
    return {name: value for name, value in context.items() if isinstance(value, Param)}
