"""What lesson 4 says of clipping, and where each number comes from."""

import numpy as np
from sources import read, table

from helpers import clipping
from lessons import clipping_04

RESCUE, RUNS = table("04_rescue"), table("04_optimizers")
LESSON_1 = table("01_solved")


def solved(slope, threshold="", rate=0.1, kind="global", column="solved"):
    """Return what 04_rescue.csv has for He's initialisation; no threshold is no clipping."""
    kind = "none" if threshold == "" else kind
    wanted = {"slope": slope, "kind": kind, "threshold": threshold, "learning_rate": rate, "scheme": "he"}
    (row,) = [row for row in RESCUE if wanted.items() <= row.items()]
    return row[column]


def right(threshold="", rate=0.1, **options):
    return solved("corrected", threshold, rate, **options)


def wrong(threshold="", rate=0.1, **options):
    return solved("shipped", threshold, rate, **options)


def run(optimizer, rate, threshold="", name="04_optimizers"):
    """Return how many starts an optimizer solves."""
    wanted = {"optimizer": optimizer, "learning_rate": rate, "threshold": threshold}
    (row,) = [row for row in table(name) if wanted.items() <= row.items()]
    return row["solved"]


def which(optimizer, rate, threshold, column="which"):
    """Return for each start whether it is solved, or another column."""
    (row,) = [r for r in RUNS if (r["optimizer"], r["learning_rate"], r["threshold"]) == (optimizer, rate, threshold)]
    return [sign == "1" for sign in f"{row[column]}".zfill(40)] if column == "which" else row[column]


def best(optimizer, clipped):
    """Return the most starts that an optimizer solves, at any of its rates."""
    return max(r["solved"] for r in RUNS if r["optimizer"] == optimizer and (r["threshold"] != "") == clipped)


def sign(optimizer, first, second):
    """Return the probability of a split as uneven as that of two settings, a rate and a threshold."""
    return clipping_04.paired(which(optimizer, *first), which(optimizer, *second))


def against(rate, name="04_optimizers.csv"):
    """Return compare's row: starts, solved clipped and not, won, lost, chance."""
    return clipping_04.compare(name, ("0.1", "5.0"), (rate, ""))


def first(solved_by, activation):
    (row,) = [r for r in LESSON_1 if (r["slope"], r["activation"], r["scheme"]) == (solved_by, activation, "he")]
    return row["solved"]


clipped = [row for row in RESCUE if row["kind"] != "none"]
runs, nan = sum(row["seeds"] for row in clipped), sum(row["nan"] for row in clipped)
bad_start = max(row["solved"] for row in clipped if row["scheme"] == "normal")
own = [row for row in RESCUE if row["slope"] + row["scheme"] == "correctedhe"]
most = {kind: max(row["solved"] for row in own if row["kind"] == kind) for kind in ("norm", "value")}
adam, no_more = best("Adam", False), best("Adam", True) <= best("Adam", False)
fresh = [against(rate, "04_fresh.csv") for rate in ("0.1", "0.05", "0.03")]
half, third = against("0.05"), against("0.03")
cosine, norm = read("04", "by-array", r"cosine ([\d.]+), norm ([\d.]+)")
cliff = read("04", "cliff-draw", r"gradient is (\d+) long")
steps = {name: read("04", "steps", rf"{name}\s*\|\s*([\d.e+]+)\s*\|\s*([\d.e+]+)\s*\|\s*([\d.e+]+)")
         for name in ("SGD", "Momentum", "Adam")}  # fmt: skip
mean, *quantiles = read("04", "norms", r"mean ([\d.]+); quantiles ([\d.]+), ([\d.]+), ([\d.]+)")
adam_flat = np.ptp(steps["Adam"]) == 0 and np.allclose(steps["Momentum"], 10 * np.array(steps["SGD"]), rtol=0.01)
hardly = adam_flat and all(
    which("Adam", rate, 5.0, "longest") / which("Adam", rate, 0.1, "longest") < 1.5 for rate in (0.03, 0.01, 0.003)
)
bent = clipping.clip_by_value({"g": np.array([3.0, 4.0])}, 1)["g"]
turned = np.degrees(np.arctan2(4, 3) - np.arctan2(*bent[::-1]))
distance = [
    read("04", "chaos", rf"{name}': 'grows ([\d.e+]+)") for name in ("no clipping", "norm at most 2", "half the rate")
]

