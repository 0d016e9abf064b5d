"""The job every Python peer does, and how its CPU time is reported.

    python PEER.py FILE END_MS THREADS

reads FILE, applies the default rule to the 24 hours up to END_MS (given, so
that a peer needs only one pass over the file) and writes the ten columns as CSV
to standard output. Pairs with the same score and count are in textual order:
the harness sorts them as numbers. One line on standard error,
`measured VERSION CPU_SECONDS`, tells the CPU from after the imports to after the output.
"""

import resource
import sys

DAY_MS = 86_400_000
HOUR_MS = 3_600_000

C2_PORTS = [6660, 6661, 6662, 6663, 6664, 6665, 6666, 6667, 6668, 6669, 6697, 1080, 4444]
MIN_CONNECTIONS = 20
MIN_HOURS = 3
HIGH_VOLUME = 200

# Excluded networks that are a prefix of the text; 172.16.0.0/12 is a pattern, ::1 an equality.
EXCLUDED_PREFIXES = ["10.", "192.168.", "127.", "169.254."]
EXCLUDED_PATTERN = r"^172\.(1[6-9]|2[0-9]|3[01])\."
EXCLUDED_ADDRESS = "::1"


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def run(version, query):
    """Runs query(path, end_ms, threads), which writes the CSV itself."""
    path, end_ms, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    start = cpu_seconds()
    query(path, end_ms, threads)
    sys.stdout.flush()
    spent = cpu_seconds() - start
    print("measured", version, spent, file=sys.stderr)
