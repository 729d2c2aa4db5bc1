"""What lesson 8 says, and where each number comes from."""

import re

import numpy as np
from sources import arrays, grid, read, table

from helpers import word2vec
from helpers.data import texts
from lessons import reader_08, words_08

GRAMMAR, READER, NEAR = table("08_grammar"), table("08_reader"), table("08_neighbours")
apart = {round(float(np.linalg.norm(a - b)), 9) for a in np.eye(5) for b in np.eye(5) if (a != b).any()}
(MEMORY,) = table("08_memory")
V = MEMORY["V"]
dense, sparse, small = V * V * 4 / 1e6, MEMORY["filled cells"] * 8 / 1e6, 2 * V * 100 * 4 / 1e6
cost = table("08_softmax")


def own(setting, value):
    """Return the row of a value at its own learning rate."""
    rows = [row for row in GRAMMAR if row["setting"] == setting and row["value"] == value]
    return max(rows, key=lambda row: row["median"])


def at(setting, value, rate):
    (row,) = [row for row in GRAMMAR if (row["setting"], row["value"], row["rate"]) == (setting, value, rate)]
    return 100 * row["median"]


def share(setting, value):
    return 100 * own(setting, value)["median"]


def rate_of(setting, value):
    return own(setting, value)["rate"]


def wins(one, other):
    """Count the seeds at which one row is ahead of another."""
    scores = [np.array(row["scores"].split(), float) for row in (one, other)]
    return int(np.sum(scores[0] > scores[1]))


def reader(name, labelled, key="median"):
    (row,) = [row for row in READER if row["input"] == name and row["labelled"] == labelled]
    return 100 * row[key]


def ahead(one, other, labelled):
    rows = [row for name in (one, other) for row in READER if (row["input"], row["labelled"]) == (name, labelled)]
    return wins(*rows)


def shared(run, seed):
    """Return how many of 8 neighbours each word of a run shares with skip-gram of seed 0."""
    lists = {(row["run"], row["seed"], row["word"]): set(row["neighbours"].split()) for row in NEAR}
    return [len(near & lists["skip-gram", 0, word]) for (r, s, word), near in lists.items() if (r, s) == (run, seed)]


def right(kind):
    (row,) = [row for row in grid("08", "analogy") if row[0] == kind]
    return row[1:3]


def counting(words, column):
    """Return a cell of the table of counts beside skip-gram."""
    (row,) = [row for row in grid("08", "ppmi-run") if row[0] == words]
    return row[column]


ratio = cost[-1]["softmax"] / cost[-1]["negative sampling"]
grows = [cost[-1][name] / cost[0][name] for name in ("softmax", "negative sampling")]
seeds = read("08", "grammar-run", r"(\d+)% to (\d+)%, median (\d+)%")
forms = read("08", "form", r"vectors: (\d+)% to (\d+)%, median (\d+)%")
one_hot = read("08", "form", r"one-hot: \d+% to \d+%, median (\d+)%")
steps = read("08", "grammar-map2", r"steps: ([\d.]+) to ([\d.]+)")
sg, cbow, cbow_at = share("model", "skip-gram"), share("model", "cbow"), at("model", "cbow", 0.05)
two_seeds = np.mean([*shared("skip-gram", 1), *shared("skip-gram", 2)])
per = [cost[-1]["V"] / cost[0]["V"], *grows]
(post,) = {row["count"] for row in NEAR if row["run"] == "after 1950" and row["word"] == "post"}
own_map = read("08", "map", r"(\d+) of (\d+) words")
sampled = read("08", "knobs", r"the .*1 in (\d+) +\| 1 in (\d+)")
shares = [reader("vectors", 40), reader("counts", 40), reader("vectors", 640), reader("counts", 640)]
svd, few = [100 * counting(words, 2) for words in (20000, 5000)]
vectors = arrays("08_vectors")
times = dict(zip(vectors["words"].tolist(), vectors["counts"].tolist(), strict=True))
KINDS = ("country : people", "verb : past", "word : plural", "opposite")
gold = read("08", "knobs", r"gold .*1 in ([\d,]+)")
speeches = texts.speeches()
may = [sum(len(re.findall(rf"\b{word}\b", text)) for _, text in speeches) for word in ("May", "may")]


def most_frequent_period():
    """Return how often, in percent, the most frequent period is right in the test of section 8."""
    messages = [(year, texts.words(text)) for year, text in speeches]
    seen = word2vec.build_vocabulary(word for place, (_, words) in enumerate(messages) if place % 4 for word in words)
    common = set(seen.words[:3000])
    kept = [(year, np.zeros(sum(word in common for word in words), int)) for year, words in messages[::4]]
    period = reader_08.passages(kept)[1]
    chosen = np.random.default_rng(0).choice(len(period), 2000, replace=False)
    return 100 * np.bincount(period[chosen]).max() / 2000


