#!/bin/sh
# sqlites.sh - other versions of SQLite, for make versions.
#
#     sh test/sqlites.sh [FOLDER]        FOLDER is build/sqlite
#
# The amalgamations are those inside the packages of better-sqlite3. Each
# becomes FOLDER/VERSION with libsqlite3.so.0, for LD_LIBRARY_PATH, and its
# sqlite3.h and sqlite3ext.h. FOLDER/PACKAGE.version says which version a
# package gave; with that and the library there, nothing is done again. To
# get a newer "latest", delete latest.version.

set -e
out=${1:-build/sqlite}
packages="7.5.3 9.4.0 latest" # SQLite 3.38.5, 3.45.1, the newest

# As Debian 12 compiles it (PRAGMA compile_options), but for lookaside memory:
# Debian leaves it out, most programs that bring their own SQLite have it, so
# that the tests see both.
options="
  HAVE_ISNAN
  HAVE_USLEEP
  SQLITE_ENABLE_COLUMN_METADATA
  SQLITE_ENABLE_DBSTAT_VTAB
  SQLITE_ENABLE_FTS3
  SQLITE_ENABLE_FTS3_PARENTHESIS
  SQLITE_ENABLE_FTS3_TOKENIZER
  SQLITE_ENABLE_FTS4
  SQLITE_ENABLE_FTS5
  SQLITE_ENABLE_JSON1
  SQLITE_ENABLE_LOAD_EXTENSION
  SQLITE_ENABLE_MATH_FUNCTIONS
  SQLITE_ENABLE_PREUPDATE_HOOK
  SQLITE_ENABLE_RTREE
  SQLITE_ENABLE_SESSION
  SQLITE_ENABLE_STMTVTAB
  SQLITE_ENABLE_UNLOCK_NOTIFY
  SQLITE_ENABLE_UPDATE_DELETE_LIMIT
  SQLITE_LIKE_DOESNT_MATCH_BLOBS
  SQLITE_MAX_DEFAULT_PAGE_SIZE=32768
  SQLITE_MAX_SCHEMA_RETRY=25
  SQLITE_MAX_VARIABLE_NUMBER=250000
  SQLITE_SECURE_DELETE
  SQLITE_SOUNDEX
  SQLITE_TEMP_STORE=1
  SQLITE_THREADSAFE=1
  SQLITE_USE_URI
"

# Fetch one package, compile what is in it.
make_one() { # the package's version
  rm -rf "$out/new"
  mkdir -p "$out/new"
  (cd "$out/new" && npm pack --loglevel=error "better-sqlite3@$1" > /dev/null &&
      tar xzf ./*.tgz)
  deps=$out/new/package/deps
  if [ ! -f "$deps/sqlite3/sqlite3.c" ]; then # packed once more, in some
    mkdir -p "$deps/sqlite3"
    tar xzf "$deps"/sqlite3.tar.gz -C "$deps/sqlite3"
  fi
  version=$(sed -n 's/^#define SQLITE_VERSION  *"\(.*\)"/\1/p' \
      "$deps/sqlite3/sqlite3.h")
  echo "CC   $out/$version/libsqlite3.so.0"
  # shellcheck disable=SC2086
  ${CC:-gcc} -O2 -g -w -fPIC -shared -Wl,-soname,libsqlite3.so.0 \
      -o "$out/new/libsqlite3.so.0" $(printf ' -D%s' $options) \
      "$deps/sqlite3/sqlite3.c" -lm -ldl -lpthread
  mkdir -p "$out/$version"
  mv "$deps/sqlite3/sqlite3.h" "$deps/sqlite3/sqlite3ext.h" \
      "$out/new/libsqlite3.so.0" "$out/$version/"
  echo "$version" > "$out/$1.version"
  rm -rf "$out/new"
}

for package in $packages; do
  version=$(cat "$out/$package.version" 2> /dev/null || true)
  if [ -z "$version" ] || [ ! -f "$out/$version/libsqlite3.so.0" ]; then
    make_one "$package"
  fi
done
