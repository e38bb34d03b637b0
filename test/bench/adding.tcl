# adding.tcl - files imported, and revisions added one by one.
#
# The yardstick of an import is the shell reading the same files with fsdir()
# into a table; that of added revisions, the shell reading the same files with
# readfile() and inserting them into a table, a statement each. Much of it is
# the system's time, which valgrind does not count: no ratio here is that of
# instructions.

source [file join [file dirname [info script]] common.tcl]
source [file join $bench data.tcl]

set n [size 10000 2000]
set folder [folder $n]
exec find $folder -type f -exec cat \{\} + >/dev/null ;# now in memory
workload "[thousands $n] revisions imported, two files each" setup {
  file delete plain.db ours.db
} yardstick [list "shell, fsdir()" [shell plain.db "
    CREATE TABLE f(name TEXT PRIMARY KEY, data BLOB);
    INSERT INTO f SELECT name, data FROM fsdir('$folder')
     WHERE data IS NOT NULL;"]] \
  ours [ours ours.db "SELECT length(migrate_import('$folder'));"] \
  must 1.5 aim 1.2

set imported [imported $n]
workload "[thousands $n] revisions imported again, nothing new" yardstick \
  [list "shell, fsdir()" [shell :memory: \
    "SELECT count(data) FROM fsdir('$folder');"]] \
  ours [ours $imported "SELECT length(migrate_import('$folder'));"]

set n [size 1000 300]
set folder [folder $n]
set ours {}
set plain {}
for {set i 0} {$i < $n} {incr i} {
  set id [format r%05d $i]
  set values "'step $i', [join [lmap way {up down} {
    format {readfile('%s/%05d_step.%s.sql')} $folder $i $way
  }] {, }]"
  append ours "SELECT migrate_revision($values, '{\"id\":\"$id\"}');\n"
  append plain "INSERT INTO r VALUES('$id', $values);\n"
}
set make "CREATE TABLE r(id TEXT PRIMARY KEY, message, up, down);"
foreach {how before after} {
  "one by one" "" "" "in one transaction" BEGIN\; COMMIT\;
} {
  set goal [expr {$before eq "" ? {must 1.5 aim 1.2} : ""}]
  workload "[thousands $n] revisions added $how" setup {
    file delete plain.db ours.db
  } yardstick [list "shell, readfile()" \
      [shell plain.db $make $before $plain $after]] \
    ours [ours ours.db "SELECT migrate_init();" $before $ours $after] \
    {*}$goal
}
bench_finish
