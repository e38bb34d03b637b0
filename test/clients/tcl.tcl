# tcl.tcl - the story for Tcl's sqlite3.
#
#     tclsh tcl.tcl EXTENSION MIGRATIONS DATABASE
package require sqlite3

lassign $argv extension folder database
fconfigure stdout -encoding utf-8
sqlite3 db $database
db nullvalue -
db enable_load_extension 1
db eval {SELECT load_extension($extension)}

proc rows {word sql} {
  db eval $sql row {
    set values {}
    foreach name $row(*) {
      lappend values $row($name)
    }
    puts [join [concat $word $values]]
  }
}

proc fails {word sql} {
  if {[catch {db eval $sql} message]} {
    puts "! $word [db errorcode] $message"
  } else {
    puts "! $word - no error"
  }
}

# How often a way to run a statement upgrades by one step.
proc steps {way} {
  db eval {SELECT migrate_downgrade('base')}
  {*}$way {SELECT migrate_upgrade('+1')}
  db onecolumn {SELECT count(*) FROM migrations WHERE state = 'applied'}
}

set defensive [expr {[db onecolumn {PRAGMA journal_mode = off}] ne "off"}]
db eval {PRAGMA journal_mode = delete}
puts "# host Tcl's sqlite3 | Tcl [info patchlevel]"
puts "# sqlite [db onecolumn {SELECT sqlite_version()}]"
puts "# defensive [lindex {off on} $defensive]"
puts "# foreign_keys [lindex {off on} [db onecolumn {PRAGMA foreign_keys}]]"

# Up, and rows.
puts "imported [db onecolumn {
  SELECT json_array_length(migrate_import($folder) -> '$.new')
}]"
rows plan {SELECT position, revision, message FROM migration_plan}
puts "upgraded [db onecolumn {SELECT migrate_upgrade() ->> '$.run'}]"
db transaction {
  foreach {name berth length} [list Anna 1 9.25 M\u00f6we 2 {} Zed 1 4.5] {
    db eval {
      INSERT INTO boat(name, berth, length)
        VALUES($name, $berth, nullif($length, ''))
    }
  }
}
puts "backup [db onecolumn {SELECT migrate_backup('before the storm')}]"

# One down and up again. What is lost comes back.
puts "down [db onecolumn {SELECT migrate_downgrade('-1') ->> '$.to[0]'}]"
rows pending {SELECT revision FROM migration_plan}
puts "up [db onecolumn {SELECT migrate_upgrade() ->> '$.to[0]'}]"
db eval {
  UPDATE boat SET name = 'x' WHERE id = 1;
  DELETE FROM boat WHERE id = 2;
}
rows spoilt {SELECT id, name FROM boat ORDER BY id}
puts "restored [db onecolumn {SELECT migrate_restore(2) ->> '$.backup'}]"
rows boat {SELECT id, name, berth, length FROM boat ORDER BY id}

# An error has its code, and leaves nothing behind.
set options {{"id":"bad"}}
db eval {
  SELECT migrate_revision('bad', 'CREATE TABLE half(a);
    INSERT INTO nowhere VALUES(1)', NULL, $options)
}
fails SCRIPT {SELECT migrate_upgrade()}
puts "half [db onecolumn {
  SELECT count(*) FROM sqlite_master WHERE name = 'half'
}]"
puts "deleted [db onecolumn {SELECT migrate_delete('bad')}]"

# In a transaction of the host its COMMIT or ROLLBACK decides.
foreach end {ROLLBACK COMMIT} {
  db eval BEGIN
  puts "committed [db onecolumn {
    SELECT migrate_downgrade('-2') ->> '$.committed'
  }]"
  db eval $end
  puts "current [db onecolumn {SELECT migrate_current()}]"
}

# Kept statements: db keeps those whose text it has seen.
proc columns {} {
  llength [db eval {SELECT * FROM boat WHERE id = 3}]
}
set before [columns]
for {set i 0} {$i<2} {incr i} {
  rows kept {SELECT id, name FROM boat WHERE id = 3}
  puts "kept up [db onecolumn {SELECT migrate_upgrade('+1') ->> '$.to[0]'}]"
}
puts "= columns of a kept SELECT * | 3 4 | $before [columns]"
for {set i 0} {$i<2} {incr i} {
  rows kept {SELECT id, name FROM boat WHERE id = 3}
  puts "kept down [db onecolumn {SELECT migrate_downgrade('-1') ->> '$.to[0]'}]"
}
puts "up [db onecolumn {SELECT migrate_upgrade() ->> '$.to[0]'}]"

# A result set that is not read to its end.
db eval {SELECT id FROM boat} {
  fails OPEN_CURSOR {SELECT migrate_downgrade('-1', '{"dry_run":true}')}
  break
}

# What the tables say.
rows revision {SELECT revision, state, is_head FROM migrations}
rows run {
  SELECT run, action, outcome FROM migration_history
   WHERE revision IS NULL OR outcome = 'failed'
}
rows backup {SELECT backup, kind, note FROM migration_backups}
rows auto {SELECT migrate_auto() ->> '$.did'}
rows test {SELECT migrate_test('base:head') ->> '$.ok'}
rows step {SELECT migrate_step() ->> '$.done'}
rows drawn {SELECT migrate_graph('svg') GLOB '<svg*'}
puts "verify [db onecolumn {SELECT migrate_verify()}]"
puts "# migrate_table [db onecolumn {
  SELECT migrate_table('CREATE TABLE boat(id INTEGER PRIMARY KEY,
    name TEXT NOT NULL, berth INTEGER NOT NULL, length REAL)',
    '{"dry_run":true}')
}]"

# The host's own.
puts "= steps by eval | 1 | [steps {db eval}]"
puts "= steps by onecolumn | 1 | [steps {db onecolumn}]"
puts "= steps by exists | 1 | [steps {db exists}]"
proc loop {sql} {
  db eval $sql row {}
}
puts "= steps by eval with a body | 1 | [steps loop]"
db close
