"""How common Chinese, Japanese and Korean characters are, by language.

The most common ones are listed by rank; how common the others are, their national standards tell,
which put the characters of daily use first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

_SIMPLIFIED = (
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方"
    "多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明"
    "性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位"
    "次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感"
    "建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色"
    "路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运笔请谢您吗吧呢钱车红自停款园明午点始助京"
    "朝阳伟哪帮付底之近远找晚早饭吃喝买卖店图片照旅游客户姓名电话地址邮编号码单位日期备注金额合同项目价格数量订购货款总计男元"
)
_TRADITIONAL = (
    "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所然家種事成方"
    "多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實日軍者意無力它與長把機十民第公此已工使情明"
    "性知全三又關點正業外將兩高間由問很最重並物手應戰向頭文體政美相見被利什二等產或新己制身果加西斯月話合回特代內信表化老給世位"
    "次度門任常先海通教兒原東聲提立及比員解水名真論處走義各入幾口認條平系氣題活爾更別打女變四神總何電數安少報才結反受目太量再感"
    "建務做接必場件計管期市直德資命山金指克許統區保至隊形社便空決治展馬科司五基眼書非則聽白卻界達光放強即像難且權思王象完設式色"
    "路記南品住告類求據程北邊死張該交規萬取拉格望覺術領共確傳師觀清今切院讓識候帶導爭運筆請謝您嗎吧呢錢車紅停款園午始助臺灣灣縣"
    "找晚早飯吃喝買賣店圖片照旅遊客戶姓名電話地址郵編號碼單位日期備註金額合約項目價格數量訂購貨款總計男元"
)
_JAPANESE = (
    "のにはをたがでてとしれさいあるすうかなもらこりくまよそっだけきえどせわつちみんやおめじばげゃずょひほぶふへぐびむろゆょござぎづ"
    "ンスーイトルリアラクシドレジタフロカッテマメサコプニキグチムィオバツナデエパュハウビミソセダボブモヤィョェァヴガザゼゾピベペポギゴワネノヘホヌヒュ"
    "日一人年大十二本中長出三時行見月後前生五間上東四今金九入学高円子外八六下来気小七山話女北午百書先名川千水半男西電校語土木"
    "国会同事自社発者地業方新場員立開手力問代明動京目通言理体田主題意不作用度強公持野以思家世多正安院心界教文元重近考画海売知"
    "道集別物使品計死特私始朝運終台広住真有口少町料工建空急止送切転研足究楽起着店病質待試族銀早映親験英医仕去味写字答夜音注帰"
    "歌買悪図週室歩風紙黒花春赤青館屋色走秋夏習駅洋旅服夕借曜飲肉貸堂鳥飯勉冬昼茶弟牛魚兄犬妹姉漢政議民連対部合市内相定回選米"
    "実関決全表戦経最現調化当約首法性要制治務成期取都和機平加受続進数記初指権支産点報済活原共得解交資予向際勝面告反判認参利組信"
    "在件側任引求所次昨論官増係感情投示変打直両式確果容必演歳争談能位置流格疑過局放常状球職与供役構割身費付由説難優夫収断石違消"
    "神番規術護展態導備宅害配副算視条幹独警宮率張株区県請支払願新宿録"
)
_KOREAN = (
    "이다는에의을를가고하지은로도사한자기시인서리나일어부대수아그들정해보원상장전주구스과여제라있면적으관게만들성조공연동경세비선소"
    "생년중신유위오국우진학문발요방현재미바차무물음식용안내거계무개통실분민외했회실마계니까산여말명야지러드트행습려된할강체네"
    "업달되모심력남때단후당없양결교노같또출금반화래불것법영월간예품두저터건입직감설포따레활처본파히작더호속초술점번글편필급질양"
    "크프르제합석표길천권형살었았겠습셨님께와서울별시북남평종송알못새날씨좋열하늘빨간닷회오전작안녕세도와주셔감감특역등록청증"
    "복근무팀책임리집준비배송반품결제고객메일주소연락처상품가격총액수량단위합계"
)


@dataclass(frozen=True, slots=True)
class _Characters:
    common: str
    """By rank."""

    share: float
    """Of a text that these are."""

    standard: str
    """A codec whose rows tell characters of daily use from others."""

    daily: tuple[int, int]
    """First bytes of the rows of daily use, first and last."""

    others: float
    """Cost of a character of daily use that is not among the common ones."""

    signs: str = "，。、：；！？（）《》“”·　「」『』【】ー々…—０１２３４５６７８９"
    costs: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ranked = list(dict.fromkeys(self.common))
        weights = [1 / (rank + 12) for rank in range(len(ranked))]
        for character, weight in zip(ranked, weights, strict=True):
            self.costs[character] = -math.log(self.share * weight / sum(weights))
        self.costs.update(dict.fromkeys(self.signs, 5.0))

    def cost(self, character: str) -> float:
        """Minus the logarithm of how probable it is."""
        known = self.costs.get(character)
        if known is None:
            known = self.costs[character] = self._other(character)
        return known

    def _other(self, character: str) -> float:
        try:
            first = character.encode(self.standard)[0]
        except UnicodeEncodeError:
            return _NO_STANDARD
        if "\uff66" <= character <= "\uff9f":
            return _HALF
        if not "\u3040" <= character <= "\ud7af":
            return _ODD  # Latin letters of full width
        return self.others if self.daily[0] <= first <= self.daily[1] else _RARE


_RARE = 12.5
_ODD = 10.5
_HALF = 7.0
_NO_STANDARD = 16.0

EAST_ASIAN = {
    "zh-cn": _Characters(_SIMPLIFIED, 0.72, "gb2312", (0xB0, 0xD7), 9.4),
    "zh-tw": _Characters(_TRADITIONAL, 0.72, "big5", (0xA4, 0xC6), 9.6),
    "ja": _Characters(_JAPANESE, 0.85, "cp932", (0x88, 0x97), 9.4),
    "ko": _Characters(_KOREAN, 0.85, "euc_kr", (0xB0, 0xC8), 9.0),
}
