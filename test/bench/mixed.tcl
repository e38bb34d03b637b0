# mixed.tcl - a database of mixed content, the same bytes at every run.
#
#   tclsh test/bench/mixed.tcl FILE MEGABYTES
#
# Half of the bytes are documents of 2 to 10 KB in words of an invented
# language, as frequent as words of natural ones are (Zipf); a sixth each are
# JSON events, random blobs of 2 to 40 KB, and numbers. Three indexes. The
# file comes out within a few percent of the wanted size; 100 MB take some
# ten seconds. Also a library: mixed_create, mixed_fill.

package require sqlite3

proc mixed_create {db} {
  $db eval {
    CREATE TABLE documents(id INTEGER PRIMARY KEY, author INTEGER NOT NULL,
        title TEXT NOT NULL, body TEXT NOT NULL);
    CREATE TABLE events(id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
        kind TEXT NOT NULL, data TEXT NOT NULL);
    CREATE TABLE files(id INTEGER PRIMARY KEY, name TEXT NOT NULL,
        content BLOB NOT NULL);
    CREATE TABLE measurements(id INTEGER PRIMARY KEY, sensor INTEGER NOT NULL,
        at INTEGER NOT NULL, value REAL NOT NULL, quality INTEGER);
    CREATE INDEX documents_author ON documents(author);
    CREATE INDEX events_kind ON events(kind, at);
    CREATE INDEX measurements_sensor ON measurements(sensor, at);
  }
}

# 65536 words with what follows them, each as often as its rank says.
proc mixed_words {} {
  expr {srand(4711)}
  set syllables {}
  foreach a {b br d f g h k l m n p r s st t tr v w z ""} {
    foreach b {a e i o u ai en or el is} {
      lappend syllables $a$b
    }
  }
  set n [llength $syllables]
  set words {}
  for {set rank 1} {[llength $words] < 65536} {incr rank} {
    set word ""
    for {set k [expr {1 + int(rand() * (1 + log($rank) / 2.2))}]} {$k} \
        {incr k -1} {
      append word [lindex $syllables [expr {int(rand() * $n)}]]
    }
    for {set k [expr {int(6600.0 / ($rank + 2)) + 1}]} {$k} {incr k -1} {
      set r [expr {rand()}]
      lappend words "$word[expr {$r < 0.07 ? ". " : $r < 0.16 ? ", " : " "}]"
    }
  }
  return $words
}

proc mixed_text {n} {
  set text ""
  for {} {$n} {incr n -1} {
    append text [lindex $::mixed_words [expr {int(rand() * 65536)}]]
  }
  return $text
}

# n bytes, n a multiple of 4.
proc mixed_random {n} {
  set list {}
  for {} {$n > 0} {incr n -4} {
    lappend list [expr {int(rand() * 4294967296.0)}]
  }
  return [binary format i* $list]
}

proc mixed_documents {db n} {
  for {} {$n} {incr n -1} {
    set author [expr {int(rand() * 1000)}]
    set title [string trimright [mixed_text 5] " .,"]
    set body [mixed_text [expr {250 + int(rand() * 1050)}]]
    $db eval {INSERT INTO documents VALUES(NULL, $author, $title, $body)}
  }
}

proc mixed_files {db n} {
  for {} {$n} {incr n -1} {
    set name [string map {" " _ , "" . ""} [mixed_text 3]].bin
    set content [mixed_random [expr {2048 + 4 * int(rand() * 9728)}]]
    $db eval {INSERT INTO files VALUES(NULL, $name, @content)}
  }
}

# x and y are two random numbers below 2^31 for every row (Park and Miller).
set mixed_rows {
  WITH RECURSIVE r(n, x, y) AS (
    SELECT 1, $seed + 1, $seed * 7 + 3 UNION ALL
    SELECT n + 1, x * 48271 % 2147483647, y * 16807 % 2147483647
    FROM r WHERE n < $n
  )
}

proc mixed_events {db n seed} {
  set first [$db onecolumn {SELECT coalesce(max(at), 1700000000) FROM events}]
  $db eval [string cat $::mixed_rows {
    INSERT INTO events(at, kind, data)
    SELECT $first + n * 3 + x % 3, kind,
           printf('{"kind":"%s","user":%d,"session":"%08x%08x","path":"/%s/%d",'
                  || '"ms":%d,"ok":%s,"from":"10.%d.%d.%d"}',
                  kind, x % 50000, x, y, kind, y % 7919, y / 7919 % 900,
                  iif(x % 23, 'true', 'false'), y % 8, x / 97 % 256, y / 31 % 256)
    FROM (SELECT n, x, y, CASE x / 1000 % 10 WHEN 0 THEN 'login'
          WHEN 1 THEN 'logout' WHEN 2 THEN 'upload' WHEN 3 THEN 'search'
          ELSE 'view' END AS kind FROM r)
  }]
}

proc mixed_measurements {db n seed} {
  set first [$db onecolumn {
    SELECT coalesce(max(at), 1700000000) FROM measurements
  }]
  $db eval [string cat $::mixed_rows {
    INSERT INTO measurements(sensor, at, value, quality)
    SELECT x % 200, $first + n, (y % 200000) / 64.0 - 1000,
           iif(x % 17, x / 17 % 5, NULL)
    FROM r
  }]
}

# Add about so many bytes of all kinds. Another seed, other content.
proc mixed_fill {db bytes seed} {
  if {![info exists ::mixed_words]} {
    set ::mixed_words [mixed_words]
  }
  expr {srand($seed)}
  $db transaction {
    mixed_documents $db [expr {int(ceil($bytes * 0.5 / 6000))}]
    mixed_files $db [expr {int(ceil($bytes / 6.0 / 21500))}]
    mixed_events $db [expr {int(ceil($bytes / 6.0 / 180))}] $seed
    mixed_measurements $db [expr {int(ceil($bytes / 6.0 / 40))}] $seed
  }
}

# A new file of about so many megabytes.
proc mixed_file {file megabytes} {
  file delete -force $file
  sqlite3 mixed_db $file
  mixed_db eval {
    PRAGMA journal_mode = off;
    PRAGMA synchronous = off;
    PRAGMA cache_size = -200000;
  }
  mixed_create mixed_db
  mixed_fill mixed_db [expr {$megabytes * 1e6}] 42
  mixed_db close
}

if {[info exists argv0] && [file tail $argv0] eq "mixed.tcl"} {
  mixed_file [lindex $argv 0] [lindex $argv 1]
}
