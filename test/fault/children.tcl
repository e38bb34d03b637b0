# children.tcl - processes of their own for kill.test and concurrency.test.
# The fault layer is not loaded there: their files are synced for real.

# Start one, wait until it is ready. Returns its channel.
proc child_start {} {
  set ::env(MIGRATE_SO) $::extension
  set chan [open "|[list [info nameofexecutable] \
      $::testdir/fault/child.tcl 2>@stderr]" r+]
  fconfigure $chan -buffering line -encoding utf-8
  gets $chan
  return $chan
}

# Give it a script; child_answer reads what it returned, {rc result}.
proc child_send {chan script} {
  puts $chan [string map {\n " "} $script]
}
proc child_answer {chan} {
  if {[gets $chan line]<0} {
    return {1 {the process is gone}}
  }
  return $line
}
proc child_do {chan script} {
  child_send $chan $script
  return [child_answer $chan]
}

proc child_stop {chan} {
  catch {close $chan}
}

# End it as a power button would, and wait until it is gone.
proc child_kill {chan} {
  exec kill -9 [pid $chan]
  catch {close $chan}
}

#--------------------------------------------------------------------------
# What a killed process left behind, of test.db.

proc read_binary {file} {
  set f [open $file rb]
  set bytes [read $f]
  close $f
  return $bytes
}

# Is there a journal that the next reader must roll back?
proc hot_journal {} {
  if {![file exists test.db-journal]} {
    return 0
  }
  if {[binary scan [read_binary test.db-journal] H16Iu magic records]!=2} {
    return 0
  }
  return [expr {$magic eq "d9d505f920a163d7" && $records>0}]
}

# Frames of the WAL after its last commit, by the salts of its header.
proc uncommitted_frames {} {
  if {![file exists test.db-wal]} {
    return 0
  }
  set wal [read_binary test.db-wal]
  if {[binary scan $wal @8IuIuH16 page - salt]!=3} {
    return 0
  }
  set open 0
  for {set at 32} {$at + 24 + $page <= [string length $wal]} {
    incr at [expr {24 + $page}]
  } {
    binary scan $wal @${at}IuIuH16 - size frameSalt
    if {$frameSalt ne $salt} {
      break
    }
    set open [expr {$size ? 0 : $open + 1}]
  }
  return $open
}
