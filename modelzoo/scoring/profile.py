"""Profiles: named ways to rank, read from TOML, every field checked."""

import math
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from modelzoo.base import paths
from modelzoo.errors import ZooError, unknown
from modelzoo.scoring import aggregate, normalize, weights
from modelzoo.scoring.criterion_spec import parse_criteria

Missing = Literal["drop", "zero", "worst", "renormalize", "bounds", "error"]
# Over all models, over the ranked ones, or over all of another source.
Bounds = Annotated[str, msgspec.Meta(pattern="^(all|ranked|source:.+)$")]
SOURCE = "source:"


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way to rank.

    `by` has the criteria as ``--by`` takes them; `weights` says how those in it are meant ("given", "swing"), or what
    takes their place. `normalize` is the usual one of `aggregate` where none is named. `bounds` is what figures are
    normalized over: "all" (every model that has a value), "ranked" (those that are ranked), "source:keras" (every
    model of that source, so that a new model moves nobody's score), or fixed bounds by criterion,
    ``{top5 = [80, 100]}``; criteria that these leave out get "all". `missing` is what happens to a model without a
    value: "drop" leaves it out, "zero" normalizes to 0, "worst" takes the worst value that any model has,
    "renormalize" scores it by what it has, "bounds" counts the worst and gives the best and the worst rank that it
    could have, "error" refuses to rank. `sources` are those of the figures where nobody names others; the catalog's
    default ones where it is empty.
    """

    title: str
    description: str = ""
    by: tuple[str, ...]
    weights: str = "given"
    normalize: str = ""
    aggregate: str = "sum"
    missing: Missing = "drop"
    bounds: Bounds | dict[str, tuple[float, float]] = "all"
    sources: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.normalize and self.aggregate in aggregate.METHODS:
            msgspec.structs.force_setattr(self, "normalize", aggregate.METHODS[self.aggregate].usual)

    @property
    def bounds_source(self) -> str | None:
        """The source that bounds are from; None where they are not from one."""
        named = isinstance(self.bounds, str) and self.bounds.startswith(SOURCE)
        return str(self.bounds).removeprefix(SOURCE) if named else None

    def to_dict(self) -> dict[str, Any]:
        """Every field; `weights` only where they are not simply given, as in files from before there were others."""
        fields: dict[str, Any] = msgspec.to_builtins(self)
        if self.weights == "given":
            del fields["weights"]
        return fields


def load_profile(name: str | Path) -> Profile:
    """The profile of that name in ``scoring``, or the one in a TOML file of one's own.

    Raises
    ------
    ZooError
        If there is none, or a field is unknown or out of range; it names the file and the field.
    """
    import tomllib

    path = _find(str(name))
    try:
        profile = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Profile)
        check(profile)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError, ZooError) as error:
        raise ZooError(f"{paths.shown(path)}: {error}; scoring/slides.toml shows every field") from None
    return profile


def check(profile: Profile) -> None:
    """Refuse methods that are not known, or do not go together; the message names the field."""
    check_by(profile)
    check_methods(profile)
    check_bounds(profile)


def check_by(profile: Profile) -> None:
    """Refuse criteria that cannot be read; the message names the field."""
    try:
        parse_criteria(profile.by)
    except ZooError as error:
        raise ZooError(f"`by`: {error}") from None


def check_methods(profile: Profile) -> None:
    """Refuse a method that nobody knows, and those whose results would not mean what their names say."""
    # The aggregation first: without a known one there is no usual normalization.
    for field, registry in (("aggregate", aggregate), ("normalize", normalize), ("weights", weights)):
        if (name := getattr(profile, field)) not in registry.METHODS:
            raise ZooError(f"`{field}`: {unknown('method', name, registry.METHODS)}")
    _check_weights(profile)
    scale, method = normalize.METHODS[profile.normalize], aggregate.METHODS[profile.aggregate]
    if scale.signed and not method.signed:
        raise ZooError(
            f"`aggregate` {profile.aggregate} multiplies, and {profile.normalize} gives values below 0; "
            f"`normalize` by {method.usual} instead"
        )
    if profile.missing == "zero" and scale.signed:
        raise ZooError(
            f"`missing` zero: 0 is not the worst where `normalize` is {profile.normalize}; take worst instead"
        )
    if profile.missing in ("renormalize", "bounds") and not method.own:
        own = [name for name, other in aggregate.METHODS.items() if other.own]
        raise ZooError(
            f"`missing` {profile.missing}: `aggregate` {profile.aggregate} measures models by each other, so that one "
            f"gap moves all scores; expected {' or '.join(own)}, or another `missing`"
        )


def _check_weights(profile: Profile) -> None:
    weighting = weights.METHODS[profile.weights]
    for choice in parse_criteria(profile.by):
        if not weighting.given and choice.weight != 1:
            raise ZooError(
                f"`by` gives {choice.key} the weight {choice.weight:g}, and `weights` {profile.weights} derives its "
                "own; leave one of them out"
            )
    if profile.weights == "swing" and not normalize.METHODS[profile.normalize].span:
        raise ZooError(
            f"`weights` swing are of the step from a criterion's worst bound to its best, which {profile.normalize} "
            "does not know; `normalize` by min-max or log-min-max"
        )


def check_bounds(profile: Profile) -> None:
    """Refuse fixed bounds that bound nothing, or are of a criterion that the profile does not rank by."""
    if not isinstance(profile.bounds, dict):
        return
    if not normalize.METHODS[profile.normalize].span:
        spans = [name for name, other in normalize.METHODS.items() if other.span]
        raise ZooError(
            f"`bounds` are fixed, and {profile.normalize} needs the figures of many models; `normalize` by "
            f"{' or '.join(spans)}, or take the bounds of a source: source:keras"
        )
    keys = [choice.key for choice in parse_criteria(profile.by)]
    for key, (low, high) in profile.bounds.items():
        if key not in keys:
            raise ZooError(f"`bounds` of {key}: that is not ranked by; expected some of {', '.join(keys)}")
        if not (low < high and math.isfinite(low) and math.isfinite(high)):
            raise ZooError(f"`bounds` of {key} are {low:g} and {high:g}; expected finite ones, the lower one first")


def profile_names() -> list[str]:
    """The profiles that come with the project."""
    return sorted(path.stem for path in paths.SCORING.glob("*.toml"))


def _find(name: str) -> Path:
    if not name.endswith(".toml"):
        path = paths.SCORING / f"{name}.toml"
        if not path.is_file():
            raise unknown("profile", name, profile_names())
        return path
    path = Path(name)
    if not path.is_file():
        raise ZooError(f"no profile at {name}; expected a TOML file, or one of {', '.join(profile_names())}")
    return path