CLAIMS = [
    ("from {} of 40 random initialisations that learn the task to {}", right(), right(5)),
    ("without clipping {} of 40 starts solve it", right()),
    ("{} of 40 become {}, {}, {} and {} at the thresholds 1, 2, 5 and 10", right(), *map(right, (1, 2, 5, 10))),
    ("At 0.1 {} gets there", right(0.1)),
    ("At 50 it is {} again, as without clipping", right(50), right(50) == right()),
    ("with the right gradient {} of these runs ends in NaN", sum(row["nan"] for row in own)),
    ("With the wrong one {} of 40 do at the rate 0.1", wrong(column="nan")),
    ("there are {} clipped runs, and {} of them end in NaN", runs, nan),
    ("{} NaN in {} clipped runs", nan, runs),
    ("The wrong gradient gains more, {} to {}", wrong(), wrong(2), wrong(2) - wrong() > right(5) - right()),
    ("The rates 0.03 and 0.01 without clipping solve {} and {}", right(rate=0.03), right(rate=0.01)),
    ("is {} of 40 against {} more than chance", half[1], third[2]),
    ("{} starts are won and {} is lost, and on 200 new starts {} and {}", *against("0.1")[3:5], *fresh[0][3:5]),
    ("{} and {} of 40 may well be chance ({})", *half[1:3], half[5]),
    ("clipping has {} of {} and half the rate {}", fresh[1][1], fresh[1][0], fresh[1][2]),
    ("The chance of that is {}", fresh[1][5]),
    ("{} and {} may be chance ({}), and so may {} and {} ({})", *third[1:3], third[5], *fresh[2][1:3], fresh[2][5]),
    ("{} of 40 (threshold 2) against {} at the rate 0.03", wrong(2), wrong(rate=0.03)),
    ("come by chance in {} %", 100 * clipping_04.unpaired(wrong(2), wrong(rate=0.03), 40)),
    ("at most {} of 40 solve the task", bad_start),
    ("{} of 40 array by array at 5, {} by value at 1 and 2, against {}", most["norm"], most["value"], right(5)),
    ("array by array at 5", right(5, kind="norm") == most["norm"]),
    ("by value at 1 and 2", right(1, kind="value") == right(2, kind="value") == most["value"]),
    ("{} of the 8 networks solve the task after 3,000 updates", read("04", "live-plain", r"global: <b>(\d+)")),
    ("stay large: {} % are above the threshold", read("04", "live-plain", r"(\d+)% of the norms")),
    ("50, 90 and 99 % quantiles: {}, {} and {}", *quantiles),
    ("A threshold near the median (1) solved {} of 40, near the 90 % quantile (2) {}", right(1), right(2)),
    ("the 99 % quantile (5) {}. The choice is not sharp: 2, 5 and 10 give {}, {} and {}",
     right(5), *map(right, (2, 5, 10))),
    ("means {} to {} here", mean / 2, 10 * mean),
    ("with {} to {}; all are ahead of the {} without clipping", right(1), right(5), right()),
    ("lies 0.5, which solved {}", right(0.5)),
    ("grows about {} times in 1,400 updates", distance[0]),
    ("With clipping at 2 it doubles, at half the rate without clipping it hardly grows",
     round(distance[1]) == 2, distance[2] < 1.5),
    ("Full rate, no clipping: a small difference grows", distance[0] > 1e3 > 10 > max(distance[1:])),
    ("{} for these 100 weights, at every threshold", steps["Adam"][0], adam_flat),
    ("none, at any of the rates", not any(run("descent", rate, 0.1) for rate in (0.1, 0.05, 0.03))),
    ("Momentum at the rate 0.03 solves {} without clipping, {} with the threshold 1, and {} again at 5",
     run("momentum", 0.03), run("momentum", 0.03, 1.0), run("momentum", 0.03, 5.0)),
    ("Its best rate without clipping (0.003) has {}, its best with clipping (0.01, threshold 5) {}",
     best("momentum", False), best("momentum", True), run("momentum", 0.003) == best("momentum", False),
     run("momentum", 0.01, 5.0) == best("momentum", True)),
    ("Adam solves {} and {} without clipping, at the rates 0.003 and 0.01, and no threshold has more",
     run("Adam", 0.003), run("Adam", 0.01), no_more),
    ("where descent solves none, it solves {} and {}", run("Adam", 0.003, 0.1), run("Adam", 0.01, 0.1)),
    ("fewer than the 36 by more than chance ({})", sign("Adam", (0.003, ""), (0.003, 0.1))),
    ("Where the rate fits the optimizer, these 40 starts show no gain beyond chance",
     sign("descent", (0.05, ""), (0.05, 5.0)) > 0.05 < sign("momentum", (0.003, ""), (0.01, 5.0)), no_more,
     best("descent", True) == run("descent", 0.05, 5.0), best("descent", False) == run("descent", 0.05)),
    ("34: no more than chance", sign("momentum", (0.003, ""), (0.01, 5.0)) > 0.05),
    ("no run ended in NaN", not any(row["nan"] for row in RUNS)),
    ("Only at the largest rate, which is too large for it",
     all(max(run("Adam", rate, t) for t in (0.1, 1.0, 5.0)) <= run("Adam", rate) for rate in (0.01, 0.003))),
    ("({} of 40), does clipping help: {} at the threshold 0.1", run("Adam", 0.03), run("Adam", 0.03, 0.1)),
    ("13 at the threshold 0.1, by chance in {} %",
     100 * clipping_04.paired(*(which("Adam", 0.03, limit) for limit in ("", 0.1)))),
    ("it falls {} times under descent, {} times under momentum (rate 0.01) and {} times under Adam (rate 0.003)",
     *(which(*key, 5.0, "longest") / which(*key, 0.1, "longest")
       for key in (("descent", 0.1), ("momentum", 0.01), ("Adam", 0.003)))),
    ("Clipped too early the update is longer than the threshold ({})", read("04", "micro", r"added: norm ([\d.]+)")),
    ("(cosine {}), since the parts", read("04", "micro", r"cosine between the two: ([\d.]+)")),
    # verdicts, Summary, まとめ, README
    ("Without clipping {} of 40 starts end in NaN with the sample's wrong gradient, {} with the right one",
     wrong(column="nan"), right(column="nan")),
    ("a plain ReLU network from {} of 40 starts to {} (with the wrong gradient from {} to {})",
     right(), right(5), wrong(), wrong(2)),
    ("(cosine {}) and exceeds the threshold ({})", cosine, norm),
    ("its gradient is {} long at the wall", cliff),
    ("ReLU solves {} of 40 with the right gradient; sigmoid solved {} in lesson 1",
     right(5), first("corrected", "sigmoid")),
    ("{} of 40 at half the rate, and on 200 new starts {} against {} with clipping", half[2], fresh[1][2], fresh[1][1]),
    ("A smaller rate alone does most of it", (half[2] - right()) / (right(5) - right()) > 0.5,
     (fresh[1][2] - fresh[0][2]) / (fresh[1][1] - fresh[0][2]) > 0.5),
    ("over-clips ({} of 40 at 0.1)", right(0.1)),
    ("Adam solves {} without clipping and no more with it", adam, no_more),
    ("with momentum {} the step can be ten times as long", clipping_04._MOMENTUM, adam_flat),
    ("under Adam it hardly depends on the threshold", hardly),
    ("from {} of 40 starts to {} (with the sample's wrong gradient from {} to {})",
     right(), right(5), wrong(), wrong(2)),
    ("Half the rate alone came to {}; on these 40 starts the difference may be chance", half[2], half[5] > 0.05),
    ("Adam solved {} without clipping, and no more with it", adam, no_more),
    ("Here 2, 5 and 10 served, with {}, {} and {} of 40", *map(right, (2, 5, 10))),
    ("モメンタム {} では更新量がその {} 倍になりうる", clipping_04._MOMENTUM, steps["Momentum"][1] / steps["SGD"][1]),
    ("Adam では更新量は閾値にほとんど左右されない", hardly),
    ("40 通り中 {} 通りから {} 通りに増えた（サンプルの誤った勾配では {} 通りから {} 通り）",
     right(), right(5), wrong(), wrong(2)),
    ("学習率を半分にするだけでも {} 通りであり、この 40 通りで見るかぎり差は偶然かもしれない", half[2], half[5] > 0.05),
    ("Adam ではクリッピングなしで {} 通りであり、クリッピングしても増えなかった", adam, no_more),
    ("2、5、10 が有効だった（40 通り中 {}、{}、{} 通り）", *map(right, (2, 5, 10))),
    ("from {} of 40 starts, not {} (with the sample's wrong gradient {}, not {})",
     right(5), right(), wrong(2), wrong()),
    ("turned by about {} degrees and its length is √{}", turned, float(bent @ bent)),
    ("half the learning rate alone comes to {}, and Adam to {} without clipping", half[2], adam),
]  # fmt: skip
GIVEN = [
    # what the functions do by their formulas, tests/test_clipping.py holds it
    "Right for one array, finite and not 0. It divides by a norm of 0, lets NaN through, turns huge gradients into 0",
    "divides by a norm of 0, lets NaN through",
    "The global norm is taken over all arrays and keeps the direction.",
    "For a small enough step all three go downhill.",
    "four repairs: no division by 0, no NaN let through, no overflow of the squares, one norm for all arrays",
    "勾配はその点での傾きを表すにすぎない。崖では勾配が大きくなり、その長さだけ進むと",
    "グローバルノルムによるクリッピングは、すべての配列をまとめて",
    "4 か所直す必要がある。ゼロ除算を避ける、NaN を通さない、二乗をオーバーフローさせない、すべての配列をまとめて",
    "The first 500 updates",
    "The rule never looks at the network",
    "By value both elements are cut to 1.",
    "Both elements are cut to 1.",
    "The smaller element is cut to 1 as well, not to 0.",
    "Only a norm above the threshold is changed, never a short one.",
    "Clipping shortens long gradients and lengthens none.",
    "rate < 1 is False for a rate of NaN",
    "NaN < 1 is False",
]
