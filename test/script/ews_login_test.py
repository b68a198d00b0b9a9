#!/usr/bin/env python3
"""Who gets in at the simulator's EWS endpoint: curl and Debian's exchangelib with every scheme,
wrong passwords, the lock, and Autodiscover. Arguments: program, reference folder, source folder."""
import os
import re
import subprocess
import time
import xml.etree.ElementTree

from ews_simulator import GET_CONTACTS, PASSWORD, USER, Case, main

NAMES = [USER, USER.upper(), f"AGENTUR\\{USER}", f"agentur\\{USER}",
         f"agentur.example\\{USER}", f"{USER}@agentur.example", f"{USER}@AGENTUR.example"]
OUTLOOK = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"


class Curl(Case):
    def curl(self, simulator, *options, url=None, body=GET_CONTACTS):
        """Status of each answer, and the last body."""
        asked = os.path.join(self.folder, "asked.xml")
        with open(asked, "w", encoding="utf-8") as file:
            file.write(body)
        run = subprocess.run(
            ["curl", "-s", "-i", "--max-time", "20", "-H", "Content-Type: text/xml", "-H",
             "Expect:", "--data-binary", f"@{asked}", *options, url or simulator.urls["ews"]],
            capture_output=True, text=True, timeout=30)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.headers = run.stdout
        states = [int(state) for state in re.findall("HTTP/1.1 ([0-9]+) ", run.stdout)]
        return states, run.stdout.replace("\r\n", "\n").rsplit("\n\n", 1)[-1]

    def bad_logins(self, simulator):
        return simulator.control("GET", "counters")["bad_logins"]


class Schemes(Curl):
    def test_basic_lets_the_account_in_by_each_of_its_names(self):
        simulator = self.start()
        for name in NAMES:
            with self.subTest(name):
                states, body = self.curl(simulator, "--basic", "-u", f"{name}:{PASSWORD}")
                self.assertEqual(states, [200])
                self.assertIn("NoError", body)
        self.assertEqual(self.bad_logins(simulator), 0)

    def test_ntlm_lets_the_account_in_by_each_of_its_names(self):
        simulator = self.start()
        for name in NAMES:
            with self.subTest(name):
                states, body = self.curl(simulator, "--ntlm", "-u", f"{name}:{PASSWORD}")
                self.assertEqual(states, [401, 200])
                self.assertIn("NoError", body)
        self.assertEqual(self.bad_logins(simulator), 0)

    def test_an_ntlm_login_holds_for_the_whole_connection_and_no_longer(self):
        simulator = self.start()
        url = simulator.urls["ews"]
        states, _ = self.curl(simulator, "--ntlm", "-u", f"{USER}:{PASSWORD}", url)
        self.assertEqual(states, [401, 200, 200])
        self.assertEqual(self.curl(simulator)[0], [401])

    def test_bearer_takes_a_token_of_the_login_service_where_it_is_offered(self):
        simulator = self.start("--ews-auth", "bearer")
        token = simulator.login()
        self.assertEqual(self.curl(simulator, "-H", f"Authorization: Bearer {token}")[0], [200])
        self.assertEqual(self.curl(simulator, "-H", "Authorization: Bearer x")[0], [401])
        self.assertEqual(self.curl(simulator, "--basic", "-u", f"{USER}:{PASSWORD}")[0], [401])
        simulator.control("POST", "faults", {"kind": "expire_tokens"})
        self.assertEqual(self.curl(simulator, "-H", f"Authorization: Bearer {token}")[0], [401])

    def test_a_401_names_each_scheme_on_a_line_of_its_own(self):
        simulator = self.start()
        self.assertEqual(self.curl(simulator)[0], [401])
        offered = [line.split(": ")[1].split()[0] for line in self.headers.splitlines()
                   if line.startswith("WWW-Authenticate")]
        self.assertEqual(offered, ["NTLM", "Basic"])
        only = self.start("--ews-auth", "ntlm")
        self.assertEqual(self.curl(only, "--basic", "-u", f"{USER}:{PASSWORD}")[0], [401])
        self.assertNotIn("Basic", self.headers)

    def test_curl_finds_out_by_itself_what_is_offered(self):
        for schemes in ("basic", "ntlm", "basic,ntlm"):
            with self.subTest(schemes):
                simulator = self.start("--ews-auth", schemes)
                states, _ = self.curl(simulator, "--anyauth", "-u", f"{USER}:{PASSWORD}")
                self.assertEqual(states[-1], 200)
                self.assertEqual(self.bad_logins(simulator), 0)

    def test_a_scheme_that_is_none_is_refused_at_the_start(self):
        with self.assertRaisesRegex(RuntimeError, "did not start"):
            self.start("--ews-auth", "digest")


