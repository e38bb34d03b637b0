"""The migrate extension of SQLite, for Python's sqlite3."""
import os
import platform
import sqlite3
import sys

__version__ = "@VERSION@"
__all__ = ["load", "loadable_path"]

_ARCH = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}
_SUFFIX = {"win32": ".dll", "darwin": ".dylib"}


def loadable_path() -> str:
    """The path of the extension for this platform.

    FileNotFoundError when the package has none for it.
    """
    machine = platform.machine().lower()
    name = sys.platform + "-" + _ARCH.get(machine, machine)
    lib = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib")
    path = os.path.join(lib, name, "migrate" + _SUFFIX.get(sys.platform, ".so"))
    if not os.path.exists(path):
        raise FileNotFoundError(
            "sqlite_migrate: nothing for %s, only for %s; build migrate from"
            " its sources and load that" % (name, ", ".join(os.listdir(lib)))
        )
    return path


def load(conn: sqlite3.Connection) -> None:
    """Load the extension into a connection.

    Loading of extensions is switched off again afterwards. AttributeError
    where Python was made without it.
    """
    path = loadable_path()
    conn.enable_load_extension(True)
    try:
        conn.load_extension(path)
    finally:
        conn.enable_load_extension(False)
