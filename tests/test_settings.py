"""Settings: later wins, and whatever is wrong is said with the place where it stands."""

from __future__ import annotations

import codecs
import dataclasses
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import SettingsError
from assistant.settings import Settings, load_settings

File = Callable[[str], Path]


@pytest.fixture
def file(tmp_path: Path) -> File:
    def written(text: str) -> Path:
        path = tmp_path / "assistant.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return written


def refused(*args: object, **kwargs: object) -> SettingsError:
    with pytest.raises(SettingsError) as raised:
        load_settings(*args, **kwargs)  # type: ignore[arg-type]
    assert raised.value.hint, "every error says what to do now"
    return raised.value


def test_later_wins_default_file_environment_flag(file: File) -> None:
    config = file("passages = 3\nthreads = 3\ncareful = 0.3\n")
    environment = {"ASSISTANT_THREADS": "4", "ASSISTANT_CAREFUL": "0.4"}
    got = load_settings(config, {"careful": 0.6, "evidence": None}, environment)
    assert (got.evidence, got.passages, got.threads, got.careful) == (600, 3, 4, 0.6)


def test_every_setting_can_come_from_each_place(file: File) -> None:
    """And has the same value whichever it came from."""
    given_values: dict[str, object] = {
        "store": "/s",
        "corpus": "/c",
        "models": "/m",
        "llm": "none",
        "api_key": "key",
        "llm_timeout": 7.5,
        "download": False,
        "threads": 2,
        "passages": 5,
        "evidence": 99,
        "careful": 0.25,
        "reader": "/my/reader",
        "max_file_bytes": 1000,
        "max_unpacked_bytes": 2000,
        "max_entries": 30,
        "max_pages": 40,
        "columns": "text=Volltext",
        "fetch_timeout": 5.5,
        "private_addresses": True,
    }
    assert set(given_values) == {f.name for f in dataclasses.fields(Settings)}
    toml = "".join(
        f"{k} = {str(v).lower() if isinstance(v, bool) else repr(v)}\n"
        for k, v in given_values.items()
    )
    environment = {f"ASSISTANT_{k.upper()}": str(v) for k, v in given_values.items()}
    from_file = load_settings(file(toml), environment={})
    empty = file("")
    assert from_file == load_settings(empty, environment=environment)
    assert from_file == load_settings(empty, given_values, environment={})
    assert from_file.store == Path("/s")
    assert from_file.download is False


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no variable moves the folder")
def test_the_users_own_file_is_read_where_none_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert load_settings(environment={}).passages == 10
    (tmp_path / "assistant").mkdir()
    (tmp_path / "assistant" / "assistant.toml").write_text("passages = 3")
    assert load_settings(environment={}).passages == 3


def test_an_unknown_key_is_named_with_the_file_it_stands_in(file: File) -> None:
    config = file("pasages = 3\n")
    error = refused(config, environment={})
    assert str(config) in error.message
    assert "'pasages'" in error.message
    assert "passages" in error.hint


