# hostile.tcl - database files made by someone who means harm, and the process
# that opens them.
#
# Sourced, it defines the files: hostile_names gives their names, hostile_make
# NAME FOLDER makes one, with what belongs to it, in an empty folder. The same
# name gives the same file. They are made by plain SQL under writable_schema,
# by changed bytes, and from a file that the extension has made.
#
#     hostile CLASS NAME DESCRIPTION ?OPTION VALUE ...? SCRIPT
#
# defines one. SCRIPT runs with db, a connection without the extension, on a
# copy of the file that hostile_base describes. OPTIONS:
#
#     -start NAME      base (the default), empty: an empty file, or raw: none
#     -session SQL     is run on each connection that works on the file, after
#                      the extension is loaded: TEMP objects
#     -foreign 1       the file is malformed: SQLite's own errors are right
#     -expect {CALL RE ...}   what a call must give: its error, or its value
#     -after SCRIPT    runs when db is closed, with the file's name in file
#     -seconds N       one call may take that long, instead of 10
#     -megabytes N     memory that one call may take, instead of 300; or two
#                      numbers, as with size
#     -size {N M}      sets size to N, or to M when all is run in full
#
# Run as a program, it is such a process:
#
#     tclsh test/hostile.tcl work LIBRARY FAULTLIB FOLDER FULL NAME ...
#
# makes each file below FOLDER and runs every function and table on it. Lines
# on its standard output: "begin NAME", any number of "bad NAME CALL WHAT",
# and "end NAME CALLS MS", milliseconds of processor time.
#
# What objects of a file do when they run is told by the word that they put
# together from two halves, 'own'||'ed': it stands nowhere in the file, and no
# file has that name, until one of them has run.

if {[llength [info commands sqlite3]]==0} {
  if {[lindex $argv 0] eq "work" && [file exists [lindex $argv 2]]} {
    load [lindex $argv 2] Fault
  }
  package require sqlite3
}

array set hostile_class {}
set hostile_order {}

proc hostile {class name description args} {
  set name $class-$name
  if {[info exists ::hostile_class($name)]} {
    error "two hostile files are named $name"
  }
  lappend ::hostile_order $name
  set ::hostile_class($name) $class
  set ::hostile_line($name) $description
  set ::hostile_script($name) [lindex $args end]
  set ::hostile_option($name) [dict merge {
    -start base -session {} -foreign 0 -expect {} -after {} -seconds 10
    -megabytes 300 -size {}
  } [lrange $args 0 end-1]]
}

proc hostile_names {} {
  return $::hostile_order
}

#--------------------------------------------------------------------------
# BLAKE2b-256, to forge with.

set blake_iv {
  0x6a09e667f3bcc908 0xbb67ae8584caa73b 0x3c6ef372fe94f82b 0xa54ff53a5f1d36f1
  0x510e527fade682d1 0x9b05688c2b3e6c1f 0x1f83d9abfb41bd6b 0x5be0cd19137e2179
}
set blake_sigma {
  {0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15}
  {14 10 4 8 9 15 13 6 1 12 0 2 11 7 5 3}
  {11 8 12 0 5 2 15 13 10 14 3 6 7 1 9 4}
  {7 9 3 1 13 12 11 14 2 6 5 10 4 0 15 8}
  {9 0 5 7 2 4 10 15 14 1 11 12 6 8 3 13}
  {2 12 6 10 0 11 8 3 4 13 7 5 15 14 1 9}
  {12 5 1 15 14 13 4 10 0 7 6 3 9 2 8 11}
  {13 11 7 14 12 1 3 9 5 0 15 4 8 6 2 10}
  {6 15 14 9 11 3 0 8 12 2 13 7 1 4 10 5}
  {10 2 8 4 7 6 1 5 15 11 9 14 3 12 13 0}
}

proc blake {bytes} {
  set m64 0xffffffffffffffff
  set h $::blake_iv
  lset h 0 [expr {[lindex $h 0] ^ 0x01010020}]
  set n [string length $bytes]
  set blocks [expr {$n==0 ? 1 : ($n+127)/128}]
  for {set b 0} {$b<$blocks} {incr b} {
    set last [expr {$b==$blocks-1}]
    set done [expr {$last ? $n : ($b+1)*128}]
    set block [string range $bytes [expr {$b*128}] [expr {$b*128+127}]]
    binary scan [binary format a128 $block] wu16 m
    set i -1
    foreach x $h {set v([incr i]) $x}
    foreach x $::blake_iv {set v([incr i]) $x}
    set v(12) [expr {$v(12) ^ $done}]
    if {$last} {set v(14) [expr {$v(14) ^ $m64}]}
    for {set round 0} {$round<12} {incr round} {
      set s [lindex $::blake_sigma [expr {$round%10}]]
      set i 0
      foreach {a b_ c d} {0 4 8 12 1 5 9 13 2 6 10 14 3 7 11 15
          0 5 10 15 1 6 11 12 2 7 8 13 3 4 9 14} {
        foreach turns {{32 24} {16 63}} {
          lassign $turns r1 r2
          set x [lindex $m [lindex $s $i]]
          incr i
          set v($a) [expr {($v($a)+$v($b_)+$x) & $m64}]
          set t [expr {$v($d)^$v($a)}]
          set v($d) [expr {(($t>>$r1) | ($t<<(64-$r1))) & $m64}]
          set v($c) [expr {($v($c)+$v($d)) & $m64}]
          set t [expr {$v($b_)^$v($c)}]
          set v($b_) [expr {(($t>>$r2) | ($t<<(64-$r2))) & $m64}]
        }
      }
    }
    for {set i 0} {$i<8} {incr i} {
      lset h $i [expr {[lindex $h $i] ^ $v($i) ^ $v([expr {$i+8}])}]
    }
  }
  string range [binary format w8 $h] 0 31
}

#--------------------------------------------------------------------------
# Forging: what the extension writes, written by us. Formats: ext/store/seal.h,
# ext/store/history.c, ext/revision/revision.c, ext/backup/.

# A value, with its type as typeof() tells it, as a seal has it.
proc seal_value {type value} {
  switch $type {
    null {return \x00}
    integer {return [binary format cW 1 $value]}
    real {return [binary format cQ 2 $value]}
    text {
      set bytes [encoding convertto utf-8 $value]
      return [binary format cWa* 3 [string length $bytes] $bytes]
    }
    blob {return [binary format cWa* 4 [string length $value] $value]}
  }
}

# The columns of a table without the last, the seal or chain.
proc sealed_columns {table} {
  set names {}
  db eval "PRAGMA table_info($table)" r {
    lappend names $r(name)
  }
  return [lrange $names 0 end-1]
}

# Bytes of a row for a seal.
proc sealed_row {table where} {
  set columns [sealed_columns $table]
  set types [db eval "SELECT [join [lmap c $columns {
    subst {typeof("$c")}}] ,] FROM $table WHERE $where"]
  set values [db eval "SELECT [join [lmap c $columns {
    subst {"$c"}}] ,] FROM $table WHERE $where"]
  set bytes ""
  foreach type $types value $values {
    append bytes [seal_value $type $value]
  }
  return $bytes
}

# Give rows of a table the seal that they should have.
proc reseal {table {where 1}} {
  set keys [dict get {
    _migrate_revisions seq _migrate_edges {revision kind position}
    _migrate_applied revision _migrate_backups backup
    _migrate_files {revision format file}
  } $table]
  set exprs [lmap k $keys {subst {quote($k)}}]
  foreach values [db eval "SELECT json_array([join $exprs ,]) FROM $table
                            WHERE $where"] {
    set terms [lmap k $keys v [db eval {SELECT value FROM json_each($values)}] {
      set _ "$k IS $v"
    }]
    set this [join $terms " AND "]
    set seal [string range \
        [blake [seal_value text $table][sealed_row $table $this]] 0 7]
    db eval "UPDATE $table SET seal = @seal WHERE $this"
  }
}

# Make the chain of the history right, whatever its rows say.
proc rechain {} {
  set chain [binary format x32]
  foreach seq [db eval {SELECT seq FROM _migrate_history ORDER BY seq}] {
    set chain [blake $chain[sealed_row _migrate_history "seq = $seq"]]
    db eval {UPDATE _migrate_history SET chain = @chain WHERE seq = $seq}
  }
}

# Store scripts in a pack of their own for a revision, with a right checksum
# and seal. NULL scripts are {}. OPTIONS: pack and size, said instead of the
# true data and size.
proc forge_scripts {revision up down args} {
  set bytes $up$down
  set data [expr {[dict exists $args pack] ? [dict get $args pack] : $bytes}]
  set size [expr {[dict exists $args size] ? [dict get $args size] :
      [string length $bytes]}]
  set up_size [string length $up]
  set down_size [string length $down]
  set sum ""
  foreach script [list $up $down] {
    append sum [binary format cWa* 1 [string length $script] $script]
  }
  set checksum [blake $sum]
  set pack [db onecolumn {SELECT max(pack)+1 FROM _migrate_scripts}]
  db eval {
    INSERT INTO _migrate_scripts VALUES($pack, $size, @data);
    UPDATE _migrate_revisions SET pack = $pack, up_at = 0, up_size = $up_size,
      down_at = $up_size, down_size = $down_size, checksum = @checksum
     WHERE revision = $revision;
  }
  reseal _migrate_revisions "revision = '$revision'"
}

proc varint {n} {
  if {$n<0 || $n>=1<<56} {
    set out [binary format c [expr {$n & 0xff}]]
    set n [expr {($n>>8) & 0xffffffffffffff}]
    for {set i 0} {$i<8} {incr i} {
      set out [binary format c [expr {($n & 0x7f) | 0x80}]]$out
      set n [expr {$n>>7}]
    }
    return $out
  }
  set out [binary format c [expr {$n & 0x7f}]]
  while {[set n [expr {$n>>7}]]} {
    set out [binary format c [expr {($n & 0x7f) | 0x80}]]$out
  }
  return $out
}

# Read a varint at $$iVar of bytes.
proc varint_read {bytes iVar} {
  upvar 1 $iVar i
  set v 0
  for {set n 0} {$n<9} {incr n} {
    binary scan $bytes @${i}cu c
    incr i
    if {$n==8} {
      return [expr {($v<<8) | $c}]
    }
    set v [expr {($v<<7) | ($c & 0x7f)}]
    if {$c<0x80} {
      return $v
    }
  }
}

# The bytes of a chunk.
proc chunk_bytes {chunk} {
  lassign [db eval {
    SELECT codec, base, data FROM _migrate_chunks WHERE chunk = $chunk
  }] codec base data
  if {$codec==0} {
    return $data
  }
  if {$codec==2} {
    error "chunk $chunk has a dictionary"
  }
  return [zlib inflate $data]
}

# A new chunk that holds bytes as they are; its number.
proc chunk_add {bytes {codec 0} {base {}} {data {}} {size {}}} {
  if {$codec==0} {
    set data $bytes
  }
  if {$size eq ""} {
    set size [string length $bytes]
  }
  set hash [blake $bytes]
  set chunk [db onecolumn {SELECT chunk FROM _migrate_chunks WHERE hash = @hash}]
  if {$chunk ne ""} {
    return $chunk
  }
  set chunk [db onecolumn {SELECT max(chunk)+1 FROM _migrate_chunks}]
  set tail [binary format Wc [expr {$base eq "" ? 0 : $base}] $codec]
  set crc [zlib crc32 $data$tail]
  db eval {
    INSERT INTO _migrate_chunks
    VALUES($chunk, @hash, nullif($base, ''), $codec, $size, $crc, @data)
  }
  return $chunk
}

# The bytes of the manifest of a backup, when its chunks have no dictionary.
proc manifest_read {backup} {
  set column [db onecolumn {
    SELECT manifest FROM _migrate_backups WHERE backup = $backup
  }]
  set i 0
  set n [varint_read $column i]
  set bytes ""
  for {set k 0} {$k<$n} {incr k} {
    append bytes [chunk_bytes [varint_read $column i]]
  }
  return $bytes
}

proc manifest_write {backup bytes} {
  set numbers ""
  set n 0
  for {set i 0} {$i<[string length $bytes]} {incr i 32000} {
    append numbers [varint [chunk_add \
        [string range $bytes $i [expr {$i+31999}]]]]
    incr n
  }
  set column [varint $n]$numbers[blake $bytes]
  db eval {UPDATE _migrate_backups SET manifest = @column WHERE backup = $backup}
  reseal _migrate_backups "backup = $backup"
}

# Take a manifest apart: what stands before the objects, the objects as lists
# of five texts, and what stands behind.
proc manifest_split {bytes} {
  set i 0
  for {set n 0} {$n<5} {incr n} {
    varint_read $bytes i
  }
  set head [string range $bytes 0 [expr {$i-1}]]
  set count [varint_read $bytes i]
  set objects {}
  for {set k 0} {$k<$count} {incr k} {
    set object {}
    for {set f 0} {$f<5} {incr f} {
      set n [varint_read $bytes i]
      lappend object [encoding convertfrom utf-8 \
          [string range $bytes $i [expr {$i+$n-1}]]]
      incr i $n
    }
    lappend objects $object
  }
  return [list $head $objects [string range $bytes $i end]]
}

proc manifest_text {z} {
  set z [encoding convertto utf-8 $z]
  return [varint [string length $z]]$z
}

proc manifest_join {head objects tail {count {}}} {
  set bytes $head[varint [expr {$count eq "" ? [llength $objects] : $count}]]
  foreach object $objects {
    foreach text $object {
      append bytes [manifest_text $text]
    }
  }
  return $bytes$tail
}

# Change the objects of backup 2, which has no dictionaries: SCRIPT is given
# them in objects, and in head and tail what stands around them.
proc forge_objects {script} {
  lassign [manifest_split [manifest_read 2]] head objects tail
  set count {}
  eval $script
  manifest_write 2 [manifest_join $head $objects $tail $count]
}

# Change the stored text of an object, or put one into the schema.
proc schema_write {sql} {
  db eval {PRAGMA writable_schema = ON}
  db eval $sql
  set v [db onecolumn {PRAGMA schema_version}]
  db eval "PRAGMA schema_version = [incr v]; PRAGMA writable_schema = OFF"
}

# Give the maker's connection functions of our names, so that it can make
# objects that call them.
proc pretend {} {
  foreach f {
    migrate_adopt migrate_autogenerate migrate_backup migrate_check
    migrate_config migrate_current migrate_delete migrate_diff
    migrate_downgrade migrate_dump migrate_edit migrate_export migrate_graph
    migrate_heads
    migrate_import migrate_init migrate_label migrate_merge migrate_prune
    migrate_require migrate_restore migrate_revision migrate_show migrate_sql
    migrate_stamp migrate_table migrate_upgrade migrate_verify migrate_version
  } {
    db function $f -deterministic {apply {args {return x}}}
  }
}

# Change bytes of the closed file.
proc file_patch {file at bytes} {
  set f [open $file r+b]
  seek $f $at
  puts -nonewline $f $bytes
  close $f
}

# The number of the page where an object begins.
proc root_of {name} {
  db onecolumn {SELECT rootpage FROM sqlite_schema WHERE name = $name}
}

proc numbers {n} {
  return "WITH n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<$n)"
}

#--------------------------------------------------------------------------
# The file that the others are made of.

