"""The sentences that the product ships (config/asterisk/sounds), with what they say in each language."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources


@cache
def sentences() -> Mapping[str, Mapping[str, str]]:
    """Their texts by name and language."""
    text = (resources.files("config.asterisk") / "sounds" / "prompts.toml").read_text(encoding="utf-8")
    told = tomllib.loads(text)
    return {name: {each: said["text"] for each, said in by.items()} for name, by in sorted(told.items())}
