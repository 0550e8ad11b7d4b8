"""Profiles: named ways to rank, read from TOML, every field checked."""

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from modelzoo.base import paths
from modelzoo.base.text import quote
from modelzoo.base.toml import read_toml, to_struct
from modelzoo.errors import ZooError, unknown
from modelzoo.scoring import aggregate, normalize, weights
from modelzoo.scoring.criterion_spec import By, CriterionSpec, parse_criteria

Missing = Literal["drop", "zero", "worst", "renormalize", "bounds", "error"]
# Over all models, over the ranked ones, or over all of another source.
Bounds = Annotated[str, msgspec.Meta(pattern="^(all|ranked|source:.+)$")]
SOURCE = "source:"
_SEE = "scoring/slides.toml shows every field"
_CHANGED = ", with other options"
# The name of a field in JSON, and in profiles of earlier versions.
_IN_JSON = {"method": "aggregate"}


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way to rank.

    Attributes
    ----------
    by : the criteria; text is parsed as of ``--by``
    weights : the meaning of the weights in `by` ("given", "swing"), or a method that derives them
    normalize : the usual one of `method` where none is named
    method : the aggregation of the normalized values, ``aggregate`` in files of earlier versions and in JSON
    bounds : the models that are normalized over: "all" (with a value), "ranked" or "source:keras". The last has every
        model of that source, so that a new model moves no score. Fixed bounds by criterion are
        ``{top5 = [80, 100]}``; criteria without fixed bounds get "all"
    missing : treatment of a model without a value. "drop" leaves it out, "zero" normalizes to 0, "worst" takes the
        worst value of any model. "renormalize" scores it by the values it has. "bounds" counts the worst and gives the
        best and the worst rank that it could have. "error" refuses to rank
    sources : of the values where the caller names none; the catalog's default ones where it is empty
    """

    title: str
    description: str = ""
    by: tuple[CriterionSpec, ...]
    weights: str = "given"
    normalize: str = ""
    method: str = "sum"
    missing: Missing = "drop"
    bounds: Bounds | dict[str, tuple[float, float]] = "all"
    sources: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "by", parse_criteria(self.by))
        if not self.normalize and self.method in aggregate.METHODS:
            msgspec.structs.force_setattr(self, "normalize", aggregate.METHODS[self.method].usual)

    @property
    def bounds_source(self) -> str | None:
        """The source that the bounds are from; None where they are not from one."""
        named = isinstance(self.bounds, str) and self.bounds.startswith(SOURCE)
        return str(self.bounds).removeprefix(SOURCE) if named else None

    def to_dict(self) -> dict[str, Any]:
        """Return every field; `weights` only where they are not given, as in files from before other methods."""
        fields = {_IN_JSON.get(field, field): value for field, value in msgspec.to_builtins(self).items()}
        fields["by"] = [str(spec) for spec in self.by]
        if self.weights == "given":
            del fields["weights"]
        return fields


def load_profile(name: str | Path) -> Profile:
    """Load the profile of that name from ``scoring``, or from your own TOML file.

    Raises
    ------
    ZooError
        If there is none, or a field is unknown or out of range. The message names the file and the field.
    """
    path = paths.find_toml("profile", str(name), paths.SCORING)
    fields = read_toml(path)
    for field, earlier in _IN_JSON.items():
        if field in fields and earlier in fields:
            raise ZooError(f"{paths.shown(path)}: `{field}` and `{earlier}` are one field; leave `{earlier}` out")
        if earlier in fields:
            fields[field] = fields.pop(earlier)
    by = fields.get("by")
    if isinstance(by, list) and all(isinstance(part, str) for part in by):
        with _named(path):
            fields["by"] = _parsed(by)
    profile = to_struct(fields, Profile, see=_SEE, place_of=lambda _: paths.shown(path))
    with _named(path):
        check(profile)
    return profile


def replace_fields(
    profile: Profile,
    *,
    by: By | None = None,
    missing: Missing | None = None,
    bounds: Bounds | Mapping[str, tuple[float, float]] | None = None,
    normalize: str | None = None,
    weights: str | None = None,
    method: str | None = None,
) -> Profile:
    """Return the profile with these fields replaced; bounds of criteria that a new `by` leaves out go.

    The title of a changed profile says so; its description goes. A new `method` comes with its usual normalization
    where none is given.
    """
    fields: dict[str, Any] = {"missing": missing, "normalize": normalize, "weights": weights, "method": method}
    fields = {field: value for field, value in fields.items() if value is not None}
    if by is not None:
        fields["by"] = _parsed(by)
    if bounds is not None:
        fields["bounds"] = bounds if isinstance(bounds, str) else dict(bounds)
    if method is not None:
        fields.setdefault("normalize", "")
    fields = msgspec.structs.asdict(profile) | fields
    try:
        replaced = msgspec.convert(fields, Profile)
    except msgspec.ValidationError as error:
        field = str(error).rpartition("$.")[2].split("[")[0].strip("`")
        raise ZooError(
            f"`{field}` is {quote(str(fields.get(field)))}; `missing` is drop, zero, worst, renormalize, bounds or "
            "error, `bounds` all, ranked, source:NAME or (low, high)"
        ) from None
    if by is not None and bounds is None and isinstance(replaced.bounds, dict):
        keys = {spec.key for spec in replaced.by}
        left = {key: pair for key, pair in replaced.bounds.items() if key in keys}
        replaced = msgspec.structs.replace(replaced, bounds=left or "all")
    check(replaced)
    if replaced == profile:
        return profile
    title = profile.title.removesuffix(_CHANGED) + _CHANGED
    return msgspec.structs.replace(replaced, title=title, description="")


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Add the file before the message of an error, and the documentation after it."""
    try:
        yield
    except ZooError as error:
        raise ZooError(f"{paths.shown(path)}: {error}; {_SEE}") from None


