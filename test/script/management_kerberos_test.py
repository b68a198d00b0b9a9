#!/usr/bin/env python3
"""Management sessions by Kerberos against a real KDC (MIT's, on loopback) and a server of
python3-gssapi: every way to tickets, encryption both ways, and whatever goes wrong.
Arguments: program, reference folder, source folder."""
import atexit
import os
import subprocess
import sys
import time
import unittest

import system_python

system_python.need("gssapi", "python3-gssapi")

import kerberos_realm
from kerberos_endpoint import Endpoint
from kerberos_realm import Realm, free_port

PROGRAM, _, SOURCE = sys.argv[1:4]
DRIVER = os.path.join(os.path.dirname(PROGRAM), "test", "management_driver")
USER, PASSWORD = "admin@AGENTUR.EXAMPLE", "Only4Tests"
ALL = ("create", "command", "send:300000", "receive", "both", "remove")


def certificate(folder):
    """Self-signed, key and certificate in one file."""
    file = os.path.join(folder, "server.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                    "-keyout", file + ".key", "-out", file + ".crt"],
                   check=True, capture_output=True)
    with open(file, "w", encoding="utf-8") as out:
        for part in (".key", ".crt"):
            with open(file + part, encoding="utf-8") as one:
                out.write(one.read())
    return file, file + ".crt"


def prepared_realm():
    """With accounts and services; its configuration is that of this process too, which plays the
    server."""
    realm = Realm()
    realm.add(USER, PASSWORD)
    realm.add("HTTP/localhost")
    realm.add("HTTP/mail.agentur.example")
    realm.add("locked", "x", "-allow_tix")
    realm.service_keys = realm.keytab("HTTP/localhost", "service.keytab")
    realm.keytab("HTTP/mail.agentur.example", "service.keytab")
    realm.user_keys = realm.keytab(USER, "user.keytab")
    realm.start()
    os.environ.update({name: realm.environment[name]
                       for name in ("KRB5_CONFIG", "KRB5RCACHETYPE")})
    return realm


