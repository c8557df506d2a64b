"""Which pictures are nearly the same: by their phashes first, then by their vectors, then by eye.

A phash is a 64-bit perceptual hash, here as ``uint64``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from qwen3vl_app.types import Vectors

Phashes: TypeAlias = NDArray[np.uint64]
Positions: TypeAlias = NDArray[np.intp]

PHASH_BITS = 7
"""Bits in which two phashes may differ. Of the sample pictures compressed, scaled, lightened,
marked or cut by 2 %, eight to nine in ten stay within; of other pairs fewer than one in a thousand
does, which the cosine refuses. (Krawetz 2011, "Looks Like It", calls up to 10 a variation of one
picture; from 8 on, the search below would cost ten times as much.)"""

LIKENESS = 0.95
"""Cosine from which they may be one picture. Compressed, scaled and slightly cut sample pictures
keep 0.96 and more; a change of colour does not, nor do pictures that only share their outlines."""

COMPARED = 4
"""Groups whose heads a picture is compared with by eye, the most alike first: of a thousand
invoices every one looks like every other, and a copy is more alike than those."""

_BAND_BITS = 16
"""Four bands: of two phashes that differ in at most 7 bits, some band differs in at most one, so
looking up every band as it is and with one bit turned misses no pair."""

_FEW = 400
"""Up to here, as in one search, comparing all pairs takes less time than sorting bands."""

_PAIRS_TOGETHER = 1 << 20


def bits_apart(one: Phashes, other: Phashes | np.uint64) -> NDArray[np.uint64]:
    """In how many bits phashes differ; the arrays are broadcast."""
    x = np.bitwise_xor(one, other)
    # Sums of 1, 2, 4 and 8 bits side by side (Warren, "Hacker's Delight", 5-1).
    x = x - ((x >> np.uint64(1)) & np.uint64(0x5555555555555555))
    x = (x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333))
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    sums: NDArray[np.uint64] = (x * np.uint64(0x0101010101010101)) >> np.uint64(56)
    return sums


def close_pairs(phashes: Phashes) -> tuple[Positions, Positions]:
    """Positions of all pairs of distinct phashes that differ in at most ``PHASH_BITS`` bits.

    Takes about 2 s for 100,000 phashes, because only phashes that share a band are compared.
    """
    if len(phashes) <= _FEW:
        near = bits_apart(phashes[:, None], phashes) <= PHASH_BITS
        one, other = np.nonzero(np.triu(near, 1))
        return one, other
    return _banded_pairs(phashes)


def _banded_pairs(phashes: Phashes) -> tuple[Positions, Positions]:
    found = [np.empty((2, 0), np.intp)]
    for first in range(0, 64, _BAND_BITS):
        keys = (phashes >> np.uint64(first)) & np.uint64((1 << _BAND_BITS) - 1)
        order = np.argsort(keys, kind="stable")
        for turned in (0, *(1 << bit for bit in range(_BAND_BITS))):
            found += _band_pairs(phashes, keys, order, np.uint64(turned))
    pairs = np.unique(np.concatenate(found, axis=1), axis=1)
    return pairs[0], pairs[1]


def _band_pairs(
    phashes: Phashes, keys: Phashes, order: Positions, turned: np.uint64
) -> Iterator[NDArray[np.intp]]:
    """Close pairs whose keys differ in exactly the turned bit; arrays (2, N), first < second."""
    asking = order[(keys[order] & turned) == 0]  # of two, the one without the bit
    sorted_keys, wanted = keys[order], keys[asking] | turned
    begin = np.searchsorted(sorted_keys, wanted, "left")
    count = np.searchsorted(sorted_keys, wanted, "right") - begin
    for rows in _pieces(count):
        one = np.repeat(asking[rows], count[rows])
        before = np.repeat(np.cumsum(count[rows]) - count[rows], count[rows])
        other = order[np.repeat(begin[rows], count[rows]) + np.arange(len(one)) - before]
        near = (bits_apart(phashes[one], phashes[other]) <= PHASH_BITS) & (one != other)
        yield np.sort(np.stack([one[near], other[near]]), axis=0)


def _pieces(count: Positions) -> Iterator[Positions]:
    """Ranges of rows that together have about ``_PAIRS_TOGETHER`` pairs."""
    piece = np.cumsum(count) // _PAIRS_TOGETHER
    cuts = np.flatnonzero(np.diff(piece)) + 1
    yield from np.split(np.arange(len(count)), cuts)


def chains(count: int, one: Positions, other: Positions) -> Positions:
    """For each of ``count`` things the first one it is linked to, over any number of pairs.

    Shape (count,); things with equal numbers are one chain.
    """
    root = np.arange(count)
    while True:
        least = np.minimum(root[one], root[other])
        linked = root.copy()
        np.minimum.at(linked, one, least)
        np.minimum.at(linked, other, least)
        linked = linked[linked]
        if np.array_equal(linked, root):
            return root
        root = linked


class Gatherer:
    """Puts pictures into groups, one after another, the best ones first.

    A picture joins the group whose head it equals most, or heads a new one. So every member nearly
    equals its head, and a long row of small changes does not become one group.

    Args:
        dimension: Of the vectors.
        agree: Whether two pictures, by their ids, are the same to the eye: the head of a group,
            and one that its phash and its vector say is the same.
    """

    def __init__(
        self, dimension: int, agree: Callable[[int, int], bool] = lambda *_: True
    ) -> None:
        self._agree = agree
        self.groups: list[list[int]] = []
        """Ids, the head of each group first."""

        # Of the heads, with room for more: a library may have 10,000 pictures of one phash.
        self._phashes: Phashes = np.empty(1, np.uint64)
        self._vectors: Vectors = np.empty((1, dimension), np.float32)

    def add(self, item: int, phash: np.uint64, vector: Vectors) -> None:
        """Place the next picture.

        Costs one comparison of phashes per group, and of the nearest few what ``agree`` costs.
        """
        heads = len(self.groups)
        near = np.flatnonzero(bits_apart(self._phashes[:heads], phash) <= PHASH_BITS)
        likeness = self._vectors[near] @ vector
        apart = bits_apart(self._phashes[near], phash)
        order = np.lexsort((apart, -likeness))[:COMPARED]
        for group in near[order[likeness[order] >= LIKENESS]].tolist():
            if self._agree(self.groups[group][0], item):
                self.groups[group].append(item)
                return
        if heads == len(self._phashes):
            self._phashes = np.resize(self._phashes, 2 * heads)
            self._vectors = np.resize(self._vectors, (2 * heads, self._vectors.shape[1]))
        self.groups.append([item])
        self._phashes[heads], self._vectors[heads] = phash, vector
