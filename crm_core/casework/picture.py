"""A life cycle drawn as Mermaid's state diagram: whoever keeps a table sees what it means."""

from crm_core.casework.lifecycle import DONE, Lifecycle
from crm_core.records.declared import Label

_UNSAFE = str.maketrans({'"': "'", ";": ",", ":": " ", "\n": " ", "#": " ", "{": "(", "}": ")"})


def mermaid(table: Lifecycle, language: str = "en") -> str:
    """States with their names, moves with theirs; done states lead out."""
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{_in(each.label, language)}" as {each.name}' for each in table.states]
    lines.append(f"    [*] --> {table.initial}")
    lines += [f"    {each.start} --> {each.end}: {_in(each.label, language)}" for each in table.moves]
    lines += [f"    {each.name} --> [*]" for each in table.states if each.of_class in DONE]
    return "\n".join(lines) + "\n"


def _in(label: Label, language: str) -> str:
    words = {"zh-TW": label.zh_tw, "zh-CN": label.zh_cn}.get(language, label.en)
    return words.translate(_UNSAFE)
