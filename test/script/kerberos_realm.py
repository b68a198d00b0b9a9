"""A Kerberos realm of its own in a temporary folder: MIT's KDC on a free port of loopback."""
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

NAME = "AGENTUR.EXAMPLE"
SBIN = ("/usr/sbin", "/sbin")
TOOLS = ("krb5kdc", "kdb5_util", "kadmin.local")


def tool(name):
    return shutil.which(name, path=os.pathsep.join((os.environ.get("PATH", ""), *SBIN)))


def missing():
    return [name for name in (*TOOLS, "kinit") if tool(name) is None]


def free_port():
    """One that is free for UDP and TCP."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream:
        stream.bind(("127.0.0.1", 0))
        return stream.getsockname()[1]


class Realm:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="hqsync-realm-")
        self.port = free_port()
        self.kdc = None
        self.log = os.path.join(self.folder, "kdc.log")
        self.environment = dict(os.environ, KRB5_CONFIG=self.write_client("krb5.conf"),
                                KRB5_KDC_PROFILE=self.write_kdc(), KRB5RCACHETYPE="none",
                                KRB5CCNAME=f"FILE:{self.folder}/no-tickets")
        self.run("kdb5_util", "create", "-s", "-P", "masterkey")

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def write_client(self, name, port=None, more=""):
        """A krb5.conf; `more` goes into [libdefaults]."""
        return self.write(name, f"""[libdefaults]
    default_realm = {NAME}
    dns_lookup_kdc = false
    dns_lookup_realm = false
    dns_canonicalize_hostname = false
    rdns = false
{more}
[realms]
    {NAME} = {{
        kdc = 127.0.0.1:{port or self.port}
    }}
[domain_realm]
    localhost = {NAME}
    .localhost = {NAME}
[logging]
    kdc = FILE:{self.log}
""")

    def write_kdc(self):
        return self.write("kdc.conf", f"""[kdcdefaults]
    kdc_listen = 127.0.0.1:{self.port}
    kdc_tcp_listen = 127.0.0.1:{self.port}
[realms]
    {NAME} = {{
        database_name = {self.folder}/principal
        key_stash_file = {self.folder}/stash
        acl_file = {self.folder}/none.acl
        max_life = 10h
        supported_enctypes = aes256-cts-hmac-sha1-96:normal aes128-cts-hmac-sha1-96:normal
    }}
""")

    def run(self, name, *arguments, **more):
        done = subprocess.run([tool(name), *arguments], env=self.environment, text=True,
                              capture_output=True, timeout=60, check=False, **more)
        if done.returncode != 0:
            raise RuntimeError(f"{name} {arguments}: {done.stdout}{done.stderr}")
        return done.stdout

    def add(self, name, password=None, options=""):
        how = f"-pw {password}" if password else "-randkey"
        self.run("kadmin.local", "-q", f"addprinc +requires_preauth {options} {how} {name}")

    def keytab(self, name, file):
        self.run("kadmin.local", "-q", f"ktadd -norandkey -k {self.path(file)} {name}")
        return self.path(file)

    def start(self):
        self.kdc = subprocess.Popen([tool("krb5kdc"), "-n"], env=self.environment,
                                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise RuntimeError("the KDC does not start")

    def pause(self):
        """From here on the KDC is silent."""
        self.kdc.send_signal(signal.SIGSTOP)

    def resume(self):
        self.kdc.send_signal(signal.SIGCONT)

    def said(self):
        """What the KDC wrote down so far."""
        with open(self.log, encoding="utf-8") as file:
            return file.read()

    def stop(self):
        if self.kdc:
            self.kdc.terminate()
            self.kdc.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)
