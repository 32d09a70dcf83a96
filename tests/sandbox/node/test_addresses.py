"""Addresses of pods."""

from ipaddress import IPv4Address

from labrunner.sandbox.node.addresses import Addresses


def test_every_address_is_another_and_of_this_machine() -> None:
    addresses = Addresses("127.20.0.250")
    taken = [addresses.take() for _ in range(600)]
    assert len(set(taken)) == 600
    assert all(IPv4Address(each).is_loopback for each in taken)
    assert not {each for each in taken if each.endswith((".0", ".255"))}


def test_a_used_address_rests_before_someone_else_gets_it() -> None:
    addresses = Addresses()
    first = addresses.take()
    addresses.give_back(first)
    later = []
    for _ in range(100):
        later.append(addresses.take())
        addresses.give_back(later[-1])
    assert first in later
    assert first not in later[:50]