proc hostile_base {library file} {
  set folder [file join [file dirname $file] base_migrations]
  file mkdir $folder
  foreach {name text} {
    0001_r1.sql {-- revision: r1
-- message: people
-- migrate:up
CREATE TABLE person(id INTEGER PRIMARY KEY, name TEXT NOT NULL, mail TEXT);
CREATE TABLE note(id INTEGER PRIMARY KEY, person REFERENCES person(id),
  body TEXT DEFAULT 'nothing');
CREATE TABLE canary(x);
INSERT INTO canary VALUES('alive');
-- migrate:down
DROP TABLE note;
DROP TABLE person;
DROP TABLE canary;
}
    0002_r2.sql {-- revision: r2
-- parents: r1
-- message: names
-- migrate:up
ALTER TABLE person ADD COLUMN age INTEGER;
CREATE INDEX note_person ON note(person);
CREATE VIEW names AS SELECT id, name FROM person;
-- migrate:down
DROP VIEW names;
DROP INDEX note_person;
ALTER TABLE person DROP COLUMN age;
}
  } {
    set f [open [file join $folder $name] wb]
    puts -nonewline $f $text
    close $f
  }
  sqlite3 base $file
  base enable_load_extension 1
  base eval {SELECT load_extension($library)}
  base eval {
    PRAGMA synchronous = OFF;
    SELECT migrate_import($folder, '{"now":1714558800}');
    SELECT migrate_upgrade('r1', '{"now":1714558801}');
    INSERT INTO person VALUES(1, 'Ada', 'ada@example.org');
    INSERT INTO person VALUES(2, 'Bob', NULL);
    INSERT INTO note VALUES(1, 1, 'first'), (2, 2, 'second');
    SELECT migrate_upgrade('r2', '{"now":1714558802}');
    SELECT migrate_backup('by hand', '{"now":1714558803}');
    UPDATE person SET age = 36 WHERE id = 1;
    SELECT migrate_backup('again', '{"now":1714558804}');
    SELECT migrate_config('max_backups', '10', '{"now":1714558805}');
    SELECT migrate_revision('work',
      'INSERT INTO person(id, name) VALUES(3, ''Cy'');
UPDATE person SET age = 20 WHERE id = 2;
UPDATE note SET body = ''changed'' WHERE id = 1;
DELETE FROM note WHERE id = 2;
INSERT INTO note(id, person) VALUES(7, 3);
SELECT migrate_table(''CREATE TABLE note(id INTEGER PRIMARY KEY,
  person REFERENCES person(id), body TEXT NOT NULL DEFAULT ''''none'''')'');
CREATE TABLE extra(a, b);', 'DROP TABLE extra;
DELETE FROM note WHERE id = 7; DELETE FROM person WHERE id = 3;',
      '{"id":"r3","now":1714558806}');
    SELECT migrate_revision('more', 'INSERT INTO extra VALUES(1, 2);',
      'DELETE FROM extra;', '{"id":"r4","now":1714558807}');
    SELECT migrate_revision('aside', 'CREATE TABLE beside(z);',
      'DROP TABLE beside;', '{"id":"b1","parent":"r1","splice":true,
      "label":"side","depends_on":"r2","now":1714558808}');
  }
  base close
  file delete -force $folder
}

# A pair of numbers: the one for the size at hand. A single one is for both.
proc sized {pair} {
  lindex $pair [expr {$::full && [llength $pair]>1}]
}

proc hostile_make {name folder base} {
  set option $::hostile_option($name)
  set file [file join $folder h.db]
  switch [dict get $option -start] {
    base {file copy -force $base $file}
    empty {close [open $file wb]}
  }
  set ::size [sized [dict get $option -size]]
  set ::file $file
  set ::folder $folder
  if {[dict get $option -start] ne "raw"} {
    sqlite3 db $file
    db eval {PRAGMA synchronous = OFF}
  }
  set here [pwd]
  cd $folder
  uplevel #0 $::hostile_script($name)
  catch {db close}
  uplevel #0 [dict get $option -after]
  cd $here
}

#--------------------------------------------------------------------------
# Class object: objects of the schema that call us.

# What they call, so that it leaves the word behind.
set hostile_attacks {
  upgrade   {migrate_upgrade('head', json_object('actor', 'own'||'ed'))}
  downgrade {migrate_downgrade('base', json_object('actor', 'own'||'ed'))}
  restore   {migrate_restore(3, json_object('actor', 'own'||'ed'))}
  stamp     {migrate_stamp('base', json_object('actor', 'own'||'ed'))}
  export    {migrate_export('own'||'ed')}
  config    {migrate_config('actor', 'own'||'ed')}
  table     {migrate_table('CREATE TABLE own'||'ed(x)')}
  import    {migrate_import('mig', json_object('actor', 'own'||'ed'))}
  backup    {migrate_backup('own'||'ed', json_object('to', 'own'||'ed.db'))}
  revision  {migrate_revision('own'||'ed')}
  prune     {migrate_prune(0, json_object('actor', 'own'||'ed'))}
  edit      {migrate_edit('r3', '-- own'||'ed')}
  label     {migrate_label('r3', 'own'||'ed')}
  merge     {migrate_merge('own'||'ed')}
  delete    {migrate_delete('b1', json_object('actor', 'own'||'ed'))}
  adopt     {migrate_adopt(json_object('actor', 'own'||'ed'))}
}
set hostile_objects {
  insert   {an AFTER INSERT trigger of a table that scripts write}
    {CREATE TRIGGER evil AFTER INSERT ON person BEGIN SELECT @; END}
  update   {a BEFORE UPDATE trigger}
    {CREATE TRIGGER evil BEFORE UPDATE ON person BEGIN SELECT @; END}
  delete   {an AFTER DELETE trigger}
    {CREATE TRIGGER evil AFTER DELETE ON note BEGIN SELECT @; END}
  rebuild  {a BEFORE INSERT trigger of a table that is rebuilt and restored}
    {CREATE TRIGGER evil BEFORE INSERT ON note BEGIN SELECT @; END}
  when     {the WHEN of a trigger}
    {CREATE TRIGGER evil AFTER UPDATE OF age ON person WHEN @ IS NOT NULL
     BEGIN SELECT 1; END}
  view     {a view that the script's table is filled through}
    {CREATE VIEW evil AS SELECT @ AS x;
     CREATE TRIGGER evil2 AFTER INSERT ON person BEGIN
       INSERT INTO canary SELECT x FROM evil WHERE x = 'no'; END}
  instead  {an INSTEAD OF trigger behind a trigger}
    {CREATE VIEW evil AS SELECT 1 AS x;
     CREATE TRIGGER evil1 INSTEAD OF INSERT ON evil BEGIN SELECT @; END;
     CREATE TRIGGER evil2 AFTER INSERT ON person BEGIN
       INSERT INTO evil VALUES(1); END}
  check    {a CHECK of a table that scripts write}
    {UPDATE sqlite_schema SET sql = 'CREATE TABLE person(id INTEGER'
     ||' PRIMARY KEY, name TEXT NOT NULL, mail TEXT, age INTEGER, CHECK('
     ||?||' IS NOT 5))' WHERE name = 'person'}
  checked  {a CHECK of a table that is rebuilt}
    {UPDATE sqlite_schema SET sql = 'CREATE TABLE note(id INTEGER'
     ||' PRIMARY KEY, person REFERENCES person(id), body TEXT DEFAULT'
     ||' ''nothing'' CHECK('||?||' IS NOT 5))' WHERE name = 'note'}
  default  {a DEFAULT}
    {UPDATE sqlite_schema SET sql = 'CREATE TABLE note(id INTEGER'
     ||' PRIMARY KEY, person REFERENCES person(id), body TEXT DEFAULT ('
     ||?||'))' WHERE name = 'note'}
  virtual  {a generated column}
    {UPDATE sqlite_schema SET sql = 'CREATE TABLE person(id INTEGER'
     ||' PRIMARY KEY, name TEXT NOT NULL, mail TEXT, age INTEGER, evil AS ('
     ||?||'))' WHERE name = 'person'}
  stored   {a generated column that is stored}
    {CREATE TABLE evil(a, b AS (@ || a) STORED);
     INSERT INTO evil(a) VALUES(1), (2)}
  index    {an index on an expression}
    {CREATE INDEX evil ON person(@ || name)}
  partial  {the WHERE of an index}
    {CREATE INDEX evil ON note(body) WHERE @ IS NOT body}
}

proc hostile_object {sql call} {
  pretend
  set quoted '[string map {' ''} $call]'
  set sql [string map [list @ $call ? $quoted] $sql]
  if {[string match "UPDATE sqlite_schema*" $sql]} {
    schema_write $sql
  } else {
    db eval $sql
  }
}

set n 0
foreach {object what sql} $hostile_objects {
  foreach {attack call} $hostile_attacks {
    # The CHECKs are the hole of older SQLite.
    if {$object in {check checked} || $n%4==0} {
      hostile object $object-$attack "$what calls migrate_$attack" \
        -foreign [expr {$object in {index partial virtual stored}}] \
        [list hostile_object $sql $call]
    }
    incr n
  }
  incr n
}

# Functions that only show, and tables.
foreach {name call} {
  verify  {migrate_verify()}
  dump    {migrate_dump()}
  check   {migrate_check()}
  diff    {migrate_diff('live', 'CREATE TABLE x(a)')}
  sql     {migrate_sql('base:head')}
  show    {migrate_show('r3')}
  graph   {migrate_graph()}
  require {migrate_require('r4')}
  current {migrate_current()}
} {
  hostile object show-$name "a CHECK of a table calls migrate_$name" \
    [list hostile_object [lindex $hostile_objects 23] $call]
}
foreach table {
  migrations migration_history migration_checks migration_plan
  migration_backups migration_diff migration_statements migration_backup_diff
} {
  hostile object read-$table "a trigger and a view read $table" [string map \
    [list @ $table] {
      db eval {
        CREATE VIEW evil AS SELECT count(*) AS x FROM @;
        CREATE TRIGGER evil2 AFTER INSERT ON person BEGIN
          INSERT INTO canary SELECT x FROM evil WHERE x = -1; END;
      }
    }]
}
hostile object script-nested \
  "a script's own statement calls acting functions" {
  forge_scripts r3 "SELECT migrate_config('actor', 'own'||'ed');" {}
}
hostile object script-insert \
  "a script calls migrate_table() from an INSERT" {
  forge_scripts r3 "INSERT INTO canary
    VALUES(migrate_table('CREATE TABLE own'||'ed(x)'));" {}
}
hostile object script-trigger \
  "a script makes a trigger that calls us, and sets it off" {
  forge_scripts r3 "CREATE TRIGGER evil AFTER INSERT ON canary BEGIN
    SELECT migrate_config('actor', 'own'||'ed'); END;
    INSERT INTO canary VALUES(1);" {}
}
hostile object script-temp \
  "a script makes a TEMP trigger that calls us, and sets it off" {
  forge_scripts r3 "CREATE TEMP TRIGGER evil AFTER INSERT ON canary BEGIN
    SELECT migrate_config('actor', 'own'||'ed'); END;
    INSERT INTO canary VALUES(1);" {}
}
foreach {name sql} {
  history "DELETE FROM _migrate_history"
  meta    "UPDATE _migrate_meta SET value = 'own'||'ed'"
  setting "INSERT INTO _migrate_settings VALUES('actor', 'own'||'ed')"
  applied "DELETE FROM _migrate_applied"
} {
  hostile object writes-$name \
    "a trigger of a table that scripts write changes _migrate_$name" \
    [string map [list @ $sql] {
      db eval {CREATE TRIGGER evil AFTER INSERT ON person BEGIN @; END}
    }]
}
hostile object attach "a script attaches a file, loads a library" {
  forge_scripts r3 "SELECT load_extension('own'||'ed'); ATTACH 'own' AS x;" {}
}
hostile object vacuum "a script copies the file away" {
  forge_scripts r3 "VACUUM INTO 'own' || 'ed.db';" {}
}

#--------------------------------------------------------------------------
# Class temp: objects of the connection, in the way of those of the file.

foreach {name sql} {
  table-person      {CREATE TEMP TABLE person(id, name, age);
                     INSERT INTO temp.person VALUES(99, 'temp', 0)}
  table-note        {CREATE TEMP TABLE note(id, person, body)}
  view-names        {CREATE TEMP VIEW names AS SELECT 'temp' AS name}
  view-note         {CREATE TEMP VIEW note AS SELECT 1 AS id, 2 AS body}
  table-meta        {CREATE TEMP TABLE _migrate_meta(name, value);
                     INSERT INTO temp._migrate_meta
                       VALUES('store_version', 99)}
  table-history     {CREATE TEMP TABLE _migrate_history(seq, run)}
  table-other       {CREATE TEMP TABLE _MIGRATE_EXTRA(x)}
  table-migrations  {CREATE TEMP TABLE migrations(x);
                     INSERT INTO temp.migrations VALUES('temp')}
  table-checks      {CREATE TEMP TABLE migration_checks(x)}
  view-migrations   {CREATE TEMP VIEW migrations AS SELECT 1 AS revision}
  view-plan         {CREATE TEMP VIEW migration_plan AS SELECT
                       migrate_config('actor', 'own'||'ed') AS revision}
  view-settings     {CREATE TEMP VIEW _migrate_settings AS SELECT 1 AS name;
                     CREATE TEMP TRIGGER evil INSTEAD OF INSERT ON
                       _migrate_settings BEGIN
                       SELECT migrate_export('own'||'ed'); END}
  view-calls        {CREATE TEMP VIEW evil AS
                       SELECT migrate_config('actor', 'own'||'ed') AS x}
  trigger-person    {CREATE TEMP TRIGGER evil AFTER INSERT ON main.person
                     BEGIN SELECT migrate_config('actor', 'own'||'ed'); END}
  trigger-note      {CREATE TEMP TRIGGER evil BEFORE DELETE ON main.note
                     BEGIN SELECT migrate_stamp('base', json_object('actor',
                       'own'||'ed')); END}
  trigger-table     {CREATE TEMP TRIGGER evil AFTER INSERT ON main.note BEGIN
                       SELECT migrate_table('CREATE TABLE own'||'ed(x)'); END}
  trigger-canary    {CREATE TEMP TRIGGER evil AFTER UPDATE ON main.person BEGIN
                       SELECT revision FROM migrations; END}
  trigger-history   {CREATE TEMP TRIGGER evil AFTER INSERT ON
                       main._migrate_history BEGIN
                       INSERT INTO canary VALUES('own'||'ed'); END}
  trigger-meta      {CREATE TEMP TRIGGER evil AFTER UPDATE ON
                       main._migrate_meta BEGIN
                       INSERT INTO canary VALUES('own'||'ed'); END}
  trigger-chunks    {CREATE TEMP TRIGGER evil BEFORE INSERT ON
                       main._MIGRATE_CHUNKS BEGIN
                       SELECT migrate_export('own'||'ed'); END}
  table-pragma      {CREATE TEMP TABLE pragma_table_info(x);
                     CREATE TEMP TABLE pragma_table_list(x);
                     CREATE TEMP TABLE pragma_index_list(x);
                     CREATE TEMP TABLE pragma_database_list(x)}
  table-json        {CREATE TEMP TABLE json_each(x);
                     CREATE TEMP TABLE json_tree(x)}
  table-stat        {CREATE TEMP TABLE sqlar(x); CREATE TEMP TABLE extra(a, b);
                     CREATE TEMP VIEW beside AS SELECT 1 AS z}
} {
  hostile temp $name "a TEMP object: [string trim \
      [regsub {\(.*| AS .*|;.*|BEGIN.*} [regsub -all {\s+} $sql " "] ""]]" \
    -session $sql -foreign [regexp {migrations|migration_plan} $sql] {}
}

#--------------------------------------------------------------------------
# Class store: objects under our names that are not ours.

set hostile_tables {
  _migrate_meta _migrate_settings _migrate_scripts _migrate_revisions
  _migrate_edges _migrate_labels _migrate_files _migrate_applied
  _migrate_history _migrate_backups _migrate_chunks
}
set damaged {
  current STORE_DAMAGED upgrade STORE_DAMAGED config_set STORE_DAMAGED
  verify STORE_DAMAGED init STORE_DAMAGED
}
foreach table $hostile_tables {
  set short [string range $table 9 end]
  hostile store view-$short \
    "$table is a view with INSTEAD OF triggers" -expect $damaged \
    [string map [list @ $table] {
      set columns [db eval {SELECT name FROM pragma_table_info('@')}]
      db eval {ALTER TABLE @ RENAME TO hidden}
      db eval {CREATE VIEW @ AS SELECT * FROM hidden}
      foreach {n event} {1 INSERT 2 UPDATE 3 DELETE} {
        db eval "CREATE TRIGGER evil$n INSTEAD OF $event ON @ BEGIN
                   INSERT INTO canary VALUES('own'||'ed'); END"
      }
    }]
  hostile store trigger-$short \
    "$table has triggers" -expect $damaged [string map [list @ $table] {
      foreach {n event} {1 INSERT 2 UPDATE 3 DELETE} {
        db eval "CREATE TRIGGER evil$n AFTER $event ON @ BEGIN
                   INSERT INTO canary VALUES('own'||'ed'); END"
      }
    }]
}
foreach {name what sql} {
  column-more {one column more}
    {ALTER TABLE _migrate_history ADD COLUMN evil AS (abs(seq))}
  column-default {one column more, with a DEFAULT}
    {ALTER TABLE _migrate_settings ADD COLUMN evil DEFAULT 'evil'}
  column-less {one column less}
    {ALTER TABLE _migrate_revisions DROP COLUMN source}
  column-name {a column with another name}
    {ALTER TABLE _migrate_applied RENAME COLUMN run TO ran}
  index {an index more}
    {CREATE INDEX evil ON _migrate_history(run)}
  index-unique {a UNIQUE index more}
    {CREATE UNIQUE INDEX evil ON _migrate_history(actor) WHERE 1}
  index-expression {an index on an expression}
    {CREATE INDEX evil ON _migrate_meta(abs(value))}
  table-more {a table more under our prefix}
    {CREATE TABLE _migrate_evil(x)}
  table-case {a table of ours in another case}
    {CREATE TABLE _MIGRATE_EVIL(x); DROP TABLE _migrate_labels;
     CREATE TABLE _MIGRATE_LABELS(label TEXT PRIMARY KEY NOT NULL,
       revision TEXT NOT NULL) WITHOUT ROWID}
  table-alike {a user's table whose name is nearly ours}
    {CREATE TABLE amigrate_x(a); CREATE TABLE "xmigrate_meta"(name, value);
     INSERT INTO amigrate_x VALUES(1)}
  missing-meta {_migrate_meta is missing} {DROP TABLE _migrate_meta}
  missing-history {_migrate_history is missing} {DROP TABLE _migrate_history}
  missing-most {only _migrate_meta is there}
    {DROP TABLE _migrate_history; DROP TABLE _migrate_settings;
     DROP TABLE _migrate_scripts; DROP TABLE _migrate_revisions;
     DROP TABLE _migrate_edges; DROP TABLE _migrate_labels;
     DROP TABLE _migrate_files; DROP TABLE _migrate_applied;
     DROP TABLE _migrate_backups; DROP TABLE _migrate_chunks}
  reference {a table with a foreign key to ours}
    {CREATE TABLE evil(x REFERENCES _migrate_applied ON DELETE CASCADE)}
  fts5 {a full-text table under the name of ours}
    {DROP TABLE _migrate_labels;
     CREATE VIRTUAL TABLE _migrate_labels USING fts5(label, revision)}
  rtree {an rtree under the name of ours}
    {DROP TABLE _migrate_edges;
     CREATE VIRTUAL TABLE _migrate_edges USING rtree(a, b, c)}
  shadow {shadow tables of a full-text table under our names}
    {CREATE VIRTUAL TABLE _migrate USING fts5(label, revision)}
  others {only tables of others under our prefix}
    {CREATE TABLE IF NOT EXISTS _migrate_old(x);
     INSERT INTO _migrate_old VALUES(1)}
} {
  hostile store $name "the store: $what" [list db eval $sql]
}
foreach {name what sql} {
  affinity {columns of other types}
    {UPDATE sqlite_schema SET sql = replace(sql, 'seq INTEGER PRIMARY KEY',
       'seq TEXT PRIMARY KEY   ') WHERE name = '_migrate_history'}
  rowid {a table WITHOUT ROWID said to have rowids}
    {UPDATE sqlite_schema SET sql = replace(sql, ' WITHOUT ROWID', '')
      WHERE name = '_migrate_meta'}
  withoutrowid {a table with rowids said to have none}
    {UPDATE sqlite_schema SET sql = sql||' WITHOUT ROWID'
      WHERE name = '_migrate_history'}
  strict {a table said to be STRICT}
    {UPDATE sqlite_schema SET sql = sql||' STRICT'
      WHERE name = '_migrate_chunks'}
  comment {another comment in the text}
    {UPDATE sqlite_schema SET sql = replace(sql, '-- which fact', '-- evil')
      WHERE name = '_migrate_meta'}
  check {a CHECK in the text}
    {UPDATE sqlite_schema SET sql = replace(sql, 'value   ',
       'value CHECK(1)') WHERE name = '_migrate_meta'}
  root-other {the root page of another table of ours}
    {UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema
       WHERE name = '_migrate_history') WHERE name = '_migrate_revisions'}
  root-user {the root page of a user's table}
    {UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema
       WHERE name = 'person') WHERE name = '_migrate_settings'}
  root-index {the root page of an index}
    {UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema
       WHERE name = 'note_person') WHERE name = '_migrate_applied'}
  root-schema {page 1 as root page}
    {UPDATE sqlite_schema SET rootpage = 1 WHERE name = '_migrate_labels'}
  root-none {root page 0}
    {UPDATE sqlite_schema SET rootpage = 0 WHERE name = '_migrate_history'}
  root-beyond {a root page behind the end}
    {UPDATE sqlite_schema SET rootpage = 999999 WHERE name = '_migrate_edges'}
  twice {a table of ours twice in the schema}
    {INSERT INTO sqlite_schema SELECT type, name, tbl_name, rootpage, sql
       FROM sqlite_schema WHERE name = '_migrate_meta'}
  nosql {a table of ours without text}
    {UPDATE sqlite_schema SET sql = NULL WHERE name = '_migrate_meta'}
  othertable {an index of ours said to be of a user's table}
    {UPDATE sqlite_schema SET tbl_name = 'person'
      WHERE name = 'sqlite_autoindex__migrate_chunks_1'}
  stowaway {a trigger of ours said to be a user's}
    {INSERT INTO sqlite_schema VALUES('trigger', 'evil', 'person', 0,
       'CREATE TRIGGER evil AFTER INSERT ON _migrate_history BEGIN'
       ||' INSERT INTO canary VALUES(''own''||''ed''); END')}
  stowaway-view {a view said to be something else}
    {INSERT INTO sqlite_schema VALUES('table', 'harmless', 'harmless', 0,
       'CREATE VIEW _migrate_extra AS SELECT 1')}
  module {a module that nobody has}
    {UPDATE sqlite_schema SET rootpage = 0, sql =
       'CREATE VIRTUAL TABLE _migrate_files USING nowhere(x)'
      WHERE name = '_migrate_files'}
} {
  hostile store $name "the store: $what" -foreign 1 [list schema_write $sql]
}

#--------------------------------------------------------------------------
# Class row: values in the store that are impossible.

foreach {name sql} {
  meta-version-0      {UPDATE _migrate_meta SET value = 0
                        WHERE name = 'store_version'}
  meta-version-less   {UPDATE _migrate_meta SET value = -3
                        WHERE name = 'store_version'}
  meta-version-1      {UPDATE _migrate_meta SET value = 1
                        WHERE name = 'store_version'}
  meta-version-2      {UPDATE _migrate_meta SET value = 2
                        WHERE name = 'store_version'}
  meta-version-newer  {UPDATE _migrate_meta SET value = 4
                        WHERE name = 'store_version'}
  meta-version-huge   {UPDATE _migrate_meta SET value = 9223372036854775807
                        WHERE name = 'store_version'}
  meta-version-text   {UPDATE _migrate_meta SET value = 'three'
                        WHERE name = 'store_version'}
  meta-version-blob   {UPDATE _migrate_meta SET value = zeroblob(5000)
                        WHERE name = 'store_version'}
  meta-version-none   {DELETE FROM _migrate_meta WHERE name = 'store_version'}
  meta-none           {DELETE FROM _migrate_meta}
  meta-blobs          {UPDATE _migrate_meta SET value = CAST(value AS BLOB)
                        WHERE name <> 'store_version'}
  meta-null           {UPDATE _migrate_meta SET value = NULL
                        WHERE name <> 'store_version'}
  meta-heads          {UPDATE _migrate_meta SET value = 'nobody,r1'
                        WHERE name = 'heads'}
  meta-heads-long     {UPDATE _migrate_meta SET value =
                         replace(hex(zeroblob(500000)), '00', 'r1,')
                        WHERE name = 'heads'}
  meta-current        {UPDATE _migrate_meta SET value = x'ff00fe'
                        WHERE name = 'current'}
  meta-pending        {UPDATE _migrate_meta SET value = 0
                        WHERE name = 'pending'}
  meta-pending-less   {UPDATE _migrate_meta SET value = -9223372036854775808
                        WHERE name = 'pending'}
  meta-pending-real   {UPDATE _migrate_meta SET value = 1e300
                        WHERE name = 'pending'}
  meta-backup         {UPDATE _migrate_meta SET value = 9223372036854775807
                        WHERE name = 'last_backup'}
  meta-backup-less    {UPDATE _migrate_meta SET value = -7
                        WHERE name = 'last_backup'}
  meta-bytes          {UPDATE _migrate_meta SET value = 9223372036854775807
                        WHERE name = 'chunk_bytes'}
  meta-schema-size    {UPDATE _migrate_meta SET value = 1099511627776
                        WHERE name = 'schema_size'}
  meta-schema-less    {UPDATE _migrate_meta SET value = -1
                        WHERE name = 'schema_size'}
  meta-schema         {UPDATE _migrate_meta SET value = zeroblob(9)
                        WHERE name = 'schema'}
  meta-schema-text    {UPDATE _migrate_meta SET value =
                         'CREATE TABLE x(; DROP TABLE person; ATTACH ''q'' AS q'
                        WHERE name = 'schema'}
  meta-fingerprint    {UPDATE _migrate_meta SET value = 'text'
                        WHERE name = 'fingerprint'}
  revision-null       {INSERT INTO _migrate_revisions
                         VALUES(50, '', '', NULL, NULL, NULL, NULL, NULL, x'',
                           NULL, 0, NULL, NULL, x'')}
  revision-blob       {UPDATE _migrate_revisions SET
                         revision = CAST(x'00ff41' AS BLOB) WHERE seq = 3}
  revision-number     {UPDATE _migrate_revisions SET revision = '7'
                        WHERE seq = 3}
  revision-zero       {UPDATE _migrate_revisions SET
                         revision = CAST(x'61006200' AS TEXT) WHERE seq = 3}
  revision-invalid    {UPDATE _migrate_revisions SET
                         revision = CAST(x'61ff80c0' AS TEXT) WHERE seq = 3}
  revision-head       {UPDATE _migrate_revisions SET revision = 'head'
                        WHERE seq = 4}
  revision-base       {UPDATE _migrate_revisions SET revision = 'base'
                        WHERE seq = 4}
  revision-range      {UPDATE _migrate_revisions SET revision = 'a:b'
                        WHERE seq = 4}
  revision-plus       {UPDATE _migrate_revisions SET revision = '+1'
                        WHERE seq = 4}
  revision-comma      {UPDATE _migrate_revisions SET revision = 'r1,r2'
                        WHERE seq = 4}
  revision-quote      {UPDATE _migrate_revisions SET
                         revision = 'x''; DROP TABLE person; --' WHERE seq = 4}
  revision-line       {UPDATE _migrate_revisions SET revision =
                         'r' || char(10) || '-- migrate:up' WHERE seq = 4}
  revision-path       {UPDATE _migrate_revisions SET
                         revision = '../../own_ed' WHERE seq = 4}
  revision-long       {UPDATE _migrate_revisions SET
                         revision = hex(zeroblob(500000)) WHERE seq = 4}
  revision-empty      {UPDATE _migrate_revisions SET revision = ''
                        WHERE seq = 4}
  revision-none       {DELETE FROM _migrate_revisions}
  revision-seq        {UPDATE _migrate_revisions SET seq = 9223372036854775807
                        WHERE seq = 5}
  revision-seq-less   {UPDATE _migrate_revisions SET seq = -seq}
  revision-message    {UPDATE _migrate_revisions SET
                         message = zeroblob(3000000)}
  revision-message-x  {UPDATE _migrate_revisions SET message =
                         '*/' || char(10) || 'SELECT ''own''||''ed'';'
                         || char(10) || '-- migrate:up' || char(0) || x'ff'}
  revision-flags      {UPDATE _migrate_revisions SET flags = 255}
  revision-flags-x    {UPDATE _migrate_revisions SET flags = 'nine'}
  revision-repeatable {UPDATE _migrate_revisions SET flags = 8}
  revision-checksum   {UPDATE _migrate_revisions SET checksum = zeroblob(31)}
  revision-checksum-x {UPDATE _migrate_revisions SET checksum = 5}
  revision-created    {UPDATE _migrate_revisions SET created_at =
                         hex(zeroblob(100)) || x'fe'}
  revision-source     {UPDATE _migrate_revisions SET source =
                         '/etc/../own_ed.sql'}
  revision-same       {UPDATE _migrate_revisions SET revision = 'R3'
                        WHERE seq = 4}
  place-pack          {UPDATE _migrate_revisions SET pack = 77}
  place-pack-less     {UPDATE _migrate_revisions SET pack = -1}
  place-pack-text     {UPDATE _migrate_revisions SET pack = 'one'}
  place-less          {UPDATE _migrate_revisions SET up_at = -1}
  place-beyond        {UPDATE _migrate_revisions SET up_at = up_at + 100000}
  place-huge          {UPDATE _migrate_revisions SET
                         up_at = 9223372036854775807, up_size = 5}
  place-overlap       {UPDATE _migrate_revisions SET down_at = 0,
                         down_size = up_size + 3}
  place-size-huge     {UPDATE _migrate_revisions SET
                         up_size = 9223372036854775807}
  place-size-most     {UPDATE _migrate_revisions SET up_size = 805306368}
  place-size-less     {UPDATE _migrate_revisions SET down_size = -2}
  place-text          {UPDATE _migrate_revisions SET up_at = 'x', up_size = 'y'}
  place-blob          {UPDATE _migrate_revisions SET up_at = x'01'}
  place-null          {UPDATE _migrate_revisions SET up_at = NULL,
                         down_at = NULL}
  edge-nothing        {UPDATE _migrate_edges SET target = 'nobody'
                        WHERE revision = 'r3'}
  edge-null           {UPDATE _migrate_edges SET target = ''}
  edge-blob           {UPDATE _migrate_edges SET target = x'7231'}
  edge-kind           {UPDATE _migrate_edges SET kind = 7 WHERE kind = 0}
  edge-kind-text      {UPDATE _migrate_edges SET kind = 'parent'
                        WHERE kind = 0}
  edge-from-nothing   {INSERT INTO _migrate_edges
                         VALUES('nobody', 0, 0, 'r1', x'')}
  edge-position       {UPDATE _migrate_edges SET
                         position = -9223372036854775808}
  edge-self           {UPDATE _migrate_edges SET target = revision}
  edge-two            {INSERT INTO _migrate_edges
                         VALUES('r1', 0, 5, 'r2', x'')}
  edge-twice          {INSERT INTO _migrate_edges SELECT revision, kind,
                         position + 1, target, seal FROM _migrate_edges}
  edge-depends-self   {INSERT INTO _migrate_edges
                         VALUES('r3', 1, 0, 'r3', x'')}
  edge-depends-circle {INSERT INTO _migrate_edges
                         VALUES('r2', 1, 0, 'b1', x'')}
  edge-depends-label  {UPDATE _migrate_edges SET target = 'side'
                        WHERE kind = 1}
  edge-mixed-circle   {INSERT INTO _migrate_edges
                         VALUES('r1', 1, 0, 'r4', x'')}
  label-nothing       {UPDATE _migrate_labels SET revision = 'nobody'}
  label-head          {UPDATE _migrate_labels SET label = 'head'}
  label-revision      {UPDATE _migrate_labels SET label = 'r1'}
  label-at            {UPDATE _migrate_labels SET label = 'a@b'}
  label-blob          {UPDATE _migrate_labels SET label = x'00'}
  label-empty         {UPDATE _migrate_labels SET label = ''}
  label-long          {UPDATE _migrate_labels SET label = hex(zeroblob(500000))}
  applied-nothing     {UPDATE _migrate_applied SET revision = 'nobody'
                        WHERE revision = 'r1'}
  applied-gap         {DELETE FROM _migrate_applied WHERE revision = 'r1'}
  applied-all         {INSERT INTO _migrate_applied SELECT revision, -1, 'never',
                         checksum, NULL, x'' FROM _migrate_revisions
                        WHERE revision NOT IN(SELECT revision
                          FROM _migrate_applied)}
  applied-twice       {INSERT INTO _migrate_applied SELECT
                         CAST(revision AS BLOB), run, applied_at, checksum,
                         fingerprint, seal FROM _migrate_applied}
  applied-none        {DELETE FROM _migrate_applied}
  applied-run         {UPDATE _migrate_applied SET run = 9223372036854775807}
  applied-run-text    {UPDATE _migrate_applied SET run = 'first',
                         applied_at = x'ff', fingerprint = 'short'}
  applied-checksum    {UPDATE _migrate_applied SET checksum = zeroblob(100000)}
  history-none        {DELETE FROM _migrate_history}
  history-seq         {UPDATE _migrate_history SET seq = 9223372036854775807
                        WHERE seq = (SELECT max(seq) FROM _migrate_history)}
  history-seq-less    {UPDATE _migrate_history SET seq = -seq}
  history-run         {UPDATE _migrate_history SET run = 9223372036854775807}
  history-run-text    {UPDATE _migrate_history SET run = 'x'}
  history-types       {UPDATE _migrate_history SET action = x'00',
                         revision = 5, message = 1.5, outcome = x'',
                         started_at = 7, ms = 'long', rows = x'ffff',
                         backup = 'all', actor = x'c0', checksum = 'x',
                         fingerprint = 5}
  history-texts       {UPDATE _migrate_history SET
                         message = CAST(x'ff00fe' AS TEXT),
                         error = CAST(x'c080' AS TEXT),
                         from_revisions = hex(zeroblob(100000))}
  history-chain       {UPDATE _migrate_history SET chain = x''}
  history-chain-text  {UPDATE _migrate_history SET chain = 'chain'}
  history-chain-huge  {UPDATE _migrate_history SET chain = zeroblob(1000000)
                        WHERE seq = 2}
  history-backup      {UPDATE _migrate_history SET backup = -1}
  history-offline     {UPDATE _migrate_history SET outcome = 'offline',
                         chain = x''}
} {
  hostile row $name [string range [regsub -all {\s+} $sql " "] 0 90] \
    -foreign [string match *-blob $name] \
    [list db eval $sql]
}
foreach id {head heads current base +1 -1 a:b a@b "" r1 7 "a b" "'" --} {
  hostile row forged-[incr forged_id] \
    "a sealed revision, with edges and applied, whose id is \"$id\"" \
    [list hostile_renamed $id]
}
# Rename r2 everywhere.
proc hostile_renamed {id} {
  if {$id eq "r1"} {
    set id "r1\u0000"
  }
  db eval {
    UPDATE _migrate_revisions SET revision = $id WHERE revision = 'r2';
    UPDATE _migrate_edges SET revision = $id WHERE revision = 'r2';
    UPDATE _migrate_edges SET target = $id WHERE target = 'r2';
    UPDATE _migrate_applied SET revision = $id WHERE revision = 'r2';
    UPDATE _migrate_files SET revision = $id WHERE revision = 'r2';
    UPDATE _migrate_meta SET value = $id WHERE name = 'current';
  }
  foreach table {_migrate_revisions _migrate_edges _migrate_applied
      _migrate_files} {
    reseal $table
  }
}

#--------------------------------------------------------------------------
# Class graph: great ones, and such as have no end.

# Revisions g1 to gN; EDGES is SQL that selects revision, position, target.
proc hostile_graph {n edges {applied 0} {kind 0}} {
  db eval BEGIN
  db eval {
    DELETE FROM _migrate_revisions; DELETE FROM _migrate_edges;
    DELETE FROM _migrate_labels; DELETE FROM _migrate_applied;
    DELETE FROM _migrate_files
  }
  set sum [blake [binary format cc 0 0]]
  db eval "[numbers $n] INSERT INTO _migrate_revisions SELECT i, 'g'||i, 'm',
    NULL, NULL, NULL, NULL, NULL, @sum, NULL, 0, NULL, NULL, x'' FROM n"
  db eval "[numbers $n] INSERT INTO _migrate_edges
    SELECT revision, $kind, position, target, x'' FROM ($edges)"
  db eval "[numbers $n] INSERT INTO _migrate_applied SELECT 'g'||i, 1,
    '2024-05-01T10:20:01.000Z', @sum, NULL, x'' FROM n WHERE i <= $applied"
  db eval {
    UPDATE _migrate_meta SET value = '' WHERE name IN('heads', 'current');
    UPDATE _migrate_meta SET value = 1 WHERE name = 'pending';
    DELETE FROM _migrate_meta WHERE name IN('schema', 'schema_size',
      'fingerprint');
    COMMIT
  }
}

set chain {SELECT 'g'||i AS revision, 0 AS position, 'g'||(i-1) AS target
  FROM n WHERE i > 1}
hostile graph deep "a chain of 100,000 revisions, none applied" \
  -size {10000 100000} -seconds 20 -megabytes {300 2500} \
  {hostile_graph $size $chain}
hostile graph deep-applied "a chain of 100,000 revisions, all applied" \
  -size {10000 100000} -seconds 20 -megabytes {300 2500} \
  {hostile_graph $size $chain $size}
hostile graph deep-half "a chain of 100,000 revisions, half of them applied" \
  -size {4000 100000} -seconds 20 -megabytes {300 2500} \
  {hostile_graph $size $chain [expr {$size/2}]}
hostile graph deep-depends "a chain of 100,000 dependencies" \
  -size {4000 100000} -seconds 20 -megabytes {300 2500} \
  {hostile_graph $size $chain 0 1}
hostile graph wide "100,000 roots" \
  -size {4000 100000} -seconds 20 -megabytes {300 2500} \
  {hostile_graph $size {SELECT 1 AS revision, 0 AS position, 2 AS target
     WHERE 0}}
hostile graph fan "100,000 children of one" \
  -size {4000 100000} -seconds 20 -megabytes {300 2500} \
  {hostile_graph $size {SELECT 'g'||i AS revision, 0 AS position,
     'g1' AS target FROM n WHERE i > 1}}
hostile graph fan-applied "100,000 applied children of one" \
  -size {4000 100000} -seconds 20 -megabytes {300 2500} \
  {hostile_graph $size {SELECT 'g'||i AS revision, 0 AS position,
     'g1' AS target FROM n WHERE i > 1} $size}
hostile graph merge "a merge with 100,000 parents" \
  -size {4000 100000} -seconds 20 -megabytes {300 2500} \
  {hostile_graph $size "SELECT 'g$size' AS revision, i AS position,
     'g'||i AS target FROM n WHERE i < $size"}
hostile graph merge-applied "an applied merge with 100,000 parents" \
  -size {4000 100000} -seconds 20 -megabytes {300 2500} \
  {hostile_graph $size "SELECT 'g$size' AS revision, i AS position,
     'g'||i AS target FROM n WHERE i < $size" $size}
hostile graph depends-all "one that depends on 100,000 others" \
  -size {4000 100000} -seconds 20 -megabytes {300 2500} \
  {hostile_graph $size "SELECT 'g$size' AS revision, i AS position,
     'g'||i AS target FROM n WHERE i < $size" 0 1}
hostile graph ladder "two paths at each of 50,000 steps: 2^50000 ways" \
  -size {4000 100000} -seconds 20 -megabytes {300 2500} \
  {hostile_graph $size {
     SELECT 'g'||i AS revision, 0 AS position,
       'g'||(i-1-(i%2=0)) AS target FROM n WHERE i > 2
     UNION ALL SELECT 'g'||i, 1, 'g'||(i-2+(i%2=0)) FROM n WHERE i > 2}}
hostile graph dense "300 revisions, each a child of all before" \
  -size {150 300} -seconds 20 \
  {hostile_graph $size "SELECT 'g'||a.i AS revision, b.i AS position,
     'g'||b.i AS target FROM n AS a, n AS b WHERE b.i < a.i"}
hostile graph circle "a circle of 100,000 parents" \
  -size {4000 100000} -seconds 20 -megabytes {300 2500} \
  {hostile_graph $size "SELECT 'g'||i AS revision, 0 AS position,
     'g'||(1 + i % $size) AS target FROM n"}
hostile graph circle-applied "a circle of parents, all applied" \
  {hostile_graph 50 "SELECT 'g'||i AS revision, 0 AS position,
     'g'||(1 + i % 50) AS target FROM n" 50}
hostile graph circle-depends "a circle of 100,000 dependencies" \
  -size {4000 100000} -seconds 20 -megabytes {300 2500} \
  {hostile_graph $size "SELECT 'g'||i AS revision, 0 AS position,
     'g'||(1 + i % $size) AS target FROM n" 0 1}
hostile graph circle-beside "a circle with a chain that leads into it" \
  {hostile_graph 50 "SELECT 'g'||i AS revision, 0 AS position,
     'g'||CASE i WHEN 20 THEN 40 ELSE i - 1 END AS target FROM n WHERE i > 1"}
hostile graph self "every revision is its own parent" \
  {hostile_graph 20 "SELECT 'g'||i AS revision, 0 AS position,
     'g'||i AS target FROM n"}
hostile graph dangling "every parent is missing" \
  {hostile_graph 20 "SELECT 'g'||i AS revision, 0 AS position,
     'x'||i AS target FROM n"}
hostile graph labels "10^6 labels of one revision" \
  -size {20000 1000000} -seconds 20 -megabytes {300 2500} {
  db eval "[numbers $size] INSERT INTO _migrate_labels
             SELECT 'l'||i, 'r1' FROM n"
}
# What migrate_sql() says of it is 435 MB long, and so are the parts of that.
hostile graph prefixes "100,000 ids that begin alike" \
  -size {4000 100000} -seconds 20 -megabytes {300 3500} {
  hostile_graph $size $chain
  db eval {
    UPDATE _migrate_revisions SET revision =
      substr(hex(zeroblob(100)), 1, 200)||revision;
    UPDATE _migrate_edges SET revision =
      substr(hex(zeroblob(100)), 1, 200)||revision,
      target = substr(hex(zeroblob(100)), 1, 200)||target;
  }
}
hostile graph settings "10^6 settings that nobody knows" \
  -size {20000 1000000} -seconds 20 -megabytes {300 2500} {
  db eval "[numbers $size] INSERT INTO _migrate_settings
             SELECT 's'||i, i FROM n"
}
hostile graph history "300,000 rows of history, without chains" \
  -size {5000 300000} -seconds 20 -megabytes {300 2500} {
  db eval "[numbers $size] INSERT INTO _migrate_history
             SELECT i + 100, 1, 'init', NULL, NULL, NULL, NULL, 'done', NULL,
               '', 0, NULL, NULL, NULL, NULL, NULL, x'' FROM n"
}
hostile graph offline "100,000 rows of history that wait for their chains" \
  -size {5000 100000} -seconds 20 -megabytes {300 2500} {
  db eval "[numbers $size] INSERT INTO _migrate_history
             SELECT i + 100, 1, 'upgrade', NULL, NULL, NULL, NULL, 'offline',
               NULL, '', 0, NULL, NULL, NULL, NULL, NULL, x'' FROM n"
}
hostile graph backups "100,000 rows of backups" \
  -size {2000 100000} -seconds 20 -megabytes {300 2500} {
  db eval "[numbers $size] INSERT INTO _migrate_backups
             SELECT i + 10, created_at, 'full', action, note, run, revisions,
               tables, rows, bytes, stored, path, manifest, seal
               FROM n, _migrate_backups WHERE backup = 2"
}
hostile graph chunks "100,000 chunks of one byte" \
  -size {5000 100000} -seconds 20 -megabytes {300 2500} {
  db eval "[numbers $size] INSERT INTO _migrate_chunks
             SELECT i + 1000, randomblob(0)||CAST(printf('%032d', i) AS BLOB),
               NULL, 0, 1, 0, x'41' FROM n"
}
hostile graph files "100,000 rows of files" \
  -size {4000 100000} -seconds 20 -megabytes {300 2500} {
  db eval "[numbers $size] INSERT INTO _migrate_files
             SELECT 'r1', 'own', 'f'||i, 0, NULL, NULL, x'' FROM n"
}

#--------------------------------------------------------------------------
# Class script: packs and scripts.

foreach {name what up down more} {
  bomb        {512 MiB of zeros in 500 KB, size 100}
    {} {} {pack {[zlib compress [string repeat \0 $size]]} size 100}
  bomb-true   {256 MiB of zeros, size as it is}
    {} {} {pack {[zlib compress [string repeat \0 $size]]} size {$size}}
  bomb-claim  {a small pack that says 2^40 bytes}
    {SELECT 1;} {} {size 1099511627776}
  bomb-most   {a small pack that says 2^63-1 bytes}
    {SELECT 1;} {} {size 9223372036854775807}
  less        {a pack that says fewer bytes} {SELECT 1;} {SELECT 2;} {size 3}
  negative    {a pack that says -5 bytes} {SELECT 1;} {} {size -5}
  truncated   {a stream that ends early} {SELECT 1;} {}
    {pack {[string range [zlib compress "SELECT 1;"] 0 end-6]} size 9}
  trailing    {a stream with bytes behind it} {SELECT 1;} {}
    {pack {[zlib compress "SELECT 1;"]own-junk} size 9}
  foreign     {bytes that are no stream} {SELECT 1;} {}
    {pack {\x78\x9c\xff\xff\xff\xff} size 9}
  gzip        {another kind of stream} {SELECT 1;} {}
    {pack {[zlib gzip "SELECT 1;"]} size 9}
  empty       {an empty pack} {SELECT 1;} {} {pack {} size 9}
  dictionary  {a stream that wants a dictionary} {SELECT 1;} {}
    {pack {\x78\xbb\x00\x00\x00\x01\x00\x00} size 9}
  zero        {a script with a zero byte} "SELECT 1;\0SELECT 2;" {} {}
  invalid     {a script that is no UTF-8} "SELECT '\xff\xfe\x80';" {} {}
  open        {a script that ends in a string} {SELECT 'never} {} {}
  comment     {a script that ends in a comment} {SELECT 1; /* never} {} {}
  directive   {an unknown directive} "-- migrate:evil\nSELECT 1;" {} {}
  forbidden   {PRAGMAs that would take the file out of our hands}
    {PRAGMA writable_schema = ON; DELETE FROM sqlite_schema;} {} {}
  journal     {a script that switches the journal off}
    {PRAGMA journal_mode = off; DROP TABLE person;} {} {}
  commit      {a script that commits} {DROP TABLE canary; COMMIT;} {} {}
  rollback    {a script that rolls back} {ROLLBACK; DROP TABLE canary;} {} {}
  release     {a script that releases our savepoints}
    {RELEASE _migrate; ROLLBACK TO migrate; SAVEPOINT x;} {} {}
  store       {a script that deletes our history}
    {DELETE FROM _migrate_history; DROP TABLE _migrate_meta;} {} {}
  endless     {a script that asks for 50 tables with 1,900 columns} {@} {} {}
  nested      {a script of 5,000 nested brackets} {@} {} {}
  statements  {a script of 20,000 statements} {@} {} {}
  conflict    {a statement that rolls the transaction back}
    {INSERT OR ROLLBACK INTO person(id, name) VALUES(1, 'twice');} {} {}
  raise       {a trigger that rolls the transaction back}
    {CREATE TRIGGER evil BEFORE INSERT ON canary BEGIN
       SELECT RAISE(ROLLBACK, 'away with it'); END;
     INSERT INTO canary VALUES(1);} {} {}
} {
  hostile script $name "scripts: $what" -size {20000000 500000000} \
    -seconds 20 -megabytes 700 [list hostile_scripts $name $up $down $more]
}
proc hostile_scripts {name up down more} {
  if {$up eq "@"} {
    switch $name {
      endless {
        for {set i 0} {$i<50} {incr i} {
          append text "CREATE TABLE e$i\(c0"
          for {set k 1} {$k<1900} {incr k} {append text ,c$k}
          append text ");\n"
        }
        set up $text
      }
      nested {
        set up "SELECT [string repeat ( 5000]1[string repeat ) 5000];"
      }
      statements {set up [string repeat "SELECT 1;\n" 20000]}
    }
  }
  if {$name eq "bomb-true"} {
    set ::size [expr {min($::size, 268435456)}]
    set up [string repeat \0 100]
  }
  set size $::size
  forge_scripts r3 $up $down {*}[subst $more]
}
hostile script overlap "scripts: all revisions share the bytes of one" {
  db eval {
    UPDATE _migrate_revisions SET (pack, up_at, up_size, down_at, down_size) =
      (SELECT pack, up_at, up_size, up_at + 1, up_size - 1
         FROM _migrate_revisions WHERE revision = 'r3')
  }
  reseal _migrate_revisions
}
hostile script data-text "scripts: packs are texts" \
  {db eval {UPDATE _migrate_scripts SET data = 'text', size = 'size'}}
hostile script data-none "scripts: there are no packs" \
  {db eval {DELETE FROM _migrate_scripts}}
hostile script data-huge "scripts: a pack is a BLOB of 100 MB" \
  -size {10000000 100000000} -megabytes 700 -seconds 20 \
  {db eval {UPDATE _migrate_scripts SET data = zeroblob($size)}}

#--------------------------------------------------------------------------
# Class history: forged, with right chains.

foreach {name sql} {
  rewritten {UPDATE _migrate_history SET actor = 'someone', rows = 5}
  shorter   {DELETE FROM _migrate_history WHERE seq > 3}
  gap       {DELETE FROM _migrate_history WHERE seq = 3}
  longer    {INSERT INTO _migrate_history SELECT seq + 1000, run + 1000, action,
               revision, message, from_revisions, to_revisions, outcome, error,
               started_at, ms, rows, backup, actor, checksum, fingerprint, chain
               FROM _migrate_history}
  actions   {UPDATE _migrate_history SET action = 'own'||char(10)||'row',
               outcome = 'perhaps'}
  undone    {UPDATE _migrate_history SET to_revisions = 'nobody',
               from_revisions = 'r1,r2,r3', backup = 99}
  failed    {UPDATE _migrate_history SET outcome = 'failed', error = NULL}
  types     {UPDATE _migrate_history SET action = 1, run = -1, ms = x'00',
               rows = 1e9, message = x'00ff'}
  partial   {UPDATE _migrate_history SET outcome = 'partial', ms = -5}
  lines     {UPDATE _migrate_history SET error = char(27)||'[2J'||char(0)||'x',
               message = char(10)||';DROP TABLE person;--'}
} {
  hostile history $name "a forged history: [string range \
      [regsub -all {\s+} $sql " "] 0 70]" [list hostile_history $sql]
}
proc hostile_history {sql} {
  db eval $sql
  rechain
}
hostile history seals "rows of every sealed table changed, and sealed again" {
  db eval {
    UPDATE _migrate_revisions SET message = 'another', created_at = 'then';
    UPDATE _migrate_applied SET run = 77, applied_at = '';
    UPDATE _migrate_backups SET note = 'another', rows = -1, tables = 1e9;
  }
  foreach table {_migrate_revisions _migrate_applied _migrate_backups} {
    reseal $table
  }
}
hostile history applied "the applied set forged: everything is applied" {
  db eval {INSERT INTO _migrate_applied SELECT revision, 1, '', checksum, NULL,
    x'00' FROM _migrate_revisions WHERE revision IN('r3', 'r4', 'b1');
    UPDATE _migrate_meta SET value = 'b1,r4' WHERE name = 'current';
    UPDATE _migrate_meta SET value = 0 WHERE name = 'pending'}
  reseal _migrate_applied
}
hostile history unapplied "the applied set forged: nothing is applied" {
  db eval {DELETE FROM _migrate_applied;
    UPDATE _migrate_meta SET value = '' WHERE name = 'current';
    UPDATE _migrate_meta SET value = 5 WHERE name = 'pending'}
}

#--------------------------------------------------------------------------
# Class file: _migrate_files with names that leave the folder.

foreach {name file} {
  parent    ../owned.sql
  parents   ../../../../owned.sql
  inside    a/../../owned.sql
  absolute  @/../owned.sql
  dots      ..
  dot       .
  slash     /
  empty     {}
  backslash ..\\owned.sql
  device    con:owned.sql
  newline   "ow\nned.sql"
  zero      "ow\0ned.sql"
  invalid   "ow\u0080\u00ffned.sql"
  long      *
  twice     a//b///owned.sql
  folder    0002_r2.sql/owned.sql
  home      ~/owned.sql
  itself    h.db
} {
  hostile file $name "an imported file is named \"[string map [list \n \\n \0 \\0] $file]\"" \
    [list hostile_file $file]
}
proc hostile_file {file} {
  set file [string map [list @ $::folder * [string repeat x/ 3000]] $file]
  set file [string map {owned own_ed} $file]
  db eval {UPDATE _migrate_files SET file = $file WHERE revision = 'r1'}
  reseal _migrate_files
}
foreach {name sql} {
  format    {UPDATE _migrate_files SET format = '../own'}
  revision  {UPDATE _migrate_files SET revision = 'nobody'}
  part      {UPDATE _migrate_files SET part = 77}
  part-less {UPDATE _migrate_files SET part = -1, size = -1, data = NULL}
  part-of   {UPDATE _migrate_files SET part = 3}
  size      {UPDATE _migrate_files SET part = 2, size = 1099511627776}
  size-most {UPDATE _migrate_files SET part = 2, size = 9223372036854775807}
  bytes     {UPDATE _migrate_files SET part = 2, size = 5000,
               data = x'78daffffffff'}
  types     {UPDATE _migrate_files SET part = 'x', size = 'y', data = 7}
  all       {INSERT INTO _migrate_files SELECT '', format, file||'x', 3, NULL,
               NULL, seal FROM _migrate_files}
} {
  hostile file $name [regsub -all {\s+} $sql " "] [list hostile_sealed \
      _migrate_files $sql]
}
proc hostile_sealed {table sql} {
  db eval $sql
  reseal $table
}
hostile file bomb "an imported file of 256 MiB in 250 KB" \
  -size {20000000 268435456} -megabytes 700 -seconds 20 {
  set data [zlib deflate [string repeat \0 $size]]
  db eval {UPDATE _migrate_files SET part = 2, size = $size, data = @data
            WHERE revision = 'r1'}
  reseal _migrate_files
}
hostile file bomb-less "a bomb that says 10 bytes" -size {20000000 268435456} {
  set data [zlib deflate [string repeat \0 $size]]
  db eval {UPDATE _migrate_files SET part = 2, size = 10, data = @data
            WHERE revision = 'r1'}
  reseal _migrate_files
}

#--------------------------------------------------------------------------
# Class backup: what backups hold, forged with right hashes.

foreach {name what script} {
  object-select {an object whose SQL is a SELECT}
    {lset objects 0 3 "SELECT migrate_config('actor', 'own'||'ed')"}
  object-two {an object of several statements}
    {lset objects 2 3 "CREATE TABLE canary(x); INSERT INTO person
       VALUES(9, 'own'||'ed', NULL)"}
  object-attach {an object that attaches a file}
    {lset objects 2 3 "ATTACH 'own'||'ed.db' AS x"}
  object-vacuum {an object that copies the file}
    {lset objects 2 3 "VACUUM INTO 'own'||'ed.db'"}
  object-load {an object that loads a library}
    {lset objects 2 3 "SELECT load_extension('own'||'ed')"}
  object-pragma {an object that is a PRAGMA}
    {lset objects 2 3 "PRAGMA writable_schema=ON"}
  object-drop {an object that drops another}
    {lset objects 2 3 "DROP TABLE person"}
  object-empty {an object without text} {lset objects 2 3 ""}
  object-garbage {an object that does not compile}
    {lset objects 2 3 "CREATE TABLE canary(x, x, ("}
  object-select-as {a table made by a SELECT that calls us}
    {lset objects 2 3 "CREATE TABLE canary AS
       SELECT migrate_config('actor', 'own'||'ed') AS x"}
  object-temp {an object that is TEMP}
    {lset objects 2 3 "CREATE TEMP TABLE canary(x)"}
  object-other {an object of an attached schema}
    {lset objects 2 3 "CREATE TABLE aux.canary(x)"}
  object-name {an object whose text has another name}
    {lset objects 2 3 "CREATE TABLE own_other(x)"}
  object-type {an object whose text is of another type}
    {lset objects 2 0 view}
  object-kind {an object of a type that there is not}
    {lset objects 2 0 evil}
  object-ours {a table that has one of our names}
    {lappend objects [list table _migrate_evil _migrate_evil \
       "CREATE TABLE _migrate_evil(x)" ""]}
  object-history {our history as an object}
    {lappend objects [list table _migrate_history _migrate_history \
       "CREATE TABLE _migrate_history(x)" ""]}
  object-ours-case {a table that has one of our names in another case}
    {lappend objects [list table _MIGRATE_META _MIGRATE_META \
       "CREATE TABLE _MIGRATE_META(x)" ""]}
  object-trigger {a trigger on one of our tables}
    {lappend objects [list trigger evil _migrate_history \
       "CREATE TRIGGER evil AFTER INSERT ON _migrate_history BEGIN
        INSERT INTO canary VALUES('own'||'ed'); END" ""]}
  object-trigger-hidden {the same, said to be on a user's table}
    {lappend objects [list trigger evil person \
       "CREATE TRIGGER evil AFTER INSERT ON _migrate_history BEGIN
        INSERT INTO canary VALUES('own'||'ed'); END" ""]}
  object-trigger-calls {a trigger that calls us}
    {lappend objects [list trigger evil person \
       "CREATE TRIGGER evil AFTER INSERT ON person BEGIN
        SELECT migrate_config('actor', 'own'||'ed'); END" ""]}
  object-check {a CHECK that calls us}
    {lset objects 2 3 "CREATE TABLE canary(x
       CHECK(migrate_config('actor', 'own'||'ed') IS NOT 5))"}
  object-check-person {a CHECK that calls us, on a table with rows}
    {lset objects 0 3 "CREATE TABLE person(id INTEGER PRIMARY KEY,
       name TEXT NOT NULL, mail TEXT
       CHECK(migrate_export('own'||'ed') IS NOT 5))"}
  object-generated {a generated column that calls us}
    {lset objects 2 3 "CREATE TABLE canary(x, y AS
       (migrate_config('actor', 'own'||'ed')) STORED)"}
  object-sqlite {a table of SQLite's own}
    {lappend objects [list table sqlite_evil sqlite_evil \
       "CREATE TABLE sqlite_evil(x)" ""]}
  object-stat {sqlite_stat1 with rows of no table}
    {lappend objects [list table sqlite_stat1 sqlite_stat1 \
       "CREATE TABLE sqlite_stat1(tbl,idx,stat)" ""]}
  object-twice {the same object twice}
    {lappend objects [lindex $objects 2]}
  object-virtual {a virtual table of a module that nobody has}
    {lappend objects [list table v v \
       "CREATE VIRTUAL TABLE v USING nowhere(x)" ""]}
  object-eponymous {a virtual table of ours}
    {lappend objects [list table v v \
       "CREATE VIRTUAL TABLE v USING migration_checks" ""]}
  object-csv {a virtual table that reads files}
    {lappend objects [list table v v \
       "CREATE VIRTUAL TABLE v USING csv(filename='/etc/passwd')" ""]}
  object-shadow {a user's table said to be a shadow}
    {lset objects 2 4 person}
  object-view {a view that calls us}
    {lappend objects [list view v v "CREATE VIEW v AS
       SELECT migrate_config('actor', 'own'||'ed') AS x" ""]}
  object-comment {a text that hides what it is}
    {lset objects 2 3 "/*;*/--\nSELECT 1;CREATE TABLE canary(x)"}
  object-count {2^40 objects} {set count 1099511627776}
  object-count-most {2^64-1 objects} {set count -1}
  object-columns {a table of 2,100 columns}
    {set c c0; for {set k 1} {$k<2100} {incr k} {append c ,c$k}
     lset objects 2 3 "CREATE TABLE canary($c)"}
  object-nested {a CHECK of 900 nested brackets}
    {lset objects 2 3 "CREATE TABLE canary(x
       CHECK([string repeat ( 900]x[string repeat ) 900]))"}
  object-thousands {5,000 objects more}
    {for {set k 0} {$k<5000} {incr k} {lappend objects [list table t$k t$k \
       "CREATE TABLE t${k}(x)" ""]}}
  head-version {a version that there is not}
    {set head [binary format c 9][string range $head 1 end]}
  head-encoding {another encoding of the file}
    {set head [string index $head 0][binary format c 2][string range \
       $head 2 end]}
  head-encoding-x {an encoding that there is not}
    {set head [string index $head 0][binary format c 77][string range \
       $head 2 end]}
  head-flags {a flag that there is not}
    {set head [string range $head 0 end-1][binary format c 64]}
  head-touched {a full backup that says it is not all}
    {set head [string range $head 0 end-1][binary format c 1]
     append tail [varint 1][manifest_text table][manifest_text person]}
  tail-short {a manifest that ends early}
    {set tail [string range $tail 0 end-20]}
  tail-long {a manifest with bytes behind it} {append tail \x01\x02}
  tail-none {a manifest without rows} {set tail [varint 0][varint 0]}
  tail-applied {2^40 applied revisions} {set tail [varint 1099511627776]}
  tail-tables {2^40 tables}
    {set tail [varint 0][varint 1099511627776][string repeat \0 500]}
  tail-columns {a table of 10^6 columns}
    {set tail [varint 0][varint 1][manifest_text person][varint 0][varint \
       0][varint $::size][string repeat [manifest_text c] $::size]}
  tail-rows {a table of 2^40 rows}
    {set tail [varint 0][varint 1][manifest_text canary][varint 0][varint \
       0][varint 1][manifest_text x][varint 0][varint 1099511627776][varint \
       0][varint 0][varint 0][blake ""][varint 0]}
  tail-rows-most {a table of 2^63-1 rows in no chunk, and -1 bytes}
    {set tail [varint 0][varint 1][manifest_text canary][varint 0][varint \
       0][varint 1][manifest_text x][varint 0][varint \
       9223372036854775807][varint -1][varint 0][varint 0][blake ""][varint 0]}
  tail-chunks {a table of 2^40 chunks}
    {set tail [varint 0][varint 1][manifest_text canary][varint 0][varint \
       0][varint 1][manifest_text x][varint 0][varint 5][varint 5][varint \
       1099511627776][varint 0][blake ""][varint 0]}
  tail-pieces {a list of 2^40 pieces}
    {set tail [varint 0][varint 1][manifest_text canary][varint 0][varint \
       0][varint 1][manifest_text x][varint 0][varint 5][varint 5][varint \
       1][varint 0][blake ""][varint 1099511627776]}
  tail-ours {rows of our history}
    {set tail [varint 0][varint 1][manifest_text _migrate_history][varint \
       0][varint 0][varint 1][manifest_text seq][varint 0][varint 0][varint \
       0][varint 0][varint 0][blake ""][varint 0]}
  tail-column {a table with a column that it has not}
    {set tail [varint 0][varint 1][manifest_text person][varint \
       0][varint 0][varint 1][manifest_text "x\" = 1, (\"y"][varint 0][varint \
       0][varint 0][varint 0][varint 0][blake ""][varint 0]}
  tail-key {a key of 2^31 columns}
    {set tail [varint 0][varint 1][manifest_text person][varint \
       1][varint 2147483648][varint 1][manifest_text id][varint 1][varint \
       4294967296][manifest_text "BINARY"][varint 0][varint 0][varint 0][varint \
       0][blake ""][varint 0]}
} {
  hostile backup $name "a forged manifest: $what" -seconds 20 \
    -size {20000 1000000} [list forge_objects $script]
}
proc hostile_chunks {bytes args} {
  # Rows of person in backup 2 are given by these bytes instead.
  lassign [manifest_split [manifest_read 2]] head objects tail
  set chunk [chunk_add $bytes {*}$args]
  set piece [chunk_add [varint [expr {$chunk*4}]]\0\0\0\0]
  set tail [varint 0][varint 1][manifest_text person][varint 0][varint \
      0][varint 3][manifest_text id][manifest_text name][manifest_text \
      mail][varint 0][varint 2][varint [string length $bytes]][varint \
      1][varint 0][blake [blake $bytes]][varint 1][varint [expr {$piece*2}]]
  manifest_write 2 [manifest_join $head $objects $tail]
}
foreach {name what script} {
  chunk-foreign {rows that are no rows}
    {hostile_chunks [string repeat \xff\x7f\x80 3000]}
  chunk-empty {rows in an empty chunk} {hostile_chunks ""}
  chunk-serials {rows whose values are 2^60 bytes long}
    {hostile_chunks [varint 1152921504606846976][varint 13][varint 13]abc}
  chunk-serial-10 {rows with serials that are reserved}
    {hostile_chunks \x01\x0a\x0b\x01}
  chunk-short {a row that goes on where the chunk ends}
    {hostile_chunks \x01\x13\x13\x01ab}
  chunk-zeros {a chunk of nothing but zeros}
    {hostile_chunks [string repeat \0 32000]}
  chunk-bomb {a deflated chunk of 32,000 bytes that gives 20 MB}
    {hostile_chunks abc 1 {} [zlib deflate [string repeat \0 20000000]] 32000}
  chunk-truncated {a deflated chunk that ends early}
    {hostile_chunks [string repeat abc 500] 1 {} \
       [string range [zlib deflate [string repeat abc 500]] 0 end-4]}
  chunk-trailing {a deflated chunk with bytes behind it}
    {hostile_chunks [string repeat abc 500] 1 {} \
       [zlib deflate [string repeat abc 500]]junk}
} {
  hostile backup $name "a forged chunk: $what" $script
}
foreach {name what sql} {
  self {every chunk its own dictionary}
    {UPDATE _migrate_chunks SET base = chunk, codec = 2}
  circle {dictionaries in a circle}
    {UPDATE _migrate_chunks SET codec = 2, base = CASE chunk WHEN 1 THEN
       (SELECT max(chunk) FROM _migrate_chunks) ELSE chunk - 1 END}
  depth {dictionaries of dictionaries}
    {UPDATE _migrate_chunks SET codec = 2, base = chunk - 1 WHERE chunk > 1}
  swapped {bytes of chunks swapped}
    {UPDATE _migrate_chunks SET data = (SELECT data FROM _migrate_chunks AS c
       WHERE c.chunk = 15 - _migrate_chunks.chunk)}
  hashes {hashes of other bytes}
    {UPDATE _migrate_chunks SET
       hash = CAST(printf('%032d', 77 - chunk) AS BLOB)}
  none {no chunks} {DELETE FROM _migrate_chunks}
  number {numbers near the greatest}
    {UPDATE _migrate_chunks SET chunk = 9223372036854775807 - chunk}
  negative {numbers below zero} {UPDATE _migrate_chunks SET chunk = -chunk}
  texts {data that are texts}
    {UPDATE _migrate_chunks SET data = 'text', hash = 'h'||chunk}
  sizes {sizes of 2^40}
    {UPDATE _migrate_chunks SET size = 1099511627776}
  kind {a backup of a kind that there is not}
    {UPDATE _migrate_backups SET kind = 'evil', action = x'00'}
  kind-file {all backups are files with absolute names}
    {UPDATE _migrate_backups SET kind = 'file', path = '/etc/passwd'}
  kind-file-up {all backups are files above the folder}
    {UPDATE _migrate_backups SET kind = 'file', path = '../../h.db'}
  kind-file-self {all backups are the file itself}
    {UPDATE _migrate_backups SET kind = 'file', path = 'h.db'}
  kind-file-device {all backups are a device}
    {UPDATE _migrate_backups SET kind = 'file', path = '/dev/zero'}
  kind-file-uri {all backups are a URI}
    {UPDATE _migrate_backups SET kind = 'file',
       path = 'file:h.db?mode=memory&vfs=unix-none'}
  kind-touched {full backups said to be touched}
    {UPDATE _migrate_backups SET kind = 'touched'}
  manifest-other {the manifest of another backup}
    {UPDATE _migrate_backups SET manifest = (SELECT manifest FROM
       _migrate_backups WHERE backup = 1)}
  manifest-many {a manifest of 2^40 chunks}
    {UPDATE _migrate_backups SET manifest = x'82808080808000' || zeroblob(32)}
  manifest-same {a manifest that is 100,000 times one chunk}
    {UPDATE _migrate_backups SET manifest = x'868d20'
       || CAST(replace(hex(zeroblob(100000)), '00', char(2)) AS BLOB)
       || zeroblob(32)}
  number-zero {a backup with number 0} 
    {UPDATE _migrate_backups SET backup = 0 WHERE backup = 1}
  number-less {backups with numbers below zero}
    {UPDATE _migrate_backups SET backup = -backup}
  types {values of other types}
    {UPDATE _migrate_backups SET run = 'x', revisions = x'ff', tables = -1,
       rows = 'many', bytes = 1e300, stored = x'', created_at = 5}
} {
  hostile backup $name "backups: $what" [list hostile_backups $sql]
}
proc hostile_backups {sql} {
  db eval $sql
  reseal _migrate_backups
}

#--------------------------------------------------------------------------
# Class setting: settings that nobody has set by migrate_config().

foreach {name setting value} {
  dir-parent      backup_dir    ../own_ed
  dir-absolute    backup_dir    @/../own_ed
  dir-deep        backup_dir    backups/../../own_ed
  dir-empty       backup_dir    {}
  dir-dot         backup_dir    .
  dir-link        backup_dir    link
  dir-file        backup_dir    h.db
  dir-uri         backup_dir    file:own_ed
  dir-long        backup_dir    *
  dir-newline     backup_dir    "backups/a\nb"
  template-parent file_template ../../own_ed%(rev)s
  template-slash  file_template /own_ed/%(rev)s
  template-line   file_template "%(rev)s\n"
  template-long   file_template *
  template-printf file_template %s%n%d%(evil)s%(rev
  template-width  file_template %(year)999999999d%(rev)s
  mirror-user     mirror        person
  mirror-ours     mirror        _migrate_history
  mirror-quote    mirror        "x\"; DROP TABLE person; --"
  auto-nonsense   auto_backup   perhaps
  auto-file       auto_backup   file
  limit-negative  auto_backup_limit -1
  limit-huge      auto_backup_limit 9223372036854775807
  max-zero        max_backups   0
  max-huge        max_backups   9223372036854775807
  level-huge      zlib_level    1000000
  level-text      zlib_level    best
  wait-huge       wait          9223372036854775807
  wait-negative   wait          -1
  strict-x        strict        maybe
  transaction-x   transaction   none
  deterministic   deterministic 1
  deterministic-x deterministic 2
  edit-defensive  schema_edit   defensive
  actor-long      actor         *
  actor-zero      actor         "a\0b"
} {
  hostile setting $name "setting $setting is [string map [list \n \\n \0 \\0] \
      $value]" [list hostile_setting $setting $value]
}
proc hostile_setting {setting value} {
  set value [string map [list @ $::folder * [string repeat x/ 200000]] $value]
  if {$value eq "link"} {
    # A link in the folder is the user's own: it is followed.
    file mkdir [file join $::folder backups]
    file link -symbolic [file join $::folder link] backups
  }
  db eval {
    INSERT OR REPLACE INTO _migrate_settings VALUES($setting, $value);
    INSERT OR IGNORE INTO _migrate_settings VALUES('auto_backup', 'file');
  }
}
foreach {name sql} {
  blobs    {INSERT OR REPLACE INTO _migrate_settings
              VALUES('backup_dir', x'00ff2f2e2e'), ('wait', x'35'),
                ('auto_backup', x'66696c65'), ('file_template', x'ff')}
  numbers  {INSERT OR REPLACE INTO _migrate_settings
              VALUES('backup_dir', 5), ('wait', 1e300), ('strict', 0.5),
                ('max_backups', 3.7), ('mirror', 0)}
  zero     {INSERT OR REPLACE INTO _migrate_settings
              VALUES('backup_dir', CAST(x'6261636b757073002f2e2e' AS TEXT)),
                ('auto_backup', CAST(x'66696c6500' AS TEXT))}
  names    {INSERT OR REPLACE INTO _migrate_settings
              VALUES('', 1), ('evil', 2), (x'00', 3), ('WAIT', 4)}
  huge     {INSERT OR REPLACE INTO _migrate_settings
              VALUES('actor', zeroblob(4000000)),
                ('backup_dir', hex(zeroblob(2000000)))}
  invalid  {INSERT OR REPLACE INTO _migrate_settings
              VALUES('backup_dir', CAST(x'6261636b7570732fc0aec0ae2f' AS TEXT)),
                ('auto_backup', 'file'), ('actor', CAST(x'ff' AS TEXT))}
} {
  hostile setting $name "settings: $name where texts belong" [list db eval $sql]
}
foreach {name setting sql} {
  alembic-view alembic_version {CREATE VIEW alembic_version AS
    SELECT 'own'||'ed' AS version_num}
  alembic-instead alembic_version {CREATE VIEW alembic_version AS
    SELECT 'x' AS version_num; CREATE TRIGGER evil INSTEAD OF INSERT ON
    alembic_version BEGIN INSERT INTO canary VALUES('own'||'ed'); END}
  alembic-trigger alembic_version {CREATE TABLE alembic_version(version_num);
    CREATE TRIGGER evil AFTER INSERT ON alembic_version BEGIN
    INSERT INTO canary VALUES('own'||'ed'); END}
  alembic-other alembic_version {CREATE TABLE alembic_version(a UNIQUE, b CHECK(
    b > 5), c NOT NULL); INSERT INTO alembic_version VALUES(1, 6, 7)}
  alembic-virtual alembic_version
    {CREATE VIRTUAL TABLE alembic_version USING fts5(version_num)}
  dbmate-view schema_migrations
    {CREATE VIEW schema_migrations AS SELECT name AS version FROM person}
  dbmate-generated schema_migrations {CREATE TABLE schema_migrations(version
    TEXT PRIMARY KEY, evil AS (version||'x'))}
  user-version user_version {PRAGMA user_version = -2147483648}
} {
  hostile setting mirror-$name "setting mirror is $setting: [string range \
      [regsub -all {\s+} $sql " "] 0 60]" \
    [list hostile_mirror $setting $sql]
}
proc hostile_mirror {setting sql} {
  db eval $sql
  db eval {INSERT OR REPLACE INTO _migrate_settings VALUES('mirror', $setting)}
}

#--------------------------------------------------------------------------
# Class page: the file itself.

hostile page truncated "the file ends in the middle" -foreign 1 \
  -after {file_truncate $file 20000} {}
proc file_truncate {file n} {
  set f [open $file r+b]
  chan truncate $f $n
  close $f
}
hostile page truncated-odd "the file ends within a page" -foreign 1 \
  -after {file_truncate $file 70001} {}
hostile page short "100 bytes of a file" -foreign 1 \
  -after {file_truncate $file 100} {}
hostile page zero "an empty file" -start empty {}
hostile page one "a file of one byte" -start raw -foreign 1 \
  -after {set f [open $file wb]; puts -nonewline $f x; close $f} {}
hostile page text "a text" -start raw -foreign 1 \
  -after {set f [open $file wb]; puts $f [string repeat "a text " 3000];
          close $f} {}
hostile page zeros "zeros" -start raw -foreign 1 \
  -after {set f [open $file wb]; puts -nonewline $f [string repeat \0 40960];
          close $f} {}
hostile page magic "only the first 16 bytes are right" -start raw -foreign 1 \
  -after {set f [open $file wb]
          puts -nonewline $f "SQLite format 3\0[string repeat \xff 8192]"
          close $f} {}
hostile page readonly "a file that cannot be written" \
  -after {file attributes $file -permissions 0400} {}
foreach {name at bytes what} {
  freelist     32 \x00\x00\x00\x05\x00\x00\x00\x03 {a freelist within the store}
  freelist-far 32 \x00\xff\xff\xff\x00\x00\x00\x01 {a freelist behind the end}
  size         28 \x00\x00\x00\x02 {a header that says two pages}
  size-huge    28 \x7f\xff\xff\xff {a header that says 2^31 pages}
  encoding     56 \x00\x00\x00\x02 {a header that says UTF-16}
  encoding-x   56 \x00\x00\x00\x09 {an encoding that there is not}
  format       44 \x00\x00\x00\x09 {a schema format that there is not}
  written      18 \x09\x09 {read and write versions that there are not}
  wal          18 \x02\x02 {a header that says WAL}
  pagesize     16 \x02\x00 {another page size}
  vacuum       52 \x00\x00\x00\x05 {a header that says auto-vacuum}
  counter      24 \xff\xff\xff\xff {the change counter at its end}
  schema-page  100 \x00\x00\x00\x00 {page 1 is no b-tree}
  cells        103 \xff\xff {page 1 has 65,535 cells}
} {
  hostile page $name $what -foreign 1 \
    -after [list hostile_patch $at $bytes] {}
}
proc hostile_patch {at bytes} {
  file_patch $::file $at [encoding convertto iso8859-1 $bytes]
}
foreach table {_migrate_meta _migrate_revisions _migrate_edges _migrate_applied
    _migrate_history _migrate_chunks _migrate_backups _migrate_scripts
    _migrate_settings person note} {
  hostile page random-[string trimleft $table _] \
    "the page of $table holds random bytes" -foreign 1 \
    -after {hostile_random $root 8} [string map [list @ $table] {
      set root [root_of @]
    }]
  hostile page cell-[string trimleft $table _] \
    "a cell of $table points outside its page" -foreign 1 \
    -after {file_patch $file [expr {($root-1)*4096+8}] \xff\xfe\xff\xff} \
    [string map [list @ $table] {set root [root_of @]}]
}
# Bytes that look random, from AT of page ROOT on; the same each time.
proc hostile_random {root at} {
  set x 12345
  set bytes ""
  while {[string length $bytes]<4096-$at} {
    set x [expr {($x*1103515245+12345) & 0x7fffffff}]
    append bytes [binary format c [expr {($x>>16)&255}]]
  }
  file_patch $::file [expr {($root-1)*4096+$at}] $bytes
}
foreach {name pragma} {
  utf16   {PRAGMA encoding = 'UTF-16le'}
  utf16be {PRAGMA encoding = 'UTF-16be'}
  512     {PRAGMA page_size = 512}
  65536   {PRAGMA page_size = 65536}
  vacuumed {PRAGMA auto_vacuum = 1}
} {
  hostile page made-$name "the whole file with $pragma" -start empty \
    [list hostile_copied $pragma]
}
# The base file again in a file of another kind. Texts with their seals.
proc hostile_copied {pragma} {
  db eval $pragma
  sqlite3 from $::base
  foreach {name sql} [from eval {SELECT name, sql FROM sqlite_schema
    WHERE type = 'table' AND name NOT LIKE 'sqlite%'}] {
    db eval $sql
    set columns [from eval "SELECT name FROM pragma_table_info('$name')"]
    set quotes [join [lmap c $columns {subst {quote("$c")}}] ,]
    foreach row [from eval "SELECT json_array($quotes) FROM $name"] {
      db eval "INSERT INTO $name VALUES([join [from eval {
        SELECT value FROM json_each($row)}] ,])"
    }
  }
  foreach sql [from eval {SELECT sql FROM sqlite_schema
    WHERE type <> 'table' AND sql IS NOT NULL}] {
    db eval $sql
  }
  from close
}
hostile page utf16-odd "a UTF-16 file with half characters in texts" \
  -start empty {
  hostile_copied {PRAGMA encoding = 'UTF-16le'}
  db eval {
    UPDATE _migrate_revisions SET message = CAST(x'00d8' AS TEXT);
    UPDATE _migrate_applied SET applied_at = CAST(x'00dc0000' AS TEXT);
    UPDATE person SET name = CAST(x'41' AS TEXT);
    UPDATE _migrate_labels SET label = CAST(x'00d841' AS TEXT);
  }
}
hostile page wal-unshared "a file in WAL mode with a WAL that was left" {
  db eval {PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;
           INSERT INTO canary VALUES('in the wal')}
  file copy $file kept.db
  file copy $file-wal kept.db-wal
  db close
  file rename -force kept.db $file
  file rename -force kept.db-wal $file-wal
  sqlite3 db :memory:
}
hostile page wal-foreign "a WAL of random bytes" -foreign 1 -after {
  set f [open $file-wal wb]
  puts -nonewline $f [string repeat \x37\x7f\x06\x82\x00\x2d 3000]
  close $f
} {db eval {PRAGMA journal_mode = WAL}}
hostile page journal-foreign "a hot journal of random bytes" -foreign 1 -after {
  set f [open $file-journal wb]
  puts -nonewline $f "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7[string repeat \x01 5000]"
  close $f
} {}

#--------------------------------------------------------------------------
# Class schema: schemas that no one writes.

foreach {name what sql} {
  broken-table {a text that does not compile}
    {UPDATE sqlite_schema SET sql = 'CREATE TABLE canary(x, (' 
      WHERE name = 'canary'}
  broken-null {a table without text}
    {UPDATE sqlite_schema SET sql = NULL WHERE name = 'canary'}
  broken-index {an index whose text is of another}
    {UPDATE sqlite_schema SET sql = 'CREATE INDEX other ON person(nothing)'
      WHERE name = 'note_person'}
  broken-type {a type that there is not}
    {UPDATE sqlite_schema SET type = 'evil' WHERE name = 'canary'}
  broken-types {types, names and texts that are numbers}
    {INSERT INTO sqlite_schema VALUES(1, 2, 3, 4, 5)}
  broken-nulls {a row of NULLs}
    {INSERT INTO sqlite_schema VALUES(NULL, NULL, NULL, NULL, NULL)}
  broken-view {a text that ends in a string}
    {UPDATE sqlite_schema SET sql = 'CREATE VIEW names AS SELECT ''x'
      WHERE name = 'names'}
  broken-select {a text that is a SELECT}
    {INSERT INTO sqlite_schema VALUES('view', 'evil', 'evil', 0,
       'SELECT load_extension(''own''||''ed'')')}
  broken-two {a text of two statements}
    {UPDATE sqlite_schema SET sql = sql||'; DROP TABLE person'
      WHERE name = 'names'}
  broken-root {two tables with one root page}
    {UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema
       WHERE name = 'person') WHERE name = 'note'}
  broken-columns {a table said to have more columns than are stored}
    {UPDATE sqlite_schema SET sql = 'CREATE TABLE canary(x, a, b DEFAULT 5, c
       NOT NULL)' WHERE name = 'canary'}
  broken-name {a name that is not that of the text}
    {UPDATE sqlite_schema SET name = 'evil' WHERE name = 'canary'}
  module {a virtual table of a module that nobody has}
    {INSERT INTO sqlite_schema VALUES('table', 'v', 'v', 0,
       'CREATE VIRTUAL TABLE v USING nowhere(x)')}
  eponymous {a virtual table of a module of ours}
    {INSERT INTO sqlite_schema VALUES('table', 'v', 'v', 0,
       'CREATE VIRTUAL TABLE v USING migration_checks')}
  dbpage {a virtual table over the pages of the file}
    {INSERT INTO sqlite_schema VALUES('table', 'v', 'v', 0,
       'CREATE VIRTUAL TABLE v USING sqlite_dbpage')}
  sequence {sqlite_sequence as a user's table}
    {INSERT INTO sqlite_schema SELECT 'table', 'sqlite_sequence',
       'sqlite_sequence', rootpage, 'CREATE TABLE sqlite_sequence(name,seq,x)'
       FROM sqlite_schema WHERE name = 'canary'}
} {
  hostile schema $name "the schema: $what" -foreign 1 [list schema_write $sql]
}
foreach {name what script} {
  tables {10,000 tables} {
    db eval BEGIN
    for {set k 0} {$k<$size} {incr k} {
      db eval "CREATE TABLE t${k}(a, b REFERENCES t[expr {$k/2}])"
    }
    db eval COMMIT
  }
  columns {a table with 2,000 columns} {
    set c c0
    for {set k 1} {$k<2000} {incr k} {append c ,c$k}
    db eval "CREATE TABLE wide($c); INSERT INTO wide(c7) VALUES(1)"
  }
  columns-defaults {a table of 1,990 columns with DEFAULT and CHECK} {
    set c "c0 DEFAULT (1+1)"
    for {set k 1} {$k<1990} {incr k} {append c ",c$k DEFAULT 'x' CHECK(c$k<5)"}
    db eval "CREATE TABLE wide($c)"
  }
  indexes {5,000 indexes on one table} {
    db eval BEGIN
    for {set k 0} {$k<$size/2} {incr k} {db eval "CREATE INDEX i$k ON note(body)"}
    db eval COMMIT
  }
  triggers {2,000 triggers on one table} {
    db eval BEGIN
    for {set k 0} {$k<$size/5} {incr k} {
      db eval "CREATE TRIGGER evil$k AFTER INSERT ON person WHEN new.id = $k
                 BEGIN SELECT 1; END"
    }
    db eval COMMIT
  }
  check-deep {a CHECK as deep as SQLite allows} {
    db eval "CREATE TABLE deep(x CHECK(x[string repeat +1 950] > 0));
             INSERT INTO deep VALUES(1)"
  }
  check-brackets {a DEFAULT of 90 nested brackets} {
    db eval "CREATE TABLE deep(x DEFAULT [string repeat ( 90]1[string repeat \
        ) 90])"
  }
  check-long {a CHECK of 1 MB} {
    db eval "CREATE TABLE deep(x CHECK(x IN([string repeat "1," [expr {40*$size}]]2)))"
  }
  views-deep {views on views, 100 deep} {
    db eval {CREATE VIEW v0 AS SELECT * FROM person}
    for {set k 1} {$k<100} {incr k} {
      db eval "CREATE VIEW v$k AS SELECT * FROM v[expr {$k-1}]"
    }
  }
  views-power {views that join themselves: 2^13 tables} {
    db eval {CREATE VIEW v0 AS SELECT 1 AS x}
    for {set k 1} {$k<14} {incr k} {
      set p [expr {$k-1}]
      db eval "CREATE VIEW v$k AS SELECT a.x FROM v$p AS a, v$p AS b"
    }
  }
  views-circle {views in a circle} {
    db eval {CREATE VIEW v1 AS SELECT * FROM v2;
             CREATE VIEW v2 AS SELECT * FROM v3;
             CREATE VIEW v3 AS SELECT * FROM v1}
  }
  view-self {a view of itself} {
    db eval {CREATE VIEW v1 AS SELECT * FROM v1}
  }
  view-nothing {views of tables that are not there} {
    db eval {CREATE VIEW v1 AS SELECT * FROM nowhere;
             CREATE VIEW v2 AS SELECT nowhere FROM person}
  }
  view-endless {a view that never ends} {
    db eval {CREATE VIEW v1 AS WITH n(i) AS (SELECT 1 UNION ALL
               SELECT i+1 FROM n) SELECT i FROM n}
  }
  trigger-endless {a trigger that never ends, on a table that no script writes} {
    db eval {CREATE TRIGGER evil AFTER INSERT ON canary BEGIN
      SELECT sum(i) FROM (WITH n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n)
        SELECT i FROM n); END}
  }
  trigger-self {triggers that set each other off} {
    db eval {CREATE TRIGGER evil1 AFTER UPDATE ON person BEGIN
               UPDATE note SET body = body||'x'; END;
             CREATE TRIGGER evil2 AFTER UPDATE ON note BEGIN
               UPDATE person SET mail = mail||'x'; END}
  }
  name-long {a table whose name has 100,000 letters} {
    db eval "CREATE TABLE [string repeat n 100000](a);
             CREATE INDEX [string repeat i 100000] ON canary(x)"
  }
  column-long {a column whose name has 100,000 letters} {
    db eval "CREATE TABLE long([string repeat c 100000], [string repeat d 9999])"
  }
  name-quotes {names with quotes, brackets, semicolons} {
    db eval {CREATE TABLE "a""b'c`d]e;f--g/*h"("x""y'z`];--" PRIMARY KEY,
               "*/" DEFAULT '"'';--');
             INSERT INTO "a""b'c`d]e;f--g/*h" VALUES('"', '''');
             CREATE INDEX "i""'`]" ON "a""b'c`d]e;f--g/*h"("*/");
             CREATE VIEW "v;'""" AS SELECT * FROM "a""b'c`d]e;f--g/*h";
             CREATE TRIGGER "t;'""" AFTER DELETE ON "a""b'c`d]e;f--g/*h"
               BEGIN SELECT 1; END}
  }
  name-lines {names with newlines and directives} {
    db eval "CREATE TABLE \"a\n-- migrate:down\nDROP TABLE person;\n\"(
               \"x\n-- migrate:allow-loss person\n\");
             CREATE TABLE \"b -- migrate:renamed-from person\"(
               \"-- migrate:renamed-from x\")"
  }
  name-empty {names that are empty} {
    db eval {CREATE TABLE ""(""); INSERT INTO "" VALUES(1);
             CREATE TABLE " "(" ", "  ")}
  }
  name-keywords {names that are keywords} {
    db eval {CREATE TABLE "select"("from", "where", "table" PRIMARY KEY);
             CREATE TABLE "main"(x); CREATE TABLE "temp"(x);
             CREATE TABLE "rowid"("rowid", "oid", "_rowid_");
             CREATE TABLE "live"(x); CREATE TABLE "head"(x)}
  }
  name-unicode {names with invisible letters} {
    db eval "CREATE TABLE \"per\u200bson\"(\"\u202eeman\");
             CREATE TABLE \"\ufeffnote\"(\"\u0130\");
             CREATE TABLE \"NOTE\u0301\"(x)"
  }
  name-functions {tables with names of SQLite's functions} {
    db eval {CREATE TABLE pragma_table_info(x); CREATE TABLE pragma_index_info(x);
             CREATE TABLE pragma_table_list(x); CREATE TABLE json_each(x);
             CREATE TABLE pragma_table_xinfo(x); CREATE TABLE generate_series(x);
             CREATE TABLE pragma_index_list(x); CREATE TABLE pragma_index_xinfo(x);
             CREATE TABLE sqlar(x); CREATE TABLE dbstat(x)}
  }
  name-ours {a user's tables with names of our tables} {
    db eval {CREATE TABLE migrations(id, migration, batch);
             INSERT INTO migrations VALUES(1, 'x', 2);
             CREATE TABLE migration_checks(x); CREATE VIEW migration_plan AS
               SELECT 1 AS revision; CREATE TABLE migration_history(x);
             CREATE TABLE migration_backups(x)}
  }
  foreign-circle {foreign keys in a circle, and to nothing} {
    db eval {CREATE TABLE f1(a PRIMARY KEY REFERENCES f2);
             CREATE TABLE f2(a PRIMARY KEY REFERENCES f1(a) ON DELETE CASCADE);
             CREATE TABLE f3(a REFERENCES nowhere, b REFERENCES f1(zzz));
             CREATE TABLE f4(a REFERENCES f4 ON UPDATE SET NULL);
             INSERT INTO f1 VALUES(1); INSERT INTO f3 VALUES(5, 6)}
  }
  invalid-text {names and texts that are no UTF-8} {
    db eval {INSERT INTO person VALUES(50, CAST(x'ff00fe' AS TEXT), x'', 1e999),
               (-9223372036854775808, CAST(x'c080' AS TEXT), NULL, -1e999)}
    schema_write {UPDATE sqlite_schema SET sql =
      CAST(x'435245415445205441424C452063616E61727928FF29' AS TEXT)
      WHERE name = 'canary'}
  }
  rowid-last {a row with the greatest rowid, and AUTOINCREMENT at its end} {
    db eval {INSERT INTO note VALUES(9223372036854775807, NULL, 'last');
             CREATE TABLE auto(id INTEGER PRIMARY KEY AUTOINCREMENT, x);
             INSERT INTO auto VALUES(9223372036854775807, 1);
             UPDATE sqlite_sequence SET seq = 'text' WHERE name = 'auto'}
  }
  value-huge {values of 30 MB} {
    db eval {INSERT INTO note VALUES(90, NULL, zeroblob($size)),
               (91, NULL, CAST(zeroblob($size) AS TEXT))}
  }
  settings-odd {user_version and application_id at their ends} {
    db eval {PRAGMA user_version = 2147483647;
             PRAGMA application_id = -2147483648}
  }
  collation {a collation that nobody has} {
    db collate evil {string compare}
    db eval {CREATE TABLE c(a COLLATE evil PRIMARY KEY, b UNIQUE COLLATE evil);
             INSERT INTO c VALUES('a', 'b'), ('c', 'd');
             CREATE INDEX ci ON c(b COLLATE evil)}
  }
  function {functions that nobody has} {
    db function evil -deterministic {apply {x {return $x}}}
    db eval {CREATE TABLE c(a CHECK(evil(a) > 0), b AS (evil(a)) STORED);
             CREATE INDEX ci ON c(evil(a)); INSERT INTO c VALUES(1);
             CREATE VIEW cv AS SELECT evil(a) FROM c}
  }
  fts {full-text tables whose shadow tables are damaged} {
    db eval {CREATE VIRTUAL TABLE f USING fts5(a);
             INSERT INTO f VALUES('one'), ('two');
             UPDATE f_data SET block = x'ffffffffff'; DELETE FROM f_config}
  }
  rtree {an rtree whose shadow tables are damaged} {
    db eval {CREATE VIRTUAL TABLE r USING rtree(id, a, b);
             INSERT INTO r VALUES(1, 2, 3); UPDATE r_node SET data = x'ff'}
  }
} {
  hostile schema $name "the schema: $what" -foreign [expr {$name in {
      invalid-text fts rtree name-ours}}] -size {500 10000} -seconds 20 \
      -megabytes 800 $script
}
set hostile_option(schema-value-huge) [dict merge \
    $hostile_option(schema-value-huge) {-size {3000000 30000000}}]

#--------------------------------------------------------------------------
# The process that works on the files.

# What is called. Tables and functions that show:
set hostile_showing {
  version      {SELECT migrate_version()}
  current      {SELECT migrate_current()}
  heads        {SELECT migrate_heads()}
  show         {SELECT migrate_show('head')}
  show_heads   {SELECT migrate_show('heads')}
  graph        {SELECT migrate_graph()}
  graph_dot    {SELECT migrate_graph('dot')}
  graph_mermaid {SELECT migrate_graph('mermaid')}
  graph_svg    {SELECT migrate_graph('svg')}
  sql          {SELECT migrate_sql('base:heads')}
  sql_down     {SELECT migrate_sql('r2:base')}
  diff         {SELECT migrate_diff('live', 'CREATE TABLE person(x)')}
  diff_from    {SELECT migrate_diff('', 'live')}
  diff_rev     {SELECT migrate_diff('r1', 'r2')}
  check        {SELECT migrate_check()}
  check_to     {SELECT migrate_check('CREATE TABLE person(x)')}
  dump         {SELECT migrate_dump()}
  dump_rev     {SELECT migrate_dump('r2')}
  verify       {SELECT migrate_verify()}
  require      {SELECT migrate_require('heads')}
  require_rev  {SELECT migrate_require('r1')}
  config       {SELECT migrate_config()}
  config_dir   {SELECT migrate_config('backup_dir')}
  t_migrations {SELECT * FROM migrations}
  t_scripts    {SELECT revision, up, down FROM migrations('base:heads')}
  t_alias      {SELECT count(*) FROM migration_revisions}
  t_history    {SELECT * FROM migration_history}
  t_plan       {SELECT * FROM migration_plan}
  t_plan_heads {SELECT * FROM migration_plan('heads')}
  t_plan_down  {SELECT * FROM migration_plan('base', 'downgrade')}
  t_backups    {SELECT * FROM migration_backups}
  t_tables     {SELECT * FROM migration_backup_tables}
  t_changes    {SELECT * FROM migration_backup_diff(2, 'live')}
  t_changed    {SELECT * FROM migration_backup_diff(2, 4)}
  t_checks     {SELECT * FROM migration_checks}
  t_diff       {SELECT * FROM migration_diff('live', 'CREATE TABLE note(x)')}
  t_diff_rev   {SELECT * FROM migration_diff('r1', 'live')}
  t_settings   {SELECT * FROM migration_settings}
  t_help       {SELECT * FROM migration_help}
  t_statements {SELECT * FROM migration_statements('SELECT 1; DROP TABLE x')}
}
# Functions that act: name, may it change tables of the user, SQL.
set hostile_acting {
  upgrade        1 {SELECT migrate_upgrade('heads')}
  config_set     0 {SELECT migrate_config('wait', '100')}
  restore        1 {SELECT migrate_restore(2)}
  downgrade      1 {SELECT migrate_downgrade('base')}
  revision       0 {SELECT migrate_revision('new', 'CREATE TABLE new(x)')}
  backup         0 {SELECT migrate_backup()}
  export         0 {SELECT migrate_export('out')}
  table          1 {SELECT migrate_table('CREATE TABLE note(id INTEGER
                      PRIMARY KEY, body TEXT, more CHECK(more > 0))')}
  init           0 {SELECT migrate_init()}
  upgrade_head   1 {SELECT migrate_upgrade()}
  upgrade_dry    0 {SELECT migrate_upgrade('heads', '{"dry_run":true}')}
  upgrade_bare   1 {SELECT migrate_upgrade('r3', '{"backup":false}')}
  upgrade_each   1 {SELECT migrate_upgrade('heads', '{"transaction":"each"}')}
  downgrade_one  1 {SELECT migrate_downgrade('-1')}
  downgrade_back 1 {SELECT migrate_downgrade('r1', '{"restore":true,
                      "allow_loss":["note","person","canary"]}')}
  restore_last   1 {SELECT migrate_restore('latest', '{"force":true}')}
  restore_tables 1 {SELECT migrate_restore(2, '{"tables":["person"]}')}
  restore_to     0 {SELECT migrate_restore(2, '{"to":"restored.db"}')}
  restore_some   1 {SELECT migrate_restore(3)}
  stamp          0 {SELECT migrate_stamp('heads')}
  stamp_base     0 {SELECT migrate_stamp('base')}
  stamp_purge    0 {SELECT migrate_stamp('r1', '{"purge":true,"force":true}')}
  edit           0 {SELECT migrate_edit('r3', 'SELECT 1')}
  edit_repair    0 {SELECT migrate_edit('r2', 'SELECT 1', NULL,
                      '{"repair":true}')}
  delete         0 {SELECT migrate_delete('b1')}
  label          0 {SELECT migrate_label('r3', 'named')}
  merge          0 {SELECT migrate_merge('together')}
  prune          0 {SELECT migrate_prune(0)}
  prune_all      0 {SELECT migrate_prune(0, '{"manual":true}')}
  backup_to      0 {SELECT migrate_backup('out', '{"to":"copy.db"}')}
  import         0 {SELECT migrate_import('mig')}
  import_same    0 {SELECT migrate_import('../../base_again')}
  export_plain   0 {SELECT migrate_export('out', '{"format":"plain"}')}
  export_goose   0 {SELECT migrate_export('out', '{"format":"goose"}')}
  adopt          0 {SELECT migrate_adopt()}
  adopt_baseline 0 {SELECT migrate_adopt('{"baseline":true}')}
  baseline       0 {SELECT migrate_revision('all', NULL, NULL,
                      '{"baseline":true,"replace":true}')}
  autogenerate   0 {SELECT migrate_autogenerate('auto',
                      'CREATE TABLE person(id INTEGER PRIMARY KEY, y)')}
  config_null    0 {SELECT migrate_config('backup_dir', NULL)}
}
# Those that are called on every file; of the others, every call on one file
# in SAMPLE, unless all is run in full.
set hostile_always {upgrade config_set restore}
set hostile_sample 10

# An error of SQLite's own that a malformed file may give.
set hostile_foreign {^(malformed database schema|database disk image is\
malformed|file is not a database|unable to open database file|disk I/O error|\
database corrupt|unsupported file format|attempt to write a readonly|\
attached databases must use|unrecognized token|no such (module|table)|\
vtable constructor failed|locking protocol|database or disk is full|\
.*prohibited|unsafe use of|near |.* is not a function$)}

proc file_bytes {file} {
  set bytes {}
  foreach f [list $file $file-wal] {
    if {[file exists $f]} {
      set chan [open $f rb]
      lappend bytes [read $chan]
      close $chan
    }
  }
  return $bytes
}

# What a file holds, by a connection without the extension: a dictionary from
# names to rows, with the objects under the name {}.
proc file_content {file} {
  set content {}
  sqlite3 plain $file -readonly 1
  if {[catch {
    plain eval {PRAGMA query_only = ON}
    dict set content {} [plain eval {
      SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY 1, 2, 4
    }]
    foreach name [plain eval {
      SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0
    }] {
      set quoted \"[string map {\" \"\"} $name]\"
      catch {plain eval "SELECT * FROM main.$quoted"} rows
      dict set content $name $rows
    }
  } why]} {
    dict set content error $why
  }
  plain close
  return $content
}

# The same without our tables.
proc users_content {content} {
  dict filter $content script {name rows} {
    expr {$name ne "" && $name ni {sqlite_sequence sqlite_stat1 sqlite_stat4}
          && ![string match _migrate_* $name]}
  }
}

# Has a file its former bytes, or content? ROWS: further rows of history may
# be there that say that a run failed.
proc file_same {file before {rows 0}} {
  if {[file_bytes $file] eq $before} {
    return 1
  }
  set now [file_content $file]
  file mkdir was
  set i 0
  foreach suffix {"" -wal} {
    file delete was/h.db$suffix
    if {[llength $before]>$i} {
      set f [open was/h.db$suffix wb]
      puts -nonewline $f [lindex $before $i]
      close $f
    }
    incr i
  }
  set then [file_content was/h.db]
  file delete -force was
  if {$rows && [dict exists $now _migrate_history]
   && [dict exists $then _migrate_history]} {
    foreach name {_migrate_history _migrate_meta} {
      set a [dict get $then $name]
      set b [dict get $now $name]
      if {$name eq "_migrate_history"
       && $a eq [lrange $b 0 [llength $a]-1]
       && "failed" in [lrange $b [llength $a] end]} {
        dict unset then $name
        dict unset now $name
      }
    }
  }
  return [expr {$now eq $then}]
}

# Names of all files below a folder, but for journals.
proc file_list {folder} {
  set names {}
  foreach name [glob -nocomplain -tails -directory $folder * .*] {
    if {$name in {. ..} || [regexp {^h\.db-(wal|shm|journal)$} $name]} {
      continue
    }
    lappend names $name
    set full [file join $folder $name]
    if {![string match ~* $name] && ![catch {file type $full} type]
     && $type eq "directory"} {
      foreach below [file_list $full] {
        lappend names $name/$below
      }
    }
  }
  return [lsort $names]
}

proc status {field} {
  set f [open /proc/self/status]
  set text [read $f]
  close $f
  regexp "$field:\\s+(\\d+) kB" $text -> kb
  return [expr {$kb/1024}]
}

# Milliseconds of processor time that this process has had.
proc cpu {} {
  set f [open /proc/self/stat]
  set fields [split [lindex [split [read $f] )] end]]
  close $f
  return [expr {10*([lindex $fields 12]+[lindex $fields 13])}]
}

# Let the peak of memory count from here; what is taken now, in MB.
proc peak_reset {} {
  catch {
    set f [open /proc/self/clear_refs w]
    puts $f 5
    close $f
  }
  return [status VmRSS]
}

proc bad {call what} {
  puts [list bad $::name $call \
      [string range [string map {\n \\n} $what] 0 1000]]
}

# Open the file as an application does. 0 when the extension cannot be loaded.
proc app_open {} {
  sqlite3 app h.db
  app enable_load_extension 1
  if {[catch {app eval {SELECT load_extension($::library)}} why]} {
    return 0
  }
  app enable_load_extension 0
  app timeout 0
  catch {app eval {PRAGMA synchronous = OFF}}
  set session [dict get $::hostile_option($::name) -session]
  if {$session ne ""} {
    catch {app eval $session}
  }
  app cache flush
  return 1
}

# One call. Returns 1 when it worked. ::answer is its value or error.
proc app_call {call sql} {
  set option $::hostile_option($::name)
  set resident [peak_reset]
  set began [cpu]
  set rc [catch {
    set ::answer ""
    app eval $sql row {
      if {$::answer eq ""} {
        catch {set ::answer $row([lindex $row(*) 0])}
      }
    }
  } why]
  incr ::calls
  set ms [expr {[cpu]-$began}]
  if {$ms>1000*$::slow*[dict get $option -seconds]} {
    bad $call "took $ms ms"
  }
  set peak [expr {[status VmHWM]-$resident}]
  if {$peak>[sized [dict get $option -megabytes]] && $::slow==1} {
    bad $call "took $peak MB"
  }
  if {[info exists ::env(HOSTILE_SLOW)] && $ms>$::env(HOSTILE_SLOW)} {
    puts stderr "$::name $call $ms ms"
  }
  if {$rc} {
    set ::answer $why
    if {![regexp {^migrate: ([A-Z_]+): } $why -> code]} {
      if {![dict get $option -foreign]
       || ![regexp $::hostile_foreign $why]} {
        bad $call "an error without a code: $why"
      }
    } elseif {$code ni $::codes} {
      bad $call "a code that there is not: $why"
    } elseif {[string length $why]>100000} {
      bad $call "an error of [string length $why] letters"
    }
    if {[info exists code] && $code eq "SQLITE"
     && [info exists ::env(HOSTILE_SQLITE)]} {
      puts stderr "$::name $call $why"
    }
  }
  if {[dict exists [dict get $option -expect] $call]} {
    set re [dict get $option -expect $call]
    if {![regexp -- $re $::answer]} {
      bad $call "expected $re, got $::answer"
    }
  }
  if {[llength [info commands fault]]} {
    if {![fault autocommit app]} {
      bad $call "a transaction is open"
      catch {app eval ROLLBACK}
    }
    app cache flush
    # Virtual tables keep theirs.
    set left [lsearch -all -inline -not [fault statements app] *'main'.*]
    if {[llength $left]} {
      bad $call "left prepared: $left"
    }
  }
  return [expr {!$rc}]
}

# Nothing has run that nobody asked for.
proc no_canary {call allowed} {
  set files [file_list ..]
  foreach f $files {
    if {$f in $::files} {
      continue
    }
    set ok 0
    foreach pattern $allowed {
      set ok [expr {$ok || [string match $pattern $f]}]
    }
    if {!$ok} {
      bad $call "made the file $f"
    }
  }
  foreach bytes [file_bytes h.db] {
    if {[string first owned $bytes]>=0} {
      bad $call "an object of the schema has run"
      break
    }
  }
}

# Everything that shows, on the file itself.
proc work_showing {} {
  set before [file_bytes h.db]
  if {![app_open]} {
    app close
    if {![dict get $::hostile_option($::name) -foreign]} {
      bad load "the extension cannot be loaded"
    }
    return
  }
  foreach {call sql} $::hostile_showing {
    app_call $call $sql
  }
  app close
  if {![file_same h.db $before]} {
    bad show "a showing call has changed the file"
  }
  no_canary show {}
}

# Everything that acts, each on the file as it was.
proc work_acting {} {
  set before [file_bytes h.db]
  set content [file_content h.db]
  set users [users_content $content]
  set whole [file_integrity]
  set mode [file attributes h.db -permissions]
  set open 0
  set n [string length $::name]
  foreach {call changes sql} $::hostile_acting {
    incr n
    if {!$::full && $n%$::hostile_sample && $call ni $::hostile_always
     && ![dict exists $::hostile_option($::name) -expect $call]} {
      continue
    }
    # A run a revision, each with all heads in its row of history: that the
    # rows of thousands of heads become great is known.
    # Folders of 100,000 files take long to look through and to delete.
    if {$::hostile_class($::name) eq "graph" && ($call eq "upgrade_each"
     || ([string match export* $call] && $::name ne "graph-dense"))} {
      continue
    }
    if {!$open && ![app_open]} {
      app close
      return
    }
    set open 1
    set worked [app_call $call $sql]
    no_canary $call {in/out in/out/* in/copy.db in/restored.db in/backups
      in/backups/* in/h_backup_* in/link/* in/file:*}
    set same [expr {[file_bytes h.db] eq $before}]
    if {!$worked && !$same} {
      app close
      set open 0
      if {![file_same h.db $before 1] && ![regexp {outcome|stays|partial} \
          $::answer]} {
        bad $call "has failed and changed the file: $::answer"
      }
    }
    if {$worked && !$same} {
      app close
      set open 0
      if {!$changes && [users_content [file_content h.db]] ne $users} {
        bad $call "has changed tables of the user"
      }
      set now [file_integrity]
      if {$whole eq "ok" && $now ne "ok"
       && ![dict get $::hostile_option($::name) -foreign]} {
        bad $call "has damaged the file: $now"
      }
    }
    if {!$open} {
      put_back $before $mode
    }
    file delete -force out copy.db restored.db backups \
      {*}[glob -nocomplain h_backup_* file:*]
    if {$worked && $call in {upgrade downgrade restore stamp table}} {
      # The same within a transaction of the caller's.
      if {!$open && ![app_open]} {
        app close
        return
      }
      set open 1
      work_inside $call $sql $before
      app close
      set open 0
      if {![file_same h.db $before]} {
        bad $call "a rollback does not undo it"
        put_back $before $mode
      }
    }
  }
  if {$open} {
    app close
  }
}

proc work_inside {call sql before} {
  if {[catch {app eval BEGIN}]} {
    return
  }
  if {[catch {app eval $sql} why] && ![regexp {^migrate: [A-Z_]+: } $why]} {
    bad $call "in a transaction: $why"
  }
  catch {app eval ROLLBACK}
  app cache flush
}

proc put_back {before mode} {
  foreach f {h.db h.db-wal h.db-shm h.db-journal} {
    file delete -force $f
  }
  foreach f {h.db h.db-wal} bytes $before {
    if {$bytes ne "" || $f eq "h.db"} {
      set chan [open $f wb]
      puts -nonewline $chan $bytes
      close $chan
    }
  }
  file attributes h.db -permissions $mode
}

proc file_integrity {} {
  sqlite3 plain h.db -readonly 1
  if {[catch {plain onecolumn {PRAGMA integrity_check(1)}} r]} {
    set r "error: $r"
  }
  plain close
  return $r
}

proc work_file {folder base} {
  set option $::hostile_option($::name)
  set top [file join $folder $::name]
  set ::calls 0
  set began [cpu]
  puts [list begin $::name]
  file delete -force $top
  file mkdir [file join $top in mig]
  cd [file join $top in]
  set f [open mig/0001_first.sql w]
  puts $f "CREATE TABLE imported(x);"
  close $f
  set made [catch {hostile_make $::name [pwd] $base} why]
  catch {db close}
  cd [file join $top in]
  if {$made} {
    bad make "cannot be made: $why"
  }
  set ::files [file_list ..]
  set memory 0
  if {[llength [info commands fault]]} {
    set memory [fault memory]
  }
  if {[catch {
    work_showing
    work_acting
  } why options]} {
    bad work [dict get $options -errorinfo]
  }
  catch {app close}
  if {[llength [info commands fault]] && [fault memory]!=$memory} {
    bad memory "[expr {[fault memory]-$memory}] bytes are not given back"
  }
  cd $folder
  file delete -force $top
  puts [list end $::name $::calls [expr {[cpu]-$began}]]
}

proc work {library faultlib folder full names} {
  set ::library $library
  set ::full $full
  set ::slow [expr {[info exists ::env(MIGRATE_SLOW)] ? 20 : 1}]
  file mkdir $folder
  cd $folder
  set ::base [file join $folder base.db]
  if {![file exists $::base]} {
    hostile_base $library $::base.[pid]
    file rename -force $::base.[pid] $::base
  }
  sqlite3 app :memory:
  app enable_load_extension 1
  app eval {SELECT load_extension($library)}
  set ::codes [app eval {SELECT name FROM migration_help WHERE kind = 'error'}]
  app close
  fconfigure stdout -buffering line
  foreach ::name $names {
    work_file $folder $::base
  }
}

if {[info exists argv0] && [file tail $argv0] eq "hostile.tcl"
 && [lindex $argv 0] eq "work"} {
  work [lindex $argv 1] [lindex $argv 2] [lindex $argv 3] [lindex $argv 4] \
    [lrange $argv 5 end]
}
