"""Flags and the containers that hold them."""

import types

import pytest

import burgee
from sdk_server import KEY, flag, typed


def test_flags_of_an_instance_are_found_in_order(client):
    class Base:
        first = burgee.Flag()

    class Container(Base):
        second = burgee.Flag("x")

        def __init__(self):
            self.third = burgee.Flag(3)
            self.isHoliday = burgee.Flag()
            self.other = "not a flag"

    container = Container()
    client.register("Flags", container)
    assert list(client._flags) == ["Flags.first", "Flags.second", "Flags.third", "Flags.isHoliday"]
    assert container.isHoliday.key == "Flags.isHoliday"


def test_flags_of_a_class_a_module_and_slots_are_found(client):
    class Slotted:
        __slots__ = ("a",)

        def __init__(self):
            self.a = burgee.Flag()

    module = types.ModuleType("shop.flags")
    module.b = burgee.Flag()

    class AsClass:
        c = burgee.Flag()

    client.register("S", Slotted())
    client.register("M", module)
    client.register("", AsClass)
    assert list(client._flags) == ["S.a", "M.b", "c"]


def test_an_empty_container_raises_exactly_this(client):
    class MyContainer:
        def __innit__(self):
            self.a = burgee.Flag()

    expected = r"^MyContainer holds no burgee flags\. Is __init__ misspelt\?$"
    with pytest.raises(ValueError, match=expected):
        client.register("Flags", MyContainer())
    with pytest.raises(ValueError, match=expected):
        client.register("Flags", MyContainer)
    with pytest.raises(ValueError, match=r"^empty holds no burgee flags"):
        client.register("Flags", types.ModuleType("empty"))


def test_arguments_in_the_wrong_order_are_explained(client):
    class Container:
        a = burgee.Flag()

    with pytest.raises(TypeError, match=r"namespace must be text"):
        client.register(Container, "Flags")


def test_a_namespace_that_makes_no_key_is_refused_and_binds_nothing(client):
    class Container:
        a = burgee.Flag()

    with pytest.raises(ValueError, match=r"'my flags.a' cannot be a flag's key"):
        client.register("my flags", Container)
    assert Container.a.key is None


def test_an_explicit_key_stands_as_it_is(client):
    class Container:
        a = burgee.Flag(key="checkout.v2")

    client.register("Flags", Container)
    assert Container.a.key == "checkout.v2"
    with pytest.raises(ValueError, match=r"cannot be a flag's key"):
        burgee.Flag(key="no spaces")


@pytest.mark.parametrize(
    ("default", "kind"),
    [
        (False, "boolean"),
        ("x", "string"),
        (3, "integer"),
        (0.5, "double"),
        ({"a": 1}, "json"),
        ([1], "json"),
    ],
)
def test_the_type_comes_from_the_default(default, kind):
    assert burgee.Flag(default).type == kind


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            (None,),
            TypeError,
            "a flag's default is a bool, str, int, float, dict or list, not NoneType",
        ),
        ((2**53,), ValueError, "beyond"),
        ((float("nan"),), ValueError, "is not finite"),
        (("x", "red"), TypeError, "options must be a list"),
        (("x", [1]), TypeError, "the option 1 is not of the default's type, string"),
    ],
)
def test_a_declaration_that_no_flag_can_have_raises(arguments, error, message):
    with pytest.raises(error, match=message):
        burgee.Flag(*arguments)


def test_a_flag_is_not_a_value(client):
    class Flags:
        isHoliday = burgee.Flag()
        theme = burgee.Flag("blue")

    with pytest.raises(TypeError, match=r"^a Flag is not a value; call isHoliday\.is_enabled\(\)$"):
        bool(Flags.isHoliday)
    with pytest.raises(TypeError, match=r"^a Flag is not a value; call theme\.get_value\(\)$"):
        bool(Flags.theme)
    with pytest.raises(TypeError, match=r"theme is a string flag; call theme\.get_value\(\)"):
        Flags.theme.is_enabled()

    class Container:
        def __init__(self):
            self.late = burgee.Flag()

    container = Container()
    client.register("Flags", container)
    with pytest.raises(TypeError, match=r"call late\.is_enabled\(\)$"):
        bool(container.late)


