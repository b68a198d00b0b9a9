"""Debian's Python modules are only in Debian's Python: a test that another one runs starts anew
there, and where the module is not installed the test counts as skipped."""
import importlib.util
import os
import sys

SYSTEM_PYTHON = "/usr/bin/python3"
TRIED = "HQSYNC_SYSTEM_PYTHON"


def need(module, package):
    """Returns where the module can be imported; nowhere else."""
    if importlib.util.find_spec(module):
        return
    if os.path.exists(SYSTEM_PYTHON) and TRIED not in os.environ:
        os.environ[TRIED] = "tried"
        os.execv(SYSTEM_PYTHON, [SYSTEM_PYTHON, "-B", *sys.argv])
    print(f"skipped: {package} is not installed")
    sys.exit(77)
