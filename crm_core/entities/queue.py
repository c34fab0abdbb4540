"""Queues: what they ask of agents, what of that they give up in time, who of several comes first. Work refers to them for ever, so none is removed."""

from collections.abc import Sequence

from sqlalchemy import Connection

from crm_core import calendars
from crm_core.access.model import allowed
from crm_core.casework import texts
from crm_core.flows import prompts
from crm_core.queue_checks import follow_name, prepare
from crm_core.records.declared import Entity, Field, FieldKind, Label, Section, label
from crm_core.records.shape import choice
from crm_core.tables import queue

_KEPT = allowed(read="all", create="all", update="all", export="all", **{"import": "all"})


def _calendars(conn: Connection) -> Sequence[tuple[str, str]]:
    return [(each.id, each.calendar.name) for each in calendars.list_calendars(conn)]


def _prompts(conn: Connection) -> Sequence[tuple[str, str]]:
    return [(each.id, each.name) for each in prompts.listed(conn) if each.sounds]


def _texts(conn: Connection) -> Sequence[tuple[str, str]]:
    return texts.for_letters(conn)


_NEVER = choice("never", "Not offered", "不派給", "不分配")
_BESIDE = choice("beside", "Beside them", "同時進行", "同时进行")
_PAUSES = choice("pauses", "Interrupting them", "插入並暫停原有工作", "插入并暂停原有工作")


def _joins(name: str, words: Label, usual: str) -> Field:
    """Whether such an item may be offered to who is at work on that."""
    return Field(
        name=name,
        kind=FieldKind.CHOICE,
        label=words,
        required=True,
        default=usual,
        section="together",
        choices=(_NEVER, _PAUSES, _BESIDE),
    )


def _load(name: str, words: Label, usual: int) -> Field:
    return Field(
        name=name,
        kind=FieldKind.INTEGER,
        label=words,
        hint=label(
            "The part of an agent's load (usually 100) that one takes. 0: only the number at once counts.",
            "每件占用客服人員負荷（通常為 100）的份量。0 表示只計件數。",
            "每件占用坐席负荷（通常为 100）的份量。0 表示只计件数。",
        ),
        required=True,
        default=usual,
        least=0,
        most=1000,
        section="together",
    )


def _wish(name: str, words: Label, hint: Label | None = None) -> Field:
    return Field(
        name=name,
        kind=FieldKind.CHOICE,
        label=words,
        hint=hint,
        required=True,
        default="nobody",
        section="who",
        choices=(
            choice("nobody", "Nobody", "不指定", "不指定"),
            choice("last_agent", "Who last served them", "上次服務的人", "上次服务的人"),
            choice("owner", "Whose customer they are", "客戶負責人", "客户负责人"),
            choice("case_owner", "Whose case it is", "案件負責人", "工单负责人"),
        ),
    )


def _seconds(
    name: str, words: Label, default: float, least: float, most: float, *, section: str = "times"
) -> Field:
    return Field(
        name=name,
        kind=FieldKind.NUMBER,
        label=words,
        required=True,
        default=default,
        least=least,
        most=most,
        listed=name == "answer_within_s",
        section=section,
    )