class WrongPasswords(Curl):
    def test_each_wrong_password_is_counted_once(self):
        simulator = self.start()
        self.assertEqual(self.curl(simulator, "--basic", "-u", f"{USER}:no")[0], [401])
        self.assertEqual(self.bad_logins(simulator), 1)
        states, _ = self.curl(simulator, "--ntlm", "-u", f"{USER}:no")
        self.assertEqual(states, [401, 401])
        self.assertEqual(self.bad_logins(simulator), 2)
        self.curl(simulator, "--ntlm", "-u", f"{USER}:{PASSWORD.lower()}")
        self.curl(simulator, "--ntlm", "-u", f"OTHER\\{USER}:{PASSWORD}")
        self.curl(simulator, "--basic", "-u", f"{USER}@other.example:{PASSWORD}")
        self.assertEqual(self.bad_logins(simulator), 5)
        simulator.control("POST", "counters/reset")
        self.assertEqual(self.bad_logins(simulator), 0)

    def test_ten_wrong_passwords_lock_the_account_for_all_schemes(self):
        simulator = self.start()
        for _ in range(9):
            self.curl(simulator, "--basic", "-u", f"{USER}:no")
        self.assertEqual(self.curl(simulator, "--basic", "-u", f"{USER}:{PASSWORD}")[0], [200])
        self.curl(simulator, "--ntlm", "-u", f"{USER}:no")
        for scheme in ("--basic", "--ntlm"):
            self.assertEqual(self.curl(simulator, scheme, "-u", f"{USER}:{PASSWORD}")[0][-1], 401)
        self.assertEqual(self.bad_logins(simulator), 12)
        simulator.control("POST", "unlock")
        self.assertEqual(self.curl(simulator, "--ntlm", "-u", f"{USER}:{PASSWORD}")[0][-1], 200)

    def test_the_lock_opens_again_after_its_time(self):
        simulator = self.start()
        simulator.control("POST", "limits", {"bad_logins": 1, "lock_seconds": 1})
        self.curl(simulator, "--basic", "-u", f"{USER}:no")
        last, end = 0, time.monotonic() + 30
        while last != 200 and time.monotonic() < end:
            last = self.curl(simulator, "--basic", "-u", f"{USER}:{PASSWORD}")[0][0]
        self.assertEqual(last, 200)

    def test_names_that_are_no_account_lock_nobody_out(self):
        simulator = self.start()
        for _ in range(12):
            self.curl(simulator, "--basic", "-u", "nobody:no")
        self.assertEqual(self.bad_logins(simulator), 12)
        self.assertEqual(self.curl(simulator, "--basic", "-u", f"{USER}:{PASSWORD}")[0], [200])

    def test_messages_of_ntlm_that_are_none_are_refused(self):
        simulator = self.start()
        for token in ("", "x", "TlRMTVNTUAA=", "TlRMTVNTUAADAAAA", "TlRMTVNTUAABAAAA", "*"):
            with self.subTest(token):
                states, _ = self.curl(simulator, "-H", f"Authorization: NTLM {token}")
                self.assertEqual(states, [401])


EXCHANGELIB = """
import sys
from exchangelib import BASIC, NTLM, Configuration, Credentials
from exchangelib.protocol import Protocol
url, name, password, scheme = sys.argv[1:]
configuration = Configuration(service_endpoint=url, credentials=Credentials(name, password),
                              auth_type={"ntlm": NTLM, "basic": BASIC}[scheme])
protocol = Protocol(config=configuration)
session = protocol.get_session()
answer = session.post(url, data=sys.stdin.buffer.read(), headers={"Content-Type": "text/xml"})
print(answer.status_code)
"""


