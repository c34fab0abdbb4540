"""Regenerate crm_core/search/hanzi.txt with ICU's program uconv (Debian: icu-devtools).

    deploy/hanzi_table.py > crm_core/search/hanzi.txt

Each class of characters that search takes for one (traditional, simplified, common variants) is folded to a single one.
"""

import subprocess
import sys

RANGES = ((0x3400, 0x4DC0), (0x4E00, 0xA000))
# variants that ICU leaves alone and that stand for each other in names and letters
VARIANTS = (
    "秘祕",
    "里裏裡",
    "台臺檯颱枱",
    "峰峯",
    "群羣",
    "床牀",
    "啟啓启",
    "周週",
    "吃喫",
    "才纔",
    "着著",
    "为爲為",
    "么麼麽",
    "温溫",
    "奥奧",
    "户戶戸",
    "吕呂",
    "丢丟",
)
HEAD = """\
# Which Chinese characters search takes for one: the second line stands for the first, place by place.
# Made by deploy/hanzi_table.py from ICU's transform Traditional-Simplified. Licence Unicode-DFS-2016: see UNICODE-LICENSE.txt."""


def _simplified() -> dict[str, str]:
    characters = [chr(code) for low, high in RANGES for code in range(low, high)]
    done = subprocess.run(
        ["uconv", "-f", "utf8", "-t", "utf8", "-x", "Traditional-Simplified"],
        input="\n".join(characters).encode(),
        stdout=subprocess.PIPE,
        check=True,
    )
    folded = done.stdout.decode().split("\n")
    return {one: other for one, other in zip(characters, folded, strict=True) if one != other}


def _classes(pairs: dict[str, str]) -> dict[str, str]:
    """Each character with the one that stands for its whole class: chains and circles end at one place."""
    stands: dict[str, str] = {}

    def end(character: str) -> str:
        while stands.get(character, character) != character:
            character = stands[character]
        return character

    groups = [tuple(pair) for pair in pairs.items()] + [tuple(group) for group in VARIANTS]
    for group in groups:
        *others, last = (end(each) for each in reversed(group)) if len(group) > 2 else map(end, group)
        for each in others:
            stands[each] = last
    return {each: end(each) for each in sorted(stands) if end(each) != each}


def main() -> None:
    """Print the table."""
    table = _classes(_simplified())
    sys.stdout.write(f"{HEAD}\n{''.join(table)}\n{''.join(table.values())}\n")


if __name__ == "__main__":
    main()
