"""What lesson 6 says, and where each number comes from."""

import numpy as np
from sources import arrays, grid, output, table

from helpers import birnn, lstm
from helpers.data import texts
from lessons import letters_06, sides_06

letters, large, each = table("06_letters"), table("06_large"), table("06_each")
sides, language, written, sentences = (table(f"06_{name}") for name in ("sides", "language", "written", "sentences"))


def share(model, side):
    """Return the median percentage of hidden letters of a model of 64 units, or of a count model."""
    return 100 * np.median([row["right"] for row in letters if (row["model"], row["side"]) == (model, side)])


def spread(side):
    """Return the smallest and largest percentage of the GRU-64."""
    found = [100 * row["right"] for row in letters if (row["model"], row["side"]) == ("GRU", side)]
    return min(found), max(found)


def large_share(side):
    """Return the percentage of the GRU-128."""
    (found,) = [100 * row["right"] for row in large if (row["model"], row["side"]) == ("GRU", side)]
    return found


def runs(task, merge, layers=1):
    """Return the shares of correct answers of the runs on a task that needs both sides."""
    return [row["right"] for row in sides if (row["task"], row["merge"], row["layers"]) == (task, merge, layers)]


def solved(*what):
    return sum(right == 1 for right in runs(*what))


def model(name, column):
    """Return a column of the runs of a language model."""
    return [row[column] for row in language if row["model"] == name]


def wrote(name, temperature, column):
    """Return the percentages of known, or different, words that a model wrote."""
    return [
        100 * row[column]
        for row in written
        if row["model"] == name and (temperature is None or row["temperature"] == temperature)
    ]


def dated(way, column="right"):
    return [100 * row[column] for row in sentences if row["way"] == way]


def known(way, column="right"):
    return np.median(dated(way, column))


def one(letter, side):
    """Return in how many of a hundred cases the GRU-128 guesses a letter; "" is the space."""
    (found,) = [100 * row[f"GRU {side}"] for row in each if str(row["letter"]).strip() == letter]
    return found


def gain(letter):
    return one(letter, "both") - max(one(letter, "left"), one(letter, "right"))


def guess(side):
    """Return the likeliest letter of the example's gap, as the stored GRU-128 of a side says."""
    stored = arrays("06_letters")
    net = {part: {} for part in ("left", "right", "out")}
    for name, array in stored.items():
        kind, of, part, key = name.split("/")
        if (kind, of) == ("GRU", side):
            net[part][key] = array
    codes = texts.letters("we seek the peace of the world").astype(int)[:, None]
    v, _ = letters_06.forward({part: arrays_ for part, arrays_ in net.items() if arrays_}, codes)
    return texts.LETTERS[v[14, :, 0].argmax()]


