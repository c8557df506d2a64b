# ruff: noqa: E501 - tables of sentences are read along the line
"""The wording of captions and notes, by language. `{}` is a name; templates are everyday phrases."""

from __future__ import annotations

ONE = {
    "en": (
        "a photo of a {}", "a picture of a {}", "a {}", "find the {}", "image with a {}", "show me a {}", "the {}",
        "{} picture", "a drawing of a {}", "where is the {}?", "something with a {}", "{}s", "my {}",
    ),
    "zh": ("一张{}的图片", "{}的照片", "一个{}", "找{}"),
    "ja": ("{}の写真", "{}の絵", "{}を探して"),
    "es": ("una foto de {}", "una imagen con {}", "busca {}"),
    "fr": ("une photo de {}", "une image avec {}", "cherche {}"),
    "de": ("ein Foto von {}", "ein Bild mit {}", "suche {}"),
    "pt": ("uma foto de {}", "uma imagem com {}", "procure {}"),
    "ru": ("фото: {}", "картинка с {}", "найди {}"),
    "ko": ("{} 사진", "{} 그림", "{} 찾기"), "it": ("una foto di {}", "un'immagine con {}", "cerca {}"),
    "ar": ("صورة {}", "رسم {}", "ابحث عن {}"), "hi": ("{} की तस्वीर", "{} का चित्र", "{} खोजो"),
}  # fmt: skip

PAGE = {
    "en": ("a page about {}", "document about a {}", "report with a picture of a {}", "{} page", "a PDF with a {}"),
    "zh": ("关于{}的页面",), "ja": ("{}についてのページ",), "es": ("una página sobre {}",), "fr": ("une page sur {}",),
    "de": ("eine Seite über {}",), "pt": ("uma página sobre {}",), "ru": ("страница про {}",),
    "ko": ("{}에 대한 페이지",), "it": ("una pagina su {}",), "ar": ("صفحة عن {}",), "hi": ("{} के बारे में पन्ना",),
}  # fmt: skip

TWO = {
    "en": ("{} and {}", "a {} and a {}", "{} next to {}", "a picture of a {} with a {}", "{}, {}"),
    "zh": ("{}和{}",), "ja": ("{}と{}",), "es": ("{} y {}",), "fr": ("{} et {}",), "de": ("{} und {}",),
    "pt": ("{} e {}",), "ru": ("{} и {}",), "ko": ("{}와 {}",), "it": ("{} e {}",), "ar": ("{} و {}",), "hi": ("{} और {}",),
}  # fmt: skip

LEFT = {
    "en": ("a {} to the left of a {}", "{} left of {}", "{} on the left, {} on the right", "a {} on the left of a {}"),
    "zh": ("{}在{}的左边",), "ja": ("{}が{}の左にある",), "es": ("{} a la izquierda de {}",), "fr": ("{} à gauche de {}",),
    "de": ("{} links von {}",), "pt": ("{} à esquerda de {}",), "ru": ("{} слева от {}",),
    "ko": ("{}이 {} 왼쪽에",), "it": ("{} a sinistra di {}",), "ar": ("{} على يسار {}",), "hi": ("{} {} के बाईं ओर",),
}  # fmt: skip
RIGHT = {
    "en": ("a {} to the right of a {}", "{} right of {}", "{} on the right, {} on the left"),
    "zh": ("{}在{}的右边",), "ja": ("{}が{}の右にある",), "es": ("{} a la derecha de {}",), "fr": ("{} à droite de {}",),
    "de": ("{} rechts von {}",), "pt": ("{} à direita de {}",), "ru": ("{} справа от {}",),
    "ko": ("{}이 {} 오른쪽에",), "it": ("{} a destra di {}",), "ar": ("{} على يمين {}",), "hi": ("{} {} के दाईं ओर",),
}  # fmt: skip
ABOVE = {
    "en": ("a {} above a {}", "{} over {}", "{} at the top, {} at the bottom"),
    "zh": ("{}在{}的上面",), "ja": ("{}が{}の上にある",), "es": ("{} encima de {}",), "fr": ("{} au-dessus de {}",),
    "de": ("{} über {}",), "pt": ("{} acima de {}",), "ru": ("{} над {}",),
    "ko": ("{}이 {} 위에",), "it": ("{} sopra {}",), "ar": ("{} فوق {}",), "hi": ("{} {} के ऊपर",),
}  # fmt: skip
BELOW = {
    "en": ("a {} below a {}", "{} under {}", "{} at the bottom, {} at the top"),
    "zh": ("{}在{}的下面",), "ja": ("{}が{}の下にある",), "es": ("{} debajo de {}",), "fr": ("{} sous {}",),
    "de": ("{} unter {}",), "pt": ("{} abaixo de {}",), "ru": ("{} под {}",),
    "ko": ("{}이 {} 아래에",), "it": ("{} sotto {}",), "ar": ("{} تحت {}",), "hi": ("{} {} के नीचे",),
}  # fmt: skip

