"""Files: whole or not at all, by a name that nobody foresees."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from allornone.simulator.errors import AllornoneError
from allornone.simulator.files import regular, replacing


def test_two_that_write_one_file_do_not_meet(tmp_path: Path) -> None:
    """Each has a draft of its own, and the last file is there, whole."""
    path = tmp_path / "net.json"
    with replacing(path) as one:
        one.write_text("one", encoding="utf-8")
        with replacing(path) as other:
            other.write_text("other", encoding="utf-8")
            assert one != other
        assert path.read_text(encoding="utf-8") == "other"

    assert path.read_text(encoding="utf-8") == "one"
    assert [*tmp_path.iterdir()] == [path]


def test_a_planted_link_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even where the name was foreseen."""
    victim = tmp_path / "victim"
    victim.write_text("mine", encoding="utf-8")
    monkeypatch.setattr("secrets.token_hex", lambda count: "0")
    (tmp_path / ".allornone-0.part").symlink_to(victim)

    with pytest.raises(AllornoneError, match="cannot be written"), replacing(tmp_path / "net.json"):
        pytest.fail("this is not reached")

    assert victim.read_text(encoding="utf-8") == "mine"
    assert (tmp_path / ".allornone-0.part").is_symlink()


def test_a_new_file_has_the_rights_of_any_other(tmp_path: Path) -> None:
    """As the umask says, not those of a temporary file; a name may be as long as the system allows."""
    usual, ours = tmp_path / "usual", tmp_path / ("n" * 250 + ".json")
    usual.touch()
    with replacing(ours) as draft:
        draft.write_text("x", encoding="utf-8")

    assert stat.S_IMODE(ours.stat().st_mode) == stat.S_IMODE(usual.stat().st_mode)


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, OSError])
def test_nothing_is_left_of_what_was_broken_off(tmp_path: Path, error: type[BaseException]) -> None:
    """And what was there stays."""
    path = tmp_path / "net.json"
    path.write_text("old", encoding="utf-8")
    with pytest.raises((error, AllornoneError)):
        _break_off(path, error)

    assert [*tmp_path.iterdir()] == [path]
    assert path.read_text(encoding="utf-8") == "old"


def _break_off(path: Path, error: type[BaseException]) -> None:
    with replacing(path) as draft:
        draft.write_text("half", encoding="utf-8")
        raise error


def test_a_pipe_is_neither_read_nor_replaced(tmp_path: Path) -> None:
    """Reading one may never end."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(AllornoneError, match="a pipe or a device"):
        regular(tmp_path / "pipe")
    with pytest.raises(AllornoneError, match="a pipe or a device"), replacing(tmp_path / "pipe"):
        pytest.fail("this is not reached")
