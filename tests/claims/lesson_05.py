"""What lesson 5 says, and where each number comes from."""

import re
from fractions import Fraction

import numpy as np
from sources import grid, notebook, table

from helpers import data, gru, lstm
from lessons import cells_05, stack_05

ROWS = cells_05.stored("05_compare")
LINES = ("addition", "recall", "adding", "adding, chrono", "1 month", "6 months")
WIDE = {("LSTM", 16): "LSTM", ("GRU", 16): "GRU 3/4"}


def label(row):
    return WIDE.get((row["cell"], row["hidden"]), row["cell"].replace("reset ", ""))


BEST = {}  # (line, cell): the 16 rows at the rate chosen on validation examples
for row in ROWS:
    BEST.setdefault((row["task"], label(row)), []).append(row)
ALL = dict(BEST)
BEST = {key: cells_05.at_best_rate(rows, key[0] in ("addition", "recall")) for key, rows in BEST.items()}


def values(line, cell):
    """One number a seed, less is better: the first good update, or the error."""
    return np.array([row["first" if line in ("addition", "recall") else "test"] for row in BEST[line, cell]])


def median(line, cell):
    return float(np.median(values(line, cell)))


def pairs(line, cell, other="LSTM"):
    return cells_05.paired(values(line, cell), values(line, other))


def ahead(line, cell, other="LSTM"):
    return int((values(line, cell) < values(line, other)).sum())


def holds_zero(line, cell, other="LSTM"):
    low, high = pairs(line, cell, other)[-2:]
    return bool(low <= 0 <= high)


def smallest(line, rate):
    """The medians of the test errors at one rate."""
    return {cell: float(np.median([row["test"] for row in ALL[line, cell] if row["rate"] == rate]))
            for cell in ("LSTM", "GRU", "RNN")}  # fmt: skip


def source(name):
    """The code of a cell."""
    return "".join(next(cell["source"] for cell in notebook("05")["cells"] if cell["id"] == name))


LINEAR = cells_05.linear_errors()
EQUAL = ("LSTM", "GRU", "GRU after", "RNN")  # equal numbers of parameters, as near as widths allow
four, three = (sum(map(np.size, cell.init(np.random.default_rng(0), 8, 16).values())) for cell in (lstm, gru))
RATIO = Fraction(three - 3 * 16, four).as_integer_ratio()  # one bias a gate; three has two
UNITS = int(re.search(r"train\(gru, (\d+)", source("gate"))[1])
CUT = int(re.search(r"order\[:(\d+)\]", source("gate-cut"))[1])
CUTS = table("05_cut")
spared = {name: sum(row[name] >= 0.95 for row in CUTS) for name in ("whole", "top", "bottom")}
either = sum(min(row["top"], row["bottom"]) >= 0.95 for row in CUTS)
exact = all(
    (sum(map(np.size, gru.init(np.random.default_rng(0), D, H).values())) - 3 * H)
    == 0.75 * sum(map(np.size, lstm.init(np.random.default_rng(0), D, H).values()))
    for D, H in ((1, 1), (2, 5), (8, 16), (7, 3))
)
right = {row[0]: row[1] for row in grid("05", "gate-cut")[1:]}
both_kept = all(min(row["test"] for row in BEST["recall", cell]) == 1 for cell in ("LSTM", "GRU"))
all_pairs = all(min(row["test"] for row in BEST["addition", cell]) == 1 for cell in ("LSTM", "GRU"))
at_most = [sum(BEST[line, cell][0]["rate"] == 0.1 for line in LINES) for cell in ("GRU", "LSTM")]
NETS = stack_05.networks()
MEDIANS = {(line, row[0]): row[1:] for line in NETS for row in stack_05.medians(line)}


def trained(line, net, rate, kind="test"):
    """The median of a network's 16 errors at one rate."""
    return float(np.median([row[kind] for row in NETS[line][net] if row["rate"] == rate]))


def beside(line, net, other, rate=None):
    """Pairs at one rate, or each network at its chosen rate."""
    if rate is None:
        return cells_05.paired(stack_05.reached(line)[net], stack_05.reached(line)[other])
    own = [np.array([row["test"] for row in NETS[line][name] if row["rate"] == rate]) for name in (net, other)]
    return cells_05.paired(*own)


RATES = (0.003, 0.01, 0.03)
recalled = {name: int((values >= 0.99).sum()) for name, values in stack_05.reached("recall").items()}
recall_median = {name: 100 * float(np.median(values)) for name, values in stack_05.reached("recall").items()}
one, two = "one layer", "two layers"
low, high = "between, 0.2", "between, 0.5"
deep = [float(np.median([row["valid"] for row in NETS["6 months"][two] if row["rate"] == rate])) for rate in RATES]
no_better = beside("1 month", two, one)[-2] > 0 and beside("6 months", two, one)[-2] > 0
raised = all(trained(line, high, r, "train") > trained(line, two, r, "train") for line in ("1 month", "6 months")
             for r in RATES)  # fmt: skip
