"""What lesson 9 says, and where each number comes from."""

import functools
from statistics import mean, median

import numpy as np
from sources import RESULTS, grid, output, table

from helpers import attention, seq2seq
from helpers.data import dates
from helpers.data.characters import vocabulary
from helpers.weights import load
from lessons import copies_09, reading_09, transformer_09

every, curves, read_where = table("09_final"), table("09_curves"), table("09_alignment")
PARTS, SEEDS = ("year", "month", "day"), range(16)


def runs(score, encoder="both", rate=0.01, rows=every):
    return [row for row in rows if (row["score"], row["encoder"], row["rate"]) == (score, encoder, rate)]


def exact(score, encoder="both", rate=0.01):
    return [100 * row["right"] for row in runs(score, encoder, rate)]


def first(score, share, encoder="both"):
    return median(row[f"first_{share}"] or 9999 for row in runs(score, encoder))


def inside(kind="share", score="dot", encoder="both", **chosen):
    """Return the mean share (%) of the weight in the frames, of chosen locales, parts or seeds."""
    rows = runs(score, encoder, rows=read_where)
    return 100 * mean(row[kind] for row in rows if all(row[key] == value for key, value in chosen.items()))


def late(score):
    return [100 * row["right"] for row in runs(score, rows=curves) if row["update"] == 624]


by_language = [inside(locale=locale) for locale in dates.LOCALES]
lowest_seeds = [min(inside(locale=locale, seed=seed) for seed in SEEDS) for locale in dates.LOCALES]
near = [inside("near", locale=locale) for locale in dates.LOCALES]
wrong = {locale: 100 - 100 * mean(row[locale] for row in runs("none")) for locale in dates.LOCALES}
pairs = [(a["first_99"], b["first_99"]) for a, b in zip(runs("dot"), runs("scaled_dot"), strict=True)]


@functools.cache
def split():
    return dates.split(np.random.default_rng(0))