cbow_shares = [float(np.mean(shared(f"cbow {rate}", 0))) for rate in (0.05, 0.1, 0.2)]
CLAIMS = [
    # sections 1 and 2
    ("{} times the words: softmax", per[0]),
    ("from V = 250 to 16,000 it takes {} times as long", grows[0]),
    ("this lesson builds, negative sampling; it takes {} times as long", grows[1]),
    ("At V = 16,000 the ratio of the two is about {}", ratio),
    ("{} % of the cells of the table of counts are not 0", 100 * MEMORY["filled cells"] / V**2),
    ("counts take {} times the memory of the two matrices; stored sparse, {} times", dense / small, sparse / small),
    ("for the speeches of this lesson, V = {} and", V),
    # sections 5 and 6
    ("for each ordered pair of forms and of verbs, 30 · 132 = {} in all", len(words_08._analogies())),
    ("Guessing answers {} % of the questions", 100 / (len(words_08.VERBS) * 6 - 3)),
    ("At the power 1 one negative sample in {} is “the”, and one in {} is “gold”", sampled[1], gold),
    ("one negative sample in {} is “the”. In", sampled[0]),
    ("At skip-gram's rate of 0.05 CBOW has {} %", cbow_at, rate_of("model", "skip-gram") == 0.05),
    (
        "At its own rate, {}, it has {} %, skip-gram at its own, {}, {} %",
        rate_of("model", "cbow"),
        cbow,
        rate_of("model", "skip-gram"),
        sg,
    ),
    ("seed by seed skip-gram is ahead in {} of 16", wins(own("model", "skip-gram"), own("model", "cbow"))),
    (
        "2 do best here ({} %, ahead of 5 in {} of 16 pairs of seeds)",
        share("negatives", 2),
        wins(own("negatives", 2), own("negatives", 5)),
        all(share("negatives", 2) > share("negatives", k) for k in (1, 5, 15, "softmax")),
    ),
    (
        "15 have {} % at their own rate of {}, behind 5 in {} of 16; at the rate of 5 they would have {} %",
        share("negatives", 15),
        rate_of("negatives", 15),
        wins(own("negatives", 5), own("negatives", 15)),
        at("negatives", 15, rate_of("negatives", 5)),
    ),
    ("The full softmax, V, has {} %", share("negatives", "softmax")),
    (
        "0.75 is ahead of 1 in {} of 16 pairs and of 0 in {}",
        wins(own("power", 0.75), own("power", 1.0)),
        wins(own("power", 0.75), own("power", 0.0)),
    ),
    (
        "8, at its own rate of {}, is ahead of 4 in {} of 16 ({} and {} %); at 4's rate it would have {} %",
        rate_of("window", 8),
        wins(own("window", 8), own("window", 4)),
        share("window", 8),
        share("window", 4),
        at("window", 8, rate_of("window", 4)),
    ),
    (
        "1 has {} %, and 16 has {} %",
        share("window", 1),
        share("window", 16),
    ),
    (
        "3 numbers have {} %, 10 have {} %, 20 have {} %, 40 have {} %; 20 are ahead of 10 in {} of 16, of 40 in {}",
        *(share("dim", d) for d in (3, 10, 20, 40)),
        *(wins(own("dim", 20), own("dim", d)) for d in (10, 40)),
    ),
    ("More text helps: {} % after 5,000 words, {} % after 40,000", share("words", 5000), share("words", 40000)),
    (
        "counts (power 1) are ahead of skip-gram in {} of 16 texts, from 20,000 on skip-gram is ahead in {} or more",
        counting(5000, 4),
        16 - max(counting(20000, 4), counting(40000, 4)),
    ),
    ("carry the form to other verbs: {} % to {} %, median {} %", *forms),
    ("the steps of these four verbs have {} to {}", *steps),
    # section 7
    ("“She” occurs {} times, “he” {}", times["she"], times["he"]),
    ("“May” with a capital stands {} times, “may” {}", *may),
    ("“woman” and “queen” are not even among the {} words", len(times), not {"woman", "queen"} & {*times}),
    ("stored for the {} most frequent words", len(times)),
    (
        "are right in about {} and {} of 10, plurals in {}, opposites in {}",
        *(round(10 * right(kind)[0] / right(kind)[1]) for kind in KINDS),
    ),
    ("of 8 neighbours, for some words {} or {}", min(shared("skip-gram", 2)), min(shared("skip-gram", 1))),
    ("Comparatives are right in {} of {} cases", *right("comparative")),
    ("Two seeds share about {} of 8 neighbours", round(two_seeds)),
    (
        "“Post” occurs {} times after 1950",
        post,
    ),
    (
        "CBOW, from the same words, shares {} at the learning rate 0.05, but {} at 0.1 and {} at 0.2",
        *cbow_shares,
        two_seeds - max(cbow_shares) < 0.5 * (two_seeds - cbow_shares[0]),
    ),
    # section 8
    ("to answer with their most frequent period every time is right in {} %", most_frequent_period()),
    (
        "the vectors are right in {} %, counts in {} % (medians; vectors ahead in {} of 16 draws)",
        *shares[:2],
        ahead("vectors", "counts", 40),
    ),
    (
        "with 160 in {} against {} % ({} of 16)",
        reader("vectors", 160),
        reader("counts", 160),
        ahead("vectors", "counts", 160),
    ),
    ("with 640 in {} against {} % ({} of 16, inside the spread)", *shares[2:], ahead("vectors", "counts", 640)),
    ("So vectors help where labels are few, and the lead shrinks", shares[0] - shares[1] > shares[2] - shares[3] > 0),
    (
        "random rows of the same length have {} % with 40 passages and {} % with 640",
        reader("random", 40),
        reader("random", 640),
    ),
    # what the notes say, Summary, まとめ, README
    ("a softmax costs V: {} times as much as negative sampling at V = 16,000", ratio),
    ("{} MB for two such matrices against {} MB for dense counts, but {} MB for sparse ones", small, dense, sparse),
    ("{} of {} words have a word of their own group nearest on the map of section 7", *own_map),
    (
        "{} % right with vectors, {} % with counts of words after 40 labelled passages (ahead in {} of 16 draws)",
        *shares[:2],
        ahead("vectors", "counts", 40),
    ),
    ("after 640 they are level ({} and {} %, ahead in {})", *shares[2:], ahead("vectors", "counts", 640)),
    ("from vectors in {} % to {} % (median {} %), from one-hot words in {} % (16 seeds)", *forms, one_hot),
    (
        "each at its own learning rate: skip-gram {} %, CBOW {} %, counts with PPMI and SVD {} % (medians of 16 seeds)",
        sg,
        cbow,
        svd,
    ),
    ("On real text from {} of {} down to {} of {}, by kind", *right("comparative"), *right("opposite")),
    (
        "One-hot words are all equally far apart",
        len(apart) == 1,
    ),
    ("at 16,000 words {} times as much as negative sampling", ratio),
    ("Each model at its own learning rate: skip-gram {} %, CBOW {} % of 3,960 analogies", sg, cbow),
    ("at skip-gram's rate of 0.05 CBOW would have {} %", cbow_at),
    (
        "need no network: {} %, and on little text they are ahead ({} against {} % after 5,000 words)",
        svd,
        few,
        share("words", 5000),
        few > share("words", 5000),
    ),
    ("vectors help where labels are few: {} against {} % with 40 labelled passages, {} against {} % with 640", *shares),
    ("some kinds of pairs ({} of {}) and fail for others ({} of {})", *right("comparative"), *right("opposite")),
    ("16,000 語ではネガティブサンプリングの {} 倍の時間がかかる", ratio),
    ("skip-gram が {} %、CBOW が {} % である", sg, cbow),
    ("skip-gram と同じ学習率 0.05 では、CBOW は {} % にとどまる", cbow_at),
    ("共起回数に PPMI と SVD を適用するだけでも {} % になり", svd),
    ("（5,000 語）は {} % 対 {} % で skip-gram より高い", few, share("words", 5000), few > share("words", 5000)),
    ("ラベル付きの文章 40 件では {} % 対 {} %、640 件では {} % 対 {} % であった", *shares),
    ("乱数シードの異なる 2 回の学習で 8 語中約 {} 語が一致する", round(two_seeds)),
    ("30 問中 {} 問正解の種類も、{} 問正解の種類もある", right("comparative")[0], right("opposite")[0]),
    ("This does not show it: at its own rate CBOW has {} %", cbow),
    ("on the same text another rate gives CBOW {} %", cbow),
    ("one-hot ベクトルではどの 2 語の距離も等しい", len(apart) == 1),
    ("At four times the rate CBOW has {} %", cbow, rate_of("model", "cbow") == 4 * rate_of("model", "skip-gram")),
    ("skip-gram solves {} % of the analogies and CBOW {} %", sg, cbow_at),
    ("a softmax over 16,000 of them costs {} times as much as negative sampling", ratio),
    (
        "two such matrices take {} MB, counts of word beside word {} MB stored dense, {} MB sparse ({} % are 0)",
        small,
        dense,
        sparse,
        100 - 100 * MEMORY["filled cells"] / V**2,
    ),
    (
        "few: {} against {} % for counts with 40 labelled passages, {} against {} % with 640",
        *shares,
    ),
    (
        "skip-gram has {} %, CBOW {} % of 3,960 analogies ({} % at skip-gram's rate), counts with PPMI and SVD {} %",
        sg,
        cbow,
        cbow_at,
        svd,
    ),
]
# Settings, definitions, and what the block of section 5 asserts.
GIVEN = [
    "at V = 16,000", "16 seeds; each value", "Two of 100 directions",
    "Two of 20 directions", "20,000 words", "passages of 30 words",
    "In the grammar, with its 72 words", "any row but 0", "equals the loop over pairs",
    "skip-gram's rate of 0.05",
    "行列は 2 つある", "1 つの行列", "結果は 1 組ずつ計算するループと等しい",
    "3,960 問", "16,000 words", "of 3,960 analogies", "(16 draws)", "(16 seeds)",
]  # fmt: skip
