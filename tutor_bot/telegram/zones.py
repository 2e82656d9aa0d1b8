"""Time zones by whatever a person knows of theirs: a name, the time it is there, where it is."""

from datetime import datetime
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo, available_timezones

from tutor_bot.domain.schedule import offset_minutes


@cache
def _zones() -> dict[str, str]:
    """Zone names by their lower-case form."""
    return {name.lower(): name for name in available_timezones() if "/" in name or name == "UTC"}


@cache
def _cities() -> dict[str, str]:
    """Zones by the city they are named after, in small letters."""
    return {name.rpartition("/")[2].lower(): name for name in places()}


@cache
def places() -> tuple[str, ...]:
    """One zone for each region whose clocks have agreed since 1970, by name."""
    table = files("tzdata").joinpath("zoneinfo", "zone1970.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return tuple(sorted(row[2].strip() for row in rows if not row[2].startswith("Antarctica/")))


def find_zone(text: str) -> str | None:
    """The zone's name as the database of zones spells it; a city stands for its zone."""
    wanted = text.strip().lower().replace(" ", "_")
    return _zones().get(wanted) or _cities().get(wanted)


def near_zones(text: str) -> list[str]:
    wanted = text.strip().lower().replace(" ", "_")
    hits = [_cities()[c] for c in get_close_matches(wanted.rpartition("/")[2], _cities(), n=2, cutoff=0.7)]
    hits += [_zones()[z] for z in get_close_matches(wanted, _zones(), n=2, cutoff=0.75)]
    return list(dict.fromkeys(hits))[:3]


def offsets(now: datetime) -> list[int]:
    """The minutes east of UTC that some clock shows at `now`, from west to east."""
    return sorted({offset_minutes(now, ZoneInfo(zone)) for zone in places()})


def zones_at(offset: int, now: datetime) -> list[str]:
    """The places whose clocks are so many minutes east of UTC at `now`."""
    return [zone for zone in places() if offset_minutes(now, ZoneInfo(zone)) == offset]


def zone_of(latitude: float, longitude: float) -> str | None:
    """The zone of a place on earth, in degrees; None where there is none."""
    from tzfpy import get_tz

    found: str = get_tz(longitude, latitude)
    return find_zone(found) if found else None
