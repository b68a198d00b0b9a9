"""A small agency with three users and its Exchange: what the tests of both directions share."""
import json
import os
import signal
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.parse
import urllib.request

PROGRAM = os.path.abspath(sys.argv[1])
ANNA, BEN, CORA = (f"{name}@agentur.example" for name in ("anna", "ben", "cora"))
EWS_USER = "AGENTUR\\hqsync"
MARK = "String {6f3b1d52-8a4e-4c6b-9d27-51e0c7a9f4b8} Name HqContact"
FOLDERS = {"HQ Meine Kontakte": "mine", "HQ Globale Kontakte": "global"}

USERS = [{"Id": number, "FirstName": mail.split("@")[0].title(), "LastName": "Abel",
          "UserName": mail.split("@")[0], "EMailWork": mail}
         for number, mail in enumerate((ANNA, BEN, CORA), 1)]
# Anna's own are 101 to 103; 301 is nobody's; 201 is in no mailbox.
COMPANIES = [
    {"Id": 10, "Name": "Nordlicht GmbH", "ResponsibleUsers": [{"Id": 1}], "CompanyTypes": []},
    {"Id": 20, "Name": "Südwind AG", "ResponsibleUsers": [],
     "CompanyTypes": [{"Id": 1, "Name": "Interessent"}]},
    {"Id": 30, "Name": "Westend KG", "ResponsibleUsers": [], "CompanyTypes": []},
]


def contact(number, company, **fields):
    return {"Id": number, "FirstName": "Kim", "LastName": f"Nummer{number}", "CompanyId": company,
            "UpdatedOn": "2026-01-05T08:00:00", **fields}


def address(**fields):
    return {"Street": "Hafenweg", "HouseNumber": "4", "ZipCode": "20457", "City": "Hamburg",
            "Country": "DE", **fields}


CONTACTS = [
    contact(101, 10, FirstName="Jana", LastName="Vogt", Position="Leitung",
            PhoneMobile="0171 1111111", Birthdate="1980-05-01",
            DefaultAddress=address(Email="jana.vogt@nordlicht.example")),
    contact(102, 10), contact(103, 10, Position="Einkauf"),
    contact(201, 20), contact(301, 30, Position="Empfang"),
]


