"""Debian's exchangelib against `hqsync sim`: accounts, the mark of hqsync, the record of all that was
said. The module is only in the system's Python: a test that runs in another one starts anew there."""
import atexit
import os
import sys
import tempfile
import unittest
import warnings

from ews_record import judged
from ews_simulator import PASSWORD, REFERENCE, SCHEMA, USER, Simulator

SYSTEM_PYTHON = "/usr/bin/python3"
warnings.simplefilter("ignore")

try:
    import exchangelib
except ImportError:
    is_there = os.path.exists(SYSTEM_PYTHON)
    if is_there and "HQSYNC_SYSTEM_PYTHON" not in os.environ:
        os.environ["HQSYNC_SYSTEM_PYTHON"] = "tried"
        os.execv(SYSTEM_PYTHON, [SYSTEM_PYTHON, "-B", *sys.argv])
    print("skipped: python3-exchangelib is not installed")
    sys.exit(77)

from exchangelib import (BASIC, IMPERSONATION, UTC, Account, Build, Configuration, Contact,
                         Credentials, ExtendedProperty, Version)
from exchangelib.protocol import BaseProtocol, FailFast

BaseProtocol.TIMEOUT = 120
EXCHANGE_2016 = Version(Build(15, 1, 2507, 0))
TOTALS = {"requests": 0, "answers": 0}


class Mark(ExtendedProperty):
    property_set_id = "6f3b1d52-8a4e-4c6b-9d27-51e0c7a9f4b8"
    property_name = "HqContact"
    property_type = "String"


class Title(ExtendedProperty):
    property_tag = 0x3A45
    property_type = "String"


Contact.register("mark", Mark)
Contact.register("title", Title)


def account(url, address, password=PASSWORD, access=IMPERSONATION, auth=BASIC,
            version=EXCHANGE_2016, user=f"AGENTUR\\{USER}"):
    configuration = Configuration(
        service_endpoint=url, credentials=Credentials(user, password), auth_type=auth,
        retry_policy=FailFast(), version=version)
    return Account(address, config=configuration, autodiscover=False, access_type=access,
                   default_timezone=UTC)


def hold_against_schema(test, record):
    """All that the client and the simulator said; the figures are printed at the end."""
    if not os.path.exists(SCHEMA):
        return
    requests, answers, wrong = judged(record, REFERENCE)
    TOTALS["requests"] += requests
    TOTALS["answers"] += answers
    test.assertEqual(wrong, [])


@atexit.register
def tell_figures():
    print(f"held against the schema: {TOTALS['requests']} requests, {TOTALS['answers']} answers",
          flush=True)


class Exchangelib(unittest.TestCase):
    """One simulator for all tests of a class; each test has mailboxes of its own."""
    options = ()

    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory(prefix="hqsync-exchangelib-")
        cls.addClassCleanup(temporary.cleanup)
        cls.record = os.path.join(temporary.name, "record")
        cls.simulator = Simulator(temporary.name, "--record", cls.record, *cls.options)
        cls.addClassCleanup(cls.simulator.end)

    @classmethod
    def tearDownClass(cls):
        hold_against_schema(cls("assertTrue"), cls.record)

    def address(self, name=None):
        return f"{name or self.id().rsplit('.', 1)[1].removeprefix('test_')}@agentur.example"

    def account(self, name=None, **how):
        return account(self.simulator.urls["ews"], self.address(name), **how)

    def counter(self, name):
        return self.simulator.control("GET", "counters")[name]


def main():
    unittest.main(argv=sys.argv[:1], verbosity=2)
