"""Takes more memory or disk than a sandbox may: the first argument says how, the second how many MB (or how
many files). Says HELD once it has had all of it for a while: then no limit has held."""

import ctypes
import mmap
import os
import socket
import sys
import threading
import time

MB = 1 << 20
PIECE = 4 * MB
FILL = b"x" * PIECE
how, amount = sys.argv[1], int(sys.argv[2])
pieces = range(amount * MB // PIECE)
kept = []
libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p


def wait():
    time.sleep(20)


def heap():
    for _ in pieces:
        kept.append(bytearray(FILL))


def mapped(flags, size=PIECE):
    area = mmap.mmap(-1, size, flags=flags | mmap.MAP_ANONYMOUS)
    for at in range(0, size, PIECE):
        area[at : at + PIECE] = FILL
    kept.append(area)
    return area


def private_mmap():
    for _ in pieces:
        mapped(mmap.MAP_PRIVATE)


def shared_mmap():
    for _ in pieces:
        mapped(mmap.MAP_SHARED)


def shared_mmap_let_go():
    """The pages stay, though no process has them in its tables."""
    for _ in pieces:
        mapped(mmap.MAP_SHARED).madvise(mmap.MADV_DONTNEED)


def shared_mmap_cut():
    """Of each area one page is left, and all of its pages stay."""
    for _ in pieces:
        mapped(mmap.MAP_SHARED).resize(4096)


def memfd():
    for number in pieces:
        fd = os.memfd_create(f"m{number}")
        os.write(fd, FILL)
        kept.append(fd)


def memfd_closed():
    """Mapped, and not open any more."""
    for number in pieces:
        fd = os.memfd_create(f"m{number}")
        os.write(fd, FILL)
        kept.append(mmap.mmap(fd, PIECE, flags=mmap.MAP_SHARED))
        os.close(fd)


def memfd_on_its_way():
    """Sent over a socket that nobody reads, and open nowhere else."""
    ends = socket.socketpair()
    kept.append(ends)
    for number in pieces:
        fd = os.memfd_create(f"m{number}")
        os.write(fd, FILL)
        socket.send_fds(ends[0], [b"x"], [fd])
        os.close(fd)


def sysv(is_detached=False):
    for _ in pieces:
        segment = libc.shmget(0, PIECE, 0o1600)
        if segment < 0:
            raise MemoryError
        address = libc.shmat(segment, None, 0)
        ctypes.memset(address, 1, PIECE)
        if is_detached:
            libc.shmdt(ctypes.c_void_p(address))


def sysv_detached():
    sysv(True)


def sysv_messages():
    """Queues of the kernel, of 16 KB each."""
    text = ctypes.create_string_buffer(8 + 8_000)
    text[0] = b"\x01"
    for _ in range(amount * MB // 16_000):
        queue = libc.msgget(0, 0o1600)
        for _ in range(2):
            if libc.msgsnd(queue, text, 8_000, 0o4000) < 0:
                raise MemoryError


def files(folder, number=None):
    for piece in pieces:
        with open(f"{folder}/{number}-{piece}", "wb") as file:
            file.write(FILL)


def shm_and_tmp_files():
    """Each folder has its own limit; together with a heap they are over the whole one."""
    for folder in ("/dev/shm", "/tmp"):
        try:
            files(folder)
        except OSError:
            pass
    for _ in range(amount * 3 // 8 * MB // PIECE):
        kept.append(bytearray(FILL))


def an_eighth():
    for _ in range(amount * MB // 8 // PIECE):
        kept.append(bytearray(FILL))


def children():
    """One by one none is over the limit."""
    for _ in range(8):
        if os.fork() == 0:
            an_eighth()
            wait()
            os._exit(0)


def children_of_threads():
    """Of the threads, and not of the process that they are of."""

    def work():
        children()
        wait()

    threading.Thread(target=work).start()


def orphans():
    """Children whose parents have gone."""
    for _ in range(8):
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                an_eighth()
                wait()
            os._exit(0)


def page_tables():
    """Reads pages that nobody has written to: they are all the same one, and only tables of them are made."""
    for _ in range(amount // 2):
        area = mmap.mmap(-1, 1024 * MB, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=mmap.PROT_READ)
        kept.append(area)
        for at in range(0, 1024 * MB, 2 * MB):
            area[at]


def empty_temporary_files():
    """Here the amount is a number of files; each takes memory of the kernel."""
    empty_files("/tmp")


def deleted_open():
    for piece in pieces:
        file = open(f"/work/deleted{piece}", "wb")
        file.write(FILL)
        file.flush()
        os.unlink(file.name)
        kept.append(file)


def deleted_mapped():
    for piece in pieces:
        with open(f"/work/deleted{piece}", "wb+") as file:
            file.write(FILL)
            file.flush()
            os.unlink(file.name)
            kept.append(mmap.mmap(file.fileno(), PIECE))


def unreadable_folder():
    os.mkdir("/work/secret")
    folder = os.open("/work/secret", os.O_DIRECTORY)
    os.chmod("/work/secret", 0)
    del folder
    os.chmod("/work/secret", 0o300)
    files("/work/secret")
    os.chmod("/work/secret", 0)


def deep_files():
    for _ in range(200):
        os.mkdir("d" * 200)
        os.chdir("d" * 200)
    files(".")


def empty_files(folder="/work"):
    for number in range(amount):
        os.close(os.open(f"{folder}/empty{number}", os.O_CREAT | os.O_WRONLY))


def empty_folders():
    for number in range(amount):
        os.mkdir(f"/work/folder{number}")


def many_files():
    files("/work")


try:
    globals()[how]()
except (MemoryError, OSError, ValueError) as refusal:
    print("REFUSED", repr(refusal)[:200], flush=True)
    sys.exit(1)
wait()
print("HELD", flush=True)
