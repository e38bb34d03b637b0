# amalgamate.awk - all sources as one file.
#
#     awk -f ext/package/amalgamate.awk -v version=V -v headers='H ...' C ...
#
# Prints one C file: what is included from the system, the headers in the order
# in which they are first needed, and the sources in the order given. Nothing
# of their text changes but the lines that include each other.
#
# What was private to a source must stay so:
#
# - A name that a source defines at its outermost level, and that any other
#   source has in whatever sense, is written name_source, by a #define before
#   the source's text and an #undef after it. Such names are found by their
#   form, which clang-format keeps uniform. One that were overlooked and defined
#   twice would not compile, nor would one that is renamed and a header has for
#   something else.
# - Macros of a source are #undef'd after it.
# - Functions that sources have in common are hidden from other libraries of
#   the process, as -fvisibility=hidden does it for the separate files. What is
#   included from the system must not be hidden: it stands before that, or,
#   where it depends on the system, between a pop and a push.

function base(path) {
  sub(/.*\//, "", path)
  return path
}

# What an #include line includes: name, with its < or ".
function included(line) {
  sub(/^[ \t]*#[ \t]*include[ \t]*/, "", line)
  sub(/[ \t]*(\/\*.*)?$/, "", line)
  return line
}

function is_include(line) {
  return line ~ /^[ \t]*#[ \t]*include[ \t]*[<"]/
}

# 1 when a line opens a condition, -1 when it closes one.
function condition(line) {
  if (line ~ /^[ \t]*#[ \t]*if/) return 1
  if (line ~ /^[ \t]*#[ \t]*endif/) return -1
  return 0
}

# Take name as defined at the outermost level of source. What begins with mig
# is common to all: a struct that a header declares and a source completes.
function define(name, source) {
  if (name !~ /^[Mm]ig[A-Z]/ && !((name, source) in defines)) {
    defines[name, source] = 1
    names[source] = names[source] " " name
  }
}

# Which sources have a word: none, one, or "+" for several.
function scan_words(line, source, n, i, word) {
  gsub(/[^A-Za-z_0-9]+/, " ", line)
  n = split(line, word, " ")
  for (i = 1; i <= n; i++) {
    if (!(word[i] in user)) {
      user[word[i]] = source
    } else if (user[word[i]] != source) {
      user[word[i]] = "+"
    }
  }
}

# Names that a line at the outermost level defines.
function scan_line(line, source, name) {
  if (line ~ /^[ \t]*#[ \t]*define[ \t]/) {
    name = line
    sub(/^[ \t]*#[ \t]*define[ \t]+/, "", name)
    sub(/[^A-Za-z_0-9].*/, "", name)
    macros[source] = macros[source] " " name
  } else if (line ~ /^static /) {
    name = line
    sub(/(\(|\[| =|;).*/, "", name)
    sub(/.*[^A-Za-z_0-9]/, "", name)
    define(name, source)
  } else if (line ~ /^(typedef )?(struct|union|enum) [A-Za-z_0-9]+ \{/) {
    name = line
    sub(/ \{.*/, "", name)
    sub(/.* /, "", name)
    define(name, source)
  } else if (line ~ /^\} [A-Za-z_0-9]+(\[.*\])?( =|;)/) {
    name = line
    sub(/^\} /, "", name)
    sub(/[^A-Za-z_0-9].*/, "", name)
    define(name, source)
  }
}

# First reading: names, and what is included from the system.
function scan(file, source, line, depth, guard) {
  guard = file ~ /\.h$/
  depth = 0
  while ((getline line < file) > 0) {
    sub(/\r$/, "", line)
    depth += condition(line)
    if (guard && line ~ /^#ifndef [A-Z_]+_H$/) {
      guarded[base(file)] = 1
    }
    if (is_include(line)) {
      line = included(line)
      if (line ~ /^</ && depth == guard && !(line in system_header)) {
        system_header[line] = 1
        system_list = system_list "#include " line "\n"
      }
    } else if (!guard) {
      scan_line(line, source)
      scan_words(line, source)
    }
  }
  close(file)
}

# Print the headers that a file needs and that are not printed yet.
function emit_headers(file, line, i, n, list, name) {
  n = 0
  while ((getline line < file) > 0) {
    if (is_include(line) && included(line) ~ /^"/) {
      list[++n] = included(line)
    }
  }
  close(file)
  for (i = 1; i <= n; i++) {
    name = substr(list[i], 2, length(list[i]) - 2)
    if (name in header) {
      if (name in guarded && !(name in printed)) {
        printed[name] = 1
        emit_headers(header[name])
        emit(header[name], 1)
      }
    } else if (name !~ /^sqlite3(ext)?\.h$/) {
      fail(file ": no header " name)
    }
  }
}

# Print a file without its includes. Those of the system that stand in a
# condition, deeper than guard, stay; a header without a guard is data and
# comes where it is included.
function emit(file, guard, line, depth, name) {
  printf "\n/************** %s **************/\n", file
  depth = 0
  while ((getline line < file) > 0) {
    depth += condition(line)
    if (!is_include(line)) {
      print line
    } else if (included(line) ~ /^</ && depth != guard) {
      print "MIG_SYSTEM_BEGIN"
      print line
      print "MIG_SYSTEM_END"
    } else {
      name = included(line)
      gsub(/"/, "", name)
      if (name in header && !(name in guarded)) {
        emit(header[name], 0)
        printf "\n/************** %s, continued **************/\n", file
      }
    }
  }
  close(file)
}

function fail(message) {
  print "amalgamate: " message > "/dev/stderr"
  failed = 1
  exit 1
}

# Print a source, its private names told apart from those of others.
function emit_source(file, source, i, n, list) {
  emit_headers(file)
  n = split(names[source], list, " ")
  for (i = 1; i <= n; i++) {
    if (user[list[i]] == "+") {
      print "#define " list[i] " " list[i] "_" source
    }
  }
  emit(file, 0)
  for (i = 1; i <= n; i++) {
    if (user[list[i]] == "+") {
      print "#undef " list[i]
    }
  }
  n = split(macros[source], list, " ")
  for (i = 1; i <= n; i++) {
    print "#undef " list[i]
  }
}

BEGIN {
  n = split(headers, list, " ")
  for (i = 1; i <= n; i++) {
    if (base(list[i]) in header) {
      fail("two headers " base(list[i]))
    }
    header[base(list[i])] = list[i]
    scan(list[i], "")
  }
  for (i = 1; i < ARGC; i++) {
    source = base(ARGV[i])
    sub(/\.c$/, "", source)
    if (source in seen) {
      fail("two sources " source)
    }
    seen[source] = ARGV[i]
    scan(ARGV[i], source)
  }
  print "/*"
  print "** migrate " version ", all sources in one file."
  print "**"
  print "** Loadable extension:  cc -O2 -shared -fPIC migrate-amalgamation.c -lz"
  print "** Linked with SQLite:  cc -O2 -DSQLITE_CORE -c migrate-amalgamation.c"
  print "**"
  print "** Needs sqlite3.h, sqlite3ext.h and zlib.h. What a program calls is in"
  print "** migrate-amalgamation.h, which this file does not need. Lines such as"
  print "** the next name the file of the project that follows."
  print "*/"
  print "#ifndef _DEFAULT_SOURCE"
  print "#define _DEFAULT_SOURCE 1"
  print "#endif"
  print "#ifndef _POSIX_C_SOURCE"
  print "#define _POSIX_C_SOURCE 200809L"
  print "#endif"
  print "#define ZLIB_CONST"
  printf "%s", system_list
  print "#include \"sqlite3ext.h\""
  printed["migrate.h"] = 1
  emit(header["migrate.h"], 1)
  print "\n#if defined(__GNUC__) && !defined(_WIN32)"
  print "#define MIG_SYSTEM_BEGIN _Pragma(\"GCC visibility push(default)\")"
  print "#define MIG_SYSTEM_END _Pragma(\"GCC visibility pop\")"
  print "#pragma GCC visibility push(hidden)"
  print "#else"
  print "#define MIG_SYSTEM_BEGIN"
  print "#define MIG_SYSTEM_END"
  print "#endif"
  for (i = 1; i < ARGC && !failed; i++) {
    source = base(ARGV[i])
    sub(/\.c$/, "", source)
    emit_source(ARGV[i], source)
  }
  if (!failed) {
    print "\n#if defined(__GNUC__) && !defined(_WIN32)"
    print "#pragma GCC visibility pop"
    print "#endif"
  }
  exit failed
}