def test_every_type_is_served(server, client):
    server.set(
        flag("F.b", on=True),
        typed("F.s", "string", "red"),
        typed("F.i", "integer", 7),
        typed("F.d", "double", 2),
        typed("F.j", "json", {"list": [1, {"deep": True}]}),
    )

    class F:
        b = burgee.Flag()
        s = burgee.Flag("blue")
        i = burgee.Flag(1)
        d = burgee.Flag(0.5)
        j = burgee.Flag({})

    client.register("F", F)
    client.setup(KEY, url=server.url)
    assert F.b.is_enabled() is True
    assert F.s.get_value() == "red"
    assert F.i.get_value() == 7
    assert F.d.get_value() == 2.0
    assert isinstance(F.d.get_value(), float)
    served = F.j.get_value()
    served["list"][1]["deep"] = "changed by the program"
    assert F.j.get_value() == {"list": [1, {"deep": True}]}
    assert client.get("F.j") == {"list": [1, {"deep": True}]}


def test_numbers_are_coerced_only_without_loss(server, client, caplog):
    server.set(
        typed("whole", "double", 3.0), typed("half", "double", 3.5), typed("int", "integer", 4)
    )
    client.setup(KEY, url=server.url)
    assert client.get("whole", 1) == 3
    assert isinstance(client.get("whole", 1), int)
    assert client.get("half", 1) == 1
    assert isinstance(client.get("int", 1.5), float)
    assert client.get("int", True) is True
    assert client.detail("half", 1, "integer", None).reason == "TYPE_MISMATCH"
    assert "half serves a value of the type double where the program wants integer" in caplog.text


def test_a_flag_that_was_never_registered_serves_its_default(caplog):
    assert burgee.Flag(True).is_enabled() is True
    assert burgee.Flag("x").detail().reason == "NOT_READY"
    assert caplog.text.count("before burgee.register") == 1


def test_a_flag_declared_twice_differently_is_said(client, caplog):
    class One:
        a = burgee.Flag()

    class Two:
        a = burgee.Flag("x")

    client.register("N", One)
    client.register("N", One)
    assert caplog.text == ""
    client.register("N", Two)
    assert "N.a is declared twice" in caplog.text


def test_the_default_client_is_behind_the_module_functions(server):
    class Flags:
        a = burgee.Flag()

    server.set(flag("Module.a", on=True))
    burgee.register("Module", Flags)
    assert burgee.setup(KEY, url=server.url) is not None
    assert Flags.a.is_enabled()
    assert burgee.get("Module.a", False) is True
    assert burgee.fetch().error is None
    assert burgee.status().connected
    detail = Flags.a.detail()
    assert (detail.flag, detail.variation, detail.reason, detail.revision) == (
        "Module.a",
        "true",
        "DEFAULT",
        2,
    )
    assert detail.stale is False
    assert set(detail.to_dict()) == {
        "flag",
        "value",
        "variation",
        "reason",
        "revision",
        "stale",
        "age_ms",
    }


def test_impressions_are_seen_and_a_failing_handler_harms_nothing(server, client, caplog):
    seen = []

    def handler(impression):
        seen.append(impression)
        raise RuntimeError

    server.set(flag("a", on=True))
    client.setup(KEY, url=server.url, impression_handler=handler)
    assert client.get("a", False) is True
    assert client.get("a", False) is True
    assert [(i.flag, i.value, i.variation, i.reason) for i in seen] == [
        ("a", True, "true", "DEFAULT")
    ] * 2
    assert caplog.text.count("impression_handler failed") == 1


def test_public_names_are_sorted_and_exist():
    assert burgee.__all__ == sorted(burgee.__all__)
    for name in burgee.__all__:
        assert getattr(burgee, name) is not None


def test_the_functions_of_the_package_are_those_of_a_client():
    for name in ("setup", "register", "fetch", "status", "shutdown", "get", "pinned"):
        assert getattr(burgee, name).__func__ is getattr(burgee.Client, name)


def test_setup_has_the_documented_arguments():
    import inspect

    parameters = inspect.signature(burgee.setup).parameters
    assert {name: p.default for name, p in parameters.items()} == {
        "key": None,
        "url": None,
        "application": None,
        "version": None,
        "timeout": 2.0,
        "streaming": True,
        "fetch_interval": 30,
        "configuration_fetched_handler": None,
        "impression_handler": None,
        "status_handler": None,
        "context": None,
        "cache_dir": None,
        "bundle": None,
        "verify_keys": None,
    }
    assert [p.kind.name for p in parameters.values()][1:] == ["KEYWORD_ONLY"] * 13
