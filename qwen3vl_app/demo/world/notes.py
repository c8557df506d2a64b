# ruff: noqa: E501 - tables of sentences are read along the line
"""The written notes of the sample collection."""

from __future__ import annotations

NOTES: dict[str, str] = {
    "bicycle-repair.md": "# Bicycle\n\nThe bicycle needs a new chain. On Saturday I will fix the bicycle in the yard and oil the brakes.\n",
    "coffee.txt": "Coffee. Twenty grams of ground coffee, three hundred grams of water. Pour slowly. A cup of coffee after lunch is enough.\n",
    "telescope-night.md": "# Night with the telescope\n\nWe took the telescope up the hill. Through the telescope we saw the rings of a planet.\n",
    "birthday-cake.txt": "Remember the birthday cake for Sunday. The birthday cake should be chocolate with nine candles.\n",
    "lost-key.txt": "I lost my key near the station. Whoever finds the key, please call me.\n",
    "turtle-diary.md": "# Turtle diary\n\nThe turtle woke up today. The turtle ate a leaf of salad and slept again. It was a good day for everyone.\n",
    "umbrella.txt": "It will rain all week. Take the umbrella. The blue umbrella is behind the door.\n",
    "gato.txt": "Ayer vimos un gato cerca del río. El gato dormía al sol. Fue un buen día para todos.\n",
    "fraise.txt": "Les enfants ont cueilli une fraise dans le jardin. La fraise était sucrée. Il faisait beau.\n",
    "schmetterling.md": "# Schmetterling\n\nGestern haben wir einen Schmetterling am Fluss gesehen. Der Schmetterling war blau und gelb.\n",
    "eule.txt": "In der Nacht rief eine Eule im Garten. Die Kinder haben die Eule in der Schule gemalt.\n",
    "xiongmao.txt": "昨天我们看到了熊猫。熊猫在吃竹子。天气很好。\n",
    "ringo.txt": "昨日リンゴを買いました。私はリンゴが好きです。\n",
    "guitarra.txt": "Ontem toquei guitarra na praia. A guitarra era do meu irmão. O tempo estava bom.\n",
    "slon.txt": "Вчера мы видели слона. Больше всего я люблю слона. Погода была хорошая.\n",
    "rainbow.md": "# Rainbow\n\nYesterday we saw a rainbow near the river. The rainbow stood there until evening, then the rain was over.\n",
    "alarm-clock.txt": "The alarm clock is broken. I will buy a new alarm clock tomorrow, one that does not tick.\n",
    "scissors.txt": "Who has taken the scissors? The scissors belong in the drawer of the kitchen table.\n",
    "hedgehog-log.md": "# Hedgehog\n\nA hedgehog lives under the leaves. The hedgehog comes out at dusk, and nobody must feed it.\n",
    "cisne.txt": "Ayer vimos un cisne cerca del río. El cisne era blanco y nadaba despacio.\n",
    "grenouille.txt": "Hier nous avons vu une grenouille près de la rivière. La grenouille a sauté dans l'eau. Il faisait beau.\n",
    "igel.txt": "Gestern haben wir einen Igel am Fluss gesehen. Der Igel war klein. Das Wetter war schön.\n",
    "abacaxi.txt": "Comprei um abacaxi. O que eu mais gosto é abacaxi. O tempo estava bom.\n",
    "chitarra.txt": "Ieri abbiamo visto una chitarra vicino al fiume. La chitarra era rossa. Faceva bel tempo.\n",
    "cigno.txt": "Una nota su un cigno. Il cigno dorme sul lago. È stata una bella giornata.\n",
    "raduga.txt": "Вчера мы видели радугу у реки. Радуга стояла до вечера, и всем понравилась радуга. Погода была хорошая.\n",
    "jamal.txt": "رأينا أمس جملا قرب النهر. هذا جمل كبير. كان الطقس جميلا.\n",
    "inab.txt": "اشترينا العنب في السوق. ملاحظة عن عنب. كان يوما جيدا.\n",
    "haathi.txt": "कल हमने हाथी देखा। मुझे हाथी पसंद है। मौसम अच्छा था।\n",
    "gitar.txt": "मुझे गिटार पसंद है। गिटार के बारे में टिप्पणी। यह अच्छा दिन था।\n",
    "gosumdochi.txt": "어제 우리는 고슴도치를 보았다. 나는 고슴도치를 가장 좋아한다. 날씨가 좋았다.\n",
    "mujigae.txt": "어제 우리는 무지개를 보았다. 무지개에 대한 메모. 좋은 하루였다.\n",
    "oukan.txt": "昨日王冠を見ました。王冠についてのメモ。とても楽しかった。\n",
    "qingwa.txt": "这是关于青蛙的笔记。孩子们画了一个青蛙。大家都很高兴。\n",
}  # fmt: skip
"""File name -> text; notes are there in every language that the checkpoints know."""