QUEUE = Entity(
    name="queue",
    collection="queues",
    label=label("Queue", "佇列", "队列"),
    plural=label("Queues", "佇列", "队列"),
    module="settings",
    icon="inbox",
    sort="name",
    rights={"agent": allowed(read="all"), "supervisor": allowed(read="all"), "admin": _KEPT},
    scoped=False,
    searched=False,
    table=queue,
    prepare=prepare,
    written=follow_name,
    sections=(
        Section(name="what", label=label("What it is", "基本設定", "基本设置")),
        Section(name="who", label=label("Who serves it", "由誰服務", "由谁服务")),
        Section(name="together", label=label("Several things at once", "同時處理", "同时处理")),
        Section(name="times", label=label("Times", "時間", "时间")),
        Section(name="voicemail", label=label("Messages", "語音留言", "语音留言")),
        Section(name="waiting", label=label("While callers wait", "來電等候時", "来电等待时")),
        Section(name="callbacks", label=label("Calling back", "回撥", "回拨")),
        Section(name="letters", label=label("Letters", "信件", "邮件")),
        Section(name="calls", label=label("Calls", "電話", "电话")),
        Section(name="recording", label=label("Recording", "錄音", "录音")),
        Section(name="doors", label=label("Opening and overflow", "服務時間與轉接", "服务时间与溢出")),
    ),
    fields=(
        Field(
            name="name",
            kind=FieldKind.TEXT,
            label=label("Name", "名稱", "名称"),
            required=True,
            unique=True,
            listed=True,
            most=100,
            section="what",
        ),
        Field(
            name="language",
            kind=FieldKind.CHOICE,
            label=label("Language", "語言", "语言"),
            required=True,
            default="en",
            listed=True,
            section="what",
            choices=(
                choice("en", "English", "英文", "英文"),
                choice("zh-TW", "Traditional Chinese", "繁體中文", "繁体中文"),
                choice("zh-CN", "Simplified Chinese", "簡體中文", "简体中文"),
            ),
        ),
        Field(
            name="team_id",
            kind=FieldKind.REFERENCE,
            refers="org_unit",
            label=label("Department", "部門", "部门"),
            section="what",
        ),
        Field(
            name="mail_address",
            kind=FieldKind.EMAIL,
            label=label("Letters are sent from", "寄件地址", "发件地址"),
            section="what",
        ),
        Field(
            name="priority_points",
            kind=FieldKind.INTEGER,
            label=label("Priority", "優先點數", "优先点数"),
            hint=label(
                "Each point puts what waits here forward by a second of waiting.",
                "每一點等於提前一秒的等候時間。",
                "每一点等于提前一秒的等待时间。",
            ),
            required=True,
            default=0,
            least=-86_400,
            most=86_400,
            listed=True,
            section="what",
        ),
        Field(
            name="requires",
            kind=FieldKind.TEXT,
            label=label("Skills it asks for", "所需技能", "所需技能"),
            hint=label(
                "For example: zh >= 3, billing. Nothing: everybody serves it.",
                "例如：zh >= 3, billing。留空表示人人可服務。",
                "例如：zh >= 3, billing。留空表示人人可服务。",
            ),
            listed=True,
            most=2000,
            section="who",
        ),
        Field(
            name="relaxation",
            kind=FieldKind.LONG_TEXT,
            label=label("Given up after a wait", "久候後放寬", "久等后放宽"),
            hint=label(
                "A line a step: 30: zh >= 2 (after 30 s this level suffices), 60: -billing (after 60 s it is not asked any more), "
                "90: +Tainan (after 90 s this department may serve it too), 120: +anybody.",
                "每行一步：30: zh >= 2（30 秒後此等級即可），60: -billing（60 秒後不再要求），90: +台南（90 秒後該部門也可服務），120: +任何人。",
                "每行一步：30: zh >= 2（30 秒后此等级即可），60: -billing（60 秒后不再要求），90: +苏州（90 秒后该部门也可服务），120: +任何人。",
            ),
            most=4000,
            section="who",
        ),
        Field(
            name="choice",
            kind=FieldKind.CHOICE,
            label=label("Who comes first", "優先派給", "优先分配给"),
            required=True,
            default="longest_idle",
            listed=True,
            section="who",
            choices=(
                choice("longest_idle", "Longest idle", "閒置最久者", "空闲最久者"),
                choice("least_occupied", "Least occupied", "忙碌比例最低者", "忙碌比例最低者"),
                choice("best_level", "Best level", "技能等級最高者", "技能等级最高者"),
                choice("fewest_skills", "Specialists", "專門人員", "专门人员"),
                choice("round_robin", "In turn", "輪流", "轮流"),
            ),
        ),
        Field(
            name="missed_at_most",
            kind=FieldKind.INTEGER,
            label=label("Missed offers until a pause", "漏接幾次後暫停", "漏接几次后暂停"),
            hint=label(
                "So many that rang in a row and were not answered pause the agent.",
                "連續響鈴而未接達此次數時，客服人員轉為暫停。",
                "连续响铃而未接达到此次数时，坐席转为暂停。",
            ),
            required=True,
            default=1,
            least=1,
            most=20,
            section="who",
        ),
        Field(
            name="mail_while_talking",
            kind=FieldKind.BOOLEAN,
            label=label("Letters beside a call", "通話中可派信件", "通话中可分配邮件"),
            required=True,
            default=False,
            section="together",
        ),
        _joins(
            "letter_with_chats",
            label("Letters to who has chats", "線上交談中派信件", "在线聊天中分配邮件"),
            "never",
        ),
        _joins(
            "call_with_letters",
            label("Calls to who has letters", "回信中派電話", "回信中分配电话"),
            "pauses",
        ),
        _joins(
            "call_with_chats",
            label("Calls to who has chats", "線上交談中派電話", "在线聊天中分配电话"),
            "never",
        ),
        _joins(
            "chat_with_letters",
            label("Chats to who has letters", "回信中派線上交談", "回信中分配在线聊天"),
            "pauses",
        ),
        _joins(
            "chat_with_calls",
            label("Chats to who talks", "通話中派線上交談", "通话中分配在线聊天"),
            "never",
        ),
        _load("call_load", label("Load of a call", "一通電話的負荷", "一通电话的负荷"), 100),
        _load("letter_load", label("Load of a letter", "一封信件的負荷", "一封邮件的负荷"), 0),
        _load("chat_load", label("Load of a chat", "一則線上交談的負荷", "一个在线聊天的负荷"), 0),
        Field(
            name="served_by",
            kind=FieldKind.TEXT,
            label=label("Served by departments", "由哪些部門服務", "由哪些部门服务"),
            hint=label(
                'Names or codes, with all below them; for example: Taipei, "Sales, North". Nothing: every department.',
                "部門名稱或代碼，含其下級部門；例如：台北, 「業務, 北區」。留空表示不限部門。",
                "部门名称或代码，含其下级部门；例如：苏州, “销售, 北区”。留空表示不限部门。",
            ),
            most=2000,
            section="who",
        ),
        _wish(
            "preferred",
            label("Rather to", "優先交給", "优先交给"),
            label(
                "Once it is known who the customer is, this agent alone is asked for a while, as long as they are signed in.",
                "認出客戶後，先只派給此人一段時間，只要其已登入。",
                "识别出客户后，先只分配给此人一段时间，前提是其已登录。",
            ),
        ),
        _wish("preferred_second", label("Else to", "其次", "其次")),
        _wish("preferred_third", label("Else to (third)", "再其次", "再次")),
        Field(
            name="preferred_days",
            kind=FieldKind.INTEGER,
            label=label("Served them within (days)", "幾天內服務過", "几天内服务过"),
            required=True,
            default=30,
            least=1,
            most=3650,
            section="who",
        ),
        Field(
            name="tiers",
            kind=FieldKind.TEXT,
            label=label("Points by the customer's level", "依客戶等級加點", "按客户等级加点"),
            hint=label(
                "Codes of levels with points, a second of waiting each; for example: vip: 120, gold: 60.",
                "等級代碼與點數，每點等於一秒；例如：vip: 120, gold: 60。",
                "等级代码与点数，每点等于一秒；例如：vip: 120, gold: 60。",
            ),
            most=1000,
            section="who",
        ),
        _seconds("ring_s", label("Time to accept (s)", "接受時限（秒）", "接受时限（秒）"), 20.0, 3.0, 300.0),
        _seconds("wrap_up_s", label("Wrap-up (s)", "後續處理（秒）", "话后处理（秒）"), 30.0, 0.0, 86_400.0),
        _seconds(
            "answer_within_s",
            label("Answered within (s)", "應於幾秒內接聽", "应在几秒内接听"),
            20.0,
            1.0,
            86_400.0,
        ),
        _seconds(
            "preferred_wait_s",
            label("Wait for the preferred (s)", "為優先人選等候（秒）", "为优先人选等待（秒）"),
            20.0,
            1.0,
            86_400.0,
        ),
        Field(
            name="territory_wait_s",
            kind=FieldKind.NUMBER,
            label=label(
                "For their territory's people (s)", "先派給該區域人員（秒）", "先分配给该区域人员（秒）"
            ),
            hint=label(
                "So long a customer of a territory is offered to the agents of that territory alone; afterwards to everybody. 0: territories play no part.",
                "客戶屬於某區域時，在此秒數內只派給負責該區域的客服人員，之後派給所有人。0 表示不看區域。",
                "客户属于某区域时，在此秒数内只分配给负责该区域的坐席，之后分配给所有人。0 表示不看区域。",
            ),
            required=True,
            default=0.0,
            least=0.0,
            most=2_592_000.0,
            section="who",
        ),
        Field(
            name="voicemail_offered",
            kind=FieldKind.BOOLEAN,
            label=label("Callers may leave a message", "來電者可留言", "来电者可留言"),
            hint=label(
                "Who waits presses 2 and leaves a message, which is offered to agents like a letter.",
                "等候中的來電者按 2 即可留言；留言如信件一般派給客服人員。",
                "等待中的来电者按 2 即可留言；留言如邮件一样分配给坐席。",
            ),
            required=True,
            default=False,
            section="voicemail",
        ),
        Field(
            name="voicemail_most_s",
            kind=FieldKind.INTEGER,
            label=label("Longest message (seconds)", "留言最長秒數", "留言最长秒数"),
            hint=label(
                "A message ends after so many seconds; what was said until then is kept.",
                "留言超過此秒數即結束，已錄下的內容會保留。",
                "留言超过此秒数即结束，已录下的内容会保留。",
            ),
            required=True,
            default=180,
            least=10,
            most=900,
            section="voicemail",
        ),
        Field(
            name="voicemail_silence_s",
            kind=FieldKind.INTEGER,
            label=label("Ended by silence of (seconds)", "靜音多少秒後結束", "静音多少秒后结束"),
            hint=label(
                "Who says nothing for so long has finished. 0: only the hash key or hanging up ends a message.",
                "靜默達此秒數即視為說完。0 表示只以井字鍵或掛斷結束。",
                "静默达此秒数即视为说完。0 表示只以井号键或挂断结束。",
            ),
            required=True,
            default=10,
            least=0,
            most=60,
            section="voicemail",
        ),
        Field(
            name="hold_music",
            kind=FieldKind.TEXT,
            label=label("Music", "等候音樂", "等待音乐"),
            hint=label(
                "A class of Asterisk's music on hold. Nothing: the usual one.",
                "Asterisk 等候音樂的類別名稱，留空則播放預設音樂。",
                "Asterisk 等待音乐的类别名称，留空则播放默认音乐。",
            ),
            most=40,
            section="waiting",
        ),
        Field(
            name="hold_prompt_id",
            kind=FieldKind.CODE,
            words=_prompts,
            label=label("Music of your own", "自訂等候音樂", "自定义等待音乐"),
            hint=label(
                "An uploaded prompt, played over and over instead, in the caller's language where it has that.",
                "改為重複播放已上傳的語音，若有來電者語言的版本則優先。",
                "改为循环播放已上传的语音，若有来电者语言的版本则优先。",
            ),
            section="waiting",
        ),
        Field(
            name="told_every_s",
            kind=FieldKind.NUMBER,
            label=label("Told something every (s)", "播報間隔（秒）", "播报间隔（秒）"),
            hint=label(
                "At first after 10 s, then so often. 0: never, else 15 or more.",
                "首次在 10 秒後播報，之後依此間隔。0 表示不播報，否則至少 15 秒。",
                "首次在 10 秒后播报，之后按此间隔。0 表示不播报，否则至少 15 秒。",
            ),
            required=True,
            default=0.0,
            least=0.0,
            most=3600.0,
            section="waiting",
        ),
        Field(
            name="told_position",
            kind=FieldKind.BOOLEAN,
            label=label("Their place in line", "播報排隊順位", "播报排队顺序"),
            required=True,
            default=False,
            section="waiting",
        ),
        Field(
            name="told_wait",
            kind=FieldKind.BOOLEAN,
            label=label("How long they will wait", "播報預計等候時間", "播报预计等待时间"),
            hint=label(
                "Where it can be known: somebody is at work who could serve them, and five or more of this queue were served of late.",
                "僅在可推估時播報：有能服務的人員在線上，且近期已服務過五件以上。",
                "仅在可估算时播报：有能服务的人员在线，且近期已服务五件以上。",
            ),
            required=True,
            default=False,
            section="waiting",
        ),
        Field(
            name="told_prompt_id",
            kind=FieldKind.CODE,
            words=_prompts,
            label=label("A message of your own", "自訂訊息", "自定义消息"),
            hint=label(
                "An uploaded prompt, after the others. Nothing at all to tell: callers are thanked for waiting.",
                "在其他播報之後播放已上傳的語音。若無可播報的內容，則感謝來電者耐心等候。",
                "在其他播报之后播放已上传的语音。若没有可播报的内容，则感谢来电者耐心等待。",
            ),
            section="waiting",
        ),
        Field(
            name="callback_offered",
            kind=FieldKind.BOOLEAN,
            label=label("Callers may ask to be called back", "來電者可要求回撥", "来电者可要求回拨"),
            hint=label(
                "Who waits presses a key, keeps their place, and is called back when it is their turn.",
                "等候中的來電者按鍵後即可掛斷，順位保留，輪到時再回撥。",
                "等待中的来电者按键后即可挂断，保留排队位置，轮到时再回拨。",
            ),
            required=True,
            default=False,
            section="callbacks",
        ),
        Field(
            name="callback_tries",
            kind=FieldKind.INTEGER,
            label=label("Tries in all", "最多回撥次數", "最多回拨次数"),
            hint=label(
                "So many times a customer who does not answer is called, the first time included.",
                "客戶未接聽時，連同第一次最多回撥這麼多次。",
                "客户未接听时，连同第一次最多回拨这么多次。",
            ),
            required=True,
            default=3,
            least=1,
            most=10,
            section="callbacks",
        ),
        _seconds(
            "callback_retry_s",
            label("Time between two tries (s)", "兩次回撥的間隔（秒）", "两次回拨的间隔（秒）"),
            900.0,
            60.0,
            86_400.0,
            section="callbacks",
        ),
        Field(
            name="receipt_template_id",
            kind=FieldKind.CODE,
            words=_texts,
            label=label("Receipt", "自動回覆收件通知", "自动回复收件通知"),
            hint=label(
                "A text for e-mail that is sent at once to whoever opens a case by letter, in their language where there is one of the same shortcut. "
                "Never to machines. Nothing: none is sent.",
                "客戶來信建立案件時立即寄出的電子郵件範本；同一快捷碼若有客戶語言的版本則優先採用。不會回覆機器信件。留空則不寄。",
                "客户来信建立工单时立即发送的电子邮件模板；同一快捷码若有客户语言的版本则优先采用。不会回复机器邮件。留空则不发送。",
            ),
            section="letters",
        ),
        Field(
            name="receipt_every_h",
            kind=FieldKind.INTEGER,
            label=label("A receipt at most every (hours)", "收件通知間隔（小時）", "收件通知间隔（小时）"),
            hint=label(
                "To one address, whatever they write.",
                "同一地址在此時間內最多寄一封。",
                "同一地址在此时间内最多发送一封。",
            ),
            required=True,
            default=24,
            least=1,
            most=720,
            section="letters",
        ),
        Field(
            name="caller_id",
            kind=FieldKind.TEXT,
            label=label("Number that its calls show", "外撥顯示號碼", "外呼显示号码"),
            hint=label(
                "Of calls that agents make on its behalf: digits, perhaps + before them. Nothing: a number that its callers dial. Your provider must allow it.",
                "客服人員代表此佇列外撥時顯示的號碼：數字，前面可加 +。留空則顯示客戶撥入的號碼。須經電信業者許可。",
                "坐席代表此队列外呼时显示的号码：数字，前面可加 +。留空则显示客户拨入的号码。须经运营商许可。",
            ),
            most=20,
            section="calls",
        ),
        Field(
            name="auto_answer",
            kind=FieldKind.BOOLEAN,
            label=label("Phones answer by themselves", "自動接聽", "自动接听"),
            hint=label(
                "After a short tone the agent is at the call. A desk phone must allow it.",
                "響一聲提示音後直接接通客服人員。桌上話機須允許自動接聽。",
                "响一声提示音后直接接通坐席。桌面话机须允许自动接听。",
            ),
            required=True,
            default=False,
            section="calls",
        ),
        Field(
            name="record_share",
            kind=FieldKind.INTEGER,
            label=label("Calls that are recorded (%)", "錄音比例（%）", "录音比例（%）"),
            hint=label(
                "Of a hundred calls so many. 0: none. Customers must be told where the law asks for it.",
                "每一百通電話錄音的通數，0 表示不錄音。依法須告知客戶時，請先告知。",
                "每一百通电话录音的通数，0 表示不录音。依法须告知客户时，请先告知。",
            ),
            required=True,
            default=0,
            least=0,
            most=100,
            section="recording",
        ),
        Field(
            name="record_out_share",
            kind=FieldKind.INTEGER,
            label=label("Calls out that are recorded (%)", "撥出電話錄音比例（%）", "呼出电话录音比例（%）"),
            hint=label(
                "Of a hundred customers who are called back so many. Nothing: as above.",
                "每一百通回撥電話錄音的通數，留空則與上列相同。",
                "每一百通回拨电话录音的通数，留空则与上述相同。",
            ),
            least=0,
            most=100,
            section="recording",
        ),
        Field(
            name="record_days",
            kind=FieldKind.INTEGER,
            label=label("Recordings are kept (days)", "錄音保存天數", "录音保存天数"),
            hint=label(
                "Nothing: as the settings of the server say. It counts for talks from now on.",
                "留空則依伺服器設定。自下次通話起適用。",
                "留空则按服务器设置。自下次通话起适用。",
            ),
            least=1,
            most=36_500,
            section="recording",
        ),
        Field(
            name="calendar_id",
            kind=FieldKind.CODE,
            words=_calendars,
            label=label("Open by calendar", "服務時間日曆", "服务时间日历"),
            hint=label(
                "Nothing: always open. Calendars are kept under Promises.",
                "留空表示全天候服務。日曆在「服務承諾」中維護。",
                "留空表示全天候服务。日历在“服务承诺”中维护。",
            ),
            listed=True,
            section="doors",
        ),
        Field(
            name="closed",
            kind=FieldKind.BOOLEAN,
            label=label("Closed for an emergency", "緊急停止服務", "紧急停止服务"),
            hint=label(
                "At once, whatever the hours, for those who wait too.",
                "立即生效，不論服務時間，等候中的來電者也適用。",
                "立即生效，不论服务时间，等待中的来电者也适用。",
            ),
            required=True,
            default=False,
            section="doors",
        ),
        Field(
            name="overflow",
            kind=FieldKind.LONG_TEXT,
            label=label("Who takes over", "無法服務時", "无法服务时"),
            hint=label(
                "A line a rule, the first that holds counts: closed: Night team; nobody: message; 120: Second level; more than 20: message; "
                "expected 600: message; letters 14400: Back office.",
                "每行一條規則，由上而下第一條成立者生效：closed: 夜間組；nobody: message；120: 二線；more than 20: message；expected 600: message；letters 14400: 後勤。",
                "每行一条规则，自上而下第一条成立者生效：closed: 夜班组；nobody: message；120: 二线；more than 20: message；expected 600: message；letters 14400: 后台组。",
            ),
            most=4000,
            section="doors",
        ),
    ),
)
