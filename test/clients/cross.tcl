# cross.tcl - the extension for other systems, tried by an emulator of each.
#
#     tclsh test/clients/cross.tcl PLATFORMS FOLDER
#
# PLATFORMS/PLATFORM holds the extension, as make cross puts it there; programs
# are made in FOLDER. On each system client.c tells the story of test/clients,
# and cross.c goes through files and folders: names that are not ASCII, a slash
# at the end of a folder, files that are replaced. What it prints must be the
# same as here; on Windows also with backslashes. SQLite is compiled from the
# source that npm has put into build/clients (make clients), or in the folder
# SQLITE_SOURCE of the environment.

set root [file dirname [file dirname [file dirname [file normalize \
    [info script]]]]]
source [file join $root test clients hosts.tcl]
lassign [lmap path $argv {file normalize $path}] platforms folder
set passed 0
set failed 0
set env(WINEDEBUG) -all
set env(WINEPREFIX) [file join $folder wine]

# Platform, compiler, flags, suffixes of a program and of a library, and what
# runs a program.
set systems {
  linux-arm64 aarch64-linux-gnu-gcc {-lm -lpthread -ldl} "" .so
  {qemu-aarch64 -L /usr/aarch64-linux-gnu}
  win32-x64 x86_64-w64-mingw32-gcc -static .exe .dll wine
}

proc check {name wrong} {
  if {$wrong eq ""} {
    incr ::passed
  } else {
    incr ::failed
    puts "! $name: $wrong"
  }
}

proc write {file text} {
  set f [open $file w]
  fconfigure $f -encoding utf-8
  puts $f $text
  close $f
}

# Files and folders. SL is a slash, or on Windows a backslash.
set script {
SELECT json_array_length(migrate_import('Börse 日本SL') -> '$.new');
SELECT json_array_length(migrate_import('Börse 日本SL20260105080000_berths.sql') -> '$.new');
SELECT migrate_upgrade() ->> '$.to[0]';
SELECT migrate_backup('all', '{"to":"sicher ü.db"}');
SELECT migrate_backup('all', '{"to":"sicher ü.db"}');
SELECT migrate_backup('all', '{"to":"nirgends/x.db"}');
SELECT migrate_revision('new', 'CREATE TABLE fresh(a);', 'DROP TABLE fresh;', '{"id":"fresh"}');
SELECT json_array_length(migrate_export('aus ßSL') -> '$.files');
SELECT migrate_edit('fresh', 'CREATE TABLE fresh(a, b);', 'DROP TABLE fresh;') IS NOT NULL;
SELECT json_array_length(migrate_export('aus ß') -> '$.files');
SELECT json_array_length(migrate_export('aus ß', '{"overwrite":true}') -> '$.files');
SELECT json_array_length(migrate_export('aus ß') -> '$.files');
SELECT migrate_upgrade() ->> '$.to[0]';
SELECT migrate_import('aus ßSLnicht da');
SELECT migrate_import('aus ßSLnicht da.sql');
SELECT migrate_config('auto_backup', 'file'), migrate_config('backup_dir', 'gesichert/é');
SELECT migrate_downgrade('-1') ->> '$.to[0]';
SELECT path GLOB 'gesichert/é/*_backup_*.db' FROM migration_backups WHERE path LIKE 'ges%';
SELECT migrate_restore(2) ->> '$.backup';
SELECT migrate_current();
SELECT migrate_verify();
}

# A new folder to work in, with the migrations in it.
proc work {name} {
  set work [file join $::folder work-$name]
  file delete -force $work
  file mkdir $work
  file copy [file join $::root test clients migrations] $work/migrations
  file copy $work/migrations "$work/B\u00f6rse \u65e5\u672c"
  return $work
}

# Run the script by command; what it prints, and the files that are left.
proc files_and_folders {name slash command library} {
  set work [work $name]
  write $work/script.sql [string map [list SL $slash] $::script]
  set pwd [pwd]
  cd $work
  lassign [command_run [list {*}$command $library test.db script.sql]] status out
  cd $pwd
  set out [string map [list $slash /] [string map {\r ""} $out]]
  set files [lsort [lmap f [glob -nocomplain -directory $work * */* */*/*] {
    regsub {_\d{4}-.*} [string range $f [string length $work]+1 end] _TIME
  }]]
  return "status $status\n$out[join $files \n]"
}

# What differs, in a few words.
proc difference {expected got} {
  foreach e [split $expected \n] g [split $got \n] {
    if {$e ne $g} {
      return "expected \"$e\", got \"$g\""
    }
  }
}

set source [amalgamation]
if {[info exists env(SQLITE_SOURCE)]} {
  set source $env(SQLITE_SOURCE)
}
if {![file exists $source/sqlite3.c]} {
  puts "cross: skipped: no sqlite3.c; make clients gets one"
  exit
}
encoding system utf-8
file mkdir $folder
set here [file join $root build migrate.so]
exec gcc -I$source -o $folder/cross-here $root/test/clients/cross.c -lsqlite3
set expected [files_and_folders here / $folder/cross-here $here]

foreach {platform cc flags exe suffix runner} $systems {
  set library [file join $platforms $platform migrate$suffix]
  if {![file exists $library]} {
    puts "cross: $platform: skipped: not built"
    continue
  }
  if {[auto_execok [lindex $runner 0]] eq ""} {
    puts "cross: $platform: skipped: no [lindex $runner 0]"
    continue
  }
  set object [file join $folder sqlite3-$platform.o]
  if {![file exists $object]} {
    exec $cc -O1 -w -c -o $object $source/sqlite3.c
  }
  foreach program {client cross} {
    exec $cc -O1 -I$source -I$root/include -o $folder/$program-$platform$exe \
        $root/test/clients/$program.c $object {*}$flags
  }
  if {$exe eq ".exe"} {
    exec {*}$runner wineboot -i >& /dev/null
  }
  set work [work story]
  set pwd [pwd]
  cd $work
  lassign [command_run [list {*}$runner $folder/client-$platform$exe \
      $library migrations test.db]] status out
  cd $pwd
  check "$platform, story" [dict get \
      [client_judge $status [string map {\r ""} $out]] wrong]
  set slashes [expr {$exe eq ".exe" ? {/ \\} : "/"}]
  foreach slash $slashes {
    check "$platform, files with $slash" [difference $expected \
        [files_and_folders $platform $slash \
        [list {*}$runner $folder/cross-$platform$exe] $library]]
  }
}
puts "cross: $passed passed, $failed failed"
exit [expr {$failed > 0}]
