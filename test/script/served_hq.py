"""A running `hqsync hq serve` on a fresh database, and a client for it that shares nothing with it."""
import http.client
import json
import os
import signal
import subprocess
import tempfile
import urllib.parse

TOKEN = "sync-user-token"
SAMPLE = ("Users", "Subsystem", "Companies", "ContactPersons", "Projects", "Leads")


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)


class ServedHq:
    """`folder` has the six files to import."""

    def __init__(self, program, folder, *options):
        self.program = program
        self.made = tempfile.TemporaryDirectory()
        self.config = os.path.join(self.made.name, "hqsync.toml")
        with open(self.config, "w") as file:
            file.write('[hq]\ndatabase = "hq.db"\n[state]\ndatabase = "state.db"\n')
        with open(os.path.join(self.made.name, "tokens"), "w") as file:
            file.write(f"# invented\n\nanother-token\n{TOKEN}\n")
        self.hq("import", folder)
        self.process = subprocess.Popen(
            [program, "--config", self.config, "hq", "serve", "--listen", "127.0.0.1:0",
             "--token-file", os.path.join(self.made.name, "tokens"), *options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.address = None
        for line in self.process.stdout:
            if line.startswith("api "):
                self.address = urllib.parse.urlsplit(line.split()[1]).netloc
            if line.strip() == "ready":
                break
        if self.address is None:
            raise RuntimeError(self.process.communicate(timeout=10)[1])
        self.connection = http.client.HTTPConnection(self.address, timeout=30)

    def hq(self, *words):
        done = subprocess.run([self.program, "--config", self.config, "hq", *words], timeout=60,
                              capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        return done.stdout

    def end(self, how=signal.SIGTERM):
        self.connection.close()
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            self.process.communicate(timeout=30)
        finally:
            self.process.kill()
            self.made.cleanup()
        return self.process.returncode

    def ask(self, method, target, body=None, headers=None, token=TOKEN):
        sent = dict(headers or {})
        if token:
            sent["Authorization"] = f"Bearer {token}"
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            sent.setdefault("Content-Type", "application/json")
        try:
            self.connection.request(method, target, body, sent)
            answer = self.connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        except Exception:
            self.connection.close()
            raise

    def get(self, path, **options):
        query = "&".join(f"${name}={urllib.parse.quote(str(value))}"
                         for name, value in options.items())
        return self.ask("GET", f"/v1/{path}" + (f"?{query}" if query else ""))

    def ids(self, path, **options):
        return [record["Id"] for record in self.records(path, **options)]

    def records(self, path, **options):
        answer = self.get(path, **options)
        if answer.status != 200:
            raise AssertionError(f"{path} {options}: {answer.status} {answer.body}")
        return answer.json()["value"]

    def pages(self, target):
        """Every page of a list, by its links."""
        while target:
            answer = self.ask("GET", target)
            if answer.status != 200:
                raise AssertionError(f"{target}: {answer.status} {answer.body}")
            page = answer.json()
            yield page
            link = urllib.parse.urlsplit(page.get("@odata.nextLink", ""))
            target = f"{link.path}?{link.query}" if link.path else None

    def fault(self, kind, **members):
        return self.ask("POST", "/hq/faults", {"kind": kind, **members}).status

    def no_faults(self):
        self.ask("DELETE", "/hq/faults")
