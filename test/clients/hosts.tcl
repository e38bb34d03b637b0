# hosts.tcl - the hosts of the clients, and how one is run and judged.
#
# A client is a program in the language of its host. It gets the extension, the
# folder of migrations and a new database, and tells the same story as all the
# others, in lines that are compared with expected.txt. A line that begins with
#
#     #       is a fact: "host NAME | VERSION", "sqlite 3.40.1", "defensive on",
#             "foreign_keys off", and what migrate_table did, "edit". Under
#             DEFENSIVE SQLite does not set PRAGMA journal_mode = off
#     ! CODE  is an error as the host raises it: the result code ("-" where the
#             host has none), then the text, which must hold "migrate: CODE:"
#     =       is the host's own: "WHAT | EXPECTED | GOT"
#     ~       names an expected line that the host has no way to, and why
#     -       says why the host cannot run at all

set clients [file normalize [file dirname [info script]]]

# Where npm has put its hosts, and the SQLite whose source lies there.
proc npm_folder {} {
  file join $::root build clients node_modules
}
proc amalgamation {} {
  file join [npm_folder] better-sqlite3 deps sqlite3
}

# The hosts: a name, how it is started, whether it uses the SQLite of the
# system, which LD_LIBRARY_PATH replaces, and how to see whether it is there.
proc hosts {bin} {
  set npm [npm_folder]
  set c $::clients
  set node26 [file join $npm node bin node]
  set bun [file join $npm @oven bun-linux-x64 bin bun]
  set deno [file join $npm @deno linux-x64-glibc deno]
  return [list \
      shell [list sh $c/shell.sh] 0 {sqlite3 -version} \
      tcl [list [info nameofexecutable] $c/tcl.tcl] 1 {} \
      c [list $bin/client] 1 [list test -x $bin/client] \
      c-linked [list $bin/client-linked] 1 [list test -x $bin/client-linked] \
      c-compiled-in [list $bin/client-compiled-in] 0 \
          [list test -x $bin/client-compiled-in] \
      python [list /usr/bin/python3 $c/python.py] 1 \
          {/usr/bin/python3 -c {import sqlite3}} \
      perl [list perl $c/perl.pl] 1 {perl -MDBD::SQLite -e 1} \
      php [list php -d \
          sqlite3.extension_dir=[file dirname $::extension] $c/php.php] 1 \
          {php -r {exit(class_exists("SQLite3") ? 0 : 1);}} \
      ruby [list ruby $c/ruby.rb] 1 {ruby -rsqlite3 -e 1} \
      better-sqlite3 [list node $c/better_sqlite3.js] 0 \
          {node -e {new (require("better-sqlite3"))(":memory:")}} \
      libsql [list node $c/better_sqlite3.js] 0 \
          {node -e {new (require("libsql"))(":memory:")}} \
      node [list $node26 $c/node_sqlite.mjs] 0 [list $node26 --version] \
      deno [list $deno run -A $c/node_sqlite.mjs] 0 [list $deno --version] \
      bun [list $bun $c/bun.js] 0 [list $bun --version] \
  ]
}

# Run a command with a limit of time, in an environment of its own; one that
# has a SQLite of its own without LD_LIBRARY_PATH, which the shell would refuse
# to start with. A list of its exit status and its output.
proc command_run {command {system 0} {library ""}} {
  set environment [list LC_ALL=C.UTF-8 NODE_PATH=[npm_folder] \
      DENO_NO_UPDATE_CHECK=1]
  if {!$system} {
    set environment [concat -u LD_LIBRARY_PATH $environment]
  }
  if {$library ne ""} {
    lappend environment LD_LIBRARY_PATH=$library
  }
  set chan [open |[list env {*}$environment timeout 120 {*}$command 2>@1] r]
  fconfigure $chan -encoding utf-8
  set out [read $chan]
  set status 0
  if {[catch {close $chan} message options]} {
    set status [lindex [dict get $options -errorcode] 2]
  }
  return [list $status $out]
}

