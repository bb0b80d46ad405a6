"""Overrides for tests need no server, no key and no registration."""

import threading

import pytest

import burgee
import burgee.testing

pytest_plugins = ["burgee._pytest"]


class Flags:
    isHoliday = burgee.Flag()
    theme = burgee.Flag("blue")


burgee.register("TestingFlags", Flags)


def test_a_block_overrides_and_ends():
    assert Flags.isHoliday.is_enabled() is False
    with burgee.testing.override({"TestingFlags.isHoliday": True, "elsewhere": 5}):
        assert Flags.isHoliday.is_enabled() is True
        assert Flags.isHoliday.detail().reason == "OVERRIDE"
        assert burgee.get("elsewhere", 0) == 5
        with burgee.testing.override({Flags.isHoliday: False, Flags.theme: "red"}):
            assert Flags.isHoliday.is_enabled() is False
            assert Flags.theme.get_value() == "red"
        assert Flags.isHoliday.is_enabled() is True
    assert Flags.isHoliday.is_enabled() is False
    assert Flags.theme.get_value() == "blue"


@burgee.testing.override({"TestingFlags.isHoliday": True})
def test_as_a_decorator():
    assert Flags.isHoliday.is_enabled() is True


def test_other_threads_see_it():
    seen = []
    with burgee.testing.override({"TestingFlags.isHoliday": True}):
        thread = threading.Thread(target=lambda: seen.append(Flags.isHoliday.is_enabled()))
        thread.start()
        thread.join()
    assert seen == [True]


def test_the_fixture_overrides(burgee_override):
    burgee_override({"TestingFlags.isHoliday": True})
    burgee_override({"TestingFlags.theme": "red"})
    assert Flags.isHoliday.is_enabled() is True
    assert Flags.theme.get_value() == "red"


def test_the_fixture_ended_with_its_test():
    assert Flags.isHoliday.is_enabled() is False


def test_a_value_of_another_type_is_said_and_not_served(caplog):
    with burgee.testing.override({"TestingFlags.isHoliday": "yes"}):
        assert Flags.isHoliday.is_enabled() is False
        assert Flags.isHoliday.detail().reason == "TYPE_MISMATCH"
    assert "TestingFlags.isHoliday serves a value of the type string" in caplog.text


@pytest.mark.parametrize("values", [["Flags.a"], {5: True}, {burgee.Flag(): True}])
def test_what_cannot_be_overridden_raises(values):
    with pytest.raises(TypeError):
        burgee.testing.override(values)
