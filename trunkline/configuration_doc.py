"""Write docs/configuration.md and a commented sample from the settings themselves, so that neither can lie.

python -m trunkline.configuration_doc > docs/configuration.md
"""

import sys
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from config.settings import ENVIRONMENT_PREFIX, Settings

_HEAD = """# Configuration

One TOML file, given with `--config` (default `trunkline.toml`). Each setting can also come from the environment as
`{prefix}SECTION__KEY`, which wins over the file. A secret may stand in a file of its own: `ami_secret_file = "/path"`.
`trunkline check-config` reads everything and prints every problem at once. This page is generated from the settings.

Queues, agents, skills, numbers and mail addresses are data, not settings: they live in the database.
"""


def sections() -> Iterator[tuple[str, type[BaseModel]]]:
    """The tables of the file, in its order."""
    for name, field in Settings.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield name, kind


def page() -> str:
    """The whole page as Markdown."""
    parts = [_HEAD.format(prefix=ENVIRONMENT_PREFIX)]
    for name, section in sections():
        parts.append(
            f"## [{name}]\n\n{(section.__doc__ or '').strip()}\n\n| key | default | meaning |\n|---|---|---|"
        )
        parts[-1] += "".join(
            f"\n| `{key}` | {_default(field)} | {_meaning(field)} |"
            for key, field in section.model_fields.items()
        )
    parts.append(f"## A sample\n\n```toml\n{sample()}```")
    return "\n\n".join(parts) + "\n"


def sample(**secrets: str) -> str:
    """A commented file with every setting; `secrets` fills the required ones, and others for which it has a value."""
    lines: list[str] = []
    for name, section in sections():
        lines.append(f"[{name}]")
        for key, field in section.model_fields.items():
            lines.append(f"# {(field.description or '').splitlines()[0]}")
            given = key in secrets or field.is_required()
            value = secrets.get(key, "change-me-please") if given else _plain(field.default)
            lines.append(f"{'' if given else '# '}{key} = {_toml(value)}")
        lines.append("")
    return "\n".join(lines)


def _plain(value: Any) -> Any:
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def _toml(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value)
        case tuple() | list():
            return f"[{', '.join(map(_toml, value))}]"
        case _:
            return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _default(field: FieldInfo) -> str:
    if field.default is PydanticUndefined:
        return "required"
    return f"`{_toml(_plain(field.default))}`"


def _meaning(field: FieldInfo) -> str:
    return " ".join((field.description or "").split()).replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(page())
