# memory.tcl - peak memory: on a database of 1 GB, and with much to be held.
#
# Resident memory of the process, SQLite's page cache of 2 MB included. The
# yardstick, where there is one, is the shell doing the same.

source [file join [file dirname [info script]] common.tcl]
source [file join $bench data.tcl]
source [file join $bench states.tcl]

proc show {name command {yardstick ""} {plain ""}} {
  set base -
  if {$plain ne ""} {
    set base [peak $plain]
  }
  result "$::label: $name" unit MiB judge ours base $base yardstick \
    [expr {$yardstick eq "" ? "-" : $yardstick}] ours [peak $command] \
    {*}$::bounds
}

# Of a database of 1 GB. What holds many revisions or tables has no bound.
set bounds {must 32 aim 16}
set megabytes [size 1000 20]
set label [size "1 GB" "20 MB"]
show "a process that does nothing" [ours :memory: "SELECT 1;"] \
  "shell" [shell :memory: "SELECT 1;"]
file copy -force [mixed $megabytes] ours.db
show "first backup" [ours ours.db "SELECT migrate_backup();"]
update_rows ours.db
show "backup, 1 % changed" [ours ours.db "SELECT migrate_backup();"]
delete_all ours.db
show "all rows restored" [ours ours.db "SELECT migrate_restore('latest');"]
show "migrate_verify()" [ours ours.db "SELECT migrate_verify();"]

# A column of the widest table, in place, dropped, and by a copy.
set text {CREATE TABLE documents(id INTEGER PRIMARY KEY,
  author INTEGER NOT NULL, title TEXT NOT NULL, body TEXT NOT NULL %s)}
foreach {name definition} {
  "CHECK in place" {CHECK (length(body) > 0)}
  "rebuild" {, UNIQUE(author, id)}
} {
  show $name [ours ours.db "SELECT migrate_table('[format $text \
    $definition]', '{\"backup\":false}');"]
}
show "an upgrade that writes every row, with backup" [ours ours.db \
  "SELECT migrate_revision('touch', 'UPDATE events SET kind = kind || 1');" \
  "SELECT length(migrate_upgrade('head'));"]
file delete ours.db

set bounds {}
set n [size 10000 2000]
set label "[thousands $n] revisions"
file copy -force [imported $n] ours.db
show "up" [ours ours.db "SELECT length(migrate_upgrade('head'));"] \
  "shell, same SQL" [shell plain.db [plain_sql $n 0]]
show "import" [ours new.db "SELECT length(migrate_import('[folder $n]'));"]
show "SELECT * FROM migrations" [ours ours.db "SELECT * FROM migrations;"]
set n [size 2000 200]
set label "[thousands $n] tables"
write_file desired.sql [schema $n [changed_tables $n]]
show "migration_diff" [ours [schema_db $n] \
    "SELECT count(*) FROM migration_diff('live', '@desired.sql');"] \
  "shell reads catalogue" [shell [schema_db $n] $catalogue]
bench_finish
