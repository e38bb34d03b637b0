#!/bin/sh
# deps.sh - is everything here that building, the demo and the tests need?
#
# Each thing is tried, not looked up by name, so any system that has it will
# do. What is missing is installed by apt-get when root, else the line that
# does it is printed and the status is 1.
#
#     sh test/deps.sh [linux-arm64 | windows]
#
# With a name: what building the extension for that system needs.

CC=${CC:-gcc}
missing=

need() { # package, then a command that succeeds when it is there
  package=$1
  shift
  "$@" >/dev/null 2>&1 || missing="$missing $package"
}
header() { # name of a header
  echo "#include <$1>" | $CC -E ${2:+-I$2} -x c - 
}
tcl() { # a Tcl script
  echo "if {[catch {$1} r]} {exit 1}; puts \$r" | tclsh
}
tcl_header() {
  header tcl.h "$(tcl '::tcl::pkgconfig get includedir,runtime')"
}

library() { # compiler, file: does it find the library?
  case $($1 -print-file-name="$2") in
    */*) return 0 ;;
  esac
  return 1
}

target=$1
probe() {
  missing=
  case $target in
    linux-arm64)
      need gcc-aarch64-linux-gnu command -v aarch64-linux-gnu-gcc
      need libc6-dev-arm64-cross library aarch64-linux-gnu-gcc libc.so
      need zlib1g-dev:arm64 library aarch64-linux-gnu-gcc libz.so
      return ;;
    windows)
      need gcc-mingw-w64-x86-64 command -v x86_64-w64-mingw32-gcc
      need libz-mingw-w64-dev library x86_64-w64-mingw32-gcc libz.a
      return ;;
  esac
  case $CC in
    *clang*) compiler=clang ;;
    *) compiler=gcc ;;
  esac
  need $compiler command -v $CC
  need libc6-dev header stdlib.h
  need make command -v make
  need zlib1g-dev header zlib.h
  need libsqlite3-dev header sqlite3ext.h
  need sqlite3 command -v sqlite3
  need tcl command -v tclsh
  need libsqlite3-tcl tcl 'package require sqlite3'
  need tcl-dev tcl_header
}

probe
if [ -z "$missing" ]; then
  exit 0
fi
echo "missing:$missing"
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
  echo "run this, then make again:"
  case $missing in
    *:arm64*) echo "  sudo dpkg --add-architecture arm64" ;;
  esac
  echo "  sudo apt-get update && sudo apt-get install -y$missing"
  exit 1
fi

DEBIAN_FRONTEND=noninteractive
export DEBIAN_FRONTEND
case $missing in
  *:arm64*) dpkg --add-architecture arm64 ;;
esac
install() {
  apt-get install -y -q --no-install-recommends $missing
}
echo "installing:$missing"
install || { apt-get update -q && install; } || exit 1
probe
if [ -n "$missing" ]; then
  echo "still missing:$missing"
  exit 1
fi