helped = [beside("6 months", high, two, rate)[2] for rate in RATES]
by_rate = [[trained("6 months", one, rate, kind) for rate in RATES] for kind in ("train", "test")]
SEEDS = len(BEST["recall", "GRU"])
fast = [np.array([row["test"] for row in NETS["6 months"][one] if row["rate"] == rate]) for rate in RATES[1:]]
between = cells_05.paired(*fast)[-2:]
last_level = between[0] < 0 < between[1]
GRU_LINES = ("recall", "adding", "adding, chrono", "1 month")
equal_ahead = all(pairs(line, "GRU")[-1] < 0 for line in GRU_LINES)
equal_level = all(holds_zero(line, "GRU") for line in ("addition", "6 months"))
narrow = all(pairs(line, "GRU 3/4")[-1] < 0 for line in LINES[1:]) and holds_zero("addition", "GRU 3/4")
least = all(
    LINEAR[line] < median(line, "RNN") < min(median(line, cell) for cell in EQUAL[:3])
    for line in ("1 month", "6 months")
)
rnn_recall = int(np.isfinite(values("recall", "RNN")).sum())
rnn_solves = sum(row["test"] == 1 for row in BEST["addition", "RNN"])
lines_won = sum(pairs(line, "GRU")[-1] < 0 for line in LINES)
lines_level = sum(holds_zero(line, "GRU") for line in LINES)
after = [ahead(line, "GRU after", "GRU") for line in LINES]
adding = [median(line, cell) for line in ("adding", "adding, chrono") for cell in ("GRU", "LSTM")]
small = smallest("6 months", 0.003)
sigmoid = lambda u: 1 / (1 + np.exp(-u))  # noqa: E731
mirrored = bool(np.allclose(1 - sigmoid(np.arange(-5.0, 6)), sigmoid(-np.arange(-5.0, 6))))
best_constant = 1 / 6