text = "".join(texts.spell(texts.letters(speech)) for _, speech in texts.speeches())
after_th = {letter: 100 * text.count(f"th{letter}") / (text.count("th") - text.endswith("th")) for letter in "ea i"}
between_th_nk = {letter: text.count(f"th{letter}nk") for letter in texts.LETTERS}
tested = text[-200_000:]
of_d, of_w = (100 * tested.count(pair) / tested.count(pair.strip()) for pair in ("d ", " w"))
parameters = [sum(a.size for a in lstm.init(np.random.default_rng(0), 3, 4).values())]
parameters += [sum(a.size for half in birnn.init(np.random.default_rng(0), 3, 4, lstm).values() for a in half.values())]
one_lstm, two_lstm = (lstm.init(np.random.default_rng(0), 3, units) for units in (4, 8))
wider = {name: two_lstm[name].size / one_lstm[name].size for name in one_lstm}
carry = np.mean(np.add.outer(np.arange(128), np.arange(128)) >= 128)
addition = [int(row[1].split()[0]) for row in grid("06", "msb-run")[1:]]
padding = [row for row in grid("06", "padding")[1:]]
naive = [row for row in padding if row[1] == "naive"]
left64, right64, both64 = (share("GRU", side) for side in ("left", "right", "both"))
left128, right128, both128 = (large_share(side) for side in ("left", "right", "both"))
p64, p64_cut = np.median(model("left", "perplexity")), np.median(model("left", "cut"))
(p128,) = model("large", "perplexity")
cheat, cheat_cut = np.median(model("both", "perplexity")), np.median(model("both", "cut"))
counts = model("count", "perplexity")
marks = (
    solved("between", "left"),
    len(runs("between", "left")),
    solved("between", "concat"),
    len(runs("between", "concat")),
)
layers = (solved("differ", "concat"), len(runs("differ", "concat")), solved("differ", "concat", 2))
layers += (len(runs("differ", "concat", 2)),)
either = solved("between", "left") == solved("between", "right")
inputs = "inputs that output 2 depends on: [[0, 1, 2], [2, 3, 4, 5, 6, 7], [0, 1, 2, 3, 4, 5, 6, 7]]"
from_right_too = all(row[3] > 0 and row[4] > 0 and row[5] > 0 for row in naive)
not_by_length = all(row[2:] == [0, 0, 0, 0] for row in padding if row[1] == "lengths=")
correct_ways = ("end states", "masked mean", "masked maximum")
hidden = (left64, right64, both64)
words = {tau: np.median(wrote("left", tau, "known")) for tau in (0.25, 0.5, 1, 1.5)}
differ = {tau: np.median(wrote("left", tau, "differ")) for tau in (0.25, 1)}

