"""The words of the reproduction, in English and in the deck's Korean."""

from collections.abc import Mapping

from modelzoo.slides.deck import NORMALIZED, TEXT, criterion_of

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "model": "Model",
        "column": "Cell",
        "order": "Ordered by",
        "printed": "Printed",
        "computed": "Computed",
        "size": "Off by",
        "kind": "Kind",
        "printed position": "Printed at",
        "computed position": "Belongs at",
        "normalized": "norm.",
        "highlights": "Main feature",
        "position": "#",
        "counts": (
            "{cells} cells compared: {equal} equal, {different} different. {displaced} positions out of order. "
            "Order of the sums: Kendall's tau {positions} for positions, tau-b {scores} for scores."
        ),
        "same winner": "Print and arithmetic agree on the winner: {print}, with {first}.",
        "one cell decides": (
            "The slides' winner is {print} and the arithmetic's is {arithmetic} because {model}'s {label}, {computed}, "
            "is printed as {printed}: its sum then ties at {sum} with {print}'s, which stands first; "
            "unrounded, {arithmetic} leads with {first} to {second}."
        ),
        "no cell decides": (
            "The slides' winner is {print} and the arithmetic's is {arithmetic}, with {first} to {second}; "
            "no single printed cell makes the difference."
        ),
    },
    "ko": {
        "model": "모델",
        "column": "칸",
        "order": "정렬 기준",
        "printed": "인쇄된 값",
        "computed": "계산한 값",
        "size": "차이",
        "kind": "종류",
        "printed position": "인쇄된 순서",
        "computed position": "맞는 순서",
        "normalized": "정규화",
        "highlights": "주요 특징",
        "position": "순위",
        "counts": (
            "비교한 칸 {cells}개: 같음 {equal}개, 다름 {different}개. 순서가 틀린 행 {displaced}개. "
            "합산 점수의 순서: 위치의 켄달 타우 {positions}, 점수의 타우-b {scores}."
        ),
        "same winner": "인쇄와 계산의 1위가 같다: {print}, {first}점.",
        "one cell decides": (
            "슬라이드의 1위는 {print}, 계산의 1위는 {arithmetic}이다. {model}의 {label} 정규화 값 {computed}이(가) "
            "{printed}(으)로 인쇄되어 합이 {sum}로 {print}와 같아졌고 {print}이 먼저 인쇄되었기 때문이다. "
            "반올림하지 않으면 {arithmetic}이 {first} 대 {second}로 앞선다."
        ),
        "no cell decides": (
            "슬라이드의 1위는 {print}, 계산의 1위는 {arithmetic}이다({first} 대 {second}). "
            "한 칸만으로 순서가 바뀌지는 않는다."
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

KINDS: Mapping[str, Mapping[str, str]] = {
    "en": {kind: kind for kind in ("rounded down", "swapped with a neighbor", "inherited", "other")},
    "ko": {
        "rounded down": "버림",
        "swapped with a neighbor": "이웃과 바뀜",
        "inherited": "합에서 이어짐",
        "other": "기타",
    },
}


def column_heading(column: str, lang: str) -> str:
    """What a column of the deck is called."""
    if column == TEXT:
        return WORDS[lang]["highlights"]
    key = column.removesuffix(NORMALIZED)
    criterion = criterion_of(key)
    label = criterion.label_ko if lang == "ko" else criterion.label
    return f"{label} {WORDS[lang]['normalized']}" if column != key else label
