#!/usr/bin/env python3
"""The simulator over real sockets, by a client that shares nothing with it: logins, limits, the state
file, the record, photos, folders, change tracking, faults."""
import base64
import hashlib
import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse

PROGRAM = os.path.abspath(sys.argv[1])
USER = "/v1.0/users/ute@agentur.example"
MARK = "String {6f3b1d52-8a4e-4c6b-9d27-51e0c7a9f4b8} Name HqContact"
PHOTO = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")


def base64url(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


class Simulator:
    """A running `hqsync sim` and a token for it."""

    def __init__(self, *options):
        self.process = subprocess.Popen([PROGRAM, "sim", "--listen", "127.0.0.1:0", *options],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.token = None
        self.address = None
        for line in self.process.stdout:
            if line.startswith("control "):
                self.address = urllib.parse.urlsplit(line.split()[1]).netloc
            if line.strip() == "ready":
                break
        if self.address is None:
            return
        self.token = self.login({"client_secret": "simulator"})[1].get("access_token")

    def end(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            _, self.errors = self.process.communicate(timeout=30)
        finally:
            self.process.kill()
        return self.process.returncode

    def login(self, proof, tenant="demo", **other):
        form = {"grant_type": "client_credentials", "client_id": "hqsync",
                "scope": "https://graph.microsoft.com/.default", **proof, **other}
        status, _, body = self.raw("POST", f"/{tenant}/oauth2/v2.0/token",
                                   urllib.parse.urlencode(form),
                                   {"Content-Type": "application/x-www-form-urlencoded"})
        return status, json.loads(body)

    def raw(self, method, target, body=None, headers=None):
        connection = http.client.HTTPConnection(self.address, timeout=30)
        try:
            connection.request(method, target, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def call(self, method, target, body=None, **headers):
        sent = {"Authorization": f"Bearer {self.token}"}
        sent.update({name.replace("_", "-"): value for name, value in headers.items()})
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            sent.setdefault("Content-Type", "application/json")
        status, _, text = self.raw(method, target.replace(" ", "%20"), body, sent)
        try:
            return status, json.loads(text) if text else None
        except (json.JSONDecodeError, UnicodeDecodeError):
            return status, text

    def batch(self, *items):
        made = [{"id": str(at), "headers": {"Content-Type": "application/json"}, **item}
                for at, item in enumerate(items)]
        status, answer = self.call("POST", "/v1.0/$batch", {"requests": made})
        assert status == 200, answer
        return {item["id"]: item for item in answer["responses"]}, answer["responses"]


class Case(unittest.TestCase):
    def start(self, *options):
        simulator = Simulator("--domain", "agentur.example", *options)
        self.addCleanup(simulator.end)
        self.assertIsNotNone(simulator.address, "the simulator did not start")
        return simulator

    def folder(self):
        temporary = tempfile.TemporaryDirectory(prefix="hqsync-simulator-")
        self.addCleanup(temporary.cleanup)
        return temporary.name

    def refused(self, *options):
        """The message of a simulator that does not start."""
        simulator = Simulator("--domain", "agentur.example", *options)
        code = simulator.end()
        self.assertEqual(code, 1, simulator.errors)
        return simulator.errors


class Logins(Case):
    def certificate(self, name):
        path = os.path.join(self.folder(), name)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                        "-subj", "/CN=hqsync", "-keyout", path + ".key", "-out", path + ".crt"],
                       check=True, capture_output=True)
        return path

    def assertion(self, sim, path, algorithm="PS256", **changes):
        der = subprocess.run(["openssl", "x509", "-in", path + ".crt", "-outform", "DER"],
                             check=True, capture_output=True).stdout
        thumbprint = {"PS256": ("x5t#S256", hashlib.sha256), "RS256": ("x5t", hashlib.sha1)}
        name, digest = thumbprint[algorithm]
        now = int(time.time())
        claims = {"aud": f"http://{sim.address}/demo/oauth2/v2.0/token", "iss": "hqsync",
                  "sub": "hqsync", "jti": "7d1c", "nbf": now, "exp": now + 300, **changes}
        header = {"alg": algorithm, "typ": "JWT", name: base64url(digest(der).digest())}
        text = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
        padding = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"]
        signature = subprocess.run(
            ["openssl", "dgst", "-sha256", *(padding if algorithm == "PS256" else []),
             "-sign", path + ".key"], input=text.encode(), check=True, capture_output=True).stdout
        return {"client_assertion": text + "." + base64url(signature), "client_assertion_type":
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}

    def test_secret(self):
        sim = self.start("--client-secret", "right")
        self.assertEqual(sim.login({"client_secret": "right"})[0], 200)
        for proof, other, code in (({"client_secret": "wrong"}, {}, 7000215),
                                   ({}, {}, 7000215),
                                   ({"client_secret": "right"}, {"tenant": "other"}, 90002),
                                   ({"client_secret": "right"}, {"client_id": "other"}, 700016),
                                   ({"client_secret": "right"}, {"scope": "all"}, 1002012),
                                   ({"client_secret": "right"}, {"grant_type": "x"}, 70003)):
            with self.subTest(code=code, other=other):
                status, answer = sim.login(proof, **other)
                self.assertIn(status, (400, 401))
                self.assertEqual(answer["error_codes"], [code])

    def test_certificate(self):
        known, stranger = self.certificate("known"), self.certificate("stranger")
        sim = self.start("--client-certificate", known + ".crt")
        for algorithm in ("PS256", "RS256"):
            status, answer = sim.login(self.assertion(sim, known, algorithm))
            self.assertEqual(status, 200, answer)
            sim.token = answer["access_token"]
            self.assertEqual(sim.call("GET", USER + "/contactFolders")[0], 200)
        now = int(time.time())
        for changes, code in (({"exp": now - 1}, 700024), ({"nbf": now + 3600}, 700024),
                              ({"aud": "http://elsewhere.example"}, 700023),
                              ({"sub": "other"}, 700021), ({"jti": ""}, 50027)):
            with self.subTest(changes=list(changes)):
                status, answer = sim.login(self.assertion(sim, known, **changes))
                self.assertEqual((status, answer["error_codes"]), (401, [code]))
        proof = self.assertion(sim, stranger)
        self.assertEqual(sim.login(proof)[1]["error_codes"], [700027])
        head, body, _ = self.assertion(sim, known)["client_assertion"].split(".")
        proof["client_assertion"] = f"{head}.{body}." + base64url(b"x" * 256)
        self.assertEqual(sim.login(proof)[1]["error_codes"], [700027])
        for text in ("", "a.b", "a.b.c", "%%.%%.%%", "e30.e30.e30"):
            proof["client_assertion"] = text
            self.assertEqual(sim.login(proof)[1]["error_codes"], [50027])

    def test_no_certificate(self):
        path = os.path.join(self.folder(), "empty.crt")
        with open(path, "w", encoding="ascii") as file:
            file.write("none\n")
        self.assertIn("sim.certificate", self.refused("--client-certificate", path))

    def test_a_token_ends(self):
        sim = self.start()
        sim.call("POST", "/sim/limits", {"token_seconds": 1})
        status, answer = sim.login({"client_secret": "simulator"})
        self.assertEqual((status, answer["expires_in"]), (200, 1))
        sim.token = answer["access_token"]
        time.sleep(2)
        status, answer = sim.call("GET", USER + "/contactFolders")
        self.assertEqual((status, answer["error"]["code"]), (401, "InvalidAuthenticationToken"))


class StateFile(Case):
    def test_everything_is_there_after_a_restart(self):
        file = os.path.join(self.folder(), "mailboxes")
        first = self.start("--state", file)
        made = first.call("POST", USER + "/contactFolders", {"displayName": "Ärger \"x\""})[1]
        inside = f"{USER}/contactFolders/{made['id']}/contacts"
        contact = first.call("POST", inside, {
            "givenName": "Jörg", "businessPhones": ["1", "2"],
            "singleValueExtendedProperties": [{"id": MARK, "value": "hq:7"}]})[1]
        gone = first.call("POST", inside, {"givenName": "Gone"})[1]
        first.call("PUT", f"{inside}/{contact['id']}/photo/$value", PHOTO,
                   Content_Type="image/jpeg")
        link = first.call("GET", inside + "/delta")[1]["@odata.deltaLink"].split("/v1.0")[1]
        first.call("DELETE", f"{inside}/{gone['id']}")
        before = first.call("GET", "/sim/mailboxes/ute@agentur.example")[1]
        self.assertEqual(first.end(), 0)

        second = self.start("--state", file)
        self.assertEqual(second.call("GET", "/sim/mailboxes/ute@agentur.example")[1], before)
        self.assertEqual(
            second.call("GET", f"{inside}/{contact['id']}/photo/$value")[1], PHOTO)
        changes = second.call("GET", "/v1.0" + link)[1]["value"]
        self.assertEqual([(c["id"], "@removed" in c) for c in changes], [(gone["id"], True)])
        new = second.call("POST", inside, {"givenName": "New"})[1]
        self.assertNotIn(new["id"], (contact["id"], gone["id"]))

    def test_saved_on_request_and_in_one_piece(self):
        file = os.path.join(self.folder(), "mailboxes")
        first = self.start("--state", file)
        first.call("POST", USER + "/contacts", {"givenName": "Ute"})
        self.assertEqual(first.call("POST", "/sim/save")[0], 200)
        first.end(signal.SIGKILL)
        second = self.start("--state", file)
        self.assertEqual(len(second.call("GET", USER + "/contacts")[1]["value"]), 1)

    def test_other_seed_domain_and_broken_lines(self):
        file = os.path.join(self.folder(), "mailboxes")
        first = self.start("--state", file)
        first.call("POST", USER + "/contacts", {"givenName": "Ute"})
        self.assertEqual(first.end(), 0)
        self.assertIn("another domain or seed", self.refused("--state", file, "--seed", "2"))
        with open(file, encoding="utf-8") as stream:
            good = stream.read().splitlines()
        contents = json.loads(good[1])
        contents["contacts"][0]["folder"] = 99
        for second_line in ("{", "{}", json.dumps(contents), good[1][:40]):
            with open(file, "w", encoding="utf-8") as stream:
                stream.write(good[0] + "\n" + second_line + "\n")
            message = self.refused("--state", file)
            self.assertIn("line 2", message)
        with open(file, "w", encoding="utf-8"):
            pass
        self.assertIn("empty", self.refused("--state", file))

    def test_no_place_to_write(self):
        sim = self.start("--state", os.path.join(self.folder(), "missing", "mailboxes"))
        self.assertEqual(sim.call("POST", "/sim/save")[0], 500)
        self.assertEqual(sim.end(), 1)
        self.assertIn("sim.state", sim.errors)


class Recorded(Case):
    def test_requests_with_their_answers_and_no_secret(self):
        file = os.path.join(self.folder(), "record")
        sim = self.start("--record", file)
        sim.call("POST", USER + "/contacts", {"givenName": "Jörg"})
        sim.call("GET", USER + "/contacts?$top=1")
        sim.call("GET", "/sim/counters")
        sim.call("PUT", USER + "/contacts/x/photo/$value", b"\xff\xd8", Content_Type="image/jpeg")
        with open(file, encoding="utf-8") as stream:
            text = stream.read()
        lines = [json.loads(line) for line in text.splitlines()]
        self.assertEqual([(line["method"], line["status"]) for line in lines],
                         [("POST", 200), ("POST", 201), ("GET", 200), ("PUT", 400)])
        self.assertEqual(json.loads(lines[1]["request_body"]), {"givenName": "Jörg"})
        self.assertEqual(json.loads(lines[2]["response_body"])["value"][0]["givenName"], "Jörg")
        self.assertEqual(lines[2]["target"], USER + "/contacts?$top=1")
        self.assertNotIn("request_body", lines[3])
        self.assertNotIn(sim.token, text)
        self.assertNotIn("client_secret", text)

    def test_no_place_to_write(self):
        self.assertIn("sim.record", self.refused("--record", os.path.join(self.folder(), "a", "b")))


class Limits(Case):
    def test_four_requests_at_once_on_one_mailbox(self):
        sim = self.start()
        sim.call("POST", "/sim/faults", {"kind": "latency", "milliseconds": 800})
        statuses = []
        threads = [threading.Thread(target=lambda: statuses.append(
            sim.call("GET", USER + "/contactFolders")[0])) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(statuses), [200] * 4 + [429] * 2)
        counters = sim.call("GET", "/sim/counters")[1]["mailboxes"]["ute@agentur.example"]
        self.assertEqual((counters["max_in_flight"], counters["throttled"]), (4, 2))

    def test_requests_in_a_window(self):
        sim = self.start()
        sim.call("POST", "/sim/limits", {"requests": 3, "seconds": 2})
        self.assertEqual([sim.call("GET", USER + "/contacts")[0] for _ in range(4)],
                         [200, 200, 200, 429])
        other = "/v1.0/users/other@agentur.example/contacts"
        self.assertEqual(sim.call("GET", other)[0], 200)
        status, headers, _ = sim.raw("GET", USER + "/contacts", None,
                                     {"Authorization": f"Bearer {sim.token}"})
        self.assertEqual(status, 429)
        time.sleep(int(headers["Retry-After"]) + 0.1)
        self.assertEqual(sim.call("GET", USER + "/contacts")[0], 200)

    def test_wrong_limits(self):
        sim = self.start()
        for wrong in ({"requests": 0}, {"requests": "3"}, {"other": 3}, []):
            self.assertEqual(sim.call("POST", "/sim/limits", wrong)[0], 400)


class Batches(Case):
    def test_binary_bodies(self):
        sim = self.start()
        contact = sim.call("POST", USER + "/contacts", {"givenName": "Ute"})[1]["id"]
        photo = f"{USER[5:]}/contacts/{contact}/photo/$value"
        answers, _ = sim.batch(
            {"method": "PUT", "url": photo, "headers": {"Content-Type": "image/jpeg"},
             "body": base64.b64encode(PHOTO).decode()},
            {"method": "GET", "url": photo, "dependsOn": ["0"]})
        self.assertEqual([answers[at]["status"] for at in "01"], [200, 200])
        self.assertEqual(base64.b64decode(answers["1"]["body"]), PHOTO)

    def test_answers_come_in_any_order(self):
        sim = self.start("--seed", "5")
        _, answers = sim.batch(*({"method": "GET", "url": USER[5:] + "/contacts"}
                                 for _ in range(20)))
        order = [int(item["id"]) for item in answers]
        self.assertEqual(sorted(order), list(range(20)))
        self.assertNotEqual(order, list(range(20)))

    def test_what_no_batch_is(self):
        sim = self.start()
        item = {"id": "1", "method": "GET", "url": USER[5:] + "/contacts"}
        for wrong in ([], [item] * 2, [{**item, "url": "x"}], [{**item, "dependsOn": ["9"]}],
                      [{**item, "dependsOn": ["2"]}, {**item, "id": "2", "dependsOn": ["1"]}],
                      [{**item, "method": "POST", "body": {}}],
                      [{**item, "id": str(at)} for at in range(21)]):
            status, answer = sim.call("POST", "/v1.0/$batch", {"requests": wrong})
            self.assertEqual((status, answer["error"]["code"]), (400, "BadRequest"))


class Folders(Case):
    def test_rename_find_and_remove(self):
        sim = self.start()
        folders = USER + "/contactFolders"
        parent = sim.call("POST", folders, {"displayName": "Parent"})[1]["id"]
        child = sim.call("POST", f"{folders}/{parent}/childFolders", {"displayName": "C"})[1]["id"]
        self.assertEqual(sim.call("GET", f"{folders}/{parent}/childFolders")[1]["value"][0]["id"],
                         child)
        self.assertEqual(sim.call("PATCH", f"{folders}/{child}", {"displayName": "Neu's"})[0], 200)
        found = sim.call("GET", f"{folders}/{parent}/childFolders?"
                         "$filter=displayName%20eq%20'neu''s'")[1]
        self.assertEqual([f["displayName"] for f in found["value"]], ["Neu's"])
        self.assertEqual(sim.call("POST", folders, {"displayName": "A", "color": "x"})[0], 400)
        sim.call("POST", f"{folders}/{child}/contacts", {"givenName": "Ute"})
        self.assertEqual(sim.call("DELETE", f"{folders}/{parent}")[0], 204)
        self.assertEqual(sim.call("GET", f"{folders}/{child}")[0], 404)
        self.assertEqual(sim.call("GET", f"{folders}/{child}/contacts")[0], 404)
        again = sim.call("POST", folders, {"displayName": "Parent"})[1]["id"]
        self.assertEqual(sim.call("POST", f"{folders}/{again}/permanentDelete")[0], 204)
        dump = sim.call("GET", "/sim/mailboxes/ute@agentur.example")[1]["folders"]
        self.assertEqual({f["displayName"]: f["live"] for f in dump},
                         {"Contacts": True, "Deleted Items": False, "Parent": False,
                          "Neu's": False})
        self.assertEqual(sim.call("DELETE", folders + "/contacts")[0], 403)

    def test_pages(self):
        sim = self.start()
        for number in range(23):
            sim.call("POST", USER + "/contactFolders", {"displayName": f"F{number}"})
        names, target = [], USER + "/contactFolders?$select=displayName"
        pages = 0
        while target:
            page = sim.call("GET", target)[1]
            names += [folder["displayName"] for folder in page["value"]]
            target = page.get("@odata.nextLink", "").partition(sim.address)[2]
            pages += 1
        self.assertEqual((sorted(names), pages), (sorted(f"F{n}" for n in range(23)), 3))

    def test_users_are_those_whom_somebody_asked_for(self):
        sim = self.start()
        for name in ("a", "b", "c"):
            sim.call("GET", f"/v1.0/users/{name}@agentur.example")
        page = sim.call("GET", "/v1.0/users?$top=2")[1]
        self.assertEqual([user["mail"] for user in page["value"]],
                         ["a@agentur.example", "b@agentur.example"])
        rest = sim.call("GET", page["@odata.nextLink"].partition(sim.address)[2])[1]["value"]
        self.assertEqual([user["mail"] for user in rest], ["c@agentur.example"])
        by_id = sim.call("GET", f"/v1.0/users/{rest[0]['id']}")[1]
        self.assertEqual(by_id["userPrincipalName"], "c@agentur.example")
        self.assertEqual(sim.call("GET", "/v1.0/users/a@other.example/contacts")[1]["error"]["code"],
                         "ErrorInvalidUser")


class Contacts(Case):
    def test_immutable_ids_outlive_a_deletion_into_another_folder(self):
        sim = self.start()
        prefer = {"Prefer": 'IdType="ImmutableId"'}
        made = sim.call("POST", USER + "/contacts", {"givenName": "Ute"}, **prefer)[1]
        classic = sim.call("GET", USER + "/contacts")[1]["value"][0]
        self.assertNotEqual(made["id"], classic["id"])
        for name in (made["id"], classic["id"]):
            self.assertEqual(sim.call("GET", f"{USER}/contacts/{name}")[0], 200)
        self.assertEqual(sim.call("GET", f"{USER}/contacts/AAMkxyz")[1]["error"]["code"],
                         "ErrorInvalidIdMalformed")

    def test_a_mark_is_taken_off(self):
        sim = self.start()
        made = sim.call("POST", USER + "/contacts", {
            "givenName": "Ute",
            "singleValueExtendedProperties": [{"id": MARK, "value": "hq:7"}]})[1]
        one = f"{USER}/contacts/{made['id']}"
        mark = urllib.parse.quote(MARK, safe="")
        self.assertEqual(sim.call("DELETE", f"{one}/singleValueExtendedProperties/{mark}")[0], 204)
        self.assertEqual(sim.call("DELETE", f"{one}/singleValueExtendedProperties/{mark}")[0], 404)
        expand = urllib.parse.quote(f"singleValueExtendedProperties($filter=id eq '{MARK}')")
        self.assertNotIn("singleValueExtendedProperties",
                         sim.call("GET", f"{one}?$expand={expand}")[1])

    def test_what_a_contact_cannot_have(self):
        sim = self.start()
        for wrong in ({"emailAddress": "a@b.example"}, {"businessPhones": ["1", "2", "3"]},
                      {"givenName": 7}, {"birthday": "4.9.1959"}, {"businessAddress": {"zip": "1"}},
                      {"emailAddresses": [], "primaryEmailAddress": {"address": "a@b.example"}}):
            self.assertEqual(sim.call("POST", USER + "/contacts", wrong)[0], 400, wrong)
        self.assertEqual(sim.call("GET", USER + "/contacts")[1]["value"], [])


class Changes(Case):
    def test_pages_of_a_delta_and_what_it_leaves_out(self):
        sim = self.start()
        ids = [sim.call("POST", USER + "/contacts", {"givenName": f"N{n}"})[1]["id"]
               for n in range(7)]
        sim.call("POST", f"{USER}/contacts/{ids[0]}/permanentDelete")
        target, seen, pages = USER + "/contactFolders/contacts/contacts/delta", [], 0
        while True:
            page = sim.call("GET", target, Prefer="odata.maxpagesize=3")[1]
            seen += page["value"]
            pages += 1
            if "@odata.deltaLink" in page:
                break
            target = page["@odata.nextLink"].partition(sim.address)[2]
        self.assertEqual([item["id"] for item in seen], ids[1:])
        self.assertGreater(pages, 1)
        target = page["@odata.deltaLink"].partition(sim.address)[2]
        sim.call("PATCH", f"{USER}/contacts/{ids[3]}", {"title": "Dr."})
        sim.call("DELETE", f"{USER}/contacts/{ids[4]}")
        changed = sim.call("GET", target)[1]["value"]
        self.assertEqual({item["id"]: "@removed" in item for item in changed},
                         {ids[3]: False, ids[4]: True})
        self.assertEqual(sim.call("GET", target + "&$filter=x")[0], 400)
        sim.call("POST", "/sim/faults", {"kind": "expire_deltas"})
        self.assertEqual(sim.call("GET", target)[0], 410)


class Misbehaviour(Case):
    def test_what_is_no_fault(self):
        sim = self.start()
        for wrong in ([], {}, {"kind": "none"}, {"kind": "status", "status": 200},
                      {"kind": "status", "cuont": 3}, {"kind": "drop", "scope": "all"},
                      {"kind": "bad_item"}, {"kind": "drop", "every": 0}):
            self.assertEqual(sim.call("POST", "/sim/faults", wrong)[0], 400, wrong)

    def test_each_third_request(self):
        sim = self.start()
        sim.call("POST", "/sim/faults", {"kind": "status", "status": 503, "every": 3, "count": 2})
        self.assertEqual([sim.call("GET", USER + "/contacts")[0] for _ in range(9)],
                         [200, 200, 503, 200, 200, 503, 200, 200, 200])
        self.assertEqual(sim.call("GET", "/sim/faults")[1]["faults"],
                         [{"kind": "status", "fired": 2}])

    def test_a_full_mailbox_is_read_but_not_tracked(self):
        sim = self.start()
        sim.call("POST", "/sim/faults", {"kind": "quota", "mailbox": "Ute@agentur.example"})
        self.assertEqual(sim.call("GET", USER + "/contacts")[0], 200)
        delta = USER + "/contactFolders/contacts/contacts/delta"
        for method, target, body in (("GET", delta, None), ("POST", USER + "/contacts", {})):
            status, answer = sim.call(method, target, body)
            self.assertEqual((status, answer["error"]["code"]), (507, "ErrorQuotaExceeded"))

    def test_whole_batches_and_their_items(self):
        sim = self.start()
        item = {"method": "GET", "url": USER[5:] + "/contacts"}
        sim.call("POST", "/sim/faults", {"kind": "status", "status": 503, "count": 1,
                                         "scope": "request", "mailbox": "ute@agentur.example"})
        body = {"requests": [{"id": "1", **item}]}
        self.assertEqual(sim.call("POST", "/v1.0/$batch", body)[0], 503)
        sim.call("POST", "/sim/faults", {"kind": "status", "status": 429, "retry_after": 7,
                                         "count": 1, "scope": "batch_item"})
        answers, _ = sim.batch(item, item)
        self.assertEqual(sorted(answer["status"] for answer in answers.values()), [200, 429])
        refused = [answer for answer in answers.values() if answer["status"] == 429]
        self.assertEqual(refused[0]["headers"]["Retry-After"], "7")

    def test_work_is_done_though_the_answer_is_lost(self):
        sim = self.start()
        sim.call("POST", "/sim/faults", {"kind": "drop_after_work", "count": 1})
        with self.assertRaises(http.client.HTTPException):
            sim.call("POST", USER + "/contacts", {"givenName": "Ute"})
        sim.call("POST", "/sim/faults", {"kind": "drop", "method": "POST", "path": "/contacts"})
        with self.assertRaises(http.client.HTTPException):
            sim.call("POST", USER + "/contacts", {"givenName": "Jörg"})
        names = [c["givenName"] for c in sim.call("GET", USER + "/contacts")[1]["value"]]
        self.assertEqual(names, ["Ute"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:])