CLAIMS = [
    # 1
    ("is an e in {} of 100 places, a in {}, a space in {} and i in {}", *(after_th[letter] for letter in "ea i")),
    ("it is an i in {} of 100 places and an a in all others", 100 * between_th_nk["i"] / sum(between_th_nk.values()),
     sum(between_th_nk.values()) == between_th_nk["i"] + between_th_nk["a"]),
    # 4, 5
    ("Both together depend on every input", output("06", "sees").startswith(inputs)),
    ("this is so with probability (3/4)^7={} %", 100 * 0.75**7),
    ("The line no carry is the {} %", 100 * 0.75**7),
    ("a carry comes into the highest bit in nearly half of the sums", 0.49 < carry < 0.5),
    ("Both gets all pairs in all {} seeds", addition[2], addition[0] == 0),
    ("And right alone does so too", addition[1] == 16),
    ("From one side between stays at {} %, which is the most that counting allows",
     100 * sides_06.best_from("between", "left"),
     max(runs("between", "left") + runs("between", "right")) <= round(sides_06.best_from("between", "left"), 4)),
    ("no network of {} solves all rows. With both sides {} of {} do, whether the halves are concatenated or summed",
     marks[1], solved("between", "sum"), len(runs("between", "sum")), solved("between", "sum") == marks[2] and either),
    ("one side tells nothing ({} %)", 100 * sides_06.best_from("differ", "left"),
     output("06", "sides").count("50 %") == 2),
    ("one layer does not solve it either, {} of {}", *layers[:2], solved("differ", "sum") == 0),
    ("passes them through a tanh: {} of {}", *layers[2:]),
    # 6, 7
    ("Only one of the four is safe: the outputs from the left", all(row[2] == 0 for row in naive), from_right_too),
    ("here it changes most", all(row[4] == max(row[2:]) for row in naive)),
    ("With lengths= nothing changes", not_by_length),
    ("The two wrong ways give the example another vector in a longer row",
     [row[1] > 0 for row in grid("06", "vectors")[1:]] == [False] * 3 + [True] * 2),
    ("The three correct ways lie within each other's spread: {}, {} and {} %",
     *(known(way) for way in correct_ways),
     all(min(dated(other)) <= known(way) <= max(dated(other)) for way in correct_ways for other in correct_ways)),
    ("the last output has {} %, the mean with padding {} %", known("last output"), known("mean with padding")),
    ("of the same excerpts in longer rows, {} and {} % get another answer (medians); of the three correct ways "
     "none does",
     known("last output", "changed"), known("mean with padding", "changed"),
     not any(any(dated(way, "changed")) for way in correct_ways)),
    # 8
    ("GRU-64 gets {} of 100, from the right {}, from both {}: over {} points more than either", *hidden,
     10 * ((both64 - max(left64, right64)) // 10), spread("both")[0] > spread("right")[1]),
    ("The larger GRU gets {}, {} and {}", left128, right128, both128),
    ("The count model of four letters to one side gets {}, more than either GRU", share("count", "4 left"),
     min(share("count", "4 left"), share("count", "4 right")) > max(left64, right64, left128, right128)),
    ("With two letters on either side it gets {}: the GRU-64 stays below it, and the GRU-128 is above, with {}",
     share("count", "2 + 2"), both128, both64 < share("count", "2 + 2") < both128),
    ("trained on {} million letters, tested on the last 200,000", (len(text) - 200_000) / 1e6),
    ("trained on the {} million letters", (len(text) - 200_000) / 1e6),
    ("has looked at all {} million letters", (len(text) - 200_000) / 1e6),
    ("800 updates of 64 windows show the GRU-64 {} % of them at most", 100 * 800 * 64 * 34 / (len(text) - 200_000)),
    ("Both sides together guess every letter better than either side",
     all(gain(str(row["letter"]).strip()) > 0 for row in each)),
    ("v, y and u gain {}, {} and {} points", *(gain(letter) for letter in "vyu"),
     sorted(each, key=lambda row: -gain(str(row["letter"]).strip()))[2]["letter"] == "u"),
    ("At the far left the space gains least, {} points: from the right alone {} in 100 are found", gain(""),
     one("", "right"), gain("") == min(gain(str(row["letter"]).strip()) for row in each)),
    ("d is found from the left in {} of 100 cases and from the right in {} ({} % of them end a word); w in {} and {} "
     "({} % of them begin one)", one("d", "left"), one("d", "right"), of_d, one("w", "left"), one("w", "right"), of_w),
    ("z stays at {}. It is rare; but q, which is rarer, gets {}", one("z", "both"), one("q", "both"),
     {row["letter"]: row["count"] for row in each}["q"] < {row["letter"]: row["count"] for row in each}["z"]),
    ("From the left the likeliest letter is o, from the right it is n. Both are wrong. With both sides it is a",
     [guess(side) for side in ("left", "right", "both")] == ["o", "n", "a"]),
    # 9
    ("The loss of both falls below 0.2 (in the GRU-64 below, to {})", np.median(model("both", "loss")),
     "below 0.2" in output("06", "lm-train")),
    ("The letters' frequencies alone give {}, a table of one letter before {}", *counts[:2]),
    ("The GRU-64 has {}, between the tables of two ({}) and of three letters ({})", p64, *counts[2:4],
     counts[3] < min(model("left", "perplexity")) <= max(model("left", "perplexity")) < counts[2]),
    ("the GRU-128, larger and trained for longer, {}, and the table of four {}", p128, counts[4]),
    ("The cheat would beat them all with {}. After a cut it has {}: better than the frequencies alone, worse "
     "than the table of one letter before", cheat, cheat_cut, cheat < min(counts), counts[1] < cheat_cut < counts[0]),
    ("At a temperature of 0.25, {} % of the words occur in the speeches, at 0.5, {} % (their spreads overlap), "
     "at 1, {} %, and at 1.5, {} %", *words.values(),
     min(wrote("left", 0.25, "known")) < max(wrote("left", 0.5, "known"))),
    ("{} % of the words of a text differ at 0.25, {} % at 1; in the speeches themselves {} %", *differ.values(),
     *wrote("text", None, "differ")),
    ("Of the words that the cheat writes {} % occur", np.median(wrote("both", 1.0, "known"))),
    # the notes, Summary, README
    ("Between two marks: {} of {} seeds from either side, {} of {} with both", *marks, either),
    ("is this step between two marks? {} of {} seeds from either side, {} of {} with both", *marks, either),
    ("Between two marks: {} of {} networks from either side, {} of {} with both. Differ: {} of {} with one layer, "
     "{} of {} with two", *marks, *layers, either),
    ("Addition, highest bit first: {} of 16 from the left, {} of 16 with both, but also {} of 16 from the right alone",
     addition[0], addition[2], addition[1]),
    ("addition, highest bit first, {} of 16 from the left, {} of 16 with both, but also from the right alone",
     addition[0], addition[2], addition[1] == 16),
    ("Hidden letters: {} and {} % from one side, {} % from both (medians of 16 seeds, GRU-64); {}, {} and {} % for a "
     "larger GRU (one seed). A count model of two letters on either side has {} %, between the two GRUs", *hidden,
     left128, right128, both128, share("count", "2 + 2"), both64 < share("count", "2 + 2") < both128),
    ("hidden letters of real text {} and {} % from one side, {} % from both (GRU-64), {} % for a larger one", *hidden,
     both128),
    ("A hidden letter of real text: {} and {} % correct from one side, {} % from both (GRU-64, medians of 16 seeds)",
     *hidden),
    ("Two sides that are only added up are not always enough: differ is solved by {} of {} networks with one layer "
     "and by {} of {} with two", *layers),
    ("perplexity {} on unseen text, {} after a cut, where the network from the left has {} (medians of 16 seeds, "
     "GRU-64)",
     cheat, cheat_cut, p64_cut, len(model("both", "cut")) == 16),
    ("Done naively, its outputs from the right and both final states depend on the rest of its batch", from_right_too),
    ("Done naively, the outputs from the right and both final states depend on the rest of the batch", from_right_too),
    ("read naively, it changes the outputs from the right and both final states", from_right_too, not_by_length),
    ("output t is both states, 2H rows, and depends on every input", output("06", "sees").startswith(inputs)),
    ("From the left its perplexity is {} (GRU-64, median of 16 seeds); with both sides {}, because it reads the "
     "answer, and {} after a cut, where it cannot", p64, cheat, cheat_cut),
    ("a language model of letters has a perplexity of {} from the left; with both sides {}, because it reads the "
     "answer, and {} when it cannot (GRU-64, medians of 16 seeds)", p64, cheat, cheat_cut),
    # まとめ
    ("すべての入力に依存する", output("06", "sees").startswith(inputs)),
    ("左だけでも右だけでも 16 シード中 {}、双方向なら 16 シード中 {} で解けた", marks[0], marks[2], either),
    ("双方向でも 1 層では 16 シード中 {}、2 層では 16 シード中 {} だった", layers[0], layers[2]),
    ("右からの出力と両方向の最終状態が、同じバッチの他の系列によって変わってしまう", from_right_too),
    ("左だけなら正解率 {} %、右だけなら {} %、両側なら {} % だった", *hidden),
    ("左から読むとパープレキシティは {}（GRU-64、16 シードの中央値）。両側を読むと答えを見てしまうため {} になるが、"
     "文章を途中で切って答えを見えなくすると {} になる", p64, cheat, cheat_cut),
    # questions
    ("Two cells of the same size", parameters[1] == 2 * parameters[0]),
    ("Its loss is {} in training and {} on unseen text", np.median(model("both", "loss")), np.log(cheat)),
    ("its W is {} times as large, W_in and b are twice", wider["W"], wider["W_in"] == wider["b"] == 2),
]  # fmt: skip
GIVEN = [
    "16 seeds", "GRU-64", "GRU-128", "Change letter t + 1", "2H rows", "16 シード", "2H 行", "2 つのネットワーク",
    "2 つの印", "実際の長さの範囲だけを反転させる", "言語モデルは片側だけを読む", "2 つめ",
]  # fmt: skip
