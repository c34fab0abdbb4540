"""Made-up customers in a file, as another program would export them: for trials of size. The same number makes the same file."""

import csv
import random
from pathlib import Path

FAMILY = "王李張陳林黃吳劉蔡楊許鄭謝郭洪曾邱廖賴周徐蘇葉莊呂江何蕭羅高"
GIVEN = "怡君志明淑芬雅婷俊傑家豪美玲建宏佳穎宗翰欣怡冠宇詩涵柏翰思妤承恩宥蓁品妍子晴雨彤"
TITLES = ("經理", "專員", "主任", "工程師", "會計", "業務代表", "Manager", "Engineer")
HEADING = ("姓名", "類別", "職稱", "電話", "電話 2", "電子郵件", "備註", "語言")


def write_customers(path: Path, count: int) -> None:
    """A mobile number and an address each, a landline for every second, a note for every tenth."""
    draw = random.Random(7)  # noqa: S311 - names, not secrets
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(HEADING)
        for number in range(count):
            rows.writerow(
                [
                    draw.choice(FAMILY) + draw.choice(GIVEN) + draw.choice(GIVEN),
                    "個人",
                    draw.choice(TITLES),
                    f"09{10_000_000 + number:08d}",
                    f"02-{20_000_000 + number % 60_000_000:08d}" if number % 2 else "",
                    f"customer{number}@example.com",
                    "VIP，請優先處理" if number % 10 == 0 else "",
                    "繁體中文",
                ]
            )
