"""The command ``map``."""

from __future__ import annotations

from qwen3vl_app.store.belongings import MAPS


def test_map__tells_clusters_with_their_items_and_writes_nothing(indexed):
    found = indexed.json("map")
    listed = {row["item"] for row in found["items"]}
    assert sum(one["size"] for one in found["clusters"]) == len(listed) > 4
    for number, cluster in enumerate(found["clusters"]):
        members = {row["item"] for row in found["items"] if row["cluster"] == number}
        assert {one["item"] for one in cluster["representatives"]} <= members
    assert not (indexed.library / MAPS).exists()


def test_map__of_a_collection_that_is_not_there_says_so(indexed):
    refused = indexed.run("map", "--collection", "none")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "none" in refused.stderr
