#!/usr/bin/env python3
"""What a mailbox costs: the first pass over many contacts, a pass with nothing changed, one changed
contact. Prints requests and the ratio of the time to the bound that the simulator's delays set.
usage: first_sync_bench.py BINARY [CONTACTS [MILLISECONDS]]   exit code 1 when a bound does not hold"""
import json
import math
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

USERS = ("anna@agentur.example", "bert@agentur.example")
AT_ONCE, BATCH = 4, 20  # the service's limits


def agency(contacts):
    """Both users see every contact; Anna is responsible for one company in ten."""
    companies = max(1, contacts // 5)
    return {
        "Users": [{"Id": at + 1, "EMailWork": address, "FirstName": address.split("@")[0].title(),
                   "LastName": "Muster"} for at, address in enumerate(USERS)],
        "Companies": [{"Id": 1000 + at, "Name": f"Firma {at} GmbH",
                       "ResponsibleUsers": [{"Id": 1}] if at % 10 == 0 else []}
                      for at in range(companies)],
        "ContactPersons": [{"Id": 100_000 + at, "CompanyId": 1000 + at % companies,
                            "FirstName": "Jörg", "LastName": f"Müller-{at}",
                            "Position": "Einkauf", "PhoneMobile": f"+49 171 {5_550_000 + at}",
                            "DefaultAddress": {"Id": 900_000 + at,
                                               "Email": f"joerg.{at}@kunde.example"}} for at in range(contacts)],
    }


class Bench:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.simulator = subprocess.Popen([program, "sim", "--listen", "127.0.0.1:0"],
                                          stdout=subprocess.PIPE, text=True)
        for line in self.simulator.stdout:
            if line.startswith("login "):
                self.url = line.split()[1]
            if line.strip() == "ready":
                break
        with open(os.path.join(folder, "secret"), "w", encoding="ascii") as file:
            file.write("simulator\n")
        with open(os.path.join(folder, "hqsync.toml"), "w", encoding="ascii") as file:
            file.write(f'[hq]\ndatabase = "hq.db"\n[exchange]\ngraph_url = "{self.url}"\n'
                       f'login_url = "{self.url}"\ntenant = "demo"\nclient_id = "hqsync"\n'
                       'client_secret_file = "secret"\n[state]\ndatabase = "state.db"\n')

    def end(self):
        self.simulator.send_signal(signal.SIGTERM)
        self.simulator.stdout.close()
        self.simulator.wait(30)

    def run(self, *arguments):
        done = subprocess.run([self.program, *arguments], cwd=self.folder, capture_output=True,
                              text=True, timeout=900, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{arguments}: {done.returncode} {done.stdout}{done.stderr}")
        return done.stdout

    def control(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/sim/{path}", data,
                                         {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def take_in(self, contacts):
        folder = os.path.join(self.folder, "agency")
        os.makedirs(folder)
        for name, records in agency(contacts).items():
            with open(os.path.join(folder, name + ".json"), "w", encoding="utf-8") as file:
                json.dump(records, file)
        self.run("hq", "import", folder)

    def delay(self, milliseconds):
        """A round trip for each HTTP request, and work for each item of a batch."""
        for scope in ("request", "batch_item"):
            self.control("faults", {"kind": "latency", "scope": scope,
                                    "milliseconds": milliseconds})

    def sync(self, *users):
        """Seconds of a pass, and the simulator's counters of each mailbox."""
        self.control("counters/reset", {})
        named = [word for user in users for word in ("--user", user)]
        began = time.monotonic()
        self.run("sync", *named)
        return time.monotonic() - began, self.control("counters")["mailboxes"]


def bound(contacts, milliseconds):
    """One batch is on its way at a time, since four of its items are what a mailbox allows."""
    batches = math.ceil(contacts / BATCH)
    rounds = math.ceil(contacts / AT_ONCE)
    return (batches + rounds) * milliseconds / 1000


def counts(bench, contacts):
    """Yields what holds or does not after a first pass: (holds, what was seen)."""
    anna, bert = USERS
    _, seen = bench.sync(anna, bert)
    for name in USERS:
        yield seen[name]["writes"] == 0, f"nothing changed: {seen[name]['writes']} writes"
        yield (seen[name]["delta_requests"] == 2,
               f"nothing changed: {seen[name]['delta_requests']} delta requests for 2 folders")
    bench.run("hq", "set", "contact", str(100_000 + contacts // 2), "Position=Vertrieb")
    _, seen = bench.sync(anna, bert)
    for name in USERS:
        yield seen[name]["writes"] == 1, f"one contact changed: {seen[name]['writes']} write"


def first_pass(seen, contacts):
    """Yields what holds or does not of the first pass."""
    most = math.ceil(contacts / BATCH) + math.ceil(contacts / 500)
    yield (seen["write_batches"] <= most,
           f"first pass: {seen['write_batches']} write batches, at most {most}")
    yield (seen["max_in_flight"] <= AT_ONCE,
           f"first pass: {seen['max_in_flight']} requests in flight, at most {AT_ONCE}")
    yield seen["throttled"] == 0, f"first pass: {seen['throttled']} times too many"


def main():
    program = os.path.abspath(sys.argv[1])
    contacts = int(sys.argv[2]) if len(sys.argv) > 2 else 5000
    milliseconds = int(sys.argv[3]) if len(sys.argv) > 3 else 20
    failed = 0
    with tempfile.TemporaryDirectory(prefix="hqsync-bench-") as folder:
        bench = Bench(program, folder)
        try:
            bench.take_in(contacts)
            bench.sync(USERS[1])
            bench.delay(milliseconds)
            seconds, seen = bench.sync(USERS[0])
            least = bound(contacts, milliseconds)
            ratio = seconds / least
            results = list(first_pass(seen[USERS[0]], contacts))
            results.append((ratio <= 1.10, f"first pass: {seconds:.1f} s for {contacts} contacts, "
                            f"bound {least:.1f} s, ratio {ratio:.3f}, at most 1.10"))
            results += counts(bench, contacts)
        finally:
            bench.end()
    for holds, what in results:
        print("ok   " if holds else "WRONG", what)
        failed += not holds
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
