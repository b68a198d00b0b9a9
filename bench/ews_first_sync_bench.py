#!/usr/bin/env python3
"""The first pass over many mailboxes through EWS, against a short program on exchangelib that makes
the same contacts in the same folders at the same simulator. Prints the ratios of wall time,
processor time and peak memory (ours / theirs); the peer runs with its best chunk size of those tried.
usage: ews_first_sync_bench.py BINARY [MAILBOXES [CONTACTS [MILLISECONDS]]]
exit code 1: the mailboxes do not hold the same afterwards, or an aim is missed"""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
USER, PASSWORD = "AGENTUR\\hqsync", "geheim-1"
CHUNKS, THREADS = (50, 100, 250, 500), 10
ROLES = {"HQ Meine Kontakte": "mine", "HQ Globale Kontakte": "global"}
# What each server makes up for itself.
MADE = ("@odata.etag", "id", "createdDateTime", "lastModifiedDateTime", "changeKey",
        "parentFolderId")
AIMS = {"wall time": 0.20, "processor time": 0.10}


def addresses(mailboxes):
    return [f"user{at}@agentur.example" for at in range(mailboxes)]


def agency(mailboxes, contacts):
    """Everybody sees every contact; each is responsible for one company in twenty."""
    companies = max(20, contacts // 5)
    return {
        "Users": [{"Id": at + 1, "EMailWork": address, "FirstName": "Kim", "LastName": f"Abel{at}"}
                  for at, address in enumerate(addresses(mailboxes))],
        "Companies": [{"Id": 1000 + at, "Name": f"Firma {at} GmbH",
                       "ResponsibleUsers": [{"Id": at % mailboxes + 1}] if at % 2 == 0 else []}
                      for at in range(companies)],
        "ContactPersons": [
            {"Id": 100_000 + at, "CompanyId": 1000 + at % companies, "FirstName": "Jörg",
             "LastName": f"Müller-{at}", "Position": "Einkauf",
             "PhoneMobile": f"+49 171 {5_550_000 + at}",
             "DefaultAddress": {"Id": 900_000 + at, "Email": f"joerg.{at}@kunde.example",
                                "Street": "Hafenweg", "HouseNumber": str(at % 90 + 1),
                                "ZipCode": "20457", "City": "Hamburg", "Country": "DE"}}
            for at in range(contacts)],
    }


class Simulator:
    def __init__(self, program, folder, milliseconds):
        password = os.path.join(folder, "password")
        with open(password, "w", encoding="ascii") as file:
            file.write(PASSWORD + "\n")
        self.process = subprocess.Popen(
            [program, "sim", "--listen", "127.0.0.1:0", "--ews-user", USER,
             "--ews-password-file", password], stdout=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            if line.startswith("login "):
                self.url = line.split()[1]
            if line.strip() == "ready":
                break
        self.control("faults", {"kind": "latency", "scope": "request",
                                "milliseconds": milliseconds})

    def control(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/sim/{path}", data,
                                         {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def items(self, address):
        """Every contact in the two folders, whole, but for what the server makes up and the names
        of e-mails, which exchangelib cannot write."""
        found = []
        for folder in self.control(f"mailboxes/{address}")["folders"]:
            for item in folder.get("contacts", []) if folder["displayName"] in ROLES else ():
                for mail in (item["emailAddresses"], [item["primaryEmailAddress"]]):
                    for each in mail:
                        each.pop("name")
                whole = {name: value for name, value in item.items() if name not in MADE}
                found.append((ROLES[folder["displayName"]], json.dumps(whole, sort_keys=True)))
        return sorted(found)

    def contents(self, address):
        """What the two folders hold, as the peer takes it."""
        held = {"mine": [], "global": []}
        for folder in self.control(f"mailboxes/{address}")["folders"]:
            role = ROLES.get(folder["displayName"])
            for item in folder.get("contacts", []) if role else ():
                home = item.get("businessAddress") or {}
                held[role].append({
                    "mark": next(each["value"] for each in item["singleValueExtendedProperties"]
                                 if each["id"].endswith("HqContact")),
                    "given_name": item.get("givenName"), "surname": item.get("surname"),
                    "display_name": item.get("displayName"), "file_as": item.get("fileAs"),
                    "position": item.get("jobTitle"), "company": item.get("companyName"),
                    "email": item["emailAddresses"][0]["address"],
                    "mobile": item.get("mobilePhone"), "street": home.get("street"),
                    "city": home.get("city"), "postal_code": home.get("postalCode"),
                    "country": home.get("countryOrRegion"), "categories": item.get("categories")})
        return {role: sorted(each, key=lambda one: one["mark"]) for role, each in held.items()}

    def requests(self):
        return self.control("counters")["totals"]["requests"]

    def seconds(self):
        """Processor time that it took so far."""
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
            user, system = file.read().rsplit(")", 1)[1].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.stdout.close()
        self.process.wait(60)


def measured(arguments, folder):
    """Wall seconds, processor seconds and MB at most of a program that must succeed."""
    began = time.monotonic()
    with open(os.path.join(folder, "output"), "w+", encoding="utf-8") as output:
        running = subprocess.Popen(arguments, cwd=folder, stdout=output, stderr=output)
        _, status, used = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
        if running.returncode != 0:
            output.seek(0)
            raise RuntimeError(f"{arguments[:2]}: {running.returncode}\n{output.read()[-2000:]}")
    return {"wall time": time.monotonic() - began,
            "processor time": used.ru_utime + used.ru_stime, "peak memory": used.ru_maxrss / 1024}


def ours(program, mailboxes, contacts, milliseconds):
    with tempfile.TemporaryDirectory(prefix="hqsync-bench-") as folder:
        simulator = Simulator(program, folder, milliseconds)
        try:
            with open(os.path.join(folder, "hqsync.toml"), "w", encoding="utf-8") as file:
                file.write(f'[hq]\ndatabase = "hq.db"\n[exchange]\napi = "ews"\nauth = "basic"\n'
                           f'ews_url = "{simulator.url}/EWS/Exchange.asmx"\nuser = \'{USER}\'\n'
                           'password_file = "password"\n[state]\ndatabase = "state.db"\n')
            os.makedirs(os.path.join(folder, "agency"))
            for name, records in agency(mailboxes, contacts).items():
                with open(os.path.join(folder, "agency", name + ".json"), "w",
                          encoding="utf-8") as file:
                    json.dump(records, file)
            subprocess.run([program, "hq", "import", "agency"], cwd=folder, check=True,
                           stdout=subprocess.DEVNULL)
            figures = measured([program, "sync", "--quiet"], folder)
            figures |= {"simulator": simulator.seconds(), "requests": simulator.requests()}
            held = {address: simulator.contents(address) for address in addresses(mailboxes)}
            items = {address: simulator.items(address) for address in addresses(mailboxes)}
            return figures, held, items
        finally:
            simulator.end()


def theirs(program, held, chunk, milliseconds, names):
    with tempfile.TemporaryDirectory(prefix="hqsync-bench-") as folder:
        simulator = Simulator(program, folder, milliseconds)
        try:
            with open(os.path.join(folder, "contacts.json"), "w", encoding="utf-8") as file:
                json.dump(held, file)
            figures = measured(
                ["/usr/bin/python3", os.path.join(HERE, "exchangelib_first_sync.py"),
                 f"{simulator.url}/EWS/Exchange.asmx", USER, PASSWORD, "contacts.json", str(chunk),
                 str(THREADS), *names], folder)
            figures |= {"simulator": simulator.seconds(), "requests": simulator.requests()}
            return figures, {name: simulator.items(name) for name in names}
        finally:
            simulator.end()


def main():
    program = os.path.abspath(sys.argv[1])
    mailboxes, contacts, milliseconds = (
        int(sys.argv[at]) if len(sys.argv) > at else usual
        for at, usual in ((2, 20), (3, 1000), (4, 20)))
    mine, held, items = ours(program, mailboxes, contacts, milliseconds)
    few = addresses(mailboxes)[:2]
    tried = {chunk: theirs(program, held, chunk, milliseconds, few)[0]["wall time"]
             for chunk in CHUNKS}
    chunk = min(tried, key=tried.get)
    peer, peer_items = theirs(program, held, chunk, milliseconds, addresses(mailboxes))
    count = sum(len(each) for each in items.values())
    is_same = peer_items == items and count == mailboxes * contacts
    print(f"{mailboxes} mailboxes x {contacts} contacts, {milliseconds} ms a request; exchangelib "
          f"with {THREADS} threads, chunks of {chunk} (best of {', '.join(map(str, CHUNKS))})")
    print(f"requests: {mine['requests']} and {peer['requests']}; processor time of the simulator: "
          f"{mine['simulator']:.1f} s and {peer['simulator']:.1f} s")
    failed = not is_same
    print("ok   " if is_same else "WRONG",
          f"both left the same {count} contacts in the same folders")
    for name, unit in (("wall time", "s"), ("processor time", "s"), ("peak memory", "MB")):
        ratio = mine[name] / peer[name]
        aim = AIMS.get(name)
        holds = aim is None or ratio <= aim
        failed |= not holds
        print("ok   " if holds else "WRONG",
              f"{name}: {mine[name]:.1f} {unit} and {peer[name]:.1f} {unit}, ratio {ratio:.3f}"
              + (f", at most {aim:.2f}" if aim else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