# Make the clients in C in the folder bin: one that loads, one that is linked
# with the static library, and, which takes its time, one with SQLite's source.
proc clients_compile {bin {compileIn 0}} {
  set cc gcc
  if {[info exists ::env(CC)]} {
    set cc $::env(CC)
  }
  set warn {-std=c11 -O1 -Wall -Wextra -Wshadow -Wstrict-prototypes
    -Wmissing-prototypes -Wcast-qual -Wwrite-strings -Werror}
  if {[info exists ::env(MIGRATE_SANITIZE)]} {
    lappend warn {*}$::env(MIGRATE_SANITIZE)
  }
  set include -I[file join $::root include]
  set source [file join $::clients client.c]
  set library [file join $::build core libmigrate.a]
  file mkdir $bin
  exec {*}$cc {*}$warn $include -o $bin/client $source -lsqlite3
  if {[file exists $library]} {
    exec {*}$cc {*}$warn $include -o $bin/client-linked \
        {-DCLIENT_STATIC="linked in"} $source $library -lsqlite3 -lz
    set sqlite [file join [amalgamation] sqlite3.c]
    if {$compileIn && [file exists $sqlite]} {
      exec {*}$cc -std=gnu11 -O1 -I[amalgamation] $include \
          -o $bin/client-compiled-in {-DCLIENT_STATIC="compiled in"} \
          $source $library $sqlite -lz -lm -lpthread -ldl
    }
  }
}

# The lines of expected.txt.
proc story {} {
  set f [open [file join $::clients expected.txt]]
  fconfigure $f -encoding utf-8
  set lines [split [string trim [read $f]] \n]
  close $f
  return $lines
}

# An error as expected.txt has it, when text and result code are right.
proc error_line {line} {
  set codes {SCRIPT {1 SQLITE_ERROR -} OPEN_CURSOR {6 SQLITE_LOCKED -}}
  if {[regexp {^! (\w+) (\S+) (.*)$} $line -> word code text]
   && [dict exists $codes $word] && $code in [dict get $codes $word]
   && [string first "migrate: $word: " $text]>=0} {
    return "! $word"
  }
  return $line
}

# Judge what a client has printed. A dict: facts by name; without, what the
# host has no way to; wrong, a list of what is not as it must be; cannot, why
# the host does not run, or "".
proc client_judge {status out} {
  set got {}
  set expected [story]
  set result [dict create without {} wrong {} cannot ""]
  foreach line [split [string trimright $out \n] \n] {
    switch -glob -- $line {
      "#*" {
        regexp {^# (\w+) (.*)$} $line -> name value
        dict set result $name $value
      }
      "=*" {
        set parts [lmap part [split [string range $line 1 end] |] {
          string trim $part
        }]
        if {[lindex $parts 1] ne [lindex $parts 2]} {
          dict lappend result wrong $line
        }
      }
      "~*" {
        regexp {^~ ([^:]*): (.*)$} $line -> what why
        dict lappend result without $why
        set expected [lsearch -all -inline -exact -not $expected $what]
      }
      "-*" {
        dict set result cannot [string range $line 2 end]
      }
      "!*" {
        lappend got [error_line $line]
      }
      default {
        lappend got $line
      }
    }
  }
  if {[dict get $result cannot] ne ""} {
    return $result
  }
  if {$status != 0} {
    dict lappend result wrong "exit status $status"
  }
  foreach e $expected g $got {
    if {$e ne $g} {
      dict lappend result wrong "expected \"$e\", got \"$g\""
      break
    }
  }
  foreach fact {host sqlite defensive foreign_keys migrate_table} {
    if {![dict exists $result $fact]} {
      dict lappend result wrong "no fact $fact"
      return $result
    }
  }
  set way [dict get {on rebuild off edit} [dict get $result defensive]]
  if {[dict get $result migrate_table] ne $way} {
    dict lappend result wrong "migrate_table did no $way"
  }
  return $result
}

# Run a client on a new database in the folder work.
proc client_run {name command system work {library ""}} {
  set file [file join $work $name.db]
  foreach suffix {"" -journal -wal -shm} {
    file delete $file$suffix
  }
  lappend command $::extension [file join $::clients migrations] $file
  if {$name eq "libsql"} {
    lappend command libsql
  }
  client_judge {*}[command_run $command $system $library]
}