CLAIMS = [
    # the verdicts of sections 3 to 8
    ("z_1 = sigma(-2) = {} and n_1 = tanh(2) = {}", sigmoid(-2.0), np.tanh(2.0)),
    ("h_1 = {}  {} = {}".replace("  ", " · "), 1 - sigmoid(-2.0), np.tanh(2.0), (1 - sigmoid(-2.0)) * np.tanh(2.0)),
    (
        "In this network cutting the top units costs nothing, cutting the bottom ones {} of 100 right answers",
        float(right["whole"]) - float(right["bottom"]),
        right["top"] == right["whole"],
    ),
    (
        "of the {}, {} can spare the top ones, {} the bottom ones, and {} either",
        len(CUTS),
        spared["top"],
        spared["bottom"],
        either,
    ),
    ("Like with like it is {}", grid("05", "count")[1][3], grid("05", "count")[4][3] == 0.75),
    ("The mixed counts give {} and {} here", grid("05", "count")[2][3], grid("05", "count")[3][3]),
    # section 9
    (
        "Every run of both cells ends right on all {} pairs; {} against {} updates, and the interval holds 0",
        float(data.all_additions(8)[0].shape[-1]),
        median("addition", "GRU"),
        median("addition", "LSTM"),
        all_pairs and holds_zero("addition", "GRU"),
    ),
    ("both are right on every test sequence in all {} runs", SEEDS, both_kept),
    (
        "The GRU needs half the updates, {} against {}, in {} of 16 pairs",
        median("recall", "GRU"),
        median("recall", "LSTM"),
        ahead("recall", "GRU"),
        0.45 < median("recall", "GRU") / median("recall", "LSTM") < 0.55,
    ),
    ("the GRU's error is {} times smaller, {} against {}", adding[1] / adding[0], *adding[:2]),
    (
        "With chrono the LSTM improves to {}, and the GRU's lead shrinks to a factor of {}",
        adding[3],
        adding[3] / adding[2],
    ),
    (
        "the GRU is a little ahead, {} against {}",
        median("1 month", "GRU"),
        median("1 month", "LSTM"),
        pairs("1 month", "GRU")[-1] < 0,
    ),
    (
        "{} against {}, but the interval holds 0",
        median("6 months", "GRU"),
        median("6 months", "LSTM"),
        holds_zero("6 months", "GRU"),
    ),
    ("ahead on five lines, level on addition", narrow),
    ("In no line is the whole interval on the LSTM's side", not any(pairs(line, "GRU 3/4")[-2] > 0 for line in LINES)),
    ("the largest rate that was tried, 0.1, is the GRU's on {} of the 6 lines and the LSTM's on {}", *at_most),
    ("On both lines the linear formula has the smallest error", least),
    (
        "the plain RNN has the smallest median on both: six months ahead {}, ahead of the GRU in {} of 16 pairs; one "
        "month ahead {} against {}, ahead in {} of 16, with an interval from {} to {}",
        median("6 months", "RNN"),
        ahead("6 months", "RNN", "GRU"),
        median("1 month", "RNN"),
        median("1 month", "GRU"),
        ahead("1 month", "RNN", "GRU"),
        *pairs("1 month", "RNN", "GRU")[-2:],
        least,
    ),
    ("The narrower GRU 3/4 has {} there", median("1 month", "GRU 3/4")),
    ("the test errors are {} for the LSTM, {} for the GRU and {} for the RNN", *small.values()),
    (
        "the former is ahead in {} to {} of 16 pairs, and every interval holds 0",
        min(after),
        max(after),
        all(holds_zero(line, "GRU after", "GRU") for line in LINES),
    ),
    ("on the adding problem the gap is still there", pairs("adding", "GRU")[-1] < 0),
    # section 10
    (
        "one layer of 27 units ({}), two layers of 16 ({})",
        NETS["1 month"][one][0]["parameters"],
        NETS["1 month"][two][0]["parameters"],
    ),
    (
        "the training error falls, {}, {}, {}, and the test error rises, {}, {}, {}, the last two level",
        *by_rate[0],
        *by_rate[1],
        by_rate[0] == sorted(by_rate[0])[::-1] and by_rate[1] == sorted(by_rate[1]) and last_level,
    ),
    (
        "in {} of 16 pairs one month ahead and in {} six months ahead",
        beside("1 month", two, one)[3],
        beside("6 months", two, one)[3],
    ),
    ("A second layer with equal parameters brings nothing here", no_better),
    (
        "level to three digits, and at 0.003 the test error is {}, beside {} for one layer",
        trained("6 months", two, 0.003),
        trained("6 months", one, 0.003),
        round(deep[0], 3) == round(deep[1], 3),
    ),
    ("Dropout of 0.5 raises the training error at every rate", raised),
    (
        "it lowers the test error at every rate, in {} to {} of 16 pairs; at 0.003 from {} to {}",
        min(helped),
        max(helped),
        trained("6 months", two, 0.003),
        trained("6 months", high, 0.003),
    ),
    ("The linear formula is still ahead, with {}", LINEAR["6 months"]),
    (
        "One month ahead it raises the test error, at 0.003 from {} to {}",
        trained("1 month", two, 0.003),
        trained("1 month", high, 0.003),
        beside("1 month", high, two)[-2] > 0,
    ),
    (
        "moves these medians the same way, by less, and some of its intervals hold 0",
        all(
            trained("6 months", high, rate) < trained("6 months", low, rate) < trained("6 months", two, rate)
            and trained("1 month", high, rate) > trained("1 month", low, rate) > trained("1 month", two, rate)
            for rate in RATES
        )
        and beside("6 months", low, two, 0.01)[-2] < 0 < beside("6 months", low, two, 0.01)[-1],
    ),
    (
        "dropout of 0.5 is level with one layer, {} and {}, and dropout of 0.2 is ahead of it, {}, in {} of 16 pairs",
        *beside("6 months", high, one)[:2],
        *beside("6 months", low, one)[0:3:2],
        beside("6 months", high, one)[-2] < 0 < beside("6 months", high, one)[-1]
        and beside("6 months", low, one)[-1] < 0,
    ),
    ("and is then 1.25^{20}, about {}, times as large", (1 / 0.8) ** stack_05._STEPS),
    ("Between the layers all {} networks answer at least 99 % right", recalled[low]),
    (
        "With a new mask on the state at each step {} of 16 do, with one mask {}; the medians are {} and {} %",
        recalled["state, 0.2"],
        recalled["state, one mask, 0.2"],
        recall_median["state, 0.2"],
        recall_median["state, one mask, 0.2"],
    ),
    # section 11
    ("By exactly one quarter: {}/{} of the LSTM's", *RATIO, exact),
    ("The matrix products of the GRU take {}/{} of the operations", *RATIO),
    (
        "With equal parameters, {} seeds: better on recall (updates), adding (with and without chrono) and one month "
        "ahead; level on addition and six months ahead",
        SEEDS,
        equal_ahead and equal_level,
    ),
    ("With {}/{} of the parameters: better on five lines, level on addition", *RATIO, narrow),
    (
        "It gets to 99 % at recall in {} of 16 runs, stays near the error of the best constant answer at adding ({}; "
        "the constant has {}), solves addition in {} of 16, and has a smaller median error than LSTM and GRU of equal "
        "parameters on both lines of temperatures",
        rnn_recall,
        median("adding", "RNN"),
        best_constant,
        rnn_solves,
        least,
    ),
    ("There a linear formula has the smallest", least),
    ("Two layers of equal parameters are not better than one on the temperatures", no_better),
    (
        "lowers the test error six months ahead and raises it one month ahead",
        beside("6 months", high, two)[-1] < 0 < beside("1 month", high, two)[-2],
    ),
    (
        "Dropout of 0.2 on the state's own path, with a new mask at each step, leaves {} of 16 networks that recall; "
        "between the layers {} do",
        recalled["state, 0.2"],
        recalled[low],
    ),
    # Summary
    (
        "with the {} of {} units of the largest z set to 0, {} of 16 networks still recalled at least 95 %",
        CUT,
        UNITS,
        spared["top"],
    ),
    ("A GRU has exactly {}/{} of the LSTM's parameters, counted alike", *RATIO, exact),
    (
        "at equal parameters, over {} seeds, it was ahead on {} of 6 lines and level on {}",
        SEEDS,
        lines_won,
        lines_level,
    ),
    ("the plain RNN had a smaller median error than both, and a linear formula the smallest", least),
    (
        "changed the test error six months ahead from {} to {}, one month ahead from {} to {} (learning rate 0.003)",
        *(trained(line, net, 0.003) for line in ("6 months", "1 month") for net in (two, high)),
    ),
    (
        "dropout of 0.2 left {} of 16 networks that recall; between the layers {} did",
        recalled["state, 0.2"],
        recalled[low],
    ),
    # まとめ
    (
        "{} ユニットのうち z の大きい {} ユニットの状態を 0 にしても、{} 個のネットワークのうち {} 個は"
        "正答率が 95 % 以上であった",
        UNITS,
        CUT,
        len(CUTS),
        spared["top"],
    ),
    ("LSTM のちょうど {}/{} である", *RATIO, exact),
    (
        "{} 個のシードで比べると、6 項目中 {} 項目で GRU が上回り、{} 項目では差があるとは言えなかった",
        SEEDS,
        lines_won,
        lines_level,
    ),
    ("単純な RNN のほうがどちらよりも誤差の中央値が小さく、線形モデルの誤差が最も小さかった", least),
    (
        "6 か月先の予測で {} から {} に、1 か月先の予測で {} から {} に変わった",
        *(trained(line, net, 0.003) for line in ("6 months", "1 month") for net in (two, high)),
    ),
    (
        "解けたネットワークは 16 個中 {} 個であった。層の間に掛けた場合は {} 個が解けた",
        recalled["state, 0.2"],
        recalled[low],
    ),
    # README
    ("exactly {}/{} with one bias a gate", *RATIO, exact),
    (
        "ahead on recall ({} of 16 pairs), on adding ({}) and one month ahead ({}); level on addition and six months "
        "ahead",
        *(ahead(line, "GRU") for line in ("recall", "adding", "1 month")),
        equal_ahead and equal_level,
    ),
    ("on both lines of temperatures the RNN's median is smaller, and a linear formula's error the smallest", least),
    (
        "the test error falls from {} to {} six months ahead and rises from {} to {} one month ahead",
        *(trained(line, net, 0.003) for line in ("6 months", "1 month") for net in (two, high)),
    ),
    (
        "dropout of 0.2 on the state's own path leaves {} of 16 networks that recall, between the layers {}",
        recalled["state, 0.2"],
        recalled[low],
    ),
    # questions
    ("16 of 16 for one of them would have a probability of {} in {}", 2, 2.0**16),
    ("ends with a smaller error than the LSTM in {} of 16 pairs", ahead("adding", "GRU 3/4")),
    ("On the temperatures the plain RNN has the smaller median error", least),
    ("0.8^20 = {}: it has to be spared {} times", 0.8**stack_05._STEPS, stack_05._STEPS),
    ("exactly 3/4 of the LSTM's, for every D and H", exact),
    ("in about {} of 100 cases", round(100 * 0.8**20)),
    ("a matter of signs", mirrored),
]
GIVEN = [
    "16 seeds", "6 lines", "learning rate 0.003", "Dropout of 0.5", "dropout of 0.2", "(learning rate 0.003)",
    "Recall over 40 steps, 16 seeds, learning rate 0.03", "2 通り", "2 つの層", "0.5 のドロップアウト", "学習率 0.003",
    "0.2 のドロップアウト", "On how many of", "set to 0", "0 にして", "6 か月先", "1 か月先", "of 19 units", "16 個中",
    "D + H + 1", "dividing by 0.8; what is 0 stays 0", "That is z = 0 here", "it is z = 1", "That needs z = 1",
    "r ⊙ h is 0 in the place of unit 1: column 1", "six months ahead",
    "r = 0 hides the old state", "z = 0 takes the candidate, and r = 0 hides", "That is r₁ = 0 after the matrix",
    "more updates may turn it", "dropped at all steps or at none", "dropout of 0.5 between two layers",
]  # fmt: skip