class Agency(unittest.TestCase):
    """Each test has a folder, an Exchange and a directory of its own."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="hqsync-agency-")
        self.addCleanup(temporary.cleanup)
        self.folder = temporary.name
        self.environment = {name: value for name, value in os.environ.items()
                            if not name.startswith("HQSYNC_")}
        self.write("secret", "simulator\n")
        self.write("password", "geheim-1\n")
        self.simulator = subprocess.Popen(
            [PROGRAM, "sim", "--listen", "127.0.0.1:0", "--domain", "agentur.example",
             "--ews-user", EWS_USER, "--ews-password-file", "password",
             *self.simulator_options],
            stdout=subprocess.PIPE, text=True, cwd=self.folder)
        self.addCleanup(self.end_simulator)
        for line in self.simulator.stdout:
            if line.startswith("control "):
                self.url = line.split()[1].removesuffix("/").removesuffix("/sim")
            if line.strip() == "ready":
                break
        self.token = None
        self.configure(self.api)
        self.fill(CONTACTS)

    api = "graph"
    simulator_options = ()

    def configure(self, api):
        exchange = {
            "graph": f'graph_url = "{self.url}"\nlogin_url = "{self.url}"\ntenant = "demo"\n'
                     'client_id = "hqsync"\nclient_secret_file = "secret"\n',
            "ews": f'api = "ews"\news_url = "{self.url}/EWS/Exchange.asmx"\nauth = "basic"\n'
                   f"user = '{EWS_USER}'\npassword_file = \"password\"\n"}[api]
        self.write("hqsync.toml", f'[hq]\ndatabase = "hq.db"\n[exchange]\n{exchange}'
                                  'settle_seconds = 0\n[state]\ndatabase = "state.db"\n')

    def end_simulator(self):
        self.simulator.send_signal(signal.SIGTERM)
        self.simulator.stdout.close()
        self.simulator.wait(30)

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    # --- the program

    def fill(self, contacts):
        os.makedirs(os.path.join(self.folder, "data"), exist_ok=True)
        for name, records in {"Users": USERS, "ContactPersons": contacts, "Subsystem": [],
                              "Companies": COMPANIES, "Projects": [], "Leads": []}.items():
            self.write(os.path.join("data", f"{name}.json"), json.dumps({"value": records}))
        self.text("hq", "import", "data")

    def start(self, *arguments):
        return subprocess.Popen([PROGRAM, *arguments], cwd=self.folder, env=self.environment,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)

    def finish(self, running, code=0):
        out, err = running.communicate(timeout=120)
        self.assertEqual(running.returncode, code, (running.args[1:], out, err))
        return out, err

    def text(self, *arguments, code=0):
        return self.finish(self.start(*arguments), code)[0]

    def error(self, *arguments, code=1):
        err = self.finish(self.start(*arguments), code)[1]
        self.assertTrue(err.startswith("hqsync: "), err)
        self.assertEqual(len(err.splitlines()), 1, err)
        return err

    def data(self, *arguments, code=0):
        return json.loads(self.text(*arguments, "--json", code=code))

    def sync(self, code=0):
        return self.data("sync", code=code)["total"]

    def sync_is_silent(self):
        """A pass after which nothing is left to do, and that wrote nothing itself."""
        self.control("POST", "counters/reset")
        self.sync()
        self.assertEqual(self.control("GET", "counters")["totals"]["writes"], 0)

    def setting(self, key, value):
        self.text("settings", "set", key, value, "--yes")

    def hq(self, number):
        return self.data("hq", "show", "contact", str(number))

    def hq_set(self, number, *assignments):
        self.text("hq", "set", "contact", str(number), *assignments)

    # --- Exchange, past the program

    def control(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/sim/{path}", data=data, method=method,
                                         headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read() or b"{}")

    def graph(self, mailbox, method, path, body=None):
        """As the user would in Outlook."""
        if self.token is None:
            form = urllib.parse.urlencode({"client_id": "hqsync", "client_secret": "simulator",
                                           "grant_type": "client_credentials",
                                           "scope": "https://graph.microsoft.com/.default"})
            with urllib.request.urlopen(f"{self.url}/demo/oauth2/v2.0/token", form.encode(),
                                        timeout=20) as answer:
                self.token = json.load(answer)["access_token"]
        request = urllib.request.Request(
            f"{self.url}/v1.0/users/{mailbox}/{path}", method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json",
                     "Prefer": 'IdType="ImmutableId"'})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read() or b"{}")

    def items(self, mailbox):
        """All live contacts as (folder, id in HQ or None, contact)."""
        found = []
        for folder in self.control("GET", f"mailboxes/{mailbox}")["folders"]:
            if not folder.get("live", True):
                continue
            role = FOLDERS.get(folder["displayName"], folder["displayName"])
            for item in folder.get("contacts", []):
                marks = [p["value"] for p in item.get("singleValueExtendedProperties", [])
                         if p["id"].endswith("Name HqContact")]
                found.append((role, int(marks[0].split(":")[1]) if marks else None, item))
        return found

    def item(self, mailbox, number):
        """The one item of this contact."""
        found = [item for _, mark, item in self.items(mailbox) if mark == number]
        self.assertEqual(len(found), 1, (mailbox, number))
        return found[0]

    def held(self, mailbox):
        """What is there: folder and contact."""
        return sorted((role, mark) for role, mark, _ in self.items(mailbox) if mark)

    def edit(self, mailbox, number, **fields):
        self.graph(mailbox, "PATCH", f"contacts/{self.item(mailbox, number)['id']}", fields)

    def folder_id(self, mailbox, role):
        names = [name for name, known in FOLDERS.items() if known == role]
        for folder in self.graph(mailbox, "GET", "contactFolders")["value"]:
            if folder["displayName"] in names:
                return folder["id"]
        return self.graph(mailbox, "POST", "contactFolders", {"displayName": names[0]})["id"]

    def add(self, mailbox, role, **fields):
        """A contact that the user makes; answers its id."""
        path = f"contactFolders/{self.folder_id(mailbox, role)}/contacts"
        return self.graph(mailbox, "POST", path, fields)["id"]

    def remove(self, mailbox, number):
        self.graph(mailbox, "DELETE", f"contacts/{self.item(mailbox, number)['id']}")

    def shown(self, mailbox, identity):
        """The contact with this id of Exchange, and its mark."""
        for _, mark, item in self.items(mailbox):
            if item["id"] == identity:
                return mark, item
        return None, None

    def names(self, planned, identity):
        """Whether a plan names the item that has this id of Graph."""
        return planned == identity

    def lose_state(self):
        for name in os.listdir(self.folder):
            if name.startswith("state.db"):
                os.remove(os.path.join(self.folder, name))

    def state_holds(self, text):
        """Whether the octets of the state database hold the text."""
        for name in os.listdir(self.folder):
            if not name.startswith("state.db"):
                continue
            with open(os.path.join(self.folder, name), "rb") as file:
                if text.encode() in file.read():
                    return True
        return False


class OnPremises:
    """Mixed in before an agency: the same on Exchange Server, through EWS. Its users still work
    past the program, through the simulator's other face."""
    api = "ews"

    def names(self, planned, _):
        """EWS has ids of its own; of which item one is, its mark tells."""
        return bool(planned)
