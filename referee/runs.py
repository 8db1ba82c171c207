"""Runs: an entry alone in a folder, in a process that sandbox.py watches."""
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time

from common.command import UserError, read_own

MAX_OUTPUT = 1 << 20               # bytes of either stream that are kept; the log has about 30,000
SANDBOX_COPY = "sandbox of compare_runs.py"
SANDBOX = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sandbox.py")


class Run:
    """How one run went: stdout, stderr (bytes), seconds, status ("ok" or what went wrong).

    `unpacks` says how the script unpacked itself, "" if it did not; `stopped` whether the referee
    had seen enough.
    """

    def __init__(self, stdout, stderr, seconds, status, stopped, nonce=b"-"):
        self.stdout, self.seconds, self.status, self.stopped = stdout, seconds, status, stopped
        self.unpacks = ""
        reports = rb"\n\x00%s (\w+)((?: (?:[0-9a-f]{2})*)+)\n" % nonce
        self.stderr = re.sub(reports, self.take_report, stderr)
        if nonce in self.stderr and self.status == "ok":
            self.status = "refused: it garbles what the audit hook reports"

    def take_report(self, match):
        """One line of the audit hook's."""
        details = [bytes.fromhex(part).decode("utf-8", "replace")
                   for part in match[2].decode().split(" ")[1:]]
        if match[1] == b"refused":
            self.status = "refused: " + name_refusal(*details)
        else:
            self.unpacks = self.unpacks or "it runs " + details[0]
        return b""


def name_refusal(event, detail):
    """What an entry did against the rules, in words, from an audit event."""
    kinds = {"open": "it opens {}", "write": "it writes to {}", "import": "it imports {}",
             "os.listdir": "it lists {}"}
    if event in kinds:
        return kinds[event].format(ascii(detail)[1:-1] or "something")
    starts = (("socket.", "it opens a socket"), ("subprocess.", "it starts a process"),
              ("os.system", "it starts a process"), ("os.fork", "it starts a process"),
              ("os.posix_spawn", "it starts a process"), ("os.exec", "it starts another program"),
              ("os.spawn", "it starts a process"), ("pty.", "it starts a process"),
              ("ctypes.", "it uses ctypes"), ("os.kill", "it signals a process"))
    words = next((words for start, words in starts if event.startswith(start)), "it does")
    return f"{words} ({event})"


class Collector(threading.Thread):
    """Reads a stream to its end and keeps MAX_OUTPUT bytes of it in `data`."""

    def __init__(self, stream, enough, listener=None):
        super().__init__(daemon=True)
        self.stream, self.enough, self.listener = stream, enough, listener
        self.data = bytearray()
        self.start()

    def run(self):
        while True:
            chunk = self.stream.read1(65536)
            if not chunk:
                return self.stream.close()
            self.data += chunk[:max(0, MAX_OUTPUT - len(self.data))]
            if len(self.data) >= MAX_OUTPUT:
                self.enough.set()
            if self.listener:
                self.listener(self.data)


