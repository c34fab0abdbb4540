"""Words by which somebody wants no more messages, or wants them again: alone in a message, in the languages of those who write here."""

import re
import unicodedata
from enum import StrEnum

_STOP = frozenset(
    [
        "stop",
        "stopall",
        "unsubscribe",
        "cancel",
        "end",
        "quit",
        "optout",
        "revoke",
        "td",
        "退訂",
        "退订",
        "取消",
        "取消訂閱",
        "取消订阅",
        "拒收",
        "停止",
        "回覆退訂",
        "回复退订",
        "不要再傳",
        "不要再发",
        "停止發送",
        "停止发送",
    ]
)
_START = frozenset(
    [
        "start",
        "unstop",
        "subscribe",
        "resume",
        "訂閱",
        "订阅",
        "恢復",
        "恢复",
        "開始",
        "开始",
        "重新訂閱",
        "重新订阅",
    ]
)
_NOISE = re.compile(r"[\s\W_]+")
_ANSWERS = {
    ("stop", "en"): "You will get no more text messages from {centre}. Reply START to get them again.",
    ("stop", "zh-TW"): "您不會再收到{centre}的簡訊。如要恢復，請回覆 START。",
    ("stop", "zh-CN"): "您不会再收到{centre}的短信。如要恢复，请回复 START。",
    ("start", "en"): "You will get text messages from {centre} again. Reply STOP to end them.",
    ("start", "zh-TW"): "您會再收到{centre}的簡訊。如要停止，請回覆 STOP。",
    ("start", "zh-CN"): "您会再收到{centre}的短信。如要停止，请回复 STOP。",
}


class Wish(StrEnum):
    """What such a word says."""

    STOP = "stop"
    START = "start"


def wish(text: str) -> Wish | None:
    """STOP, Stop., ｓｔｏｐ and 退訂。 alone; a sentence with the word in it is for somebody to read."""
    word = _NOISE.sub("", unicodedata.normalize("NFKC", text)).casefold()
    if word in _STOP:
        return Wish.STOP
    return Wish.START if word in _START else None


def answer(said: Wish, language: str, centre: str) -> str:
    """The one confirmation, in the queue's language."""
    words = _ANSWERS.get((said.value, language)) or _ANSWERS[said.value, "en"]
    return words.format(centre=centre)
