"""Words of the comparison, in English and in the deck's Korean."""

from collections.abc import Mapping

from modelzoo.slides.printed import NORMALIZED, TEXT, criterion_of

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "model": "Model",
        "cell": "Cell",
        "printed": "In print",
        "computed": "Should be",
        "size": "Off by",
        "kind": "Kind",
        "place": "place",
        "normalized": "norm.",
        "highlights": "Main feature",
        "counts": (
            "{cells} cells compared: {equal} equal, {different} different. {displaced} of {rows} rows out of place; "
            "{moves} moves put them in order. Order of the sums: Kendall's tau {positions} for positions, "
            "tau-b {scores} for scores."
        ),
        "list caption": "{table}, from the values of the slides' source.",
        "scores caption": (
            "{table}: each criterion normalized from 0 to 1 over all models with a value in the slides' source; "
            "the score is the unrounded sum, for models with all three values."
        ),
        "same winner": "Print and arithmetic agree on the winner: {print}, with {first}.",
        "one cell decides": (
            "The slides' winner is {print} and the arithmetic's is {arithmetic} because of one cell: {model}'s "
            "normalized {label} is {computed} and printed as {printed}, so that {sums}; unrounded, {arithmetic} leads "
            "with {first} to {second}."
        ),
        "tied sums": "the printed cells of both add up to {sum} and {print} is printed first",
        "led sums": "the printed cells of {print} add up to {sum} and those of {arithmetic} to {other}",
        "no cell decides": (
            "The slides' winner is {print} and the arithmetic's is {arithmetic}, with {first} to {second}; "
            "no single printed cell makes the difference."
        ),
        "unscored winner": (
            "The slides' winner is {print}, which has no score here because a value is missing; the arithmetic's is "
            "{arithmetic}, with {first}."
        ),
    },
    "ko": {
        "model": "모델",
        "cell": "칸",
        "printed": "인쇄된 값",
        "computed": "계산한 값",
        "size": "차이",
        "kind": "종류",
        "place": "순서",
        "normalized": "정규화",
        "highlights": "주요 특징",
        "counts": (
            "비교한 칸 {cells}개: 같음 {equal}개, 다름 {different}개. {rows}행 가운데 {displaced}행의 순서가 틀리고, "
            "{moves}행을 옮기면 바로잡힌다. 합산 점수의 순서: 위치의 켄달 타우 {positions}, 점수의 타우-b {scores}."
        ),
        "list caption": "{table}, 슬라이드의 수치로 다시 만든 표.",
        "scores caption": (
            "{table}: 각 기준은 슬라이드에 값이 있는 모든 모델을 놓고 0에서 1로 정규화하고, "
            "합산 점수는 세 값이 모두 있는 모델의 반올림하지 않은 합이다."
        ),
        "same winner": "인쇄와 계산의 1위가 같다: {print}, {first}점.",
        "one cell decides": (
            "슬라이드의 1위는 {print}, 계산의 1위는 {arithmetic}인데 그 까닭은 한 칸이다: {model} 모델의 {label} "
            "정규화 값 {computed}이(가) {printed}(으)로 인쇄되어 {sums}, 반올림하지 않으면 {arithmetic} 모델이 "
            "{first} 대 {second}(으)로 앞선다."
        ),
        "tied sums": "두 모델의 인쇄된 칸의 합이 똑같이 {sum}이(가) 되고 {print} 모델이 먼저 놓였으며",
        "led sums": "인쇄된 칸의 합이 {print} 모델은 {sum}, {arithmetic} 모델은 {other}이(가) 되었으며",
        "no cell decides": (
            "슬라이드의 1위는 {print}, 계산의 1위는 {arithmetic}이고({first} 대 {second}), "
            "인쇄된 칸 하나만으로 그 차이가 생기지는 않는다."
        ),
        "unscored winner": (
            "슬라이드의 1위 {print} 모델은 값이 빠져 있어 점수를 계산할 수 없고, "
            "계산의 1위는 {arithmetic}, {first}점이다."
        ),
    },
}

TABLES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "by_year": "by year",
        "by_params": "by parameters",
        "by_gpu": "by GPU",
        "by_top5": "by Top-5",
        "scores": "scores",
    },
    "ko": {
        "by_year": "연도순",
        "by_params": "파라미터순",
        "by_gpu": "GPU순",
        "by_top5": "Top-5순",
        "scores": "점수",
    },
}

OUT_OF_ORDER = "out of order"

# The kinds that a table shows in other words; in tables the model shows the neighbor.
KINDS: Mapping[str, Mapping[str, str]] = {
    "en": {"swapped with a neighbor": "swapped"},
    "ko": {
        "rounded down": "버림",
        "swapped with a neighbor": "이웃과 바뀜",
        "inherited": "합에서 이어짐",
        OUT_OF_ORDER: "순서 틀림",
        "other": "기타",
    },
}


def column_heading(column: str, lang: str) -> str:
    """Return the heading of a column of the deck, without unit."""
    if column == TEXT:
        return WORDS[lang]["highlights"]
    key = column.removesuffix(NORMALIZED)
    criterion = criterion_of(key)
    label = criterion.label_ko if lang == "ko" else criterion.label
    return f"{label} {WORDS[lang]['normalized']}" if column != key else label


def address_in_words(address: str, lang: str) -> str:
    """Return an address in words: ``scores, GPU norm.`` for the cell ``scores.gpu_normalized``.

    The position ``scores.gpu.place`` becomes ``scores, GPU place``.
    """
    table, column, *place = address.split(".")
    heading = column_heading(column, lang)
    if place:
        position = WORDS[lang]["place"]
        # The name of a list has the column of its order.
        heading = position if table == f"by_{column}" else f"{heading} {position}"
    return f"{TABLES[lang][table]}, {heading}"
