"""The same with psutil: the same facts of each process, so many times."""

import sys
import time

import psutil

FACTS = ["pid", "ppid", "name", "cmdline", "create_time", "cpu_percent", "memory_info", "status", "num_threads"]


def snapshot():
    return [process.info for process in psutil.process_iter(FACTS)]


for _ in range(10):
    snapshot()
for _ in range(int(sys.argv[1])):
    before = time.process_time()
    processes = snapshot()
    print(len(processes), round((time.process_time() - before) * 1e6))
