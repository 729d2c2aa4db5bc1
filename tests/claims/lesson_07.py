"""What lesson 7 says, and where each number comes from."""

import math
from collections import Counter

import numpy as np
from sources import grid, output, read, table

from helpers.data import dates as days, tasks

dates, sums, beam, bridges = table("07_dates"), table("07_sums"), table("07_beam"), table("07_bridges")
positions, locales, copies = table("07_positions"), table("07_locales"), table("07_copies")
SIZES, LOCALES = (16, 32, 64, 128), ("en_US", "de", "fr", "es", "it", "ja")


def exact(units, forcing="True", epoch=5):
    """Return the unseen dates right, in per cent, a number for each seed."""
    rows = [r for r in dates if (r["hidden"], str(r["forcing"]), r["epoch"]) == (units, forcing, epoch)]
    return 100 * np.array([r["exact"] for r in rows])


def order(way, update=3200):
    return 100 * np.array([r["exact"] for r in sums if r["order"] == way and r["update"] == update])


def searched(epoch, width):
    return 100 * np.array([r["exact"] for r in beam if r["epoch"] == epoch and r["width"] == width])


def place(kind, where, forcing="True", epoch=1):
    rows = [r for r in positions if (str(r["forcing"]), r["epoch"], r["place"]) == (forcing, epoch, where)]
    return np.array([r[kind] for r in rows])


def spoken(units, locale):
    rows = [r for r in locales if (r["hidden"], str(r["forcing"]), r["locale"]) == (units, "True", locale)]
    return 100 * np.array([r["exact"] for r in rows])


def way(name):
    return 100 * np.array([r["exact"] for r in bridges if r["way"] == name])


def halves(units):
    """Return at how many digits half of the copies are right, for each seed."""
    reach = np.arange(2, 21, 2)
    shares = [[r[f"length {k}"] for k in reach] for r in copies if r["hidden"] == units]
    return np.array([np.interp(-0.5, -np.array(share), reach) for share in shares])


end = {units: np.median(exact(units)) for units in SIZES}
free, forced = exact(64, "False"), exact(64)
ahead = [int((exact(64, "False", e) > exact(64, "True", e)).sum()) for e in range(1, 6)]
won = [int((order("reversed", u) > order("forward", u)).sum()) for u in range(400, 3201, 400)]
half = {units: np.median(halves(units)) for units in SIZES}
steps = np.diff(list(half.values()))
about_three = [round(step) for step in steps] == [3, 3, 3]
lost = {name: int((way(name) < way("plain")).sum()) for name in {r["way"] for r in bridges}}
beaten = {name: int((way(name) > way("plain")).sum()) for name in lost}
parameters = {r["way"]: r["parameters"] for r in bridges}
gains = searched(5, 10) - searched(5, 1)
pairs = free > forced
coin = 2 * sum(math.comb(16, k) for k in range(int(pairs.sum()), 17)) / 2**16  # as uneven a split, either way
long_copies = max(r[f"length {k}"] for r in copies for k in (18, 20))
product = math.prod(place("after the true", k)[0] for k in range(10))  # seed 0
year = [float(x) for x in output("07", "dates-print").split("[")[1].split("]")[0].split(",")]
day = [r["after its own"] for r in positions if (r["seed"], r["epoch"], str(r["forcing"])) == (0, 5, "True")][8:]

(asked, answer), _ = tasks.sums_as_text(np.random.default_rng(0))
often = np.array(list(Counter(answer).values())) / len(answer)
entropy = -np.sum(often * np.log(often)) / np.mean([len(text) + 1 for text in answer])

meaning = {row[0]: row[1:] for row in grid("07", "thought-near")[1:]}
measures = {row[0]: row[1:] for row in grid("07", "measures")[1:]}
early, late = measures["1 epoch"], measures["5 epochs"]
share = [float(x) for x in output("07", "thought").split("[")[1].split("]")[0].split()]
loss = read("07", "free", r"loss ([\d.]+)")
learnt, _ = days.split(np.random.default_rng(0))
signs = {x: set("".join(s for s, y in zip(learnt.source, learnt.locale, strict=True) if y == x)) for x in LOCALES}
unshifted = read("07", "unshifted", r"loss ([\d.]+), right (\d+)")
short = {row[0]: row[1:] for row in grid("07", "steps")[1:]}
decade, month, day_told, language = (meaning[kind] for kind in ("decade", "month", "day", "language"))
japanese, others = (next(x for x in meaning[f"language: {kind}"] if x != "") for kind in ("Japanese", "the other five"))

