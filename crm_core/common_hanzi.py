"""How likely it is that a text is Chinese that people write, and not bytes read with the wrong table."""

_COMMON = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同"
    "现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很"
    "最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走"
    "義這個們來為國說時會對於著過發後裡樣經麼學現當沒動還進開從實無與長機業將兩間問關點應戰頭體見產話內門給東聲員論處請謝您貴司訂單發票款項退貨"
    "谢请贵司订单发票款项退货您贴电话邮件客服务公司帐号账号密码帳號碼電話郵件服務線網站收到寄送運費運费商品產品产品购买購買台北上海北京先生小姐媽妈"
    "，。！？：；、「」『』（）“”"
)  # fmt: skip


def share_of_common(text: str) -> float:
    """The share of common hanzi among what is not ASCII."""
    wide = [letter for letter in text if not letter.isascii()]
    return sum(letter in _COMMON for letter in wide) / len(wide) if wide else 0.0