def test_an_unknown_variable_or_flag_is_named(file: File) -> None:
    assert "ASSISTANT_PASAGES" in refused(file(""), environment={"ASSISTANT_PASAGES": "3"}).message
    assert "'pasages'" in refused(file(""), {"pasages": 3}, {}).message
    load_settings(file(""), environment={"OTHER_THREADS": "x"})


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("threads = 2.7", "a whole number"),
        ('threads = "many"', "a whole number"),
        ("threads = true", "a whole number"),
        ("threads = inf", "a whole number"),
        ('careful = "very"', "a number"),
        ("careful = [0.5]", "a number"),
        ("download = 2", "true or false"),
        ('download = "maybe"', "true or false"),
        ("llm = 5", "text"),
        ("store = 5", "a path"),
        ('store = ""', "a path"),
        ("[store]\na = 1", "a path"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_with_its_place(
    file: File, line: str, kind: str
) -> None:
    config = file(line)
    error = refused(config, environment={})
    assert str(config) in error.message
    assert line.strip("[").split()[0].strip("]") in error.message
    assert error.message.endswith(f"is not {kind}")


@pytest.mark.parametrize(
    ("variable", "value"),
    [("THREADS", "2.5"), ("THREADS", ""), ("STORE", ""), ("DOWNLOAD", "perhaps"), ("CAREFUL", "x")],
)
def test_a_wrong_variable_is_named(file: File, variable: str, value: str) -> None:
    error = refused(file(""), environment={f"ASSISTANT_{variable}": value})
    assert error.message.startswith(f"ASSISTANT_{variable}: ")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("careful", 1.5),
        ("careful", -0.1),
        ("careful", float("nan")),
        ("passages", 0),
        ("passages", 101),
        ("threads", -1),
        ("evidence", 5),
        ("llm_timeout", 0),
        ("max_file_bytes", 0),
        ("max_unpacked_bytes", 0),
        ("columns", "body=Volltext"),
        ("columns", "text="),
    ],
)
def test_a_value_out_of_range_is_refused_however_it_comes(name: str, value: float) -> None:
    with pytest.raises(SettingsError, match=f"'{name}'"):
        Settings(**{name: value})  # type: ignore[arg-type]


@pytest.mark.parametrize("yes", ["1", "true", "YES", " True "])
@pytest.mark.parametrize("no", ["0", "false", "NO"])
def test_booleans_may_be_written_as_people_do(file: File, yes: str, no: str) -> None:
    assert load_settings(file(""), environment={"ASSISTANT_DOWNLOAD": yes}).download is True
    assert load_settings(file(""), environment={"ASSISTANT_DOWNLOAD": no}).download is False


@pytest.mark.parametrize("content", [b"passages = ", b"\xff\xfe=", b"a = 1\na = 2"])
def test_a_broken_file_is_refused_with_its_name(tmp_path: Path, content: bytes) -> None:
    config = tmp_path / "broken.toml"
    config.write_bytes(content)
    assert str(config) in refused(config, environment={}).message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_a_file_that_an_editor_on_windows_saved_is_read(tmp_path: Path, encoding: str) -> None:
    """Such an editor puts a mark first that is no TOML, or writes two bytes a character."""
    config = tmp_path / "assistant.toml"
    mark = codecs.BOM_UTF16_BE if encoding == "utf-16-be" else b""
    config.write_bytes(mark + "# über\r\npassages = 5\r\n".encode(encoding))
    assert load_settings(config, environment={}).passages == 5


def test_a_missing_file_or_a_folder_is_refused_only_if_it_was_named(tmp_path: Path) -> None:
    assert "no such settings file" in refused(tmp_path / "none.toml", environment={}).message
    assert str(tmp_path) in refused(tmp_path, environment={}).message


def test_the_key_comes_from_either_variable_ours_first(file: File) -> None:
    both = {"OPENAI_API_KEY": "theirs", "ASSISTANT_API_KEY": "ours"}
    assert load_settings(file(""), environment=both).api_key == "ours"
    assert load_settings(file(""), environment={"OPENAI_API_KEY": "theirs"}).api_key == "theirs"
    assert load_settings(file(""), environment={}).api_key == ""


@given(st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=8))
def test_the_key_is_never_shown(key: str) -> None:
    settings = Settings(api_key=f"sk-{key}")
    assert f"sk-{key}" not in repr(settings) + str(settings) + f"{settings}"
    assert "api_key" not in repr(settings)


def test_a_wrong_key_is_not_shown_in_the_error_either(file: File) -> None:
    assert "987654" not in refused(file("api_key = 987654"), environment={}).message


def test_a_path_may_start_at_home(file: File, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/someone")
    monkeypatch.setenv("USERPROFILE", "/home/someone")
    assert load_settings(file('store = "~/s"'), environment={}).store == Path("/home/someone/s")


def test_the_corpus_of_the_folder_where_one_stands_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Settings().corpus != tmp_path / "corpus"
    (tmp_path / "corpus").mkdir()
    assert Settings().corpus == tmp_path / "corpus"