MOVES = {
    "left": {
        "en": ("a {} moving left", "{} moves to the left", "a {} going from right to left"),
        "zh": ("{}向左移动",), "es": ("{} se mueve a la izquierda",), "fr": ("{} va vers la gauche",), "de": ("{} bewegt sich nach links",),
    },
    "right": {
        "en": ("a {} moving right", "{} moves to the right", "a {} going from left to right"),
        "zh": ("{}向右移动",), "es": ("{} se mueve a la derecha",), "fr": ("{} va vers la droite",), "de": ("{} bewegt sich nach rechts",),
    },
    "up": {
        "en": ("a {} moving up", "a {} rising", "{} goes up"),
        "zh": ("{}向上移动",), "es": ("{} sube",), "fr": ("{} monte",), "de": ("{} steigt auf",),
    },
    "down": {
        "en": ("a {} moving down", "a {} falling", "{} goes down"),
        "zh": ("{}向下移动",), "es": ("{} baja",), "fr": ("{} descend",), "de": ("{} fällt herunter",),
    },
    "grow": {
        "en": ("a {} growing", "a {} getting bigger", "{} grows larger"),
        "zh": ("{}变大",), "es": ("{} crece",), "fr": ("{} grandit",), "de": ("{} wird größer",),
    },
    "appear": {
        "en": ("a {} and then a {} appears", "first a {}, then a {}", "{} followed by {}"),
        "zh": ("先是{}然后{}",), "es": ("primero {} y luego {}",), "fr": ("d'abord {}, puis {}",), "de": ("erst {}, dann {}",),
    },
}  # fmt: skip

CHART = {
    "bar": ("bar chart", "a bar graph", "column chart", "Balkendiagramm", "柱状图", "diagrama de barras", "histogramme"),
    "line": ("line chart", "a line graph", "a curve", "Liniendiagramm", "折线图", "gráfico de líneas", "courbe"),
    "pie": ("pie chart", "a pie graph", "circle chart", "Kreisdiagramm", "饼图", "gráfico circular", "camembert"),
    "scatter": ("scatter plot", "a scatter chart", "cloud of points", "Streudiagramm", "散点图", "gráfico de dispersión", "nuage de points"),
    "table": ("table", "a table of numbers", "spreadsheet", "Tabelle", "表格", "tabla de números", "tableau de chiffres"),
}  # fmt: skip

JOINED = (
    "{}",
    "with a {}",
    "and a {}",
    "the same with a {}",
    "together with a {}",
    "next to a {}",
)
"""Words beside a picture in a query."""

TITLED = (
    "{}",
    "{}",
    "a page titled {}",
    "document with the heading {}",
    "the word {}",
    "{} report",
    "page headed {}",
)
"""Queries for pages by the words of their heading."""

NUMBERS = {
    "en": ("one", "two", "three", "four"),
    "zh": ("一个", "两个", "三个", "四个"),
    "es": ("un", "dos", "tres", "cuatro"),
    "fr": ("un", "deux", "trois", "quatre"),
    "de": ("ein", "zwei", "drei", "vier"),
}
SHAPE_WORDS = {
    "zh": {"circle": "圆形", "square": "正方形", "triangle": "三角形", "star": "星星", "heart": "心形", "cross": "十字"},
    "es": {"circle": "círculo", "square": "cuadrado", "triangle": "triángulo", "star": "estrella", "heart": "corazón", "cross": "cruz"},
    "fr": {"circle": "cercle", "square": "carré", "triangle": "triangle", "star": "étoile", "heart": "cœur", "cross": "croix"},
    "de": {"circle": "Kreis", "square": "Quadrat", "triangle": "Dreieck", "star": "Stern", "heart": "Herz", "cross": "Kreuz"},
}  # fmt: skip
COLOUR_WORDS = {
    "zh": ["红色", "绿色", "蓝色", "黄色", "橙色", "紫色", "粉色", "黑色", "白色", "棕色", "灰色"],
    "es": [
        "rojo",
        "verde",
        "azul",
        "amarillo",
        "naranja",
        "morado",
        "rosa",
        "negro",
        "blanco",
        "marrón",
        "gris",
    ],
    "fr": [
        "rouge",
        "vert",
        "bleu",
        "jaune",
        "orange",
        "violet",
        "rose",
        "noir",
        "blanc",
        "marron",
        "gris",
    ],
    "de": [
        "rot",
        "grün",
        "blau",
        "gelb",
        "orange",
        "lila",
        "rosa",
        "schwarz",
        "weiß",
        "braun",
        "grau",
    ],
}
"""In the order of `drawing.COLOURS`."""