class OtherClients(Curl):
    def exchangelib(self, simulator, scheme, password=PASSWORD):
        run = subprocess.run(
            ["/usr/bin/python3", "-B", "-W", "ignore", "-c", EXCHANGELIB, simulator.urls["ews"],
             f"AGENTUR\\{USER}", password, scheme],
            input=GET_CONTACTS.encode(), capture_output=True, timeout=60)
        if b"No module named" in run.stderr:
            self.skipTest("python3-exchangelib is not installed")
        return run.stdout.decode().strip() or run.stderr.decode()

    def test_exchangelib_gets_in(self):
        simulator = self.start()
        for scheme in ("basic", "ntlm"):
            with self.subTest(scheme):
                self.assertEqual(self.exchangelib(simulator, scheme), "200")
        self.assertEqual(self.bad_logins(simulator), 0)

    def test_exchangelib_does_not_get_in_with_a_wrong_password(self):
        simulator = self.start()
        self.assertEqual(self.exchangelib(simulator, "ntlm", "no"), "401")
        self.assertGreaterEqual(self.bad_logins(simulator), 1)


class Autodiscover(Curl):
    def discover(self, simulator, address, schema=OUTLOOK):
        states, body = self.curl(
            simulator, "--basic", "-u", f"{USER}:{PASSWORD}",
            url=f"http://{simulator.address}/AutoDiscover/Autodiscover.xml",
            body='<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="http://schemas.'
                 'microsoft.com/exchange/autodiscover/outlook/requestschema/2006"><Request>'
                 f"<EMailAddress>{address}</EMailAddress><AcceptableResponseSchema>{schema}"
                 "</AcceptableResponseSchema></Request></Autodiscover>")
        self.assertEqual(states, [200])
        # Schema elements by their local names, in document order.
        return [(node.tag.split("}")[1], node.text) for node in
                xml.etree.ElementTree.fromstring(body.encode()).iter()]

    def test_names_the_url_of_its_own_ews(self):
        simulator = self.start()
        found = self.discover(simulator, "Ute@Agentur.example")
        self.assertIn(("Action", "settings"), found)
        self.assertEqual([text for name, text in found if name == "Type"], ["EXCH", "EXPR"])
        self.assertEqual([text for name, text in found if name == "EwsUrl"],
                         [simulator.urls["ews"]] * 2)

    def test_knows_no_address_of_another_domain(self):
        found = self.discover(self.start(), "ute@other.example")
        self.assertIn(("ErrorCode", "500"), found)

    def test_refuses_what_is_no_request(self):
        simulator = self.start()
        self.assertIn(("ErrorCode", "600"), self.discover(simulator, "ute"))
        self.assertIn(("ErrorCode", "601"), self.discover(simulator, "u@agentur.example", "x"))

    def test_redirects_where_it_is_told(self):
        simulator = self.start()
        for detour in ({"for": "agentur.example", "redirect_address": "ute@cloud.example"},
                       {"for": "ute@agentur.example", "redirect_url": "https://x.example/a.xml"},
                       {"for": "gone@agentur.example", "error": 500}):
            simulator.control("POST", "autodiscover", detour)
        self.assertIn(("RedirectAddr", "ute@cloud.example"),
                      self.discover(simulator, "jan@agentur.example"))
        self.assertIn(("RedirectUrl", "https://x.example/a.xml"),
                      self.discover(simulator, "ute@agentur.example"))
        self.assertIn(("ErrorCode", "500"), self.discover(simulator, "gone@agentur.example"))
        simulator.control("DELETE", "autodiscover")
        self.assertIn(("Action", "settings"), self.discover(simulator, "ute@agentur.example"))

    def test_wants_a_login_for_a_post_and_points_a_get_elsewhere(self):
        simulator = self.start()
        url = f"http://{simulator.address}/autodiscover/autodiscover.xml"
        self.assertEqual(self.curl(simulator, url=url)[0], [401])
        status, headers, _ = simulator.raw("GET", "/autodiscover/autodiscover.xml")
        self.assertEqual((status, headers["Location"]), (302, url))
        simulator.control("POST", "autodiscover", {"get_location": "https://x.example/a.xml"})
        _, headers, _ = simulator.raw("GET", "/autodiscover/autodiscover.xml")
        self.assertEqual(headers["Location"], "https://x.example/a.xml")


main()