CLAIMS = [
    # the sums
    ("cannot come below {} nats a token, a perplexity of {}", entropy, math.exp(entropy)),
    ("The last point, {} nats, is a perplexity of {}", loss, math.exp(loss)),
    ("not yet enough to add well: {} % are right", read("07", "free", r"right: (\d+) %")),
    ("It falls well below 1.46", loss < 0.6 * entropy),
    ("only {} characters to read and {} to write", len(set("".join(asked))), len(set("".join(answer)))),
    ("Up to the third check each order wins about half of the pairs", all(6 <= n <= 8 for n in won[:3])),
    ("the reversed question wins in {} of {}, with a median of {} % against {} %",
     won[-1], len(order("forward")), np.median(order("reversed")), np.median(order("forward"))),
    ("Reversed sums win in {} of {} pairs of seeds, {} against {} %",
     won[-1], len(order("forward")), np.median(order("reversed")), np.median(order("forward"))),
    ("reversed, sums come out better in {} of {} pairs of seeds: {} against {} %",
     won[-1], len(order("forward")), np.median(order("reversed")), np.median(order("forward"))),
    ("Reversing the source helped sums in {} of {} pairs", won[-1], len(order("forward"))),
    ("足し算では {} 組中 {} 組で正解率が上がった", len(order("forward")), won[-1]),
    # the dates
    ("its other characters occur in none of the five",
     not any(signs["ja"] & signs[x] - set("0123456789") for x in LOCALES[:5])),
    ("With 16 units the median is {} %, and the highest seed has {}", end[16], max(exact(16))),
    ("with 32 the median is {} %, and one seed reaches {}", end[32], max(exact(32))),
    ("With 64 the median is {} % and one seed stays at {}", end[64], min(forced)),
    ("With 128 all {} are at {} or more", len(exact(128)), min(exact(128))),
    ("Japanese is the hardest in each of the {} seeds, {} % at the median where the others have {} or more",
     len(spoken(64, "ja")), np.median(spoken(64, "ja")), min(np.median(spoken(64, x)) for x in LOCALES[:5]),
     all((spoken(64, "ja") < spoken(64, x)).all() for x in LOCALES[:5])),
    ("with 64 units (median of {} seeds, {} to {}), {} % with 128", len(forced), min(forced), max(forced), end[128]),
    ("another length and order take two networks: {} % of unseen dates", end[64]),
    ("{} % of unseen ones right with 64 units, {} % with 128, {} % with 16 and {} % with 32",
     end[64], end[128], end[16], end[32]),
    ("64 ユニットで {} %、128 ユニットで {} %、16 ユニットで {} %、32 ユニットで {} %",
     end[64], end[128], end[16], end[32]),
    ("dates {}, {}, {}, {} % with 16, 32, 64, 128 units", *(end[units] for units in SIZES)),
    ("with seed 0 each digit of the Japanese year is right in {} % (rounded), the last digit of the day in {} %",
     min(year[:4]), year[9]),
    # teacher forcing and free running
    ("the last digit of the day is right in {} % of the cases after the true characters, in {} % after its own",
     100 * np.median(place("after the true", 9)), 100 * np.median(place("after its own", 9))),
    ("After one epoch the year is nearly always right",
     min(np.median(place("after its own", k)) for k in range(4)) > 0.97),
    ("At the end free running is ahead in {} of {} pairs, {} % against {} at the median",
     ahead[-1], len(pairs), np.median(free), np.median(forced)),
    ("{} throws of a fair coin split at least as unevenly in {} % of the cases", len(pairs), 100 * coin),
    ("the first {} pairs all go to free running, of the {} after them {}",
     int(pairs.argmin()), len(pairs[6:]), int(pairs[6:].sum())),
    ("on the dates in {} of {} pairs, {} against {} %, which may be chance",
     ahead[-1], len(pairs), np.median(free), np.median(forced), coin > 0.05),
    ("ahead of teacher forcing on the dates in {} of {} pairs, which may be chance",
     ahead[-1], len(pairs), coin > 0.05),
    ("日付では {} 組中 {} 組で教師強制を上回ったが、これは偶然かもしれない", len(pairs), ahead[-1], coin > 0.05),
    ("ahead of teacher forcing on dates in {} of {} pairs, which may be chance", ahead[-1], len(pairs), coin > 0.05),
    ("ahead on the dates in {} of {} pairs, is behind here in {} of {}",
     ahead[-1], len(pairs), lost["free"], len(way("plain"))),
    ("teacher forcing is clearly ahead on the copies and not on the dates", lost["free"] == 16 and coin > 0.05),
    ("数字列のコピーでは {} 組すべてで下回った", lost["free"], lost["free"] == len(way("plain"))),
    ("and behind on copies in all {} pairs", lost["free"], lost["free"] == len(way("plain"))),
    ("behind it on copies in {} of {} pairs", lost["free"], len(way("plain"))),
    ("on copies it was behind in {} of {} pairs, {} against {} %",
     lost["free"], len(way("plain")), np.median(way("free")), np.median(way("plain"))),
    ("is behind here in {} of {}: {} % of the strings right at the median, with teacher forcing {} %",
     lost["free"], len(way("plain")), np.median(way("free")), np.median(way("plain"))),
    ("scheduled sampling is behind in {}, with {} %", lost["scheduled"], np.median(way("scheduled"))),
    ("The learned map is behind in {} of {} ({} %)", lost["map"], len(way("plain")), np.median(way("map"))),
    ("Two directions are ahead in {} ({} %), the context at every step in {} ({} %)", beaten["two directions"],
     np.median(way("two directions")), beaten["context"], np.median(way("context"))),
    ("more parameters, {} and {} against {}", parameters["two directions"], parameters["context"], parameters["plain"]),
    ("there the answer is clear", lost["free"] == len(way("plain"))),
    # how good is an answer
    ("After one epoch {} % of the tokens are right, each", 100 * early[1]),
    ("After one epoch {} % of the tokens are right, BLEU is {}, and {} % of the dates are right",
     100 * early[1], early[4], 100 * early[3]),
    ("one token in eight is wrong", round(1 / (1 - early[1])) == 8),
    ("BLEU is {}, and {} % of the dates are right", early[4], 100 * early[3]),
    ("p^{11}={} is far off", early[2]),
    ("the product of the shares at the ten places is {}", product),
    ("After five epochs all the numbers are near 1", all(0.97 < x < 1.02 for x in late)),
    ("after one epoch {} % of the tokens and {} % of the dates are right", 100 * early[1], 100 * early[3]),
    ("1 エポック後はトークンの {} %、日付の {} % が正しい", 100 * early[1], 100 * early[3]),
    ("0.97^{11}={}", 0.97**11),
    ("0.6^{1/4}={}", 0.6**0.25),
    # the beam
    ("width 2 gains {} points at the median after one epoch, {} after five",
     np.median(searched(1, 2)) - np.median(searched(1, 1)), np.median(searched(5, 2)) - np.median(searched(5, 1))),
    ("{} of the {} seeds gain, at most {} points, and {} loses",
     int((gains > 0).sum()), len(gains), max(gains), int((gains < 0).sum())),
    ("widths 5 and 10 change nothing more in any seed",
     all((searched(5, 2) == searched(5, wide)).all() for wide in (5, 10))),
    ("Greedy {} %, a beam of width 2 or more {} %: no gain worth its price here",
     np.median(searched(5, 1)), np.median(searched(5, 2)),
     np.median(searched(5, 2)) == np.median(searched(5, 5)) == np.median(searched(5, 10))),
    ("a wider beam gained {} points", np.median(searched(5, 10)) - np.median(searched(5, 1))),
    ("A wider beam gained {} points", np.median(searched(5, 10)) - np.median(searched(5, 1))),
    ("ビーム幅を広げた効果は {} ポイント", np.median(searched(5, 10)) - np.median(searched(5, 1))),
    ("{} of the {} seeds gained, none more than {} points", int((gains > 0).sum()), len(gains), max(gains)),
    # the thought vector
    ("they hold {} % of the variance", round(100 * (share[0] + share[1]))),
    ("The decade is the easiest to read: {} by a linear read-out",
     decade[2], decade[2] > max(month[2], day_told[2], language[2])),
    ("The month is told in {}, though the nearest neighbour has it in {} only", month[2], month[0]),
    ("The day is told in {} by a read-out that saw 700 dates, and in {} by one that saw 8,000",
     day_told[1], day_told[2]),
    ("Japanese is always told from the rest; the other five are told in {}", others, japanese == 1),
    ("in {} % of the dates or more, after its own characters", math.floor(100 * min(day))),
    ("by a linear read-out that saw 8,000 dates decade {} %, month {} %, day {} % (chance {}, {} and {} %)",
     *(100 * kind[2] for kind in (decade, month, day_told)), *(100 * kind[3] for kind in (decade, month, day_told))),
    ("Japanese is told in {} %, the other five languages in {} %", 100 * japanese, 100 * others),
    ("finds the decade in {} %, the month in {} %, the day in {} %",
     *(100 * kind[2] for kind in (decade, month, day_told))),
    ("Japanese is told in {} %, the other five languages in {} % (a guess", 100 * japanese, 100 * others),
    ("線形の読み出しの正解率は、年代で {} %、月で {} %、日で {} %",
     *(100 * kind[2] for kind in (decade, month, day_told))),
    ("the number of updates ({}, 800)", 5 * (len(learnt.source) // 64)),
    # the bottleneck
    ("half of the copies are right at {}, {}, {} and {} digits", *half.values()),
    ("Each doubling of the state adds about three digits", about_three),
    ("each doubling adds about three digits to a copy", about_three),
    ("about three more digits for each doubling", about_three),
    ("次元数を 2 倍にするごとに、コピーできる桁数は約 3 桁増える", about_three),
    ("at most one copy in a hundred is right, at any size", long_copies <= 0.01),
    ("32 units copy {} in half of the cases", half[32]),
    ("one of the {} days from 1900 to 2099 is less than five random digits", days.DAYS, days.DAYS < 10**5),
    # what goes wrong
    ("the first is 2, with a probability of {}", float(short[10][2]), short[8] == short[10]),
    ("Of the five answers {} have ended, though", short[10][0], short[8][0] == short[10][0]),
    ("With 11 steps the date comes, with {}", float(short[11][2]), short[11][1] == "2024-02-29"),
    ("With EOS masked out every answer fills the 12 steps",
     read("07", "endless", r"endless: (\d+) to (\d+)") == (12, 12)),
    ("with EOS they have two or three digits", read("07", "endless", r"grads: (\d+) to (\d+)") == (2, 3)),
    ("A loss near 0 and no sum right", unshifted[0] < 0.01, unshifted[1] == 0),
]  # fmt: skip
GIVEN = [
    "Dialogue is built in the same way",
    "a guess among them: 20 %",
    "16 seeds", "64 units", "32 units", "6 言語", "ISO 8601", "16 シード", "8,000 dates",
    "Too strong: many-to-one and one-to-many exist",
    "What one aligned network cannot do is write an answer of another length and order",
    "Right; a caption's encoder",
    "the encoder starts from 0",
    "on no other path does the gradient come back",
    "Lengths and orders are free",
    "The gradient reaches the encoder only through its final state",
    "one EOS for each example",
    "勾配がエンコーダに届く経路は最終状態だけである",
    "各系列に 1 つある EOS",
    "1 つの固定長ベクトルに変換",
    "1 トークンずつ出力する",
    "A right token is not a right answer",
    # the feedback of the questions: by construction
    "Lesson 1 answered once, after 24 months",
    "What one aligned network cannot do is write an answer of another length",
    "that is all the encoder gets",
    "The two differ after a first mistake",
    "All that it wrote is the true answer, so it read just that.",
    "There is nothing better than right. What it read is the same in both cases.",
    "its own tokens are the true ones, so both inputs are equal",
    "More probable to the model; the model can be wrong.",
]  # fmt: skip
