"""Database servers for the tests of the export: in a temporary folder, reached by a socket only.

They end with the test program, however it ends.
"""

import ctypes
import glob
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import tempfile
import time

START_SECONDS = 60
PR_SET_PDEATHSIG = 1


class Server:
    """A running server in `folder`; `variables` connect to its database `dify`."""

    account = None

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sonde-db-", dir="/tmp"))
        self.process = None
        # Servers refuse to run as root.
        self.user = self.account if os.geteuid() == 0 else None
        if self.user:
            os.chown(self.folder, pwd.getpwnam(self.user).pw_uid, -1)
        try:
            self.start()
        except BaseException:
            self.stop()
            raise

    def run(self, *command):
        done = subprocess.run(list(map(str, command)), user=self.user, cwd=self.folder,
                              capture_output=True, text=True, timeout=START_SECONDS)
        if done.returncode != 0:
            raise AssertionError(f"{command} ended with {done.returncode}: {done.stderr}")

    def stop_with_parent(self):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, self.stop_signal)

    def launch(self, *command):
        with open(self.folder / "log", "wb") as log:
            self.process = subprocess.Popen(list(map(str, command)), user=self.user,
                                            cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, preexec_fn=self.stop_with_parent)

    def wait_for(self, is_ready):
        end = time.monotonic() + START_SECONDS
        while not is_ready():
            if self.process.poll() is not None or time.monotonic() > end:
                raise AssertionError((self.folder / "log").read_text(errors="replace"))
            time.sleep(0.05)

    def stop(self):
        if self.process:
            self.process.send_signal(self.stop_signal)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def sql(self, statements, database="dify"):
        done = subprocess.run(self.client(database), input=statements.encode(), capture_output=True,
                              env=os.environ | self.variables, timeout=START_SECONDS)
        if done.returncode != 0:
            raise AssertionError(done.stderr.decode(errors="replace")[:2000])
        return done.stdout.decode()


def program(pattern, package):
    found = sorted(glob.glob(pattern))
    if not found:
        raise AssertionError(f"{pattern} is missing: install the package {package}")
    return found[-1]


class Postgres(Server):
    account = "postgres"
    stop_signal = signal.SIGINT
    engine = "postgres"
    schema = "dify_schema.sql"

    def start(self):
        binaries = pathlib.Path(program("/usr/lib/postgresql/*/bin/initdb", "postgresql")).parent
        data = self.folder / "data"
        self.run(binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
                 "--locale=C", "--no-sync")
        self.launch(binaries / "postgres", "-D", data, "-k", self.folder, "-c",
                    "listen_addresses=", "-c", "fsync=off", "-c", "full_page_writes=off",
                    "-c", "timezone=Asia/Tokyo")
        self.variables = {"PGHOST": str(self.folder), "PGUSER": "postgres", "PGDATABASE": "dify"}
        self.wait_for(lambda: subprocess.run(
            [binaries / "pg_isready", "-q", "-h", self.folder]).returncode == 0)
        self.empty()

    def empty(self):
        self.sql("drop database if exists dify", "postgres")
        self.sql("create database dify", "postgres")

    def client(self, database):
        return ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", database]

    def literal(self, value):
        if value is None:
            return "null"
        return "'" + str(value).replace("'", "''") + "'"

    def name(self, column):
        return f'"{column}"'


class MariaDb(Server):
    account = "mysql"
    stop_signal = signal.SIGTERM
    engine = "mysql"
    schema = "dify_schema_mysql.sql"

    def start(self):
        installer = program("/usr/bin/mariadb-install-db", "mariadb-server")
        data = self.folder / "data"
        self.run(installer, "--no-defaults", f"--datadir={data}", "--skip-test-db",
                 "--auth-root-authentication-method=normal")
        socket = self.folder / "socket"
        self.launch(program("/usr/sbin/mariadbd", "mariadb-server"), "--no-defaults",
                    f"--datadir={data}", f"--socket={socket}", "--skip-networking",
                    "--innodb-flush-log-at-trx-commit=0", "--default-time-zone=+09:00",
                    "--max-allowed-packet=64M")
        self.variables = {"MYSQL_UNIX_PORT": str(socket), "MYSQL_USER": "root",
                          "MYSQL_DATABASE": "dify"}
        self.wait_for(lambda: subprocess.run(
            ["mariadb-admin", "-uroot", f"--socket={socket}", "ping"],
            capture_output=True).returncode == 0)
        self.empty()

    def empty(self):
        self.sql("drop database if exists dify; create database dify", "mysql")

    def client(self, database):
        return ["mariadb", "-uroot", f"--socket={self.variables['MYSQL_UNIX_PORT']}",
                "--default-character-set=utf8mb4", "--max-allowed-packet=64M", "-N", "-B", database]

    def literal(self, value):
        if value is None:
            return "null"
        text = str(value).replace("\\", "\\\\").replace("'", "\\'").replace("\r", "\\r")
        return "'" + text + "'"

    def name(self, column):
        return f"`{column}`"
