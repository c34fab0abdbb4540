"""Names, firms and topics of the demo centre. All made up; numbers are chosen at random."""

from dataclasses import dataclass

TAIWAN_FAMILY = "陳林黃張李王吳劉蔡楊許鄭謝郭洪曾邱廖賴周徐蘇葉莊呂江何蕭羅高"
TAIWAN_GIVEN = [
    "雅婷",
    "怡君",
    "宜蓁",
    "淑惠",
    "美玲",
    "佩珊",
    "筱涵",
    "心怡",
    "思妤",
    "詩涵",
    "欣妤",
    "婉婷",
    "靜宜",
    "佳穎",
    "郁婷",
    "惠雯",
    "家豪",
    "志明",
    "俊傑",
    "建宏",
    "冠宇",
    "承恩",
    "宗翰",
    "柏翰",
    "彥廷",
    "信宏",
    "文傑",
    "明哲",
    "國華",
    "志偉",
    "嘉玲",
    "品妍",
    "子晴",
    "宥廷",
    "睿恩",
]
MAINLAND_FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
MAINLAND_GIVEN = [
    "伟",
    "芳",
    "娜",
    "敏",
    "静",
    "丽",
    "强",
    "磊",
    "军",
    "洋",
    "勇",
    "艳",
    "杰",
    "娟",
    "涛",
    "明",
    "超",
    "秀英",
    "建国",
    "晓燕",
    "志强",
    "海燕",
    "文静",
    "雨桐",
    "梓涵",
    "浩然",
    "子轩",
    "欣怡",
    "思远",
    "嘉怡",
    "俊熙",
    "国栋",
]
WESTERN_GIVEN = [
    "Emma",
    "Oliver",
    "Sofia",
    "Lucas",
    "Anna",
    "Liam",
    "Clara",
    "Noah",
    "Julia",
    "Felix",
    "Maya",
    "Henrik",
    "Nina",
    "Oscar",
    "Laura",
    "Matteo",
    "Alice",
    "Jonas",
    "Elena",
    "Daniel",
    "Ingrid",
    "Thomas",
    "Zoé",
    "Gabriel",
    "Hannah",
    "Björn",
    "Chloe",
    "Samuel",
    "Irène",
    "Patrick",
]
WESTERN_FAMILY = [
    "Clarke",
    "Novak",
    "Meyer",
    "Rossi",
    "Dubois",
    "Jensen",
    "Kowalski",
    "Fischer",
    "Murphy",
    "García",
    "Nguyen",
    "Andersson",
    "O'Brien",
    "Silva",
    "Keller",
    "Lindqvist",
    "Moreau",
    "Petrov",
    "Hughes",
    "Schneider",
    "Costa",
    "Tanaka",
    "Walsh",
    "Berg",
    "Fontaine",
]
TAIWAN_FIRMS = [
    "群山科技股份有限公司",
    "海岸物流有限公司",
    "晨光文具行",
    "百川水電工程行",
    "青禾有機農場",
    "木星電子股份有限公司",
    "遠帆旅行社",
    "日昇診所",
    "松柏安養中心",
    "藍鯨軟體有限公司",
    "三葉機械工業股份有限公司",
    "和風家具",
    "雲端書局",
    "福田食品股份有限公司",
    "星河補習班",
    "大湖民宿",
    "綠芽幼兒園",
    "銀杏藥局",
]
MAINLAND_FIRMS = [
    "上海启明电子有限公司",
    "深圳蓝海贸易有限公司",
    "北京远景文化传媒有限公司",
    "杭州云栖网络科技有限公司",
    "广州南风家居有限公司",
    "成都锦里餐饮有限公司",
    "苏州精工模具有限公司",
    "厦门白鹭旅行社",
]
WESTERN_FIRMS = (
    "Harbour & Finch Ltd",
    "Kestrel Instruments GmbH",
    "Blue Tern Logistics",
    "Maple & Reed Pty",
    "Nordlys Studio AS",
    "Atelier Garance SARL",
    "Quayside Hotels",
    "Tamarack Outdoor Inc",
    "Solano Energy SL",
    "Pinewood Academy",
)
TITLES = {
    "zh-TW": ("採購經理", "資訊主任", "會計", "總務", "業務代表", "行政助理", "廠長", "店長"),
    "zh-CN": ("采购经理", "信息主管", "会计", "行政专员", "销售代表", "厂长"),
    "en": (
        "Purchasing manager",
        "IT lead",
        "Accountant",
        "Office manager",
        "Sales representative",
        "Director",
    ),
}
DEPARTMENTS = {
    "zh-TW": ("採購部", "資訊部", "財務部", "行政部", "業務部"),
    "zh-CN": ("采购部", "信息部", "财务部", "行政部", "销售部"),
    "en": ("Purchasing", "IT", "Finance", "Administration", "Sales"),
}
TIERS = ("gold", "silver", "standard", "standard", "standard")


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """What a case is about, and how a letter puts it."""

    subject: str
    letter: str
    answer: str


