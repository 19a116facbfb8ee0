"""Contrastive training of a static encoder.

In-batch negatives (InfoNCE; van den Oord et al., 2018) over batches from one source at a time, at two lengths of
the vectors at once (Kusupati et al., "Matryoshka Representation Learning", 2022). A word's vector is its own plus
the mean of its characters', which is folded into one row a word at the end, so that a rare word begins with what
its characters mean.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from embeddings.training.sources import Pair


@dataclass(frozen=True, slots=True)
class Recipe:
    """Numbers of a training run.

    Attributes:
        steps, batch: batches, and pairs in each.
        rate: highest learning rate; it rises over a tenth of the steps and falls to 0 by a cosine.
        temperature: of the softmax over the batch.
        lengths: lengths of the vectors trained at once, the full one first.
        tokens: of a text that are used at most.
        favour: weight of a source's share beyond the square root of its size.
        seed: decides everything drawn.
    """

    steps: int = 2000
    batch: int = 768
    rate: float = 0.005
    temperature: float = 0.07
    lengths: tuple[int, ...] = (224, 64)
    tokens: int = 128
    favour: Mapping[str, float] | None = None
    seed: int = 20


class Bags:
    """Texts as bags of rows: a word's own row with weight 1, its characters' rows sharing another 1."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        vocabulary = tokenizer.get_vocab()
        self._parts: dict[int, tuple[list[int], list[float]]] = {}
        for word, row in vocabulary.items():
            inside = (
                [vocabulary[one] for one in word if one in vocabulary]
                if len(word) > 1 and not word.isascii()
                else []
            )
            self._parts[row] = (
                [row, *inside],
                [1.0, *([1 / len(inside)] * len(inside))] if inside else [1.0],
            )
        self._parts[0] = ([], [])

    def rows(self, texts: Sequence[str], tokens: int) -> list[tuple[list[int], list[float]]]:
        """Row numbers and weights of each text, at most `tokens` tokens of it."""
        found = []
        for encoding in self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False):
            parts = [self._parts[row] for row in encoding.ids[:tokens]]
            found.append(
                ([row for rows, _ in parts for row in rows], [w for _, weights in parts for w in weights])
            )
        return found

    def fold(self, matrix: NDArray[np.float32]) -> NDArray[np.float32]:
        """One row a word: its own plus the mean of its characters'; the unknown row is zero."""
        out = np.zeros_like(matrix)
        for row, (rows, weights) in self._parts.items():
            if rows:
                out[row] = np.asarray(weights, dtype=np.float32) @ matrix[rows]
        return out


def train(
    tokenizer: Tokenizer,
    start: NDArray[np.float32],
    sources: Mapping[str, Sequence[Pair]],
    recipe: Recipe,
    progress: Callable[[str, float], None],
) -> NDArray[np.float32]:
    """Token vectors of shape (tokens, dimension), characters folded into words.

    Args:
        tokenizer: splits the texts.
        start: token vectors to begin with.
        sources: pairs by source.
        recipe: the numbers.
        progress: called with a Chinese step and the share done.
    """
    import torch

    torch.manual_seed(recipe.seed)
    draw = random.Random(recipe.seed)
    bags = Bags(tokenizer)
    table = torch.nn.EmbeddingBag.from_pretrained(
        torch.from_numpy(start * (0.1 / max(float(start.std()), 1e-9))), freeze=False, mode="sum"
    )
    optimiser = torch.optim.Adam(table.parameters(), lr=recipe.rate)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step, recipe.steps))
    names = sorted(name for name, pairs in sources.items() if pairs)
    favour = recipe.favour or {}
    weights = [math.sqrt(len(sources[name])) * favour.get(name, 1.0) for name in names]
    average = 0.0
    for step in range(recipe.steps):
        name = draw.choices(names, weights)[0]
        batch = draw.sample(sources[name], min(recipe.batch, len(sources[name])))
        left = _vectors(table, bags.rows([pair.left for pair in batch], recipe.tokens))
        right = _vectors(table, bags.rows([pair.right for pair in batch], recipe.tokens))
        loss = _loss(left, right, _same(batch), recipe)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        schedule.step()
        average = float(loss.detach()) if not step else 0.98 * average + 0.02 * float(loss.detach())
        progress(f"训练 {step + 1}/{recipe.steps}，损失 {average:.3f}", (step + 1) / recipe.steps)
    return bags.fold(table.weight.detach().numpy().astype(np.float32))


def _rate(step: int, steps: int) -> float:
    warm = max(steps // 10, 1)
    return (
        (step + 1) / warm
        if step < warm
        else 0.5 * (1 + math.cos(math.pi * (step - warm) / max(steps - warm, 1)))
    )


def _vectors(table: Any, rows: Sequence[tuple[list[int], list[float]]]) -> Any:
    import torch

    offsets = np.cumsum([0, *(len(ids) for ids, _ in rows[:-1])])
    ids = torch.tensor([one for ids, _ in rows for one in ids], dtype=torch.long)
    weights = torch.tensor([one for _, weights in rows for one in weights], dtype=torch.float32)
    return table(ids, torch.from_numpy(offsets), per_sample_weights=weights)


def _same(batch: Sequence[Pair]) -> Any:
    """Where another pair of the batch has the same group or text, and so is no negative."""
    import torch

    groups = {group: number for number, group in enumerate(dict.fromkeys(pair.group for pair in batch))}
    rights = {text: number for number, text in enumerate(dict.fromkeys(pair.right for pair in batch))}
    lefts = {text: number for number, text in enumerate(dict.fromkeys(pair.left for pair in batch))}
    masks = []
    for numbers in (
        [groups[pair.group] for pair in batch],
        [rights[pair.right] for pair in batch],
        [lefts[pair.left] for pair in batch],
    ):
        column = torch.tensor(numbers)
        masks.append(column[:, None] == column[None, :])
    same = masks[0] | masks[1] | masks[2]
    same.fill_diagonal_(fill_value=False)
    return same


def _loss(left: Any, right: Any, same: Any, recipe: Recipe) -> Any:
    import torch

    target = torch.arange(len(left))
    total = left.new_zeros(())
    for length in recipe.lengths:
        one = torch.nn.functional.normalize(left[:, :length], dim=1)
        two = torch.nn.functional.normalize(right[:, :length], dim=1)
        scores = (one @ two.T / recipe.temperature).masked_fill(same, -1e4)
        both = torch.nn.functional.cross_entropy(scores, target) + torch.nn.functional.cross_entropy(
            scores.T, target
        )
        total = total + both / 2
    return total / len(recipe.lengths)