class Arena:
    """Where scripts run: which Python, in how many namespaces, with how much time."""

    def __init__(self, python, timeout):
        """UserError where `python` does not run or has no audit hooks."""
        self.timeout = timeout
        probe = ("import json, sys; print(json.dumps([sys.executable, sys.implementation.name, "
                 "sys.version_info[:3], hasattr(sys, 'addaudithook')]))")
        try:
            answer = subprocess.run([python, "-c", probe], stdout=subprocess.PIPE, timeout=60,
                                    stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL).stdout
            self.python, self.implementation, version, hooks = json.loads(answer.decode())
        except (OSError, ValueError, subprocess.TimeoutExpired):
            raise UserError(f"--python: {python} does not run; name another") from None
        if not hooks:
            raise UserError(f"--python: {python} has no audit hooks; Python 3.8 or later has")
        self.version = ".".join(map(str, version))
        self.namespaces = find_namespaces()
        self.running, self.lock, self.closed = set(), threading.Lock(), False

    def run(self, script, data, lines=None, progress=None):
        """Run a script alone in a folder with `data` as its input.txt -> Run.

        With `lines`, it is ended as soon as it has printed so many.
        """
        folder = os.path.realpath(tempfile.mkdtemp(prefix="compare_runs_"))
        try:
            name = script.name if script.name != "input.txt" else "entry.py"
            for file_name, content in ((name, script.data), ("input.txt", data)):
                with open(os.path.join(folder, file_name), "wb") as file:
                    file.write(content)
            run = self.run_in(folder, name, script.parts(), lines, progress)
            left = set(os.listdir(folder) if os.path.isdir(folder) else ()) - {name, "input.txt"}
            if left and run.status == "ok":
                run.status = f"refused: it leaves {ascii(min(left))[1:-1]} in its folder"
            return run
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def run_in(self, folder, name, parts, lines, progress):
        """Run what lies in a folder -> Run."""
        start_time, enough = time.perf_counter(), threading.Event()
        process, report = self.start(folder, name, lines is not None)

        def listen(data):
            if lines and data.count(b"\n") >= lines:
                enough.set()
            if progress:
                progress(data)

        out = Collector(process.stdout, enough, listen)
        errors = Collector(process.stderr, enough)
        try:
            send_parts(process, parts)
            status = self.wait(process, enough)
        finally:
            end_process(process)
            with self.lock:
                self.running.discard(process)
        seconds = time.perf_counter() - start_time
        with os.fdopen(report, "rb") as file:
            facts = file.read().split()
        for collector in (out, errors):
            collector.join(2)              # a stream that stays open is a fault of its own
        return make_run(out, errors, seconds, status, facts, process.returncode, parts[0])

    def start(self, folder, name, unbuffered):
        """Start the launcher -> (its process, the descriptor to read the supervisor's report)."""
        reads, report = os.pipe()
        command = [*self.namespaces, self.python, "-I", "-S", "-B", *["-u"] * unbuffered, "-X",
                   "utf8", sandbox_in(folder), folder, name, str(report)]
        keep = {key: os.environ[key] for key in ("SYSTEMROOT",) if key in os.environ}
        posix = {"pass_fds": (report,), "start_new_session": True} if os.name == "posix" else {}
        with self.lock:
            try:
                process = subprocess.Popen(
                    command, cwd=folder, env=keep, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE, **posix)
            except BaseException:
                os.close(reads)
                raise
            finally:
                os.close(report)
            self.running.add(process)
            if self.closed:
                close_input(process)
        return process, reads

    def wait(self, process, enough):
        """Wait for the end, or bring it about -> "stopped" or why, None if it ended by itself."""
        status, deadline = None, time.perf_counter() + self.timeout
        while process.poll() is None and not status:
            if time.perf_counter() > deadline:
                status = f"no end within {self.timeout:g} s"
            elif enough.wait(0.02):
                status = "stopped"
        if status:
            end_process(process)
        return status

    def close(self):
        """End whatever runs, and start nothing more."""
        with self.lock:
            self.closed, running = True, list(self.running)
        for process in running:
            close_input(process)


def sandbox_in(folder):
    """The path of sandbox.py; from a .pyz it is put into the folder, and removes itself there."""
    if os.path.isfile(SANDBOX):
        return SANDBOX
    path = os.path.join(folder, SANDBOX_COPY)
    with open(path, "wb") as file:
        file.write(read_own(SANDBOX))
    return path


def find_namespaces():
    """The command that gives a process namespaces of its own, without a network; [] if none."""
    command = ["unshare", "-Urnpi", "--fork", "--kill-child", "--mount-proc"]
    try:
        done = subprocess.run(command + ["true"], stdin=subprocess.DEVNULL, timeout=10,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return command if done.returncode == 0 else []


def close_input(process):
    """Close standard input, though what was written there is not wanted any more."""
    try:
        process.stdin.close()
    except OSError:
        pass


def end_process(process):
    """End a launcher and what it runs: the supervisor does it when its standard input closes."""
    close_input(process)
    try:
        process.wait(8 if os.name == "posix" else 0)
    except subprocess.TimeoutExpired:
        if os.name == "nt":
            subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)],
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        process.kill()
        process.wait()


def send_parts(process, parts):
    """What read_parts reads."""
    try:
        process.stdin.write(b"%08d" % len(parts))
        for part in parts:
            process.stdin.write(b"%08d" % len(part) + part)
        process.stdin.flush()
    except OSError:
        pass                               # it has ended already, and its status says so


def make_run(out, errors, seconds, status, facts, code, nonce):
    """The Run of what was collected; `facts` are the words of the supervisor's report."""
    others = 0
    if facts:
        wait_status, seconds, others = facts[0], float(facts[1]), int(facts[2])
        if wait_status != b"None":
            signal_number, code = int(wait_status) & 127, int(wait_status) >> 8
            code = -signal_number if signal_number else code
    if max(len(out.data), len(errors.data)) >= MAX_OUTPUT:
        status = "more than 1 MiB of output"
    elif status is None and out.is_alive() or errors.is_alive():
        status = "refused: it ends, but its output stays open"
    elif status in (None, "stopped") and others:
        status = f"refused: it leaves {others} other process{'es' * (others > 1)} running"
    elif status is None and os.name == "posix" and not facts:
        status = "refused: it ended the process that watches it"
    elif status is None and code == 99 and nonce + b" refused" not in errors.data:
        status = "refused: it breaks a rule, and hides which"
    elif status is None and code:
        status = f"exit {code}" if code > 0 else f"signal {-code}"
    stdout = bytes(out.data)
    if os.linesep == "\r\n":
        stdout = stdout.replace(b"\r\n", b"\n")
    stopped = status == "stopped"
    return Run(stdout, bytes(errors.data), seconds, "ok" if stopped else status or "ok", stopped,
               nonce)
