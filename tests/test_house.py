"""What is built and installed works like the checkout."""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from the sdist, as an installer would build it."""
    out = tmp_path_factory.mktemp("dist")
    # Without isolation: the build backend is installed, and the test needs no network.
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT)]
    done = subprocess.run(build, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    [made] = out.glob("*.whl")
    return made


def test_the_wheel_carries_packs_and_migrations(wheel: Path) -> None:
    """Content and migrations travel in the wheel, apart from the code."""
    names = zipfile.ZipFile(wheel).namelist()
    assert "tutor_bot/_shipped/content/stalins-rise/pack.yaml" in names
    assert any(name.startswith("tutor_bot/_shipped/migrations/versions/0001") for name in names)
    assert "tutor_bot/content/loader.py" in names
    assert "tutor_bot/sandbox/static/index.html" in names
    assert not any(name.startswith(("tests/", "content/", "migrations/")) for name in names)


def test_the_wheel_works_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    """Installed into a path with a space and a percent sign, run from elsewhere: ask, upgrade."""
    home = tmp_path / "a path with 100% space"
    venv.create(home / "venv", with_pip=False)
    site = next((home / "venv" / "lib").glob("python*")) / "site-packages"
    zipfile.ZipFile(wheel).extractall(site)
    # The libraries of this environment, but not this checkout, which is installed in it as editable.
    (site / "libraries.pth").write_text(
        f"import sys; sys.path.append({sysconfig.get_paths()['purelib']!r})\n", encoding="utf-8"
    )
    elsewhere = home / "elsewhere"
    elsewhere.mkdir()
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("TUTOR_BOT_", "PYTHON"))}
    database = home / "tutor 100%.db"

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(home / "venv" / "bin" / "python"), "-P", "-m", "tutor_bot", *arguments],
            cwd=elsewhere,
            # The index that set-up has made is good for the same content here.
            env=clean | {"TUTOR_BOT_DATABASE_URL": f"sqlite:///{database}"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    asked = run("ask", "how did stalin come to power")
    assert (asked.returncode, asked.stderr) == (0, "")
    assert "General Secretary" in asked.stdout
    upgraded = run("db", "upgrade")
    assert (upgraded.returncode, upgraded.stderr) == (0, "")
    assert database.exists()
    version = run("--version")
    assert version.stdout.startswith("tutor-bot ")
