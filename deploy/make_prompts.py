"""Make the recordings that callers hear from config/asterisk/sounds/prompts.toml: `python3 deploy/make_prompts.py`;
with names behind it, of those alone.

Needs espeak-ng and sox (Debian: `apt-get install espeak-ng sox`), and only whoever changes a sentence needs them: the
recordings are in the repository. Speech that espeak-ng makes carries no licence of espeak-ng's. GSM files at
8 kHz, like Asterisk's own, are a fifth of plain ones.
"""

import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

SOUNDS = Path(__file__).resolve().parents[1] / "config" / "asterisk" / "sounds"
VOICES = {
    "en": ("en-us+f3", "text"),
    "zh-TW": ("cmn-latn-pinyin+f3", "pinyin"),
    "zh-CN": ("cmn-latn-pinyin+f3", "pinyin"),
}
WORDS_A_MINUTE = "175"


def main(*names: str) -> int:
    """Make these anew, or all."""
    prompts = tomllib.loads((SOUNDS / "prompts.toml").read_text(encoding="utf-8"))
    prompts = {name: prompts[name] for name in names or prompts}
    for name, languages in prompts.items():
        for language, words in languages.items():
            voice, spoken = VOICES[language]
            (SOUNDS / language).mkdir(exist_ok=True)
            _speak(words[spoken], voice, SOUNDS / language / f"{name}.gsm")
    return 0


def _speak(words: str, voice: str, target: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        spoken = f"{folder}/spoken.wav"
        subprocess.run(["espeak-ng", "-v", voice, "-s", WORDS_A_MINUTE, "-w", spoken, words], check=True)
        # telephone band, even loudness, a breath of silence at both ends
        effects = ["highpass", "200", "lowpass", "3400", "norm", "-6", "silence", "1", "0.05", "0.5%", "reverse",
            "silence", "1", "0.05", "0.5%", "reverse", "pad", "0.15", "0.2"]  # fmt: skip
        subprocess.run(
            ["sox", spoken, "-r", "8000", "-c", "1", "-t", "gsm", str(target), *effects], check=True
        )


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
