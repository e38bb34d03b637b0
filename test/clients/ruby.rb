# ruby.rb - the story for Ruby's sqlite3.
#
#     ruby ruby.rb EXTENSION MIGRATIONS DATABASE
require 'sqlite3'

$stdout.sync = true
extension, folder, database = ARGV
$db = SQLite3::Database.new(database)
$db.enable_load_extension(true)
$db.load_extension(extension)
$db.enable_load_extension(false)

def value(sql, *args)
  $db.get_first_value(sql, args)
end

def rows(word, sql)
  $db.execute(sql) { |row| puts [word, *row.map { |v| v.nil? ? '-' : v }].join(' ') }
end

def fails(word, sql)
  $db.execute(sql)
  puts "! #{word} - no error"
rescue SQLite3::Exception => e
  puts "! #{word} #{e.code} #{e.message}"
end

# How often a way to run a statement upgrades by one step.
def steps
  value("SELECT migrate_downgrade('base')")
  yield "SELECT migrate_upgrade('+1')"
  value("SELECT count(*) FROM migrations WHERE state = 'applied'")
end

defensive = value('PRAGMA journal_mode = off') != 'off'
$db.execute('PRAGMA journal_mode = delete')
puts "# host Ruby's sqlite3 | #{SQLite3::VERSION}, Ruby #{RUBY_VERSION}"
puts "# sqlite #{value('SELECT sqlite_version()')}"
puts "# defensive #{defensive ? 'on' : 'off'}"
puts "# foreign_keys #{value('PRAGMA foreign_keys').zero? ? 'off' : 'on'}"

# Up, and rows.
puts "imported #{value(
  "SELECT json_array_length(migrate_import(?) -> '$.new')", folder)}"
rows('plan', 'SELECT position, revision, message FROM migration_plan')
puts "upgraded #{value("SELECT migrate_upgrade() ->> '$.run'")}"
$db.transaction do
  [['Anna', 1, 9.25], ['Möwe', 2, nil], ['Zed', 1, 4.5]].each do |boat|
    $db.execute('INSERT INTO boat(name, berth, length) VALUES(?, ?, ?)', boat)
  end
end
puts "backup #{value("SELECT migrate_backup('before the storm')")}"

# One down and up again. What is lost comes back.
puts "down #{value("SELECT migrate_downgrade('-1') ->> '$.to[0]'")}"
rows('pending', 'SELECT revision FROM migration_plan')
puts "up #{value("SELECT migrate_upgrade() ->> '$.to[0]'")}"
$db.execute("UPDATE boat SET name = 'x' WHERE id = ?", [1])
$db.execute('DELETE FROM boat WHERE id = ?', [2])
rows('spoilt', 'SELECT id, name FROM boat ORDER BY id')
puts "restored #{value("SELECT migrate_restore(2) ->> '$.backup'")}"
rows('boat', 'SELECT id, name, berth, length FROM boat ORDER BY id')

# An error has its code, and leaves nothing behind.
value("SELECT migrate_revision('bad', 'CREATE TABLE half(a);
  INSERT INTO nowhere VALUES(1)', NULL, ?)", '{"id":"bad"}')
fails('SCRIPT', 'SELECT migrate_upgrade()')
puts "half #{value("SELECT count(*) FROM sqlite_master WHERE name = 'half'")}"
puts "deleted #{value("SELECT migrate_delete('bad')")}"

# In a transaction of the host its COMMIT or ROLLBACK decides.
[:rollback, :commit].each do |finish|
  $db.transaction
  puts "committed #{value("SELECT migrate_downgrade('-2') ->> '$.committed'")}"
  $db.send(finish)
  puts "current #{value('SELECT migrate_current()')}"
end

# Kept statements; execute! resets, executes and fetches all.
up1 = $db.prepare("SELECT migrate_upgrade('+1') ->> '$.to[0]'")
down1 = $db.prepare("SELECT migrate_downgrade('-1') ->> '$.to[0]'")
named = $db.prepare('SELECT id, name FROM boat WHERE id = ?')
star = $db.prepare('SELECT * FROM boat WHERE id = 3')
before = star.execute!.first.size
2.times do
  puts "kept #{named.execute!(3).first.join(' ')}"
  puts "kept up #{up1.execute!.first.first}"
end
puts "= columns of a kept SELECT * | 3 4 | #{before} #{star.execute!.first.size}"
2.times do
  puts "kept #{named.execute!(3).first.join(' ')}"
  puts "kept down #{down1.execute!.first.first}"
end
[up1, down1, named, star].each(&:close)
puts "up #{value("SELECT migrate_upgrade() ->> '$.to[0]'")}"

# A result set that is not read to its end.
open = $db.prepare('SELECT id FROM boat')
open.execute.next
fails('OPEN_CURSOR', %q(SELECT migrate_downgrade('-1', '{"dry_run":true}')))
open.close

# What the tables say.
rows('revision', 'SELECT revision, state, is_head FROM migrations')
rows('run', "SELECT run, action, outcome FROM migration_history
  WHERE revision IS NULL OR outcome = 'failed'")
rows('backup', 'SELECT backup, kind, note FROM migration_backups')
rows('auto', "SELECT migrate_auto() ->> '$.did'")
rows('test', "SELECT migrate_test('base:head') ->> '$.ok'")
rows('step', "SELECT migrate_step() ->> '$.done'")
rows('drawn', "SELECT migrate_graph('svg') GLOB '<svg*'")
puts "verify #{value('SELECT migrate_verify()')}"
puts "# migrate_table #{value(
  "SELECT migrate_table('CREATE TABLE boat(id INTEGER PRIMARY KEY,
  name TEXT NOT NULL, berth INTEGER NOT NULL, length REAL)', ?)",
  '{"dry_run":true}')}"

# The host's own.
puts "= steps by execute | 1 | #{steps { |sql| $db.execute(sql) }}"
puts "= steps by get_first_row | 1 | #{steps { |sql| $db.get_first_row(sql) }}"
puts "= steps by query | 1 | #{steps { |sql| $db.query(sql) { |r| r.to_a } }}"
puts "= steps by execute_batch | 1 | #{steps { |sql| $db.execute_batch(sql) }}"

# A statement that is stepped and not closed is in the way of every run, and
# of close.
result = $db.prepare('SELECT id FROM berth')
result.step
begin
  value("SELECT migrate_downgrade('base')")
rescue SQLite3::Exception => e
  puts "= an unclosed statement | OPEN_CURSOR | #{e.message[/migrate: (\w+)/, 1]}"
end
begin
  $db.close
rescue SQLite3::Exception => e
  puts "= close with an unclosed statement | SQLite3::BusyException | #{e.class}"
end
result.close
$db.close
