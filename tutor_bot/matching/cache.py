"""The index on disk: data only, named by what it was made from, written whole or not at all."""

import hashlib
import json
import logging
import os
import tempfile
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from functools import cache as once
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor_bot.domain.facts import Catalogue
from tutor_bot.matching.index import Index
from tutor_bot.matching.learning import Learnt, Sense

log = logging.getLogger(__name__)

_MADE_BY = ("normalise.py", "index.py", "learning.py", "head.py", "reading.py", "spelling.py", "cache.py")


@once
def _code() -> str:
    """A hash of the code that makes an index: another code's index would fit badly."""
    here = Path(__file__).parent
    digest = hashlib.sha256()
    for name in _MADE_BY:
        digest.update((here / name).read_bytes())
    return digest.hexdigest()[:12]


def _file(folder: Path, version: str, encoder: str = "") -> Path:
    suffix = f"-{hashlib.sha256(encoder.encode()).hexdigest()[:8]}" if encoder else ""
    return folder / f"{version}-{_code()}{suffix}.npz"


def fetch(folder: Path, catalogue: Catalogue) -> Learnt | None:
    """What was kept for this content; None when there is nothing, or it is damaged."""
    kept = _read(_file(folder, catalogue.version))
    try:
        if kept is None:
            return None
        told = json.loads(bytes(kept["words"]).decode())
        index = Index(
            vocabulary={name: at for at, name in enumerate(told["vocabulary"])},
            idf=kept["idf"],
            starts=kept["starts"],
            rows=kept["rows"],
            weights=kept["weights"],
            owner=kept["owner"],
            facts=int(told["facts"]),
        )
        head = kept["head"].astype(np.float32)
        learnt = Learnt(index, told["texts"], told["asked"], told["counts"], told["topic"], head)
    except (ValueError, KeyError, TypeError) as error:
        log.debug("the kept index cannot be used and is built anew: %r", error)
        return None
    return learnt if _whole(learnt, len(catalogue.facts)) else None


def fetch_sense(folder: Path, version: str, encoder: str, learnt: Learnt) -> Sense | None:
    """What this encoder made of what was learnt; None when there is nothing, or it is damaged."""
    kept = _read(_file(folder, version, encoder))
    try:
        if kept is None:
            return None
        sense = Sense(
            encoder,
            kept["mean"].astype(np.float32),
            kept["vectors"].astype(np.float32),
            kept["head"].astype(np.float32),
            json.loads(bytes(kept["lexicon"]).decode()),
            kept["meanings"].astype(np.float32),
        )
        return sense if len(sense.vectors) == len(learnt.index.owner) else None
    except (ValueError, KeyError) as error:
        log.debug("the kept sense cannot be used and is made anew: %r", error)
        return None


def _read(file: Path) -> dict[str, NDArray[Any]] | None:
    try:
        # Opened by us: numpy leaves a damaged file open.
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as kept:
            return {name: kept[name] for name in kept.files}
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        log.debug("%s cannot be read and is made anew: %r", file, error)
        return None


def _whole(learnt: Learnt, facts: int) -> bool:
    index = learnt.index
    return (
        index.facts == facts
        and len(index.starts) == len(index.vocabulary) + 1
        and len(index.idf) == len(index.vocabulary)
        and len(index.rows) == len(index.weights) == int(index.starts[-1])
        and len(learnt.texts) == index.facts
        and len(learnt.head) in (0, len(index.owner))
    )


def keep(folder: Path, version: str, learnt: Learnt) -> None:
    """Keep it for the next start. A folder that cannot be written costs time then, never an error."""
    index = learnt.index
    told = {
        "vocabulary": list(index.vocabulary),
        "facts": index.facts,
        "texts": learnt.texts,
        "asked": learnt.asked,
        "counts": learnt.counts,
        "topic": learnt.topic,
    }
    arrays: dict[str, NDArray[Any]] = {
        "words": np.frombuffer(json.dumps(told).encode(), dtype=np.uint8),
        "idf": index.idf,
        "starts": index.starts,
        "rows": index.rows,
        "weights": index.weights,
        "owner": index.owner,
        "head": learnt.head.astype(np.float16),
    }
    _write(_file(folder, version), arrays)


def keep_sense(folder: Path, version: str, sense: Sense) -> None:
    """As `keep`."""
    arrays: dict[str, NDArray[Any]] = {
        "mean": sense.mean,
        "vectors": sense.vectors.astype(np.float16),
        "head": sense.head.astype(np.float16),
        "lexicon": np.frombuffer(json.dumps(sense.lexicon).encode(), dtype=np.uint8),
        "meanings": sense.meanings.astype(np.float16),
    }
    _write(_file(folder, version, sense.encoder), arrays)


def drop_earlier(folder: Path, version: str) -> None:
    """Drop what was kept for the same pack under other additions: people's words may stand in it."""
    pack = version.partition("+")[0]
    for file in folder.glob(f"{pack}+*.npz"):
        if not file.name.startswith(f"{version}-"):
            with suppress(OSError):
                file.unlink()


def _write(target: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    folder = target.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as file:
                np.savez(file, **arrays)  # type: ignore[arg-type]
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        log.debug("%s cannot be kept: %r", target, error)