def _parsed(by: By) -> tuple[CriterionSpec, ...]:
    try:
        return parse_criteria(by)
    except ZooError as error:
        raise ZooError(f"`by`: {error}") from None


def check(profile: Profile) -> None:
    """Refuse unknown methods, methods that do not go together, and wrong bounds; the message names the field."""
    # The aggregation first: without a known one there is no usual normalization.
    for field, registry in (("method", aggregate), ("normalize", normalize), ("weights", weights)):
        if (name := getattr(profile, field)) not in registry.METHODS:
            raise ZooError(f"`{field}`: {unknown('method', name, registry.METHODS)}")
    _check_weights(profile)
    scale, method = normalize.METHODS[profile.normalize], aggregate.METHODS[profile.method]
    if scale.signed and not method.signed:
        raise ZooError(
            f"`method` {profile.method} multiplies, and {profile.normalize} gives values below 0; "
            f"`normalize` by {method.usual} instead"
        )
    if profile.missing == "zero" and scale.signed:
        raise ZooError(
            f"`missing` zero: 0 is not the worst where `normalize` is {profile.normalize}; take worst instead"
        )
    if profile.missing in ("renormalize", "bounds") and not method.own:
        own = [name for name, candidate in aggregate.METHODS.items() if candidate.own]
        raise ZooError(
            f"`missing` {profile.missing}: `method` {profile.method} measures models by each other, so that one "
            f"gap moves all scores; expected {' or '.join(own)}, or another `missing`"
        )
    _check_bounds(profile)


def _check_weights(profile: Profile) -> None:
    weighting = weights.METHODS[profile.weights]
    for spec in profile.by:
        if not weighting.given and spec.weight != 1:
            raise ZooError(
                f"`by` gives {spec.key} the weight {spec.weight:g}, and `weights` {profile.weights} derives its "
                "own; leave one of them out"
            )
    if profile.weights == "swing" and not normalize.METHODS[profile.normalize].span:
        raise ZooError(
            f"`weights` swing are of the step from a criterion's worst bound to its best, which {profile.normalize} "
            "does not know; `normalize` by min-max or log-min-max"
        )


def _check_bounds(profile: Profile) -> None:
    """Refuse fixed bounds that are not a range, or are of a criterion that the profile does not rank by."""
    if not isinstance(profile.bounds, dict):
        return
    if not normalize.METHODS[profile.normalize].span:
        spans = [name for name, candidate in normalize.METHODS.items() if candidate.span]
        raise ZooError(
            f"`bounds` are fixed, and {profile.normalize} needs the values of many models; `normalize` by "
            f"{' or '.join(spans)}, or take the bounds of a source: source:keras"
        )
    keys = [spec.key for spec in profile.by]
    for key, (low, high) in profile.bounds.items():
        if key not in keys:
            raise ZooError(f"`bounds` of {key}: that is not ranked by; expected some of {', '.join(keys)}")
        if not (low < high and math.isfinite(low) and math.isfinite(high)):
            raise ZooError(f"`bounds` of {key} are {low:g} and {high:g}; expected finite ones, the lower one first")
        if normalize.METHODS[profile.normalize].logarithmic and low <= 0:
            raise ZooError(
                f"`bounds` of {key} begin at {low:g}, which has no logarithm; expected more than 0, or `normalize` by "
                "min-max"
            )


def profile_names() -> list[str]:
    """Return the names of the profiles that come with the project."""
    return paths.toml_names(paths.SCORING)
