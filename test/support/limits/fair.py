"""Uses less memory than it seems to, for longer than somebody looks; says DONE when it was let do so."""

import mmap
import os
import socket
import sys
import time

MB = 1 << 20
SECONDS = 2


def on_each_of(processes, work):
    children = []
    for _ in range(processes):
        child = os.fork()
        if child == 0:
            work()
            os._exit(0)
        children.append(child)
    for child in children:
        if os.waitpid(child, 0)[1] != 0:
            sys.exit(1)


def forked():
    """What processes have in common since a fork is there once."""
    data = bytearray(b"x" * (40 * MB))
    on_each_of(5, lambda: (time.sleep(SECONDS), data[5]))


def shared():
    """An area and a file of memory, in the tables of many processes."""
    area = mmap.mmap(-1, 30 * MB, flags=mmap.MAP_SHARED | mmap.MAP_ANONYMOUS)
    area.write(b"x" * (30 * MB))
    with open("/dev/shm/tensor", "wb+") as file:
        file.write(b"x" * (14 * MB))
        file.flush()
        tensor = mmap.mmap(file.fileno(), 14 * MB)

    def read():
        for pages in (area, tensor):
            for at in range(0, len(pages), 4096):
                pages[at]
        time.sleep(SECONDS)

    on_each_of(4, read)


def sent():
    """Open files that are sent to another process, which takes them in."""
    here, there = socket.socketpair()

    def send():
        for _ in range(SECONDS * 20):
            with open("/work/sent", "w") as file:
                socket.send_fds(here, [b"x"], [file.fileno()])
            time.sleep(0.05)

    def receive():
        for _ in range(SECONDS * 20):
            for fd in socket.recv_fds(there, 1, 1)[1]:
                os.close(fd)

    child = os.fork()
    if child == 0:
        receive()
        os._exit(0)
    send()
    os.waitpid(child, 0)


globals()[sys.argv[1]]()
print("DONE")
