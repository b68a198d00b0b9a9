#!/usr/bin/env python3
"""How many requests passes make over a mailbox with 5,000 contacts; their time is the bench's affair.
Arguments: the hqsync binary, the reference folder, the source folder."""
import os
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.abspath(sys.argv[3]), "bench"))
import first_sync_bench as bench  # noqa: E402

CONTACTS = 5000


class RequestCounts(unittest.TestCase):
    def test_first_quiet_and_changed(self):
        with tempfile.TemporaryDirectory(prefix="hqsync-counts-") as folder:
            tried = bench.Bench(os.path.abspath(sys.argv[1]), folder)
            try:
                tried.take_in(CONTACTS)
                _, seen = tried.sync(*bench.USERS)
                results = [result for user in bench.USERS
                           for result in bench.first_pass(seen[user], CONTACTS)]
                results += bench.counts(tried, CONTACTS)
            finally:
                tried.end()
        self.assertEqual(len(results), 12)
        self.assertEqual([what for holds, what in results if not holds], [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:])
