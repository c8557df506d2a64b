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
}  # fmt: skip
"""File name -> text."""
