# cases.tcl - the calls that matrix.tcl tries, one for every acting function
# and for every way one of them can go.
#
#     fault_case NAME -make SCRIPT -call SQL ?options?
#
#   -make SCRIPT    Tcl that fills the file db is open on; [make SQL] runs SQL
#   -call SQL       the call; it changes the file, so that before is not after
#   -group GROUP    the test file: author, run, backup or table
#   -again WHAT     the same call after it was done: same (the default) changes
#                   nothing, more does it once more, CODE is the error
#   -modes LIST     auto begin savepoint both, unless it may not stand in a
#                   transaction
#   -same 1         the call changes nothing in the file
#   -gives PATTERN  what an undisturbed call returns, without DEFENSIVE
#   -between LIST   calls that together do the same as the call, which commits
#                   between them
#
# In the SQL %o stands for the options that make calls determined, inside an
# object: '{%o,"id":"r1"}'. The call may write files whose names begin with
# out, and read those that begin with in. A new function is a new case here.

proc fault_case {name args} {
  set ::matrix_case($name) [dict merge {-group author -make {} -again same
    -modes {auto begin savepoint both} -same 0 -between {}
    -gives *} $args]
}

proc case_text {sql} {
  string map [list %o $::matrix_options] $sql
}

proc make {sql} {
  db eval [case_text $sql]
}

proc write_file {name text} {
  file mkdir [file dirname $name]
  set f [open $name w]
  fconfigure $f -translation lf
  puts -nonewline $f $text
  close $f
}

#--------------------------------------------------------------------------
# Revisions.

