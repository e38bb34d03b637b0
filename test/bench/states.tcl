# states.tcl - what happens to a database of mixed.tcl between backups.

set tables {documents events files measurements}

# Run a script with db open on a file.
proc with_db {file script} {
  sqlite3 db $file
  db eval {PRAGMA synchronous = off}
  uplevel 1 $script
  db close
}

# One row in a hundred, by a hash of its id.
proc update_rows {file} {
  set hash "id * 48271 % 2147483647"
  set some "($hash) * ($hash) % 2147483647 % 100 = 7"
  with_db $file {
    db eval "
      BEGIN;
      UPDATE documents SET body = substr(body, 1, id % 1500) || 'edited by '
          || id || ' ' || substr(body, id % 1500 + 1) WHERE $some;
      UPDATE events SET data = replace(data, '\"ok\":true', '\"ok\":null')
          WHERE $some;
      UPDATE files SET name = 'renamed_' || name WHERE $some;
      UPDATE measurements SET value = value + 1 WHERE $some;
      COMMIT;"
  }
}

# One per cent of so many megabytes.
proc add_rows {file megabytes} {
  with_db $file {mixed_fill db [expr {$megabytes * 1e4}] 4242}
}

proc delete_all {file} {
  with_db $file {
    foreach table $::tables {
      db eval "DELETE FROM $table"
    }
  }
}

# What must be the same after a restore.
proc content {file} {
  with_db $file {
    set sums [db eval {
      SELECT count(*), sum(id), sum(length(body)) FROM documents UNION ALL
      SELECT count(*), sum(id), sum(length(data)) FROM events UNION ALL
      SELECT count(*), sum(id), sum(length(content)) FROM files UNION ALL
      SELECT count(*), sum(id), total(value) FROM measurements
    }]
  }
  return $sums
}
