"""Functions of IP networks in CIDR form, IPv4 and IPv6."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

from towpath.hcl.functions.kinds import LARGE, STRING, WHOLE
from towpath.hcl.functions.registry import ArgumentError, define, table
from towpath.hcl.values import Value

__all__ = ["NETWORKS"]

_PREFIX = re.compile(r"([0-9a-fA-F:.]+)/([0-9]{1,4})")
_MOST_BITS = 32
_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")


def _network(text: str) -> IPv4Network | IPv6Network:
    match = _PREFIX.fullmatch(text)
    if match:
        # Terraform still reads octets with leading zeros, as decimal numbers.
        address = match[1] if ":" in match[1] else _ZEROS.sub("", match[1])
        try:
            return ip_network(f"{address}/{int(match[2])}", strict=False)
        except ValueError:
            pass
    raise ArgumentError(f'"{text}" is not a network in CIDR form, such as 10.0.0.0/16.')


def _address(address: int, like: IPv4Network | IPv6Network) -> IPv4Address | IPv6Address:
    return IPv4Address(address) if like.version == 4 else IPv6Address(address)


def _subnet(prefix: str, newbits: int, number: int) -> Value:
    network = _network(prefix)
    length = network.prefixlen + newbits
    if not 0 <= length <= network.max_prefixlen:
        raise ArgumentError(
            f"The prefix of {network.prefixlen} bits cannot be extended by {newbits}: "
            f"an address has {network.max_prefixlen} bits."
        )
    if not 0 <= number < 1 << max(newbits, 0):
        raise ArgumentError(f"With {newbits} more bits there is no subnet of the number {number}.")
    shift = network.max_prefixlen - length
    start = int(network.network_address) >> shift << shift
    return f"{_address(start | number << shift, network)}/{length}"


def _subnets(prefix: str, *newbits: int) -> Value:
    network = _network(prefix)
    size = network.max_prefixlen
    current = int(network.network_address)
    end = current + network.num_addresses
    subnets: list[Value] = []
    for bits in newbits:
        length = network.prefixlen + bits
        if bits < 1:
            raise ArgumentError(f"The prefix must be extended by one bit at least, not by {bits}.")
        if bits > _MOST_BITS:
            raise ArgumentError(f"The prefix can be extended by {_MOST_BITS} bits at most, not by {bits}.")
        if length > size:
            raise ArgumentError(f"The prefix would have {length} bits, and an address has {size}.")
        step = 1 << (size - length)
        current = -(-current // step) * step
        if current + step > end:
            raise ArgumentError(f"No addresses are left for a subnet of {length} bits.")
        subnets.append(f"{_address(current, network)}/{length}")
        current += step
    return tuple(subnets)


def _host(prefix: str, number: int) -> Value:
    network = _network(prefix)
    count = network.num_addresses
    index = number + count if number < 0 else number
    if not 0 <= index < count:
        raise ArgumentError(f"The network has {count} addresses, and none of the number {number}.")
    return str(_address(int(network.network_address) + index, network))


def _netmask(prefix: str) -> Value:
    network = _network(prefix)
    if network.version == 6:
        raise ArgumentError("Only IPv4 networks have a netmask.")
    return str(network.netmask)


NETWORKS = table(
    (
        define("cidrhost(prefix, number)", STRING, LARGE, run=_host),
        define("cidrnetmask(prefix)", STRING, run=_netmask),
        define("cidrsubnet(prefix, newbits, number)", STRING, WHOLE, LARGE, run=_subnet),
        define("cidrsubnets(prefix, newbits...)", STRING, WHOLE, run=_subnets),
    )
)
