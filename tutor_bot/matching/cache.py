"""The index on disk: data only, named by what it was made from, written whole or not at all."""

import hashlib
import json
import logging
import os
import tempfile
import zipfile
from dataclasses import dataclass
from functools import cache as once
from pathlib import Path

import numpy as np

from tutor_bot.matching.index import Index

log = logging.getLogger(__name__)

_MADE_BY = ("normalise.py", "index.py", "engine.py", "cache.py")


@dataclass(frozen=True)
class Learnt:
    """The index; the content stems of all that a fact says, and of its phrasings; how often each word is used."""

    index: Index
    texts: list[list[str]]
    asked: list[list[str]]
    counts: dict[str, int]


@once
def _code() -> str:
    """A hash of the code that makes an index: another code's index would fit badly."""
    here = Path(__file__).parent
    digest = hashlib.sha256()
    for name in _MADE_BY:
        digest.update((here / name).read_bytes())
    return digest.hexdigest()[:12]


def _file(folder: Path, version: str) -> Path:
    return folder / f"{version}-{_code()}.npz"


def fetch(folder: Path, version: str) -> Learnt | None:
    """What was kept for this content; None when there is nothing, or it is damaged."""
    try:
        # Opened by us: numpy leaves a damaged file open.
        with _file(folder, version).open("rb") as file, np.load(file, allow_pickle=False) as kept:
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
            learnt = Learnt(index, told["texts"], told["asked"], told["counts"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        log.debug("the kept index cannot be read and is built anew: %r", error)
        return None
    return learnt if _whole(learnt) else None


def _whole(learnt: Learnt) -> bool:
    index = learnt.index
    return (
        len(index.starts) == len(index.vocabulary) + 1
        and len(index.idf) == len(index.vocabulary)
        and len(index.rows) == len(index.weights) == int(index.starts[-1])
        and len(learnt.texts) == index.facts
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
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as file:
                np.savez(
                    file,
                    words=np.frombuffer(json.dumps(told).encode(), dtype=np.uint8),
                    idf=index.idf,
                    starts=index.starts,
                    rows=index.rows,
                    weights=index.weights,
                    owner=index.owner,
                )
            Path(name).replace(_file(folder, version))
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        log.debug("the index cannot be kept: %r", error)
