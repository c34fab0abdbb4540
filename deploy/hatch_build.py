"""Hatchling's build hook: the built console belongs into sdist and wheel, so that users need no Node."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ConsoleHook(BuildHookInterface[Any]):
    """Builds the agent console before files are collected."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build unless this is an editable installation (set-up builds then) or an sdist that has it already."""
        root = Path(self.root)
        is_sdist = (root / "PKG-INFO").is_file()
        if version == "editable" or (is_sdist and (root / "agent_console/static/index.html").is_file()):
            return
        # A program of its own, because hooks are loaded by path and cannot import their neighbours.
        subprocess.run([sys.executable, str(root / "deploy/build_console.py")], check=True)
