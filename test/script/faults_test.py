#!/usr/bin/env python3
"""Every fault that the simulator can make: after it, the mailboxes equal the plan, nothing is doubled
or lost, and what the users added by hand is still there. Real program, real sockets, real files.
SWEEP_EVERY=N tries only each N-th fault."""
import collections
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse
import urllib.request

PROGRAM, SOURCE = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[3])
MARK = "Name HqContact"
FOLDERS = {"HQ Meine Kontakte": "mine", "HQ Globale Kontakte": "global"}
JULE, SOEREN = "jule.petersen@agentur.example", "soeren.krueger@agentur.example"

PHOTO = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")

FAULTS = {
    "throttled_batches": {"kind": "status", "status": 429, "retry_after": 1, "path": "$batch", "count": 2},
    "throttled_items": {"kind": "status", "status": 429, "scope": "batch_item", "count": 5},
    "busy": {"kind": "status", "status": 503, "count": 6},
    "busy_items": {"kind": "status", "status": 503, "scope": "batch_item", "count": 7},
    "batch_answer_lost": {"kind": "drop_after_work", "path": "$batch", "count": 3},
    "batch_lost_before_the_work": {"kind": "drop", "path": "$batch", "count": 3},
    "item_done_but_timed_out": {"kind": "504_after_work", "scope": "batch_item", "count": 9},
    "batch_done_but_timed_out": {"kind": "504_after_work", "path": "$batch", "count": 2},
    "create_of_a_move_lost": {"kind": "drop_after_work", "method": "POST", "path": "/contacts", "count": 3},
    "delta_lost": {"kind": "drop_after_work", "path": "delta", "count": 2},
    "token_refused": {"kind": "status", "status": 401, "path": "$batch", "count": 1},
    "each_seventh_item_busy": {"kind": "status", "status": 503, "scope": "batch_item", "every": 7,
                               "count": 20},
    "items_refused": {"kind": "bad_item", "contains": "{", "every": 5, "count": 4},
    "login_lost": {"kind": "drop", "path": "/oauth2/", "count": 1},
    "login_busy": {"kind": "status", "status": 503, "path": "/oauth2/", "count": 2},
    "deltas_expired": {"kind": "expire_deltas"},
    "mailbox_full": {"kind": "quota", "mailbox": JULE},
    "mailbox_without_licence": {"kind": "no_licence", "mailbox": JULE},
    "access_denied": {"kind": "access_denied", "mailbox": JULE},
}