NOTES = {
    "en": (
        "Yesterday we saw a {} near the river.", "My favourite thing is the {}.", "Remember to write about the {} tomorrow.",
        "The children made a drawing of a {} at school.", "I have always wanted a {}.", "There was a {} in my dream last night.",
        "Grandmother told a long story about a {}.", "We took many photos of the {} on Sunday.", "Notes about the {}: it was bigger than I thought.",
        "A friend sent me a postcard with a {}.", "The {} was the best part of our trip.", "Today I learned a lot about the {}.",
        "Nobody knows who left the {} in the garden.", "This text is about a {}.",
    ),
    "zh": ("昨天我们看到了{}。", "我最喜欢的是{}。", "这是关于{}的笔记。", "孩子们画了一个{}。"),
    "ja": ("昨日{}を見ました。", "私は{}が好きです。", "{}についてのメモ。"),
    "es": ("Ayer vimos {} cerca del río.", "Mi cosa favorita es {}.", "Una nota sobre {}.", "Los niños dibujaron {} en la escuela."),
    "fr": ("Hier nous avons vu {} près de la rivière.", "Ce que je préfère : {}.", "Une note sur {}.", "Les enfants ont dessiné {} à l'école."),
    "de": ("Gestern haben wir {} am Fluss gesehen.", "Am liebsten mag ich {}.", "Eine Notiz über {}.", "Die Kinder haben {} in der Schule gemalt."),
    "pt": ("Ontem vimos {} perto do rio.", "O que eu mais gosto é {}.", "Uma nota sobre {}."),
    "ru": ("Вчера мы видели {} у реки.", "Больше всего я люблю {}.", "Заметка: {}."),
    "ko": ("어제 우리는 {}을 보았다.", "나는 {}을 가장 좋아한다.", "{}에 대한 메모."),
    "it": ("Ieri abbiamo visto {} vicino al fiume.", "La mia cosa preferita è {}.", "Una nota su {}."),
    "ar": ("رأينا أمس {} قرب النهر.", "أحب {} كثيرا.", "ملاحظة عن {}."),
    "hi": ("कल हमने {} देखा।", "मुझे {} पसंद है।", "{} के बारे में टिप्पणी।"),
}  # fmt: skip

FILLERS = {
    "en": (
        "The weather was fine and we stayed until evening.", "I will tell more about it next week.", "It was a good day for everyone.",
        "Nothing else happened.", "We should do this again in spring.", "Please keep this note.", "Call me when you have time.",
        "The train was late, but nobody minded.",
    ),
    "zh": ("天气很好。", "下周再说。", "大家都很高兴。"),
    "ja": ("天気がよかったです。", "とても楽しかった。"),
    "es": ("Hacía buen tiempo.", "Fue un buen día para todos."),
    "fr": ("Il faisait beau.", "C'était une bonne journée."),
    "de": ("Das Wetter war schön.", "Es war ein guter Tag für alle."),
    "pt": ("O tempo estava bom.", "Foi um dia bom para todos."),
    "ru": ("Погода была хорошая.", "Это был хороший день."),
    "ko": ("날씨가 좋았다.", "좋은 하루였다."), "it": ("Faceva bel tempo.", "È stata una bella giornata."),
    "ar": ("كان الطقس جميلا.", "كان يوما جيدا."), "hi": ("मौसम अच्छा था।", "यह अच्छा दिन था।"),
}  # fmt: skip