TOPICS = {
    "zh-TW": (
        Topic(
            subject="訂單遲遲未出貨",
            letter="您好，我上週下的訂單到現在還沒出貨，可以幫我查一下嗎？謝謝。",
            answer="您好，您的訂單已於今日出貨，預計兩天內送達。造成不便，敬請見諒。",
        ),
        Topic(
            subject="發票抬頭需要更改",
            letter="請協助將發票抬頭改為公司名稱，統一編號如附件。",
            answer="您好，發票已更正並重新寄出，請查收。",
        ),
        Topic(
            subject="路由器無法連線",
            letter="昨天停電之後路由器就一直連不上網路，燈號閃紅色。",
            answer="您好，請按住背面重置鍵十秒後重新設定。若仍無法連線，我們會安排更換。",
        ),
        Topic(
            subject="保固期限查詢",
            letter="想請問去年購買的機器保固到什麼時候？",
            answer="您好，您的機器保固至明年三月底。",
        ),
        Topic(
            subject="退貨申請",
            letter="收到的商品顏色與網頁不同，想要退貨。",
            answer="您好，退貨單已寄到您的信箱，請於七日內寄回。",
        ),
        Topic(
            subject="更改送貨地址",
            letter="我搬家了，麻煩把送貨地址改成新的。",
            answer="您好，地址已更新，下次出貨即會寄到新址。",
        ),
    ),
    "zh-CN": (
        Topic(
            subject="账号无法登录",
            letter="您好，我的账号从昨天开始无法登录，提示密码错误。",
            answer="您好，已为您重置密码，请查收短信。",
        ),
        Topic(
            subject="发货数量不符",
            letter="收到的货少了两箱，请核实一下。",
            answer="您好，缺少的两箱已安排补发，预计后天送达。",
        ),
        Topic(
            subject="申请开具增值税发票",
            letter="请按附件信息开具增值税专用发票。",
            answer="您好，发票已开具并寄出。",
        ),
        Topic(
            subject="设备异响",
            letter="设备运行时有异响，请安排工程师检查。",
            answer="您好，工程师将于周四上午到访。",
        ),
    ),
    "en": (
        Topic(
            subject="Parcel arrived damaged",
            letter="Hello, the parcel that came this morning is crushed on one side and the lamp inside is broken.",
            answer="Hello, we are sorry. A replacement leaves our warehouse today; please keep the broken one for the courier.",
        ),
        Topic(
            subject="Question about the last invoice",
            letter="Hi, we were charged twice for March. Could you look into it?",
            answer="Hi, you are right: the second charge was ours and has been refunded.",
        ),
        Topic(
            subject="Change of contact person",
            letter="Please note that I take over purchasing from my colleague as of next month.",
            answer="Thank you, we have updated your details.",
        ),
        Topic(
            subject="Device keeps restarting",
            letter="Since the update the device restarts every few minutes.",
            answer="Thank you for the report. Please install version 4.2.1, which mends this.",
        ),
        Topic(
            subject="Delivery date for our order",
            letter="When can we expect our order? It was confirmed two weeks ago.",
            answer="Your order ships on Thursday and arrives by Monday.",
        ),
    ),
}
NOTES = {
    "zh-TW": ("客戶希望下午聯絡", "已說明處理進度", "客戶很滿意", "需主管確認折扣"),
    "zh-CN": ("客户希望下午联系", "已说明处理进度", "客户表示满意"),
    "en": ("Prefers to be called in the afternoon", "Explained the next steps", "Happy with the answer"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What stands on a sheet of paper."""

    title: str
    rows: tuple[tuple[str, str], ...]
    words: str


FAXED = Sheet(
    title="訂購單",
    rows=(
        ("訂購單位", "宏達文具行"),
        ("統一編號", "24536806"),
        ("電話", "02 2345 6789"),
        ("日期", "請於三日內出貨"),
    ),
    words="LED 檯燈（白）　　　　12 盞\nLED 檯燈（黑）　　　　 6 盞\n備用電源線　　　　　　 4 條\n\n請開立三聯式發票，並以傳真回覆交貨日期。",
)
PAPER = Sheet(
    title="保固申請書",
    rows=(("申請人", "陳怡君"), ("產品", "LED 檯燈（白）"), ("購買日期", "去年十月")),
    words="檯燈使用半年後開始閃爍，更換燈泡仍無法改善。\n隨信附上購買證明，請協助更換或維修，謝謝。\n\n陳怡君　敬上",
)
CHAT = (
    ("visitor", "請問訂單 A-1024 什麼時候會出貨？"),
    ("agent", "您好，我馬上為您查詢。"),
    ("agent", "這張訂單今天下午出貨，明天就會送達。"),
    ("visitor", "太好了，可以改成晚上送嗎？"),
    ("agent", "可以，已請物流改在晚上六點到九點之間配送。"),
    ("visitor", "謝謝！"),
)
TEXTED = ("我的檯燈修好了嗎？", "您好，檯燈已經修好，歡迎隨時到門市領取。")
INQUIRY = {
    "name": ["陳怡君"],
    "mail": ["chen.yijun@example.org"],
    "topic": ["return"],
    "order": ["A-1018"],
    "reason": ["收到的是黑色，我訂的是白色。"],
}
FORM = {
    "languages": ["zh-TW", "zh-CN", "en"],
    "title": {"zh-TW": "退換貨與維修", "zh-CN": "退换货与维修", "en": "Returns and repairs"},
    "intro": {
        "zh-TW": "請告訴我們您的問題，我們會在一個工作天內回覆。",
        "zh-CN": "请告诉我们您的问题，我们会在一个工作日内回复。",
        "en": "Tell us what happened. We answer within one working day.",
    },
    "thanks": {"zh-TW": "我們會盡快與您聯絡。", "zh-CN": "我们会尽快与您联系。", "en": "You will hear from us soon."},
    "subject": "{topic}: {order}",
    "fields": [
        {"name": "name", "kind": "text", "role": "name", "required": True, "label": {"zh-TW": "您的姓名", "zh-CN": "您的姓名", "en": "Your name"}},
        {"name": "mail", "kind": "email", "role": "email", "required": True, "label": {"zh-TW": "電子信箱", "zh-CN": "电子邮箱", "en": "E-mail"}},
        {
            "name": "topic",
            "kind": "choice",
            "required": True,
            "label": {"zh-TW": "您需要什麼協助？", "zh-CN": "您需要什么帮助？", "en": "What is it about?"},
            "choices": [
                {"code": "return", "label": {"zh-TW": "退換貨", "zh-CN": "退换货", "en": "Return"}},
                {"code": "repair", "label": {"zh-TW": "維修", "zh-CN": "维修", "en": "Repair"}},
            ],
        },
        {"name": "order", "kind": "text", "most": 20, "label": {"zh-TW": "訂單編號", "zh-CN": "订单编号", "en": "Order number"}},
        {
            "name": "reason",
            "kind": "long_text",
            "required": True,
            "when": {"field": "topic", "values": ["return"]},
            "label": {"zh-TW": "退換貨原因", "zh-CN": "退换货原因", "en": "Why do you return it?"},
        },
        {"name": "photo", "kind": "file", "most": 3, "label": {"zh-TW": "照片", "zh-CN": "照片", "en": "Photos"}},
    ],
}  # fmt: skip
