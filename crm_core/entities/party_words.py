"""The fixed words of customers' fields."""

from crm_core.records.shape import choice

LANGUAGES = (
    choice("en", "English", "英文", "英文"),
    choice("zh-TW", "Traditional Chinese", "繁體中文", "繁体中文"),
    choice("zh-CN", "Simplified Chinese", "簡體中文", "简体中文"),
)
KINDS = (
    choice("person", "Person", "個人", "个人"),
    choice("organisation", "Organisation", "組織", "组织"),
)
NAME_ORDERS = (
    choice("family_first", "Family name first", "姓在前", "姓在前"),
    choice("given_first", "Given name first", "名在前", "名在前"),
)
GENDERS = (
    choice("female", "Female", "女", "女"),
    choice("male", "Male", "男", "男"),
    choice("other", "Other", "其他", "其他"),
)
SIZES = (
    choice("1", "1 to 9 people", "1 至 9 人", "1 至 9 人"),
    choice("10", "10 to 49", "10 至 49 人", "10 至 49 人"),
    choice("50", "50 to 249", "50 至 249 人", "50 至 249 人"),
    choice("250", "250 to 999", "250 至 999 人", "250 至 999 人"),
    choice("1000", "1,000 and more", "1,000 人以上", "1,000 人以上"),
)
LIFECYCLES = (
    choice("prospect", "Prospect", "潛在客戶", "潜在客户"),
    choice("lead", "Lead", "意向客戶", "意向客户"),
    choice("customer", "Customer", "正式客戶", "正式客户"),
    choice("lost", "Lost", "未成交", "未成交"),
    choice("former", "Former customer", "流失客戶", "流失客户"),
)
CHANNELS = (
    choice("phone", "Phone", "電話", "电话"),
    choice("email", "E-mail", "電子郵件", "电子邮件"),
    choice("sms", "Text message", "簡訊", "短信"),
    choice("fax", "Fax", "傳真", "传真"),
    choice("postal", "Post", "郵寄", "邮寄"),
    choice("web", "Web", "網站", "网站"),
)
FIRST_CHANNELS = (
    choice("voice", "Phone", "電話", "电话"),
    *(each for each in CHANNELS if each.code != "phone"),
    choice("visit", "Visit", "來訪", "来访"),
    choice("event", "Event", "活動", "活动"),
    choice("import", "Import", "匯入", "导入"),
)
CONTACT_KINDS = (
    choice("phone", "Phone", "電話", "电话"),
    choice("email", "E-mail", "電子郵件", "电子邮件"),
    choice("sms", "Text messages", "簡訊號碼", "短信号码"),
    choice("fax", "Fax", "傳真", "传真"),
    choice("postal", "Postal address", "郵寄地址", "邮寄地址"),
    choice("web_id", "Web or chat id", "網路帳號", "网络账号"),
)
