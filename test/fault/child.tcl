# child.tcl - a process that works on a database at another one's bidding.
#
#     tclsh test/fault/child.tcl
#
# Reads Tcl scripts from standard input, one a line, and answers each with one
# line: the list {return-code result}, with newlines as blanks. Before the
# first it says "ready". open_db opens db with the extension (MIGRATE_SO).
# test/fault/children.tcl is the other side.

package require sqlite3

proc load_migrate {} {
  db enable_load_extension 1
  db eval {SELECT load_extension($::env(MIGRATE_SO))}
}

proc open_db {file} {
  sqlite3 db $file
  load_migrate
}

# Run a script, and again while SQLite itself answers "database is locked". The
# newest SQLite reads the schema, under a lock, before it compiles even SELECT
# 1, so with a busy timeout of 0 a statement can fail before it calls us.
proc patient {script} {
  while {[catch {uplevel #0 $script} result]} {
    if {$result ne "database is locked"} {
      error $result
    }
    after 1
  }
  return $result
}

fconfigure stdin -encoding utf-8
fconfigure stdout -encoding utf-8 -buffering line
puts ready
while {[gets stdin script]>=0} {
  set rc [catch {uplevel #0 $script} result]
  puts [list $rc [string map {\n " "} $result]]
}
