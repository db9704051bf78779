import socket

import pytest

from app.web import reach


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "localhost", "::1", "no-such-host.invalid", "x" * 300])
def test_only_this_machine_reaches_its_own_addresses(host: str) -> None:
    assert reach.is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "10.0.0.1", "2001:db8::1", "0"])
def test_others_reach_every_other_address(host: str) -> None:
    assert not reach.is_loopback(host)


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("127.0.0.1", "http://127.0.0.1:80/"),
        ("localhost", "http://localhost:80/"),
        ("::1", "http://[::1]:80/"),
        ("10.0.0.1", "http://10.0.0.1:80/"),
    ],
)
def test_a_single_address_is_shown_as_it_is(host: str, shown: str) -> None:
    assert reach.shown_address(host, 80) == shown


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_of_all_addresses_one_is_shown_that_answers(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listening:
        listening.bind((host, 0))
        listening.listen()
        port = listening.getsockname()[1]
        shown = reach.shown_address(host, port)
        name = shown.removeprefix("http://").removesuffix(f":{port}/").strip("[]")
        assert name not in {"0.0.0.0", "::"}
        socket.create_connection((name, port), timeout=10).close()


def test_without_a_network_the_address_of_this_machine_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_route(*_: object) -> socket.socket:
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(reach.socket, "socket", no_route)
    assert reach.shown_address("0.0.0.0", 1) == "http://127.0.0.1:1/"
    assert reach.shown_address("::", 1) == "http://[::1]:1/"
