# SPDX-License-Identifier: Apache-2.0
"""The network: none of its own, everything ends at the proxies."""

import os
import socket
import ssl
import urllib.error
import urllib.request

import pytest

from conftest import read

CA = "/usr/local/share/ca-certificates/capsem-ca.crt"


def bound(table, port, state):
    """Whether 127.0.0.1:port is in a table of /proc/net, in this state."""
    return f": 0100007F:{port:04X} 00000000:0000 {state}" in read(f"/proc/net/{table}")


def certificate_lines(path):
    return [line for line in read(path).splitlines() if line and "-----" not in line]


def test_only_lo_and_dummy0():
    assert sorted(os.listdir("/sys/class/net")) == ["dummy0", "lo"]


def test_lo_is_up(run):
    assert "LOOPBACK,UP" in run("ip", "link", "show", "lo")


def test_dummy0_has_10_0_0_1(run):
    assert "inet 10.0.0.1/24" in run("ip", "address", "show", "dummy0")


def test_default_route_is_dummy0(run):
    assert "dev dummy0" in run("ip", "route", "show", "default")


@pytest.mark.parametrize(
    "table,port,state",
    [("tcp", 10443, "0A"), ("tcp", 10080, "0A"), ("udp", 1053, "07"), ("tcp", 1053, "0A")],
)
def test_proxy_listens(table, port, state):
    assert bound(table, port, state)


@pytest.fixture(scope="module")
def rules():
    import subprocess

    return subprocess.run(
        ["iptables-nft", "-t", "nat", "-S", "OUTPUT"], capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.parametrize(
    "proto,port,to",
    [
        ("udp", 53, 1053),
        ("tcp", 53, 1053),
        ("tcp", 443, 10443),
        ("tcp", 80, 10080),
        ("tcp", 11434, 10080),
    ],
)
def test_port_is_redirected(rules, proto, port, to):
    assert f"-p {proto} -m {proto} --dport {port} -j REDIRECT --to-ports {to}" in rules


@pytest.mark.parametrize(
    "address",
    [
        ("127.0.0.1", 10443),
        ("127.0.0.1", 10080),
        ("10.0.0.1", 443),
        ("192.0.2.1", 443),
        ("192.0.2.1", 80),
    ],
)
def test_connection_reaches_a_proxy(address):
    socket.create_connection(address, 5).close()


def test_other_ports_reach_nobody():
    with pytest.raises(OSError):
        socket.create_connection(("192.0.2.1", 8443), 0.5).close()


def test_name_server_is_the_proxy():
    assert "nameserver 127.0.0.1" in read("/etc/resolv.conf").splitlines()


def test_invalid_name_does_not_resolve(host):
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("capsem-doctor.invalid", 443)


def test_unknown_domain_is_refused(host):
    if os.environ.get("CAPSEM_WEB_ALLOW_READ") == "1":
        pytest.skip("reads from unknown domains are allowed")
    with pytest.raises(OSError) as error:
        urllib.request.urlopen("https://example.com/", timeout=15)
    assert not isinstance(error.value, urllib.error.HTTPError) or error.value.code == 403


def test_ca_certificate_is_a_certificate():
    ssl.create_default_context(cafile=CA)


def test_ca_certificate_is_in_the_system_bundle():
    wanted = "".join(certificate_lines(CA))
    assert wanted in "".join(certificate_lines("/etc/ssl/certs/ca-certificates.crt"))


def test_ca_certificate_is_in_the_python_bundle():
    certifi = pytest.importorskip("certifi")
    assert "".join(certificate_lines(CA)) in "".join(certificate_lines(certifi.where()))


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"])
def test_programs_are_told_of_the_bundle(host, name):
    assert os.path.isfile(os.environ[name])
