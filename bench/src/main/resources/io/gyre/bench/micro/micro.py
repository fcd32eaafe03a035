"""One operation of asyncio or uvloop, measured: micro.py {asyncio,uvloop} [operation] [--quick].

Prints a line of JSON: without an operation the versions, else the nanoseconds of an operation, one for each repetition, and
their median. For memory they are bytes. Each operation is that of the benchmark that io.gyre.bench.Comparisons puts it beside,
and has a process of its own, so that no other has left something behind. Garbage collection is on, as in a program.
"""
import asyncio
import gc
import json
import os
import platform
import random
import statistics
import sys
import time

REPETITIONS = 5
QUICK_SHARE = 100  # --quick does one in so many, and only once
BATCH = 1_000
GATHERED = 10_000
HOUR = 3600


async def one():
    return 1


async def yields(turns):
    for _ in range(turns):
        await asyncio.sleep(0)


async def switch(count):
    """Two tasks that yield to each other; each turn is one operation."""
    peer = asyncio.create_task(yields(count // 2))
    await yields(count // 2)
    await peer


async def create(count):
    for _ in range(count):
        await asyncio.create_task(one())


async def create_many(count):
    for _ in range(count // BATCH):
        for task in [asyncio.create_task(one()) for _ in range(BATCH)]:
            await task


async def call_soon(count):
    calls = 0

    def callback():
        nonlocal calls
        calls += 1

    loop = asyncio.get_running_loop()
    for _ in range(count // BATCH):
        for _ in range(BATCH):
            loop.call_soon(callback)
        await asyncio.sleep(0)
    if calls != count:
        raise RuntimeError(f"{calls} of {count} callbacks have run")


def never():
    raise RuntimeError("a timer has fired that was due in an hour")


class Timers:
    """A timer that is taken back at once, while others are pending.

    asyncio leaves a cancelled timer in its heap until more than half of all are cancelled. So there are as many operations
    as pending timers: each repetition pays for one such cleaning. uvloop closes its timers in the next tick.
    """

    def __init__(self, pending):
        self.pending = pending
        self.delays = [HOUR + HOUR * random.random() for _ in range(4_096)]

    def prepare(self):
        loop = asyncio.get_running_loop()
        self.timers = [loop.call_later(HOUR + HOUR * random.random(), never) for _ in range(self.pending)]

    async def __call__(self, count):
        loop = asyncio.get_running_loop()
        delays = self.delays
        for start in range(0, count, BATCH):
            for i in range(start, min(start + BATCH, count)):
                loop.call_later(delays[i & 4_095], never).cancel()
            await asyncio.sleep(0)


async def queue(count):
    """One task puts and another gets, with room for one item; each item is one operation."""
    items = asyncio.Queue(1)

    async def put():
        for _ in range(count):
            await items.put(1)

    producer = asyncio.create_task(put())
    for _ in range(count):
        await items.get()
    await producer


async def offload(count):
    loop = asyncio.get_running_loop()
    for _ in range(count):
        await loop.run_in_executor(None, int)


async def acquire_and_release(lock, count):
    for _ in range(count):
        await lock.acquire()
        lock.release()


async def lock(count):
    await acquire_and_release(asyncio.Lock(), count)


async def semaphore(count):
    await acquire_and_release(asyncio.Semaphore(1), count)


async def timeout(count):
    for _ in range(count):
        async with asyncio.timeout(30):
            pass


async def gather(count):
    async def sleep():
        await asyncio.sleep(0)
        return 1

    for _ in range(count):
        if sum(await asyncio.gather(*(sleep() for _ in range(GATHERED)))) != GATHERED:
            raise RuntimeError("a result is missing")


def resident_bytes():
    gc.collect()
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def memory(count):
    """Resident memory, not what Python has allocated: the timers of uvloop are not Python's."""
    before = resident_bytes()
    for _ in range(count):
        asyncio.create_task(asyncio.sleep(24 * HOUR))
    await asyncio.sleep(0)  # all have gone to sleep
    used = resident_bytes() - before
    if len(asyncio.all_tasks()) != count + 1:
        raise RuntimeError("a task does not sleep")
    return used / count


# What runs, and how often in a repetition: for about a third of a second, but for the timers.
OPERATIONS = {
    "switch": (switch, 100_000),
    "create": (create, 40_000),
    "create-many": (create_many, 100_000),
    "call-soon": (call_soon, 200_000),
    "timer-300000": (Timers, 300_000),
    "timer-1000000": (Timers, 1_000_000),
    "queue": (queue, 20_000),
    "offload": (offload, 4_000),
    "lock": (lock, 1_000_000),
    "semaphore": (semaphore, 1_000_000),
    "timeout": (timeout, 200_000),
    "gather-10000": (gather, 4),
    "memory": (memory, 1_000_000),
}


async def repeat(operation, count, repetitions):
    if operation is memory:
        return [await memory(count)]  # a second time it would find what the first has left
    if operation is Timers:
        operation = Timers(count)
        operation.prepare()
    await operation(count)  # warms up
    nanos = []
    for _ in range(repetitions):
        start = time.perf_counter_ns()
        await operation(count)
        nanos.append((time.perf_counter_ns() - start) / count)
    return nanos


def new_loop(name):
    if name == "uvloop":
        import uvloop

        return uvloop.new_event_loop(), uvloop.__version__
    return asyncio.new_event_loop(), platform.python_version()


def run(name, operation=None, quick=None):
    loop, version = new_loop(name)
    python = f"{platform.python_implementation()} {platform.python_version()}"
    result = {"version": version, "python": python}
    if operation:
        function, count = OPERATIONS[operation]
        count = -(-count // QUICK_SHARE) if quick else count
        repetitions = loop.run_until_complete(repeat(function, count, 1 if quick else REPETITIONS))
        result = {
            "loop": name,
            "operation": operation,
            "unit": "bytes" if function is memory else "ns",
            "median": statistics.median(repetitions),
            "repetitions": repetitions,
        }
    print(json.dumps(result), flush=True)
    os._exit(0)  # without freeing a million timers one by one


if __name__ == "__main__":
    run(*sys.argv[1:])
