# Counts a JUnit report of ctest; under CI=true a skipped test fails.
"""usage: test_report.py REPORT"""
import os
import sys
import xml.etree.ElementTree as xml


def main(report):
    if not os.path.exists(report):
        print("test_report: ctest wrote no report", file=sys.stderr)
        return 1
    passed, failed, skipped = 0, [], []
    for case in xml.parse(report).getroot().iter("testcase"):
        name = case.get("name")
        if case.find("skipped") is not None or case.get("status") in ("notrun", "disabled"):
            output = " ".join((case.findtext("system-out") or "").split())
            skipped.append((name, output))
        elif case.find("failure") is not None or case.get("status") != "run":
            failed.append(name)
        else:
            passed += 1
    strict = os.environ.get("CI", "").lower() in ("true", "1")
    for name, output in skipped:
        print(f"skipped: {name}: {output[-160:]}")
        if strict:
            print(f"failed: {name}: skipped, and CI must have what it lacks")
            failed.append(name)
    print(f"{passed} passed, {len(failed)} failed, {len(skipped)} skipped")
    return 1 if failed or passed == 0 else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