class Faults(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="hqsync-faults-")
        self.addCleanup(temporary.cleanup)
        self.folder = temporary.name
        self.environment = {name: value for name, value in os.environ.items()
                            if not name.startswith("HQSYNC_")}
        self.simulator = subprocess.Popen(
            [PROGRAM, "sim", "--listen", "127.0.0.1:0", "--domain", "agentur.example"],
            stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.end_simulator)
        self.url = None
        for line in self.simulator.stdout:
            if line.startswith("control "):
                self.url = line.split()[1].removesuffix("/").removesuffix("/sim")
            if line.strip() == "ready":
                break
        self.write_config(settle_seconds=0)
        self.run_program("hq", "import", os.path.join(SOURCE, "sample"))

    def write_config(self, settle_seconds):
        with open(os.path.join(self.folder, "secret"), "w", encoding="utf-8") as file:
            file.write("simulator\n")
        with open(os.path.join(self.folder, "hqsync.toml"), "w", encoding="utf-8") as file:
            file.write(f'[hq]\ndatabase = "hq.db"\n[exchange]\ngraph_url = "{self.url}"\n'
                       f'login_url = "{self.url}"\ntenant = "demo"\nclient_id = "hqsync"\n'
                       f'client_secret_file = "secret"\nsettle_seconds = {settle_seconds}\n'
                       '[state]\ndatabase = "state.db"\n')

    def end_simulator(self):
        self.simulator.send_signal(signal.SIGTERM)
        self.simulator.stdout.close()
        try:
            self.assertEqual(self.simulator.wait(30), 0)
        finally:
            self.simulator.kill()

    def run_program(self, *arguments, codes=(0,)):
        done = subprocess.run([PROGRAM, *arguments], cwd=self.folder, env=self.environment,
                              capture_output=True, text=True, timeout=200, check=False)
        self.assertIn(done.returncode, codes, done.stdout + done.stderr)
        return done

    def sync(self, codes=(0,)):
        return self.run_program("sync", "--json", "--user", JULE, "--user", SOEREN, codes=codes)

    def control(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/sim/{path}", data=data, method=method,
                                         headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read() or b"{}")

    def graph(self, method, path, body=None, kind="application/json"):
        """As the user would: his own edits, past the program."""
        form = urllib.parse.urlencode({"client_id": "hqsync", "client_secret": "simulator",
                                       "grant_type": "client_credentials",
                                       "scope": "https://graph.microsoft.com/.default"})
        with urllib.request.urlopen(f"{self.url}/demo/oauth2/v2.0/token", form.encode(),
                                    timeout=20) as answer:
            token = json.load(answer)["access_token"]
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/v1.0/users/{JULE}/{path}", data=data,
                                         method=method)
        request.add_header("Authorization", f"Bearer {token}")
        request.add_header("Content-Type", kind)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.read()

    def add_by_hand(self):
        """To contacts that edit_hq will move: notes, a photo, a private number; and one of his own."""
        by_mark = {mark: contact for _, mark, contact in self.items(JULE) if mark}
        for number in self.moving:
            contact = by_mark[f"hq:{number}"]["id"]
            self.graph("PATCH", f"contacts/{contact}",
                       {"personalNotes": f"Typed {number}", "homePhones": ["+49 30 5550100"]})
            self.graph("PUT", f"contacts/{contact}/photo/$value", PHOTO, "image/jpeg")
        self.graph("POST", "contacts", {"givenName": "Own", "surname": "Contact"})

    def check_additions(self):
        found = {mark: contact for _, mark, contact in self.items(JULE)}
        for number in self.moving:
            contact = found[f"hq:{number}"]
            self.assertEqual(contact["personalNotes"], f"Typed {number}")
            self.assertEqual(contact["homePhones"], ["+49 30 5550100"])
            self.assertEqual(self.graph("GET", f"contacts/{contact['id']}/photo/$value"), PHOTO)
        own = [contact["surname"] for _, mark, contact in self.items(JULE) if mark is None]
        self.assertEqual(own, ["Contact"])

    def items(self, address):
        """All live contacts of a mailbox as (folder name, mark or None, contact)."""
        found = []
        for folder in self.control("GET", f"mailboxes/{address}")["folders"]:
            if not folder.get("live", True):
                continue
            for contact in folder.get("contacts", []):
                mark = [p["value"] for p in contact.get("singleValueExtendedProperties", [])
                        if p["id"].endswith(MARK)]
                found.append((folder["displayName"], mark[0] if mark else None, contact))
        return found

    def check_equals_plan(self, address):
        wanted = json.loads(self.run_program("placements", "--user", address, "--json").stdout)
        expected = collections.Counter()
        for place in ("mine", "global"):
            expected.update((place, f"hq:{entry['contact']}") for entry in wanted[place])
        self.assertGreater(len(expected), 300)
        shown = collections.Counter((FOLDERS.get(name, name), mark)
                                    for name, mark, _ in self.items(address) if mark)
        self.assertEqual(shown, expected)

    def choose(self):
        mine = json.loads(self.run_program("placements", "--user", JULE, "--json").stdout)
        self.changing = [entry["contact"] for entry in mine["global"][:25]]
        self.moving = self.changing[:8]

    def edit_hq(self):
        """Updates, moves both ways, deletions and a new contact."""
        numbers = self.changing
        edits = [{"op": "set", "entity": "contact", "id": number,
                  "fields": {"Position": "Neue Aufgabe"}} for number in numbers]
        edits.append({"op": "add", "entity": "project", "id": 999, "fields": {
            "Name": "Umzug", "Members": [{"UserId": 1}],
            "ContactPersons": [{"Id": number} for number in self.moving]}})
        edits.append({"op": "set", "entity": "company", "id": 101, "fields": {"ResponsibleUsers": []}})
        edits.append({"op": "delete", "entity": "contact", "id": numbers[-1]})
        edits.append({"op": "add", "entity": "contact", "id": 30001,
                      "fields": {"FirstName": "Neu", "LastName": "Ankömmling"}})
        with open(os.path.join(self.folder, "edits.json"), "w", encoding="utf-8") as file:
            json.dump(edits, file)
        self.run_program("hq", "apply", "edits.json")

    def settle(self, must_fire=True):
        """Passes without faults until one of them succeeds; the next must have nothing left to do."""
        for fault in self.control("GET", "faults")["faults"]:
            if must_fire:
                self.assertGreater(fault["fired"], 0, "the fault never came true")
        self.control("DELETE", "faults")
        for _ in range(4):
            done = self.sync(codes=(0, 1, 3))
            if done.returncode == 0:
                break
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.control("POST", "counters/reset")
        self.sync()
        counters = self.control("GET", "counters")
        self.assertEqual(counters["totals"]["writes"], 0)
        for address in (JULE, SOEREN):
            self.check_equals_plan(address)

    def try_fault(self, fault):
        with self.subTest("first sync"):
            self.control("POST", "faults", fault)
            self.sync(codes=(0, 1, 3))
            self.settle()
        with self.subTest("incremental pass"):
            self.choose()
            self.add_by_hand()
            self.edit_hq()
            self.control("POST", "faults", fault)
            self.sync(codes=(0, 1, 3))
            self.settle()
            self.check_additions()
        with self.subTest("lost state"):
            before = self.items(JULE)
            for name in os.listdir(self.folder):
                if name.startswith("state.db"):
                    os.remove(os.path.join(self.folder, name))
            self.control("POST", "faults", fault)
            self.sync(codes=(0, 1, 3))
            self.settle(must_fire=False)  # such a pass writes nothing, and sends no batch
            self.assertEqual(sorted(json.dumps(item) for item in before),
                             sorted(json.dumps(item) for item in self.items(JULE)),
                             "without its memory the program changed a mailbox")


    def kill_after(self, requests):
        """Kills a sync once it has sent that many; whether it was still at work then."""
        self.control("POST", "counters/reset")
        run = subprocess.Popen([PROGRAM, "sync", "--user", JULE], cwd=self.folder,
                               env=self.environment, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while (run.poll() is None and time.monotonic() < deadline and
               self.control("GET", "counters")["totals"]["requests"] < requests):
            time.sleep(0.005)
        was_at_work = run.poll() is None
        run.kill()
        run.wait(30)
        return was_at_work

    def test_killed_again_and_again(self):
        self.write_config(settle_seconds=1)
        self.control("POST", "faults", {"kind": "latency", "scope": "batch_item",
                                        "milliseconds": 20})
        dice = random.Random(7)
        for stage in ("first sync", "incremental pass"):
            if stage == "incremental pass":
                self.choose()
                self.add_by_hand()
                self.edit_hq()
            killed = sum(self.kill_after(dice.randrange(1, 60)) for _ in range(8))
            self.assertGreater(killed, 0)
            time.sleep(1.2)  # longer than settle_seconds
            self.settle()
        self.check_additions()

    def test_request_limit(self):
        self.control("POST", "limits", {"requests": 200, "seconds": 5})
        self.sync()
        self.assertGreater(self.control("GET", "counters")["totals"]["throttled"], 0)
        self.settle()

    def test_short_lived_tokens(self):
        self.control("POST", "limits", {"token_seconds": 1})
        self.control("POST", "faults", {"kind": "latency", "path": "$batch", "milliseconds": 150})
        self.sync()
        self.assertGreater(self.control("GET", "counters")["tokens_issued"], 2)
        self.settle()


def make_test(fault):
    return lambda self: self.try_fault(fault)


for fault_name in list(FAULTS)[::int(os.environ.get("SWEEP_EVERY", "1"))]:
    setattr(Faults, f"test_{fault_name}", make_test(FAULTS[fault_name]))

if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:])