def by_length():
    """Return the mistakes by groups of four lengths without attention, and those that the languages alone give."""
    test, rows = split()[1], runs("none", rows=table("09_lengths"))
    groups = np.array([len(text) // 4 for text in test.source])
    seen, alone = [], []
    for group in np.unique(groups):
        own = [row for row in rows if row["length"] // 4 == group]
        seen.append(100 - 100 * sum(row["right"] for row in own) / sum(row["dates"] for row in own))
        alone.append(mean(wrong[locale] for locale, g in zip(test.locale, groups, strict=True) if g == group))
    return np.array(seen), np.array(alone)


def late_mistakes():
    """Return by how much (percentage points) the mistakes of the groups from 16 characters on differ."""
    return np.ptp(by_length()[0][2:])


def japanese(shortest, longest):
    test = split()[1]
    chosen = [locale == "ja" for text, locale in zip(*(test.source, test.locale), strict=True)
              if shortest <= len(text) <= longest]  # fmt: skip
    return mean(chosen)


def heads(number, positions=1):
    own = [row["right"] for row in table("09_heads") if (row["heads"], row["positions"]) == (number, positions)]
    return min(own), max(own)


@functools.cache
def block(variant, key="loss"):
    """Return a column of a variant of the Transformer, at its better rate of the two."""
    rows = [row for row in table("09_transformer") if row["variant"] == variant]
    both = [[row for row in rows if row["rate"] == rate] for rate in sorted({row["rate"] for row in rows})]
    best = min(both, key=lambda run: median(row["loss"] for row in run))
    assert len(best) == 16
    return [row[key] for row in best]


def written(variant):
    """Count the seeds that go on by the rule from all 64 starts."""
    return sum(share == 1 for share in block(variant, "written"))


def copies(name, hidden, length):
    own = [100 * row[f"length {length}"] for row in table(f"{name}_copies") if row["hidden"] == hidden]
    assert len(own) == 16
    return own


def size(hidden, score):
    rng = np.random.default_rng(0)
    net = seq2seq.init(rng, len(characters(0)), len(characters(1)), hidden, attention=score, bidirectional=True)
    return count(net)


def count(part):
    return sum(map(count, part.values())) if isinstance(part, dict) else part.size


def characters(side):
    return [None] * 3 + sorted({letter for text in split()[0][side] for letter in text})


def letters(text, day):
    """Return which character of the text is read most for each digit of the month, from 1, by dot attention, seed 0."""
    known = tuple(vocabulary(part) for part in split()[0][:2])
    made = reading_09.rewrite(load(RESULTS / "09_dot.npz")[0], text, known, score="dot")
    assert made.written == day
    return [int(row.argmax()) + 1 for row in made.weights[dates.TARGET["month"]]]


padding = grid("09", "mask")[1:]
unmasked = {rows: weight for rows, has, weight in padding if has == "no"}
scale = {row[0]: row[1:] for row in grid("09", "scale")[1:]}
off_root = np.ceil(100 * (max(abs(row[0] - 1) for row in scale.values()) + 0.005))  # the table has two digits
hot = dict(grid("09", "reading")[1:])
additive = attention.init(np.random.default_rng(0), 64, 64, 64, score="additive")
others = [block("without " + part) for part in ("positions", "feed-forward", "residual", "normalisation")]

CLAIMS = [
    # sections 2 to 5
    ("27 rows of padding get {} % of the weight", 100 * unmasked[30]),
    ("27 rows of padding took {} % of the weight of three real ones", 100 * unmasked[30]),
    (
        "入力 {} 行に対してパディングが {} 行ある例で、重みの {} % がパディングに割かれた",
        min(unmasked),
        max(unmasked) - min(unmasked),
        100 * unmasked[30],
    ),
    ("The third row gets two thirds", abs(grid("09", "hand")[-1][2] - 2 / 3) < 0.01),
    ("and {} parameters. *Additive* adds", 64 * 64),
    ("values of $\\tanh$**, and {} parameters", count(additive)),
    # section 6
    ("(42,732 and {})", size(74, None)),
    ("({} and 42,846)", size(64, "dot")),
    (
        "with attention {} to {} % exact in {} of 16 seeds after {} updates",
        min(exact("dot")),
        max(exact("dot")),
        sum(share >= 99 for share in exact("dot")),
        runs("dot")[0]["updates"],
    ),
    (
        "without it {} to {} % (median {} %) after {}, at a smaller learning rate {} to {} % (median {} %)",
        min(exact("none")),
        max(exact("none")),
        median(exact("none")),
        runs("none")[0]["updates"],
        min(exact("none", rate=0.003)),
        max(exact("none", rate=0.003)),
        median(exact("none", rate=0.003)),
        runs("none", rate=0.003)[0]["updates"] == runs("none")[0]["updates"],
    ),
    ("without for **three times as many**", runs("none")[0]["updates"] == 3 * runs("dot")[0]["updates"]),
    (
        "every one of the 16 seeds is at or above 99 %, and the median of each language is 100 %",
        min(exact("dot")) >= 99 and all(median(row[key] for row in runs("dot")) == 1 for key in dates.LOCALES),
    ),
    (
        "the median is {} % and **the seeds lie between {} % and {} %**; {} of 16 reach 99 %",
        median(exact("none")),
        min(exact("none")),
        max(exact("none")),
        sum(share >= 99 for share in exact("none")),
    ),
    (
        "they lie between {} and {} %, median {} %: the worst seeds are better, but none "
        "reaches 99 % in as many updates. With attention the median is still {} %",
        min(exact("none", rate=0.003)),
        max(exact("none", rate=0.003)),
        median(exact("none", rate=0.003)),
        median(exact("dot", rate=0.003)),
        sorted(exact("none", rate=0.003))[:3] > sorted(exact("none"))[:3] and max(exact("none", rate=0.003)) < 99,
    ),
    (
        "Half of the seeds pass 90 % after {} updates with attention and after {} without: a tenth",
        first("dot", 90),
        first("none", 90),
        9 < first("none", 90) / first("dot", 90) < 11,
    ),
    (
        "Half of the seeds pass 90 % after {} updates with attention, after {} without",
        first("dot", 90),
        first("none", 90),
    ),
    ("the other has a median of {} %, between {} and {}", median(late("none")), min(late("none")), max(late("none"))),
    (
        "do not grow with the length**; without attention the shortest dates have the most",
        by_length()[0].argmax() == 0 and by_length()[0][0] > by_length()[0][-1],
    ),
    (
        "more than a third are Japanese, from 16 characters on none is",
        1 / 3 < japanese(8, 11) < 0.4 and japanese(16, 99) == 0,
    ),
    (
        "most mistakes without attention ({} %, the others {} to {} %)",
        wrong["ja"],
        sorted(wrong.values())[0],
        sorted(wrong.values())[-2],
        max(wrong, key=wrong.get) == "ja",
    ),
    ("to within {} percentage points", np.ceil(10 * np.abs(np.subtract(*by_length())).max()) / 10),
    ("not for dates, whose length goes with the language", np.abs(np.subtract(*by_length())).max() < 0.6),
    ("{} dates to learn from, {} to test on", *(len(part.source) for part in split())),
    ("with attention for {} updates (twice through the dates)", runs("dot")[0]["updates"]),
    ("130 updates of 64 dates, which is {} dates, not even half", 130 * 64, 130 * 64 < len(split()[0].source) / 2),
    # section 7
    (
        "Between {} and {} % of the weight lies on the characters that carry the part",
        min(by_language),
        max(by_language),
    ),
    ("{} to {} % of the weight on the characters that carry the part", min(by_language), max(by_language)),
    ("重みの {}〜{} % が年・月・日を表す文字に乗っていた", min(by_language), max(by_language)),
    (
        "lowest for the Japanese month, {} %",
        inside(locale="ja", part="month"),
        inside(locale="ja", part="month")
        == min(inside(locale=locale, part=part) for locale in dates.LOCALES for part in PARTS),
    ),
    (
        "In single seeds all three parts of a language go down to {} % (Spanish)",
        min(lowest_seeds),
        dates.LOCALES[int(np.argmin(lowest_seeds))] == "es",
    ),
    (
        "in *September* it reads mostly the 5th letter for the 0, the 2nd for the 9",
        letters("september 29, 2024", "2024-09-29") == [5, 2],
    ),
    ("({} to {} % near it)", min(near), max(near)),
    (
        "Yet the score with the least such weight ({} %) makes no mistake at all",
        inside(score="scaled_dot"),
        inside(score="scaled_dot") == min(inside(score=score) for score in attention.SCORES)
        and min(exact("scaled_dot")) == 100,
    ),
    ("*Scaled dot* has {} % of its weight in the frames, the least of all", inside(score="scaled_dot")),
    (
        "**every test date right in all 16 seeds**, as *additive* does",
        min(exact("scaled_dot") + exact("additive")) == 100,
    ),
    ("the lowest of *general* is at {} %", min(exact("general"))),
    (
        "The heaviest character is the right one as often ({} %, the others {} or {})",
        inside("top", score="scaled_dot"),
        *sorted({round(inside("top", score=score)) for score in ("dot", "general", "additive")}),
        inside("top", score="scaled_dot") >= max(inside("top", score=score) for score in ("dot", "additive")),
    ),
    (
        "drops to {} % in its worst seed, and reads a neighbour more often ({} % in the frame, {} % near it)",
        min(exact("dot", "left")),
        inside(encoder="left"),
        inside("near", encoder="left"),
    ),
    ("as {} % of 500 are; at 8 it is {} %", hot[4], hot[8]),
    ("At 0.1, sharper than in training, all 500 are still right", hot[0.1] == 100),
    (
        "The network knows {} different characters; a text may be at most {} long",
        len(characters(0)) - 3,
        max(map(len, split()[0].source)),
    ),
    # sections 8 and 9
    (
        "The standard deviation is $\\sqrt d$ to within {} %",
        off_root,
    ),
    (
        "the standard deviation of $q\\cdot k$ is $\\sqrt d$ to within {} %",
        off_root,
    ),
    ("passes back {}, scaled {}", scale[1024][2], scale[1024][1]),
    (
        "what the softmax passes back stays at {}; unscaled it falls from {} to {}",
        scale[64][1],
        scale[1][2],
        scale[1024][2],
        len({row[1] for row in scale.values()}) == 1,
    ),
    (
        "in {} of 16 pairs of seeds, later in {} (one learning rate; medians {} and {} updates)",
        sum(a < b for a, b in pairs),
        sum(a > b for a, b in pairs),
        first("dot", 99),
        first("scaled_dot", 99),
    ),
    ("one head {} to {} of the steps, two heads all", *heads(1), heads(2)[0] > 0.995),
    (
        "as many as one gets who knows one of the two tokens and guesses the other",
        all(abs(share - 1 / 4) < 0.02 for share in heads(1)),
    ),
    ("Two heads or four, with as many parameters: all, in each of 16 seeds", min(heads(2)[0], heads(4)[0]) > 0.995),
    ("Without positions two heads do worse than one with them", heads(2, 0)[1] < heads(1)[0]),
    # section 10
    ("is right in {} % and has a loss of {} nats", 100 * transformer_09.BEST, transformer_09.ENTROPY),
    ("0.350, the median of {} seeds (single seeds go below 0.349", len(block("whole")), min(block("whole")) < 0.349),
    ("The whole block comes to the loss of who knows the rule: {}", median(block("whole"))),
    (
        "Without positions ({}) or the feed-forward layer ({}) it does not get there. Without the residual "
        "connection the median is {}, and the worst seed {}",
        *map(median, others[:3]),
        max(others[2]),
    ),
    (
        "can nearly do without is normalisation ({}, above the whole block in {} of 16 pairs of seeds)",
        median(others[3]),
        sum(a > b for a, b in zip(others[3], block("whole"), strict=True)),
    ),
    (
        "by the rule in {} of 16 seeds of the whole block, in {} without normalisation, in {} with one head",
        *map(written, ("whole", "without normalisation", "one head")),
    ),
    ("In each of 16 seeds at most one of the 64 starts gets to 24 tokens", max(block("whole", "longer")) <= 0.0157),
    (
        "as well as one can (loss {}, the entropy is {}; medians of 16 seeds); without the feed-forward layer {}, "
        "without positions {}, without normalisation {}",
        median(block("whole")),
        transformer_09.ENTROPY,
        median(others[1]),
        median(others[0]),
        median(others[3]),
        abs(median(block("whole")) - transformer_09.ENTROPY) < 0.005,
    ),
    (
        "(loss {}, entropy {}); without the feed-forward layer it comes to {}, without positions to {}",
        median(block("whole")),
        transformer_09.ENTROPY,
        median(others[1]),
        median(others[0]),
    ),
    (
        "（損失 {}、エントロピー {}）。損失は、フィードフォワード層なしでは {}、位置エンコーディングなしでは {}",
        median(block("whole")),
        transformer_09.ENTROPY,
        median(others[1]),
        median(others[0]),
    ),
    (
        "The loss is below 0.2, where who knows the rule has {}",
        transformer_09.ENTROPY,
        "loss below 0.2: True · under 10 of 64 by the rule: True" in output("09", "wrong-future"),
    ),
    (
        "one block, $d=32$, two heads, {} updates of {} sequences of {} tokens",
        transformer_09._UPDATES,
        transformer_09._BATCH,
        transformer_09.STEPS,
        transformer_09.HEADS == 2,
    ),
    # the copies
    ("(16 seeds each, {} updates", copies_09._UPDATES),
    ("(all after {} updates, at one learning rate)", copies_09._UPDATES),
    (
        "at 16 digits the median is {} % with 128 numbers in the state, {} % with 32",
        median(copies("07", 128, 16)),
        median(copies("07", 32, 16)),
    ),
    (
        "With attention and **16** numbers it is {} % ({} to {} over the seeds), with 32 it is {} % ({} to {})",
        median(copies("09", 16, 16)),
        min(copies("09", 16, 16)),
        max(copies("09", 16, 16)),
        median(copies("09", 32, 16)),
        min(copies("09", 32, 16)),
        max(copies("09", 32, 16)),
    ),
    (
        "Their {} and {} parameters stand against {} of the network of 128 without",
        copies_09.count(16, "dot"),
        copies_09.count(32, "dot"),
        copies_09.count(128, None),
    ),
    ("(at 20 digits {} and {} %)", median(copies("09", 16, 20)), median(copies("09", 32, 20))),
    (
        "come out right in {} % with 128 numbers in the state and no attention, in {} % with 32 and attention",
        median(copies("07", 128, 16)),
        median(copies("09", 32, 16)),
    ),
    (
        "are copied in {} % with 128 numbers in the state and no attention, in {} % with 32 and attention",
        median(copies("07", 128, 16)),
        median(copies("09", 32, 16)),
    ),
    (
        "128 次元でアテンションなしの場合は {} %、32 次元でアテンションありの場合は {} %",
        median(copies("07", 128, 16)),
        median(copies("09", 32, 16)),
    ),
    # Summary, README
    (
        "dates of six languages, {} parameters with it and {} without: {} to {} % exact with it in {} of 16 seeds; "
        "without it, after three times the updates, {} to {} % (median {} %), at a smaller learning rate {} to {} %",
        size(64, "dot"),
        size(74, None),
        min(exact("dot")),
        max(exact("dot")),
        sum(share >= 99 for share in exact("dot")),
        min(exact("none")),
        max(exact("none")),
        median(exact("none")),
        min(exact("none", rate=0.003)),
        max(exact("none", rate=0.003)),
    ),
    ("{} to {} % of the weight lies on the characters that carry what is written", min(by_language), max(by_language)),
    ("mistakes do not grow with the length of a date", by_length()[0].argmax() == 0 and late_mistakes() < 1),
    (
        "{} to {} % exact in all 16 seeds with attention; without, {} to {} % after three times the updates "
        "({} to {} % at a smaller learning rate)",
        min(exact("dot")),
        max(exact("dot")),
        min(exact("none")),
        max(exact("none")),
        min(exact("none", rate=0.003)),
        max(exact("none", rate=0.003)),
    ),
    (
        "16 シードすべてが完全一致率 {}〜{} %、なしでは {} 倍の更新回数でも {}〜{} % "
        "とばらついた（学習率を小さくすると {}〜{} %）",
        min(exact("dot")),
        max(exact("dot")),
        runs("none")[0]["updates"] / runs("dot")[0]["updates"],
        min(exact("none")),
        max(exact("none")),
        min(exact("none", rate=0.003)),
        max(exact("none", rate=0.003)),
    ),
    (
        "Sharpness is not accuracy",
        inside(score="scaled_dot") < inside(score="general") and min(exact("scaled_dot")) > min(exact("general")),
    ),
    (
        "重みが鋭いほど正確とは限らず",
        inside(score="scaled_dot") < inside(score="general") and min(exact("scaled_dot")) > min(exact("general")),
    ),
]
GIVEN = [
    "(medians of 16 seeds)",
    "strings of 16 digits",
    "Strings of 16 digits",
    "16 桁の数字列",
    "two heads all, 16 seeds each",
    "every step of the decoder reads all rows of the encoder",  # by the definition
    "エンコーダのすべての状態を、クエリとキーの合い具合に応じて読み直す",
    "の 3 段階である",
    "6 言語の日付",
    "16 シードすべて",
    "3 通りの語順",
    "90 % after {:.0f} and",  # a title that the code computes
    "Neither grows: the same weights serve every length",
    "64 products of variance 1 add up to a variance of 64. Its root is √d = 8",
    "the weight that is struck out would be missing, the more so the longer the padding",
    "should have none, in either way",
]