# A line a, b of which a is applied, and a side branch c.
proc make_line {} {
  make {
    SELECT migrate_revision('first', 'CREATE TABLE ta(x);
      INSERT INTO ta VALUES(1), (2)', 'DROP TABLE ta', '{%o,"id":"a"}');
    SELECT migrate_revision('second', 'CREATE TABLE tb(x)', 'DROP TABLE tb',
      '{%o,"id":"b","label":"main"}');
    SELECT migrate_revision('side', 'CREATE TABLE tc(x)', 'DROP TABLE tc',
      '{%o,"id":"c","parent":"a","splice":true}');
    SELECT migrate_upgrade('a', '{%o,"backup":false}');
  }
}

fault_case init -call {SELECT migrate_init('{%o}')}

fault_case first_revision -again DUPLICATE_ID -call {
  SELECT migrate_revision('one', 'CREATE TABLE t(x)', 'DROP TABLE t',
    '{%o,"id":"a"}')}

fault_case revision -again NOT_A_HEAD -make make_line -call {
  SELECT migrate_revision('new', 'CREATE TABLE tn(x)', 'DROP TABLE tn',
    '{%o,"id":"n","parent":"b","depends_on":["c"],"label":"fresh"}')}

fault_case splice -again DUPLICATE_ID -make make_line -call {
  SELECT migrate_revision('between', 'CREATE TABLE tn(x)', NULL,
    '{%o,"id":"n","parent":"a","splice":true}')}

fault_case edit -make make_line -call {
  SELECT migrate_edit('b', 'CREATE TABLE tb(x, y)', NULL, '{%o}')}

fault_case edit_repair -make make_line -call {
  SELECT migrate_edit('a', 'CREATE TABLE ta(x, y)', NULL,
    '{%o,"repair":true}')}

fault_case delete -again UNKNOWN_REVISION -make make_line -call {
  SELECT migrate_delete('c', '{%o}')}

fault_case merge -again USAGE -make make_line -call {
  SELECT migrate_merge('both', 'heads', '{%o,"id":"m"}')}

fault_case label -make make_line -call {
  SELECT migrate_label('c', 'aside', '{%o}')}

fault_case config -make make_line -call {
  SELECT migrate_config('max_backups', 7, '{%o}')}

fault_case config_default -call {
  SELECT migrate_config('max_backups', NULL, '{%o}')
} -make {make {SELECT migrate_config('max_backups', 7, '{%o}')}}

fault_case stamp -make make_line -call {
  SELECT migrate_stamp('b', '{%o}')}

fault_case stamp_purge -make make_line -call {
  SELECT migrate_stamp('c', '{%o,"purge":true}')}

fault_case baseline -again APPLIED -make {
  make {CREATE TABLE t(x UNIQUE); CREATE VIEW v AS SELECT x FROM t;
    CREATE TRIGGER tr AFTER INSERT ON t BEGIN DELETE FROM t WHERE x < 0; END}
} -call {
  SELECT migrate_revision('as it is', NULL, NULL,
    '{%o,"id":"base1","baseline":true}')}

fault_case baseline_replace -again DUPLICATE_ID -make {
  make_line
  make {SELECT migrate_delete('b', '{%o}'); SELECT migrate_delete('c', '{%o}')}
} -call {
  SELECT migrate_revision('as it is', NULL, NULL,
    '{%o,"id":"base1","baseline":true,"replace":true}')}

#--------------------------------------------------------------------------
# Folders and other tools.

proc make_folder {} {
  write_file in/0001_first.up.sql "CREATE TABLE fa(x);\n"
  write_file in/0001_first.down.sql "DROP TABLE fa;\n"
  write_file in/0002_second.up.sql "CREATE TABLE fb(x);\r\n"
  write_file in/0002_second.down.sql "DROP TABLE fb;\n"
}

fault_case import -make make_folder -call {
  SELECT migrate_import('in', '{%o}')}

fault_case import_changed -make {
  make_folder
  make {SELECT migrate_import('in', '{%o}');
        SELECT migrate_upgrade('1', '{%o,"backup":false}')}
  write_file in/0002_second.up.sql "CREATE TABLE fb(x, y);\n"
  write_file in/0003_third.up.sql "CREATE TABLE fc(x);\n"
} -call {SELECT migrate_import('in', '{%o}')}

# The files have other numbers than those that are stored and applied.
fault_case import_renamed -make {
  make_folder
  make {SELECT migrate_import('in', '{%o}');
        SELECT migrate_upgrade('0001', '{%o,"backup":false}')}
  foreach file [glob in/*] {
    file rename $file in/0[file tail $file]
  }
} -call {SELECT migrate_import('in', '{%o}')}

# A file has taken the number of one that is stored and applied.
fault_case import_displaced -make {
  make_folder
  make {SELECT migrate_import('in', '{%o}');
        SELECT migrate_upgrade('0001', '{%o,"backup":false}')}
  foreach file [glob in/0001_*] {
    file rename $file in/0009_[string range [file tail $file] 5 end]
  }
  write_file in/0001_theirs.up.sql "CREATE TABLE fc(x);\n"
} -call {SELECT migrate_import('in', '{%o}')}

fault_case export -same 1 -make make_line -call {
  SELECT migrate_export('out', '{%o}')}

fault_case export_plain -same 1 -make {
  make_folder
  make {SELECT migrate_import('in', '{%o}')}
} -call {SELECT migrate_export('out', '{%o,"format":"golang-migrate"}')}

# What an application calls at its start, with a folder: on a new file, and on
# one that has the first table without a record. Import, stamp and upgrade are
# calls of their own.
proc make_start {} {
  make_folder
  write_file in/0000_own.up.sql "CREATE TABLE own(x INTEGER PRIMARY KEY);\n"
  start_aged
}

# Files that were not written just now, so that their times tell.
proc start_aged {} {
  foreach file [glob in/*] {
    file mtime $file 1700000000
  }
}

fault_case auto_new -modes auto -make {
  make_folder
  start_aged
  make {DROP TABLE own}
} -call {
  SELECT migrate_auto('in', '{%o,"backup":false}')
} -between {
  {SELECT migrate_import('in', '{%o}')}
}

fault_case auto -make make_start -call {
  SELECT migrate_auto('in', '{%o,"backup":false}')
} -between {
  {SELECT migrate_import('in', '{%o}')}
  {SELECT migrate_stamp('0', '{%o}')}
}

fault_case auto_dry_run -same 1 -make make_start -call {
  SELECT migrate_auto('in', '{%o,"dry_run":true}')}

fault_case auto_pending -make {
  make_line
} -call {SELECT migrate_auto('{%o,"backup":false}')}

# Files of tomorrow are read each time.
proc make_read {} {
  foreach file [glob in/*] {
    file mtime $file [expr {[clock seconds] + 100000}]
  }
}
fault_case auto_known -same 1 -make {
  make_folder
  make {SELECT migrate_import('in', '{%o}');
        SELECT migrate_upgrade('2', '{%o,"backup":false}')}
  make_read
} -call {SELECT migrate_auto('in', '{%o}')}

fault_case auto_left -make {
  make_folder
  write_file in/0003_third.up.sql "DROP TABLE fa;\n"
  make {SELECT migrate_import('in', '{%o}');
        SELECT migrate_upgrade('1', '{%o,"backup":false}')}
  file delete in/0003_third.up.sql
  make_read
} -call {SELECT migrate_auto('in', '{%o,"backup":false}')}

fault_case adopt -make {
  make {
    CREATE TABLE ta(x);
    CREATE TABLE schema_migrations(version varchar(128) PRIMARY KEY);
    INSERT INTO schema_migrations VALUES('20240101'), ('20240102');
  }
  foreach id {20240101 20240102 20240103} {
    make "SELECT migrate_revision('m', 'CREATE TABLE t_$id\(x)', NULL,
      '{%o,\"id\":\"$id\"}')"
  }
} -call {SELECT migrate_adopt('{%o}')}

fault_case adopt_baseline -make {
  make {
    CREATE TABLE ta(x);
    CREATE TABLE alembic_version(version_num VARCHAR(32) NOT NULL);
    INSERT INTO alembic_version VALUES('ae1027a6acf');
  }
} -call {SELECT migrate_adopt('{%o,"baseline":true}')}

#--------------------------------------------------------------------------
# Upgrade and downgrade.

# r0 is there; pending are r1 (objects), r2 (rows), r3 (a table with cascading
# children rebuilt by hand).
proc make_family {} {
  make {
    SELECT migrate_revision('r0', '
      CREATE TABLE parent(id INTEGER PRIMARY KEY, name TEXT NOT NULL);
      CREATE TABLE child(
        id INTEGER PRIMARY KEY,
        pid INTEGER NOT NULL REFERENCES parent(id) ON DELETE CASCADE,
        v TEXT
      );
      INSERT INTO parent VALUES(1, ''ann''), (2, ''bo''), (3, ''cy'');
      INSERT INTO child VALUES(10, 1, ''a''), (11, 1, ''b''), (12, 3, ''c'');
    ', 'DROP TABLE child; DROP TABLE parent;', '{%o,"id":"r0"}');
    SELECT migrate_revision('r1', '
      CREATE TABLE tag(pid INTEGER REFERENCES parent(id), word TEXT);
      CREATE INDEX child_pid ON child(pid);
      ALTER TABLE parent ADD COLUMN score INTEGER;
      CREATE TRIGGER child_new AFTER INSERT ON child BEGIN
        INSERT INTO tag VALUES(new.pid, new.v);
      END;
    ', '
      DROP TRIGGER child_new;
      ALTER TABLE parent DROP COLUMN score;
      DROP INDEX child_pid;
      DROP TABLE tag;
    ', '{%o,"id":"r1"}');
    SELECT migrate_revision('r2', '
      UPDATE parent SET score = length(name) * 10;
      INSERT INTO child VALUES(13, 2, ''d'');
    ', '
      DELETE FROM tag;
      DELETE FROM child WHERE id = 13;
      UPDATE parent SET score = NULL;
    ', '{%o,"id":"r2"}');
    SELECT migrate_revision('r3', '
      PRAGMA foreign_keys = OFF;
      CREATE TABLE parent_new(
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        score INTEGER NOT NULL DEFAULT 0 CHECK(score >= 0)
      );
      INSERT INTO parent_new SELECT id, name, score FROM parent;
      DROP TABLE parent;
      ALTER TABLE parent_new RENAME TO parent;
      PRAGMA foreign_keys = ON;
    ', '
      PRAGMA foreign_keys = OFF;
      CREATE TABLE parent_old(
        id INTEGER PRIMARY KEY, name TEXT NOT NULL, score INTEGER
      );
      INSERT INTO parent_old SELECT id, name, score FROM parent;
      DROP TABLE parent;
      ALTER TABLE parent_old RENAME TO parent;
      PRAGMA foreign_keys = ON;
    ', '{%o,"id":"r3"}');
    SELECT migrate_upgrade('r0', '{%o,"backup":false}');
  }
}

fault_case upgrade -group run -make make_family -call {
  SELECT migrate_upgrade('r3', '{%o,"backup":false}')}

fault_case downgrade -group run -make {
  make_family
  make {SELECT migrate_upgrade('r3', '{%o,"backup":false}')}
} -call {SELECT migrate_downgrade('r0', '{%o,"backup":false}')}

fault_case upgrade_dry_run -group run -same 1 -make make_family -call {
  SELECT migrate_upgrade('r3', '{%o,"dry_run":true}')}

# Columns that wait for each other, over revisions, and for two tables.
fault_case upgrade_columns -group run -make {
  make {
    SELECT migrate_revision('one', 'CREATE TABLE ta(x); CREATE TABLE tb(x);
      INSERT INTO ta VALUES(1); ALTER TABLE ta ADD COLUMN y;
      ALTER TABLE ta ADD COLUMN z INT DEFAULT 3', NULL, '{%o,"id":"one"}');
    SELECT migrate_revision('two', 'ALTER TABLE tb ADD COLUMN y TEXT;
      ALTER TABLE ta ADD COLUMN u NOT NULL DEFAULT 1;
      INSERT INTO ta(u) VALUES(2); ALTER TABLE tb ADD COLUMN z',
      NULL, '{%o,"id":"two"}')
  }
} -call {
  SELECT migrate_upgrade('head', '{%o,"backup":false}')
}
fault_case upgrade_each -group run -modes auto -make make_family -call {
  SELECT migrate_upgrade('r3', '{%o,"backup":false,"transaction":"each"}')
} -between {
  {SELECT migrate_upgrade('r1', '{%o,"backup":false}')}
  {SELECT migrate_upgrade('r2', '{%o,"backup":false}')}
}

fault_case test -group run -same 1 -make {
  make_family
  make {SELECT migrate_edit('r2', NULL, 'SELECT 1', '{%o}')}
} -call {SELECT migrate_test('{%o}')}

# A table of which some rows are to be filled, three at a time. Those of the
# second batch have been filled already.
proc make_batches {} {
  make {
    SELECT migrate_revision('t', 'CREATE TABLE t(id INTEGER PRIMARY KEY, a, b);
      INSERT INTO t(a, b) VALUES(1, NULL), (2, NULL), (3, NULL), (4, 4), (5, 5),
        (6, 6), (7, NULL)', NULL, '{%o,"id":"t"}');
    SELECT migrate_upgrade('t', '{%o,"backup":false}');
    SELECT migrate_revision('fill', '-- migrate:batch t 3
      UPDATE t SET b = a WHERE id BETWEEN :lo AND :hi;
      -- migrate:check filled
      SELECT id FROM t WHERE b IS NOT a;', NULL, '{%o,"id":"r1"}');
  }
}

fault_case step -group run -again more -make make_batches -call {
  SELECT migrate_step(1, '{%o,"backup":false}')}

fault_case step_backup -group run -again more -make make_batches -call {
  SELECT migrate_step(1, '{%o}')}

fault_case step_last -group run -modes auto -make {
  make_batches
  make {
    SELECT migrate_step(1, '{%o,"backup":false}');
    SELECT migrate_step(1, '{%o,"backup":false}');
  }
} -call {SELECT migrate_step(1, '{%o,"backup":false}')}

fault_case upgrade_batches -group run -modes auto -make make_batches -call {
  SELECT migrate_upgrade('r1', '{%o,"backup":false}')
} -between {
  {SELECT migrate_step(1, '{%o,"backup":false}')}
  {SELECT migrate_step(1, '{%o,"backup":false}')}
}

fault_case upgrade_batches_whole -group run -modes {begin savepoint both} \
    -make make_batches -call {SELECT migrate_upgrade('r1',
      '{%o,"backup":false}')}

fault_case upgrade_check -group run -make {
  make_family
  make {
    SELECT migrate_edit('r2', 'UPDATE parent SET score = length(name) * 10;
      -- migrate:check scored
      SELECT id, name FROM parent WHERE score IS NULL;
      -- migrate:check no_orphans
      SELECT c.id FROM child AS c LEFT JOIN parent AS p ON p.id = c.pid
       WHERE p.id IS NULL;', NULL, '{%o}')
  }
} -call {SELECT migrate_upgrade('r3', '{%o,"backup":false}')}

fault_case upgrade_alone -group run -modes auto -make {
  make_line
  make {
    SELECT migrate_revision('alone', '-- migrate:no-transaction
      VACUUM; REINDEX;', NULL, '{%o,"id":"d","parent":"b"}');
    SELECT migrate_revision('last', 'CREATE TABLE te(x)', NULL,
      '{%o,"id":"e","parent":"d"}');
  }
} -call {SELECT migrate_upgrade('e', '{%o,"backup":false}')} -between {
  {SELECT migrate_upgrade('b', '{%o,"backup":false}')}
  {SELECT migrate_upgrade('d', '{%o,"backup":false}')}
}

fault_case upgrade_mirror -group run -make {
  make_line
  make {SELECT migrate_config('mirror', 'schema_migrations', '{%o}')}
} -call {SELECT migrate_upgrade('heads', '{%o,"backup":false}')}

fault_case upgrade_repeatable -group run -make {
  make_line
  make {
    SELECT migrate_revision('again', '-- migrate:repeatable
      DROP VIEW IF EXISTS va;
      CREATE VIEW va AS SELECT x + 1 AS y FROM ta;', NULL, '{%o,"id":"again"}');
    SELECT migrate_upgrade('b', '{%o,"backup":false}');
    SELECT migrate_edit('again', '-- migrate:repeatable
      DROP VIEW IF EXISTS va;
      CREATE VIEW va AS SELECT x + 2 AS y FROM ta;', NULL, '{%o}');
  }
} -call {SELECT migrate_upgrade('heads', '{%o,"backup":false}')}

# Rows that a script of migrate_sql() wrote are chained by the next call.
fault_case offline -group run -make {
  make_line
  set script [db onecolumn [case_text {
    SELECT migrate_sql('a:b', '{"shell":false}')}]]
  close_db db
  sqlite3 db test.db
  db eval $script
} -call {SELECT migrate_upgrade('c', '{%o,"backup":false}')}

# The file as it would be if an older version had made it: the tables that it
# knew, in the words of then, with the columns that they had.
proc make_older {version} {
  make {CREATE TABLE item(x); INSERT INTO item VALUES(1)}
  make_line
  make {
    SELECT migrate_label('c', 'aside', '{%o}');
    SELECT migrate_config('max_backups', 7, '{%o}');
  }
  set f [open [file join $::root sql store_$version.sql]]
  set texts [regexp -all -inline \
      {CREATE TABLE \w+?\(\n.*?\n\)[^;]*?;} [read $f]]
  close $f
  set known {}
  foreach text $texts {
    set text [string trimright $text ";"]
    regexp {^CREATE TABLE (\w+)} $text - table
    lappend known '$table'
    db eval "ALTER TABLE $table RENAME TO later; $text"
    set columns [db onecolumn {SELECT group_concat(name) FROM
      pragma_table_info($table)}]
    db eval "INSERT INTO $table SELECT $columns FROM later; DROP TABLE later"
  }
  foreach table [db eval "SELECT name FROM sqlite_schema WHERE type='table' AND
      name GLOB '_migrate_*' AND name NOT IN([join $known ,])"] {
    db eval "DROP TABLE $table"
  }
  db eval {
    DELETE FROM _migrate_meta WHERE name IN('schema', 'schema_size',
      'fingerprint') OR $version=1 AND name IN('last_backup', 'chunk_bytes');
    UPDATE _migrate_meta SET value=$version WHERE name='store_version';
  }
}

fault_case store_1 -group run -make {make_older 1} -call {
  SELECT migrate_config('strict', 1, '{%o}')}

fault_case store_2 -group run -make {make_older 2} -call {
  SELECT migrate_config('strict', 1, '{%o}')}

#--------------------------------------------------------------------------
# Backups.

# Tables of several kinds, a revision applied, one pending, a backup.
proc make_backup {} {
  make {
    SELECT migrate_config('auto_backup', 'touched', '{%o}');
    SELECT migrate_revision('one', 'CREATE TABLE t1(a)', 'DROP TABLE t1',
      '{%o,"id":"r1"}');
    SELECT migrate_revision('two', 'UPDATE kv SET v=7; CREATE TABLE t2(a);
      DELETE FROM plain WHERE id<20; INSERT INTO t1 VALUES(1)', NULL,
      '{%o,"id":"r2"}');
    CREATE TABLE plain(id INTEGER PRIMARY KEY AUTOINCREMENT, v TEXT, b BLOB);
    CREATE TABLE kv(k TEXT, n INTEGER, v, PRIMARY KEY(k, n DESC)) WITHOUT ROWID;
    CREATE TABLE par(id INTEGER PRIMARY KEY, name TEXT UNIQUE);
    CREATE TABLE kid(pid INTEGER REFERENCES par(id) ON DELETE CASCADE, w);
    CREATE INDEX pv ON plain(v) WHERE v IS NOT NULL;
    CREATE VIEW vw AS SELECT v FROM plain;
    CREATE TRIGGER tr AFTER DELETE ON plain BEGIN
      INSERT INTO kid VALUES(NULL, old.v); END;
    WITH n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<60)
      INSERT INTO plain(v, b) SELECT 'row '||i||hex(i*i*7919), zeroblob(i%40)
      FROM n;
    INSERT INTO plain(v, b) VALUES('long', zeroblob(40000));
    INSERT INTO kv VALUES('a', 1, 1.5), ('a', 2, NULL), ('b', 1, x'00');
    INSERT INTO par VALUES(1, 'x'), (2, 'y');
    INSERT INTO kid VALUES(1, 'one'), (2, 'two');
    PRAGMA user_version=3;
    SELECT migrate_upgrade('r1', '{%o,"backup":false}');
    SELECT migrate_backup('first', '{%o}');
  }
}

proc make_spoiled {} {
  make_backup
  make {
    DELETE FROM plain WHERE id%10=7;
    UPDATE plain SET v=v||'!' WHERE id=25;
    INSERT INTO kv VALUES('new', 1, 1);
    DROP VIEW vw;
    CREATE TABLE extra(x);
    INSERT INTO extra VALUES(1);
    DROP TABLE kid;
    DROP TRIGGER tr;
    DROP TABLE par;
    PRAGMA user_version=4;
  }
}

fault_case backup -group backup -again more -make make_backup -call {
  SELECT migrate_backup('second', '{%o}')}

fault_case backup_to -group backup -again more -make make_backup -call {
  SELECT migrate_backup('second', '{%o,"to":"out.db"}')}

fault_case restore -group backup -again more -make make_spoiled -call {
  SELECT migrate_restore(1, '{%o}')}

fault_case restore_tables -group backup -again more -make {
  make_backup
  make {DELETE FROM plain WHERE id>30; UPDATE kv SET v=1; DROP TRIGGER tr}
} -call {SELECT migrate_restore(1, '{%o,"tables":["plain","kv"],"force":true}')}

fault_case restore_fulltext -group backup -again more -make {
  make_backup
  make {
    CREATE VIRTUAL TABLE words USING fts4(v, content="plain");
    INSERT INTO words(words) VALUES('rebuild');
    DELETE FROM words WHERE docid>30;
    DELETE FROM plain WHERE id>30;
  }
} -call {SELECT migrate_restore(1, '{%o,"tables":["plain"]}')}

fault_case restore_to -group backup -same 1 -make make_spoiled -call {
  SELECT migrate_restore(1, '{%o,"to":"out.db"}')}

fault_case prune -group backup -make {
  make_spoiled
  make {
    SELECT migrate_backup('middle', '{%o}');
    DELETE FROM kv;
    SELECT migrate_backup('last', '{%o}');
  }
} -call {SELECT migrate_prune(1, '{%o,"manual":true}')}

fault_case upgrade_touched -group backup -make make_backup -call {
  SELECT migrate_upgrade('r2', '{%o}')}

fault_case upgrade_full -group backup -make {
  make_backup
  make {SELECT migrate_config('auto_backup', 'full', '{%o}')}
} -call {SELECT migrate_upgrade('r2', '{%o}')}

fault_case downgrade_restore -group backup -again more -make {
  make_backup
  make {
    SELECT migrate_upgrade('r2', '{%o}');
    INSERT INTO plain(v) VALUES('written later');
  }
} -call {
  SELECT migrate_downgrade('r1', '{%o,"restore":true,
    "allow_loss":["plain","kid","t1"]}')}

#--------------------------------------------------------------------------
# Tables made so.

# par with children that cascade, an AUTOINCREMENT mark, indexes, a trigger, a
# view; doc with rowids of its own; leaf with rows shorter than the table.
set case_par {CREATE TABLE par(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT, -- who it is
    age INTEGER,
    tag TEXT COLLATE NOCASE
  )}
set case_doc {CREATE TABLE doc(title TEXT, body TEXT DEFAULT 'none')}
set case_schema "
  CREATE TABLE own(x INTEGER PRIMARY KEY);
  $case_par;
  CREATE TABLE kid(
    id INTEGER PRIMARY KEY,
    pid INTEGER NOT NULL REFERENCES par(id) ON DELETE CASCADE,
    v TEXT
  );
  $case_doc;
  CREATE INDEX par_age ON par(age DESC) WHERE tag IS NOT NULL;
  CREATE TABLE leaf(a, b INTEGER DEFAULT 3);
  CREATE INDEX leaf_b ON leaf(b);
  CREATE TABLE log(what TEXT);
  CREATE TRIGGER par_ad AFTER DELETE ON par BEGIN
    INSERT INTO log VALUES('gone ' || old.name || old.age);
  END;
  CREATE VIEW elder AS SELECT name, age FROM par WHERE age > 30;
"
array set case_wanted {
  alter {CREATE TABLE doc(title TEXT, body TEXT DEFAULT 'none', pages INTEGER)}
  edit {CREATE TABLE par(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL, -- who it is
    age INTEGER CHECK(age > 0),
    tag VARCHAR(20) COLLATE NOCASE
  )}
  default {CREATE TABLE leaf(a, b INTEGER DEFAULT 7)}
  rebuild {CREATE TABLE par(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT UNIQUE, -- who it is
    years TEXT,
    tag TEXT COLLATE NOCASE
  )}
  strict {CREATE TABLE doc(title TEXT COLLATE NOCASE, body TEXT DEFAULT 'none',
    pages INTEGER) STRICT}
}

proc make_tables {} {
  make "DROP TABLE own; [string map {
    {(a, b INTEGER DEFAULT 3)} {(a)}
    {CREATE INDEX leaf_b ON leaf(b);} {INSERT INTO leaf VALUES(1), (2);
      ALTER TABLE leaf ADD COLUMN b INTEGER DEFAULT 3;
      INSERT INTO leaf VALUES(3, 4);
      CREATE INDEX leaf_b ON leaf(b);}
  } $::case_schema]"
  make {
    WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
      INSERT INTO par(name, age, tag)
      SELECT 'name ' || i, i, hex(i * i) FROM n;
    DELETE FROM par WHERE id > 58;
    DELETE FROM log;
    INSERT INTO kid(pid, v) SELECT id, 'kid of ' || name FROM par;
    INSERT INTO doc(rowid, title) VALUES(3, 'three'), (9, 'nine');
    SELECT migrate_init('{%o}');
  }
}

proc case_table {text {options {}}} {
  return "SELECT migrate_table('[string map {' ''} $text]',
    '{%o,\"backup\":false$options}')"
}
set case_rename {,"rename":{"age":"years"}}

fault_case table_alter -group table -gives alter -make make_tables -call \
    [case_table $case_wanted(alter)]

fault_case table_edit -group table -gives edit -make make_tables -call \
    [case_table $case_wanted(edit)]

fault_case table_default -group table -gives edit -make make_tables -call \
    [case_table $case_wanted(default)]

fault_case table_rebuild -group table -gives rebuild -make make_tables -call \
    [case_table $case_wanted(rebuild) $case_rename]

# Rowids change, so a full-text table is filled anew; with the backup of it.
fault_case table_fulltext -group table -gives rebuild -make {
  make {
    CREATE TABLE doc(id INT PRIMARY KEY, body TEXT);
    INSERT INTO doc VALUES(20, 'apple pie'), (10, 'kiwi');
    CREATE VIRTUAL TABLE words USING fts4(body, content="doc");
    INSERT INTO words(words) VALUES('rebuild');
    SELECT migrate_init('{%o}');
  }
} -call {
  SELECT migrate_table('CREATE TABLE doc(id INTEGER PRIMARY KEY, body TEXT)',
    '{%o}')}

# The same within a script.
proc make_table_script {} {
  make_tables
  set up ""
  foreach {text options} [list alter {} edit {} \
      rebuild {,'{"rename":{"age":"years"}}'} strict {}] {
    append up "SELECT migrate_table('[string map {' ''} \
        $::case_wanted($text)]'$options);\n"
  }
  set down "SELECT migrate_table('[string map {' ''} $::case_par]',
    '{\"rename\":{\"years\":\"age\"}}');
    SELECT migrate_table('[string map {' ''} $::case_doc]');"
  set options [case_text {{%o,"id":"r1"}}]
  db eval {SELECT migrate_revision('r1', $up, $down, $options)}
}

fault_case table_script -group table -make make_table_script -call {
  SELECT migrate_upgrade('r1', '{%o,"backup":false}')}

fault_case table_back -group table -make {
  make_table_script
  make {SELECT migrate_upgrade('r1', '{%o,"backup":false}')}
} -call {SELECT migrate_downgrade('base', '{%o,"backup":false}')}

# A schema that needs all ways, a new object and a changed one.
set case_desired [string map [list \
    $case_par [string map {
      {years TEXT,} "years TEXT, -- migrate:renamed-from age\n"
    } $case_wanted(rebuild)] \
    $case_doc $case_wanted(strict) \
    {CREATE TABLE log} {CREATE TABLE extra(x); CREATE TABLE log} \
    par(age par(years old.age old.years {name, age} {name, years} \
    {age > 30} {years > '30'}] $case_schema]
set case_autogenerate "SELECT migrate_autogenerate('wanted',
  '[string map {' ''} $case_desired]', '{%o,\"id\":\"r1\"}')"

fault_case autogenerate -group table -again NOT_UP_TO_DATE -make make_tables \
    -call $case_autogenerate

fault_case autogenerated -group table -make {
  make_tables
  make $::case_autogenerate
} -call {SELECT migrate_upgrade('r1', '{%o,"backup":false}')}
