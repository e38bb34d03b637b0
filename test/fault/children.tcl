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
