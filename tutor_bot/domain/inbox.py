from dataclasses import dataclass
@dataclass(frozen=True, slots=True)
class RawUpdate:
    update_id: int
    key: int
    body: str
