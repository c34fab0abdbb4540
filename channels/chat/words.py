"""The few sentences about a chat that the server itself writes: in transcripts. The widget has its own."""

from collections.abc import Mapping

from crm_core.chat.model import Line

_EN: Mapping[str, str] = {
    "visitor": "Visitor",
    "transcript_subject": "Your conversation with {centre}",
    "transcript_intro": "This is what was said in your chat. Answer this message to go on with it.",
    "joined": "{name} has joined",
    "requeued": "Being passed on to a colleague",
    "visitor_left": "The visitor has left",
    "visitor_back": "The visitor is back",
    "idle_warning": "Asked whether the visitor is still there",
    "ended": "The conversation has ended",
    "ended_mailed": "The conversation has ended; the answer comes by e-mail",
    "other": "({code})",
}
_TW: Mapping[str, str] = {
    "visitor": "訪客",
    "transcript_subject": "您與{centre}的對話紀錄",
    "transcript_intro": "以下是您的對話內容。直接回覆此信即可繼續與我們聯絡。",
    "joined": "{name} 已加入對話",
    "requeued": "正在為您轉接其他同仁",
    "visitor_left": "訪客已離開",
    "visitor_back": "訪客已返回",
    "idle_warning": "已詢問訪客是否仍在線上",
    "ended": "對話已結束",
    "ended_mailed": "對話已結束，將以電子郵件回覆",
    "other": "（{code}）",
}
_CN: Mapping[str, str] = {
    "visitor": "访客",
    "transcript_subject": "您与{centre}的对话记录",
    "transcript_intro": "以下是您的对话内容。直接回复此邮件即可继续与我们联系。",
    "joined": "{name} 已加入对话",
    "requeued": "正在为您转接其他同事",
    "visitor_left": "访客已离开",
    "visitor_back": "访客已返回",
    "idle_warning": "已询问访客是否仍在线",
    "ended": "对话已结束",
    "ended_mailed": "对话已结束，将以电子邮件回复",
    "other": "（{code}）",
}
_ALL = {"en": _EN, "zh-TW": _TW, "zh-CN": _CN}


def words(language: str) -> Mapping[str, str]:
    return _ALL.get(language, _EN)


def said_by_system(line: Line, known: Mapping[str, str]) -> str:
    """A line of the system as a sentence."""
    code = "ended_mailed" if line.params.get("mailed") else line.code
    return known.get(code, known["other"]).format(name=line.name, code=line.code)
