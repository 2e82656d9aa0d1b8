"""docs/privacy.md names what is kept, and nothing that is not."""

import re
from pathlib import Path

from tutor_bot.storage.privacy import Privacy
from tutor_bot.storage.schema import metadata

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")


def test_every_table_stands_in_the_guide() -> None:
    """Each table of the database in one line, with why, how long and who sees it; no table that there is not."""
    section = GUIDE.partition("## What is kept")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    named = [name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])]
    assert sorted(named) == sorted(metadata.tables)
    for row in rows:
        assert all(cell.strip() for cell in row.strip("|").split("|")), row
        assert row.count("|") == 6, row


def test_every_table_about_somebody_can_be_exported_and_erased() -> None:
    """Whoever points to a learner does so by `learner_id`, by which both go."""
    for table in metadata.tables.values():
        for column in table.c:
            if any(key.column.table.name == "learners" for key in column.foreign_keys):
                assert column.name == "learner_id", (Privacy, table.name, column.name)


def test_the_readme_leads_there() -> None:
    assert "(docs/privacy.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