class Kerberos(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.realm = REALM
        cls.service_keys, cls.user_keys = REALM.service_keys, REALM.user_keys

    def endpoint(self, **settings):
        certificate_file = settings.pop("certificate", None)
        made = Endpoint(self.service_keys, certificate_file)
        for name, value in settings.items():
            setattr(made, name, value)
        self.addCleanup(made.stop)
        return made

    def drive(self, url, *steps, **environment):
        """Lines of the driver."""
        settings = dict(self.realm.environment, **environment)
        done = subprocess.run([DRIVER, url, "kerberos", *steps], env=settings, text=True,
                              capture_output=True, timeout=120, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.splitlines()

    def by_password(self, url, *steps, **environment):
        return self.drive(url, *steps, DRIVER_USER=environment.pop("user", USER),
                          DRIVER_PASSWORD=environment.pop("password", PASSWORD), **environment)

    def check_whole(self, lines, endpoint):
        self.assertEqual(endpoint.errors, [])
        # A busy machine may not have its answer yet when the signal goes out.
        lines = [line.replace("is pending", "is over") for line in lines]
        self.assertEqual(lines, ["ok create SERVERS-ID", "ok command SERVERS-C", "ok send",
                                 "ok receive 6 octets 'output' done", "ok receive is over",
                                 "ok signal", "ok receive 6 octets 'output' done", "ok remove"])
        self.assertEqual(endpoint.received, [b"s" * 300000])
        self.assertEqual(sorted(endpoint.actions), ["Command", "Create", "Delete", "Receive",
                                                    "Receive", "Send", "Signal"])

    def one_fault(self, lines, code, *words):
        self.assertEqual(len(lines), 1, lines)
        self.assertTrue(lines[0].startswith(f"fault {code}: "), lines[0])
        for word in words:
            self.assertIn(word, lines[0])
        self.assertNotIn(PASSWORD, lines[0])


class Ways(Kerberos):
    def test_a_password_gets_a_session_and_every_message_is_encrypted(self):
        endpoint = self.endpoint()
        self.check_whole(self.by_password(endpoint.url(), *ALL), endpoint)
        bodies = [body for _, body in endpoint.requests]
        self.assertGreater(len(bodies[4]), 400000)
        for body in bodies:
            for word in (b"Envelope", b"SERVERS-ID", b"ssssssss", b"c3Nzc3Nz"):
                self.assertNotIn(word, body)
        self.assertIn(endpoint.connections, (1, 2))

    def test_the_realm_may_be_written_as_people_write_it(self):
        endpoint = self.endpoint()
        lines = self.by_password(endpoint.url(), "create", user="admin@agentur.example")
        self.assertEqual(lines, ["ok create SERVERS-ID"])

    def test_a_keytab_gets_a_session_and_leaves_no_tickets_behind(self):
        endpoint = self.endpoint()
        self.check_whole(self.drive(endpoint.url(), *ALL, DRIVER_USER=USER,
                                    DRIVER_KEYTAB=self.user_keys), endpoint)
        self.assertFalse(os.path.exists(self.realm.path("no-tickets")))

    def test_a_keytab_without_a_name_is_its_first_principal(self):
        endpoint = self.endpoint()
        lines = self.drive(endpoint.url(), "create", DRIVER_KEYTAB=self.user_keys)
        self.assertEqual(lines, ["ok create SERVERS-ID"])

    def test_tickets_that_are_there_get_a_session(self):
        cache = f"FILE:{self.realm.path('tickets')}"
        self.realm.run("kinit", "-c", cache, USER, input=PASSWORD + "\n")
        endpoint = self.endpoint()
        self.check_whole(self.drive(endpoint.url(), *ALL, KRB5CCNAME=cache), endpoint)

    def test_negotiate_is_spoken_where_kerberos_is_not_offered(self):
        endpoint = self.endpoint(schemes=["Negotiate"])
        self.check_whole(self.by_password(endpoint.url(), *ALL), endpoint)
        self.assertEqual(endpoint.schemes, ["Negotiate"])
        schemes = {headers.get("Authorization", "none").split(" ")[0]
                   for headers, _ in endpoint.requests}
        self.assertEqual(schemes, {"none", "Negotiate"})

    def test_kerberos_comes_before_negotiate(self):
        endpoint = self.endpoint(schemes=["Negotiate", "Kerberos", "Basic realm=\"x\""])
        self.by_password(endpoint.url(), "create")
        self.assertTrue(endpoint.requests[1][0]["Authorization"].startswith("Kerberos "))

    def test_the_boundary_of_exchange_is_understood(self):
        endpoint = self.endpoint(boundary="-- Encrypted Boundary")
        self.check_whole(self.by_password(endpoint.url(), *ALL), endpoint)

    def test_what_is_sent_while_a_receive_is_pending_has_a_connection_of_its_own(self):
        endpoint = self.endpoint(waits_for_signal=True)
        lines = self.by_password(endpoint.url(), "create", "both", "remove")
        self.assertEqual(lines, ["ok create SERVERS-ID", "ok receive is pending", "ok signal",
                                 "ok receive 6 octets 'output' done", "ok remove"])
        self.assertEqual(endpoint.errors, [])
        self.assertEqual(endpoint.connections, 2)

    def test_large_output_comes_whole(self):
        endpoint = self.endpoint(output=b"o" * 370000)
        lines = self.by_password(endpoint.url(), "create", "receive")
        self.assertEqual(lines[1], f"ok receive 370000 octets '{'o' * 20}' done")

    def test_the_service_principal_may_be_named(self):
        endpoint = self.endpoint()
        lines = self.by_password(endpoint.url("127.0.0.1"), "create",
                                 DRIVER_SERVICE="HTTP/mail.agentur.example")
        self.assertEqual(lines, ["ok create SERVERS-ID"])

    def test_over_https_tls_encrypts(self):
        pem, authority = certificate(self.realm.folder)
        endpoint = self.endpoint(certificate=pem)
        self.check_whole(self.by_password(endpoint.url(), *ALL, DRIVER_CA=authority), endpoint)
        self.one_fault(self.by_password(endpoint.url(), "create"), "http.tls")


class Refusals(Kerberos):
    def failures(self):
        """Wrong passwords that the KDC saw."""
        return sum("AS_REQ" in line and "Preauthentication failed" in line
                   for line in self.realm.said().splitlines())

    def test_a_wrong_password_is_tried_once(self):
        endpoint = self.endpoint()
        before = self.failures()
        lines = self.by_password(endpoint.url(), "create", "create", "create", password="wrong")
        for line in lines:
            self.one_fault([line], "login.refused", "wrong password", USER)
        self.assertEqual(self.failures() - before, 1)
        self.assertEqual([body for _, body in endpoint.requests], [b""])

    def test_a_locked_account_is_named(self):
        self.one_fault(self.by_password(self.endpoint().url(), "create", user="locked"),
                       "login.refused", "disabled or locked")

    def test_an_unknown_account_is_named(self):
        self.one_fault(self.by_password(self.endpoint().url(), "create", user="nobody"),
                       "kerberos.configuration", "nobody", "unknown")

    def test_a_windows_name_is_refused_with_the_form_that_works(self):
        self.one_fault(self.by_password(self.endpoint().url(), "create", user="AGENTUR\\admin"),
                       "kerberos.configuration", "name@REALM")

    def test_a_server_without_a_service_principal_is_named(self):
        self.one_fault(self.by_password(self.endpoint().url("127.0.0.1"), "create"),
                       "kerberos.configuration", "HTTP@127.0.0.1", "service principal")

    def test_an_expired_ticket_is_no_login(self):
        cache = f"FILE:{self.realm.path('old')}"
        self.realm.run("kinit", "-l", "1s", "-c", cache, USER, input=PASSWORD + "\n")
        time.sleep(2.1)
        lines = self.drive(self.endpoint().url(), "create", KRB5CCNAME=cache)
        self.one_fault(lines, "kerberos.configuration", "expired")

    def test_no_tickets_at_all_are_no_login(self):
        self.one_fault(self.drive(self.endpoint().url(), "create"), "kerberos.configuration",
                       "there are no tickets")

    def test_a_keytab_that_is_not_there_or_of_another_is_no_login(self):
        url = self.endpoint().url()
        self.one_fault(self.drive(url, "create", DRIVER_USER=USER, DRIVER_KEYTAB="/nowhere"),
                       "kerberos.configuration", "a file of keys")
        self.one_fault(self.drive(url, "create", DRIVER_USER=USER,
                                  DRIVER_KEYTAB=self.service_keys), "kerberos.configuration", "key")

    def test_a_clock_that_goes_wrong_is_named(self):
        shim = self.realm.path("clock_shift.so")
        subprocess.run(["clang++-19", "-O1", "-shared", "-fPIC", "-o", shim,
                        os.path.join(SOURCE, "test", "script", "clock_shift.cpp")], check=True)
        config = self.realm.write_client("strict.conf", more="    kdc_timesync = 0")
        lines = self.by_password(self.endpoint().url(), "create", KRB5_CONFIG=config,
                                 LD_PRELOAD=shim, CLOCK_SHIFT="3600")
        self.one_fault(lines, "kerberos.configuration", "clocks")

    def test_a_realm_without_a_kdc_is_a_passing_fault(self):
        config = self.realm.write_client("dead.conf", port=free_port())
        lines = self.by_password(self.endpoint().url(), "create", KRB5_CONFIG=config)
        self.one_fault(lines, "kerberos.no_kdc", "no KDC")

    def test_an_unknown_realm_is_named(self):
        self.one_fault(self.by_password(self.endpoint().url(), "create", user="a@ELSEWHERE.EXAMPLE"),
                       "kerberos.configuration", "realm")

    def test_a_kdc_that_is_silent_has_a_deadline(self):
        import socket
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen(8)
            config = self.realm.write_client("silent.conf", port=silent.getsockname()[1],
                                             more="    udp_preference_limit = 1")
            settings = dict(self.realm.environment, KRB5_CONFIG=config, DRIVER_USER=USER,
                            DRIVER_PASSWORD=PASSWORD, DRIVER_LOGIN_TIMEOUT="500")
            began = time.monotonic()
            driver = subprocess.Popen([DRIVER, self.endpoint().url(), "kerberos", "create"],
                                      env=settings, text=True, stdout=subprocess.PIPE)
            try:
                line = driver.stdout.readline().strip()
                self.assertLess(time.monotonic() - began, 5)
                self.one_fault([line], "http.timeout", "KDC")
            finally:
                driver.kill()
                driver.wait()
                driver.stdout.close()


class BadServers(Kerberos):
    def test_one_that_offers_no_kerberos_is_not_asked_again(self):
        endpoint = self.endpoint(schemes=["Basic realm=\"x\"", "NTLM"])
        lines = self.by_password(endpoint.url(), "create", "create")
        self.assertEqual(len(lines), 2)
        self.one_fault(lines[:1], "kerberos.refused", "it offers Basic, NTLM")
        self.assertEqual(len(endpoint.requests), 1)

    def test_one_that_answers_in_the_open_is_not_believed(self):
        self.one_fault(self.by_password(self.endpoint(says_plain=True).url(), "create"),
                       "shell.unsealed", "not encrypted")

    def test_an_answer_that_was_changed_on_the_way_is_refused(self):
        self.one_fault(self.by_password(self.endpoint(tampers=True).url(), "create"),
                       "kerberos.broken")

    def test_one_that_does_not_prove_itself_gets_nothing(self):
        endpoint = self.endpoint(hides_token=True)
        self.one_fault(self.by_password(endpoint.url(), "create"), "kerberos.broken",
                       "did not prove")
        self.assertEqual([body for _, body in endpoint.requests if body], [])

    def test_one_that_keeps_no_connection_is_told_about(self):
        endpoint = self.endpoint(closes=True)
        self.one_fault(self.by_password(endpoint.url(), "create"), "shell.connection_lost",
                       "proxy")
        self.assertLess(len(endpoint.requests), 7)

    def test_a_connection_that_breaks_costs_one_call_and_a_new_login(self):
        endpoint = self.endpoint(drops={4})
        lines = self.by_password(endpoint.url(), "create", "command", "receive", "remove")
        self.assertEqual(lines[0], "ok create SERVERS-ID")
        self.one_fault(lines[1:2], "http.lost")
        self.assertEqual(lines[2:], ["ok receive 6 octets 'output' done", "ok remove"])
        self.assertEqual(endpoint.actions, ["Create", "Receive", "Delete"])
        logins = [headers for headers, _ in endpoint.requests if "Authorization" in headers]
        self.assertEqual(len(logins), 2)

    def test_a_connection_that_ended_while_idle_is_logged_in_again_unseen(self):
        endpoint = self.endpoint(quits={3, 7})
        lines = self.by_password(endpoint.url(), "create", "wait:200", "receive", "wait:200",
                                 "receive", "remove")
        self.assertEqual(lines, ["ok create SERVERS-ID", *["ok receive 6 octets 'output' done"] * 2,
                                 "ok remove"])
        self.assertEqual(endpoint.actions, ["Create", "Receive", "Receive", "Delete"])

    def test_tickets_that_end_during_a_session_are_replaced(self):
        self.realm.add("brief", "Brief4Tests", "-maxlife 2s")
        endpoint = self.endpoint(quits={3})
        lines = self.by_password(endpoint.url(), "create", "wait:3100", "receive", "remove",
                                 user="brief", password="Brief4Tests")
        self.assertEqual(lines, ["ok create SERVERS-ID", "ok receive 6 octets 'output' done",
                                 "ok remove"])
        asked = [line for line in self.realm.said().splitlines()
                 if "AS_REQ" in line and "ISSUE" in line and "brief@" in line]
        self.assertEqual(len(asked), 2, asked)

    def test_one_whose_key_is_another_refuses_and_is_asked_once(self):
        self.realm.add("HTTP/other")
        keys = self.realm.keytab("HTTP/other", "other.keytab")
        endpoint = Endpoint(keys)
        self.addCleanup(endpoint.stop)
        lines = self.by_password(endpoint.url(), "create", "create")
        self.assertEqual(len(lines), 2)
        self.one_fault(lines[:1], "kerberos.refused", "service principals")
        self.assertEqual(len(endpoint.requests), 2)

    def test_a_redirect_to_http_or_another_host_is_refused_before_any_login(self):
        for target in ("http://localhost:1/PowerShell/", "https://evil.example/PowerShell/"):
            endpoint = self.endpoint(redirect=target)
            self.one_fault(self.by_password(endpoint.url(), "create", DRIVER_REDIRECTS="1"),
                           "shell.redirect", target)
            self.assertEqual(len(endpoint.requests), 1)

    def test_a_redirect_to_https_of_the_same_host_is_followed(self):
        pem, authority = certificate(self.realm.folder)
        target = self.endpoint(certificate=pem)
        endpoint = self.endpoint(redirect=target.url())
        lines = self.by_password(endpoint.url(), "create", "receive", "remove",
                                 DRIVER_REDIRECTS="1", DRIVER_CA=authority)
        self.assertEqual(lines, ["ok create SERVERS-ID", "ok receive 6 octets 'output' done",
                                 "ok remove"])
        self.assertEqual(target.actions, ["Create", "Receive", "Delete"])
        self.assertEqual(len(endpoint.requests), 1)
        self.one_fault(self.by_password(endpoint.url(), "create", DRIVER_CA=authority),
                       "shell.redirect", "not allowed")


if __name__ == "__main__":
    lacking = kerberos_realm.missing()
    if lacking:
        print(f"skipped: {', '.join(lacking)} not installed (krb5-kdc, krb5-admin-server)")
        sys.exit(77)
    if not os.path.exists(DRIVER):
        print("skipped: management_driver is not built")
        sys.exit(77)
    REALM = prepared_realm()
    atexit.register(REALM.stop)
    unittest.main(argv=sys.argv[:1] + sys.argv[4:])
