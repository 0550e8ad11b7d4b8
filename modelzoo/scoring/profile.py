"""Profiles: named ways to rank, read from TOML, every field checked."""

import math
from pathlib import Path
from typing import Literal

import msgspec

from modelzoo import content
from modelzoo.errors import ZooError, unknown
from modelzoo.scoring.choice import read_choices

Missing = Literal["drop", "zero", "worst", "error"]
Bounds = Literal["all", "ranked"]


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way to rank.

    `by` has the criteria as ``--by`` takes them. `bounds` is "all" (every model that has a value), "ranked" (those
    that are ranked), or fixed ones by criterion: ``{top5 = [80, 100]}``; criteria that it leaves out get "all".
    `missing` is what happens to a model without a value: "drop" leaves it out, "zero" normalizes to 0, "worst" takes
    the worst value that any model has, "error" refuses to rank. `sources` are those of the figures where nobody names
    others; the catalog's default ones where it is empty.
    """

    title: str
    description: str = ""
    by: tuple[str, ...]
    normalize: Literal["min-max"] = "min-max"
    aggregate: Literal["sum"] = "sum"
    missing: Missing = "drop"
    bounds: Bounds | dict[str, tuple[float, float]] = "all"
    sources: tuple[str, ...] = ()


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
        check_by(profile)
        check_bounds(profile)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError, ZooError) as error:
        raise ZooError(f"{content.shown(path)}: {error}; scoring/slides.toml shows every field") from None
    return profile


def check_by(profile: Profile) -> None:
    """Refuse criteria that cannot be read; the message names the field."""
    try:
        read_choices(profile.by)
    except ZooError as error:
        raise ZooError(f"`by`: {error}") from None


def check_bounds(profile: Profile) -> None:
    """Refuse fixed bounds that bound nothing, or are of a criterion that the profile does not rank by."""
    if not isinstance(profile.bounds, dict):
        return
    keys = [choice.key for choice in read_choices(profile.by)]
    for key, (low, high) in profile.bounds.items():
        if key not in keys:
            raise ZooError(f"`bounds` of {key}: that is not ranked by; expected some of {', '.join(keys)}")
        if not (low < high and math.isfinite(low) and math.isfinite(high)):
            raise ZooError(f"`bounds` of {key} are {low:g} and {high:g}; expected finite ones, the lower one first")


def profile_names() -> list[str]:
    """The profiles that come with the project."""
    return sorted(path.stem for path in content.SCORING.glob("*.toml"))


def _find(name: str) -> Path:
    if not name.endswith(".toml"):
        path = content.SCORING / f"{name}.toml"
        if not path.is_file():
            raise unknown("profile", name, profile_names())
        return path
    path = Path(name)
    if not path.is_file():
        raise ZooError(f"no profile at {name}; expected a TOML file, or one of {', '.join(profile_names())}")
    return path
