"""Who can reach a server at an address, and under which address a browser finds it."""

import ipaddress
import socket

# Addresses of documentation (RFC 5737, RFC 3849). Connecting a UDP socket to them sends nothing; it only makes the
# system choose the own address that it would send from.
_ELSEWHERE = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}
_EVERY = {"0.0.0.0": socket.AF_INET, "::": socket.AF_INET6}


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a server on ``host``; also True for a name that means nothing here.

    Listening on such a name fails with a sentence of its own.
    """
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return True
    return all(ipaddress.ip_address(str(address[0]).partition("%")[0]).is_loopback for *_, address in found)


def shown_address(host: str, port: int) -> str:
    """The URL for a browser: of ``host``, or for all addresses of the machine of the one on its network."""
    name = _own_address(_EVERY[host]) if host in _EVERY else host
    return f"http://{f'[{name}]' if ':' in name else name}:{port}/"


def _own_address(family: socket.AddressFamily) -> str:
    """This machine's address on its network; the loopback address where it has no network.

    A socket on ``::`` also takes connections to the IPv4 address, unless the machine has IPv6 alone.
    """
    families = (family, socket.AF_INET) if family == socket.AF_INET6 else (family,)
    for tried in families:
        try:
            with socket.socket(tried, socket.SOCK_DGRAM) as probe:
                probe.connect((_ELSEWHERE[tried], 9))
                return str(probe.getsockname()[0])
        except OSError:
            continue  # no route: the machine has no network of this family
    return "::1" if family == socket.AF_INET6 else "127.0.0.1"
