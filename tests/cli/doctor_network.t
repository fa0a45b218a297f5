#!/usr/bin/env python3
"""doctor: proxies, certificates, mirrors and registries, with a stand-in for curl."""
import os, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from doctor import HOST, asked, check, lines, namespace, skip
from sandbox import write


def test_network(tap, s):
    fix = "\n         fix: capsem-configure mirrors.npm=URL, or network.https_proxy=URL"
    npm = "https://registry.npmjs.org/"
    for said, status, want in (("200", 0, "[PASS] npm site answers: %s (HTTP 200)"), ("301", 0, "[PASS] npm site answers: %s (HTTP 301)"),
                               ("405", 0, "[PASS] npm site answers: %s (HTTP 405)"), ("403", 0, "[WARN] npm site answers, but not as it should: %s (HTTP 403)" + fix),
                               ("404", 0, "[WARN] npm site answers, but not as it should: %s (HTTP 404)" + fix),
                               ("407", 1, "[FAIL] npm site answers, but not as it should: %s (HTTP 407)" + fix),
                               ("503", 1, "[FAIL] npm site answers, but not as it should: %s (HTTP 503)" + fix),
                               ("printf 000; echo 'curl: (6) Could not resolve host' >&2; exit 6", 1, "[FAIL] npm site does not answer: %s (curl: (6) Could not resolve host)" + fix),
                               ("printf 000; exit 60", 1, "[FAIL] npm site does not answer: %s (exit status 60)" + fix),
                               ("echo garbage", 1, "[FAIL] npm site does not answer: %s (exit status 0)" + fix)):
        s.curl(npmjs=said)
        got, out, _ = s.host()
        tap.same((got, lines(out, "npm site")), (status, want % npm), "curl: " + said)
    s.curl(**{"index.docker.io": "401"})
    tap.same(lines(s.host()[1], "registry of"), "[PASS] registry of debian:bookworm-slim answers: https://index.docker.io/v2/ (HTTP 401)", "a registry wants a login")
    s.curl(**{"index.docker.io": "exit 7"})
    hub = "registry of debian:bookworm-slim does not answer: https://index.docker.io/v2/ (exit status 7)\n         fix: capsem-configure "
    for args, status, want in (((), 0, "[WARN] %scontainer.base=bootstrap" % hub), (("container.base=pull",), 1, "[FAIL] %snetwork.https_proxy=URL" % hub),
                               (("container.base=bootstrap",), 0, None)):
        got, out, _ = s.host(*args)
        tap.same((got, lines(out, "registry of")), (status, want), "no registry " + " ".join(args))
    s.lose("mmdebstrap")
    tap.same((s.host()[0], lines(s.host()[1], "registry of")), (1, "[FAIL] %snetwork.https_proxy=URL" % hub), "no registry, no mmdebstrap")
    s.restore()
    for image, url in (("registry.example:5000/a/debian:12", "https://registry.example:5000/v2/"), ("localhost:5000/x", "http://localhost:5000/v2/"),
                       ("docker.io/library/debian:12", "https://index.docker.io/v2/"), ("someone/debian:12", "https://index.docker.io/v2/")):
        s.edit("config/build.toml", "debian:bookworm-slim", image, 9)
        tap.same(lines(s.host()[1], "registry of"), "[PASS] registry of %s answers: %s (HTTP 200)" % (image, url), "the registry of " + image)
        s.edit("config/build.toml", image, "debian:bookworm-slim", 9)
    s.docker(RegistryConfig={"Mirrors": ["http://mirror.example/"]})
    tap.ok("answers: http://mirror.example/v2/ (HTTP 200)" in s.host()[1], "a mirror of the registry, as docker has it")
    s.restore()
    s.edit("config/build.toml", '"debian"', '"kernel.org"')
    out = s.host()[1]
    tap.ok("kernel site answers: https://cdn.kernel.org/pub/linux/kernel/ (" in out and "list of kernel releases answers: https://www.kernel.org/releases.json (" in out,
           "a kernel of kernel.org", out)
    tap.ok("list of kernel" not in s.host("kernel.version=6.1.5")[1], "no list for a fixed version")
    s.edit("config/build.toml", '"kernel.org"', '"debian"')


def test_network_settings(tap, s):
    asked(s)
    s.host()
    log = asked(s)
    tap.same(len(log), 4, "each site is asked once, no more")
    tap.ok(all("--cacert %s" % s.bundle in line and line.endswith(" http_proxy= https_proxy=  no_proxy= ") for line in log), "curl gets the certificates", log)
    status, out, _ = s.host("network.http_proxy=http://user:secret@proxy:1", "network.https_proxy=http://proxy:2", "network.no_proxy=x.example",
                            "mirrors.debian=http://m.example/debian//", "mirrors.npm=https://me:secret@n.example/r", ALL_PROXY="socks5://wrong", HTTPS_PROXY="http://wrong")
    log = asked(s)
    tap.same(lines(out, "proxy "), "[PASS] http_proxy http://***@proxy:1, https_proxy http://proxy:2, none for x.example", "proxies are shown without a password")
    tap.ok(all(line.endswith(" http_proxy=http://user:secret@proxy:1 https_proxy=http://proxy:2 http://proxy:2 no_proxy=x.example ") for line in log), "curl gets the proxies", log)
    tap.ok("debian mirror answers: http://m.example/debian/ (" in out and "npm mirror answers: https://***@n.example/r/ (" in out and "secret" not in out, "mirrors", out)
    tap.ok("[PASS] http_proxy http://env:3\n" in s.host(http_proxy="http://env:3")[1], "the environment's proxy")
    for value, mistake in (("proxy:3128", "is not a URL"), ("://x", "is not a URL"), ("http://", "is not a URL"), ("http://a b", "holds a blank, quote or backslash")):
        status, out, _ = s.host("network.https_proxy=" + value)
        tap.same((status, lines(out, "https_proxy '")), (1, "[FAIL] https_proxy '%s' %s\n         fix: capsem-configure network.https_proxy=http://HOST:PORT (it comes from: "
                 "argument)" % (value, mistake)), "the proxy '%s'" % value)
    other = "\n         fix: capsem-configure network.ca_bundle=FILE (it comes from: argument)"
    empty = os.path.join(s.dir, "empty.pem")
    write(empty, "no certificate\n")
    for value, status, want in ((empty, 1, "[FAIL] %s holds no certificate in PEM form%s" % (empty, other)), ("/no/file", 1, "[FAIL] /no/file cannot be read" + other),
                                (s.dir, 1, "[FAIL] %s cannot be read%s" % (s.dir, other)), ("none", 0, "[PASS] none beside those of the base image")):
        got, out, _ = s.bare("--arch", HOST, *s.settings()[1:], "network.ca_bundle=" + value)
        tap.same((got, lines(out, want.split("] ")[1].split("\n")[0])), (status, want), "the certificates of " + os.path.basename(value))
    hidden = namespace("for f in /etc/ssl /etc/pki; do [ ! -d $f ] || mount -t tmpfs none $f; done")
    if hidden:
        out = s.bare("--arch", HOST, *s.settings()[1:], wrap=hidden)[1]
        tap.same(lines(out, "bundle of"), "[WARN] this machine has no bundle of certificates\n         fix: sudo apt install ca-certificates", "a machine without certificates")
    else:
        skip(tap)


sys.exit(check(test_network, test_network_settings))
