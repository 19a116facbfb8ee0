"""Contrastive training of a static encoder.

In-batch negatives (InfoNCE; van den Oord et al., 2018) over batches from one source at a time, at two lengths of
the vectors at once (Kusupati et al., "Matryoshka Representation Learning", 2022). A word's vector is its own plus
the mean of its characters', which is folded into one row a word at the end, so that a rare word begins with what
its characters mean.
"""

from __future__ import annotations

import dataclasses
import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
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
        dropout: share of a text's tokens left out of a batch, drawn anew each time, so that no pair is learnt by one
            word (Srivastava et al., 2014).
        favour: weight of a source's share beyond the square root of its size.
        whole: sources of which no token is left out, since they are single terms.
        runs: trainings from the same start, each with the next seed, whose weights are averaged: what one of them learnt
            by the chance of its batches goes (Wortsman et al., "Model soups", 2022).
        seed: decides everything drawn.
    """

    steps: int = 2000
    batch: int = 768
    rate: float = 0.005
    temperature: float = 0.07
    lengths: tuple[int, ...] = (224, 64)
    tokens: int = 128
    dropout: float = 0.2
    favour: Mapping[str, float] | None = None
    whole: frozenset[str] = frozenset()
    runs: int = 4
    seed: int = 20


@dataclass(frozen=True, slots=True)
class Bag:
    """Rows of several texts one text behind the other.

    Attributes:
        rows, weights: of the table, and what each counts; shape (rows of all texts,).
        starts: where each text's rows begin, shape (texts,).
    """

    rows: NDArray[np.int64]
    weights: NDArray[np.float32]
    starts: NDArray[np.int64]


class Bags:
    """Texts as bags of rows: a word's own row with weight 1, its characters' rows sharing another 1.

    Args:
        tokenizer: splits the texts.
        seed: decides which tokens are left out.
    """

    def __init__(self, tokenizer: Tokenizer, *, seed: int = 0) -> None:
        self._tokenizer = tokenizer
        self._draw = np.random.default_rng(seed)
        # Most texts come up many times in a run; each is split once.
        self._known: dict[str, NDArray[np.int32]] = {}
        vocabulary = tokenizer.get_vocab()
        parts: list[list[int]] = [[] for _ in range(tokenizer.get_vocab_size())]
        for word, row in vocabulary.items():
            inside = [vocabulary[one] for one in word if one in vocabulary] if len(word) > 1 else []
            parts[row] = [row, *inside]
        parts[0] = []
        # The rows of all tokens one token behind the other, as in a sparse matrix.
        self._counts = np.asarray([len(rows) for rows in parts])
        self._starts = np.cumsum([0, *self._counts[:-1]])
        self._rows = np.asarray([row for rows in parts for row in rows], dtype=np.int64)
        self._weights = np.asarray(
            [
                weight
                for rows in parts
                if rows
                for weight in (1.0, *[1 / max(len(rows) - 1, 1)] * (len(rows) - 1))
            ],
            dtype=np.float32,
        )

    def of(self, texts: Sequence[str], *, tokens: int, dropout: float = 0.0) -> Bag:
        """Rows and weights of the texts, at most `tokens` tokens of each, a share of them left out."""
        kept = [self._without(ids[:tokens], dropout) for ids in self._split(texts)]
        ids = np.concatenate(kept)
        counts = self._counts[ids]
        ends = np.cumsum(counts)
        places = np.repeat(self._starts[ids] - (ends - counts), counts) + np.arange(int(counts.sum()))
        bounds = np.concatenate([[0], ends])[np.cumsum([0, *(len(one) for one in kept[:-1])])]
        return Bag(self._rows[places], self._weights[places], bounds)

    def _split(self, texts: Sequence[str]) -> list[NDArray[np.int32]]:
        """Token ids of each text."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        encodings = self._tokenizer.encode_batch_fast(new, add_special_tokens=False)
        for text, encoding in zip(new, encodings, strict=True):
            self._known[text] = np.asarray(encoding.ids, dtype=np.int32)
        return [self._known[text] for text in texts]

    def _without(self, ids: NDArray[np.int32], dropout: float) -> NDArray[np.int32]:
        if not dropout:
            return ids
        kept: NDArray[np.int32] = ids[self._draw.random(len(ids)) >= dropout]
        return kept if len(kept) else ids

    def fold(self, matrix: NDArray[np.float32]) -> NDArray[np.float32]:
        """One row a word: its own plus the mean of its characters'; the unknown row is zero."""
        shape = (len(matrix), len(matrix))
        folding = csr_matrix((self._weights, self._rows, [*self._starts, len(self._rows)]), shape)
        out: NDArray[np.float32] = np.asarray(folding @ matrix, dtype=np.float32)
        return out


def train_runs(
    tokenizer: Tokenizer,
    start: NDArray[np.float32],
    sources: Mapping[str, Sequence[Pair]],
    recipe: Recipe,
    progress: Callable[[str, float], None],
) -> NDArray[np.float32]:
    """The mean of `recipe.runs` trainings; see `train`."""
    total = np.zeros_like(start, dtype=np.float64)
    for run in range(recipe.runs):

        def told(step: str, share: float, run: int = run) -> None:
            progress(f"第 {run + 1}/{recipe.runs} 次{step}", (run + share) / recipe.runs)

        total += train(tokenizer, start, sources, dataclasses.replace(recipe, seed=recipe.seed + run), told)
    return (total / recipe.runs).astype(np.float32)


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
    bags = Bags(tokenizer, seed=recipe.seed)
    table = torch.nn.EmbeddingBag.from_pretrained(
        torch.from_numpy(start * (0.1 / max(float(start.std()), 1e-9))), freeze=False, mode="sum"
    )
    optimiser = torch.optim.Adam(table.parameters(), lr=recipe.rate, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step, recipe.steps))
    names = sorted(name for name, pairs in sources.items() if pairs)
    favour = recipe.favour or {}
    weights = [math.sqrt(len(sources[name])) * favour.get(name, 1.0) for name in names]
    average = 0.0
    for step in range(recipe.steps):
        name = draw.choices(names, weights)[0]
        batch = draw.sample(sources[name], min(recipe.batch, len(sources[name])))
        dropout = 0.0 if name in recipe.whole else recipe.dropout
        left, right = (
            _vectors(table, bags.of(texts, tokens=recipe.tokens, dropout=dropout))
            for texts in ([pair.left for pair in batch], [pair.right for pair in batch])
        )
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


def _vectors(table: Any, bag: Bag) -> Any:
    import torch

    rows, weights, starts = (torch.from_numpy(part) for part in (bag.rows, bag.weights, bag.starts))
    return table(rows, starts, per_sample_weights=weights)


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
