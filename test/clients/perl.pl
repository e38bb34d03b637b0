# perl.pl - the story for Perl's DBI with DBD::SQLite.
#
#     perl perl.pl EXTENSION MIGRATIONS DATABASE
use strict;
use warnings;
use utf8;
use DBI;

binmode STDOUT, ':encoding(UTF-8)';
$| = 1;
my ($extension, $folder, $database) = @ARGV;

sub open_database {
    my $dbh = DBI->connect("dbi:SQLite:dbname=$database", '', '', {
        RaiseError => 1, PrintError => 0, sqlite_unicode => 1, @_ });
    $dbh->sqlite_enable_load_extension(1);
    $dbh->sqlite_load_extension($extension);
    return $dbh;
}
my $dbh = open_database();

sub value {
    my ($sql, @args) = @_;
    return ($dbh->selectrow_array($sql, undef, @args))[0];
}

sub rows {
    my ($word, $sql) = @_;
    for my $row (@{ $dbh->selectall_arrayref($sql) }) {
        print join(' ', $word, map { $_ // '-' } @$row), "\n";
    }
}

sub fails {
    my ($word, $sql) = @_;
    if (eval { value($sql); 1 }) {
        print "! $word - no error\n";
    } else {
        printf "! %s %s %s\n", $word, $dbh->err, $dbh->errstr;
    }
}

# How often a way to run a statement upgrades by one step.
sub steps {
    my ($way) = @_;
    value("SELECT migrate_downgrade('base')");
    $way->("SELECT migrate_upgrade('+1')");
    return value("SELECT count(*) FROM migrations WHERE state = 'applied'");
}

my $defensive = value('PRAGMA journal_mode = off') ne 'off';
$dbh->do('PRAGMA journal_mode = delete');
printf "# host Perl's DBD::SQLite | %s, Perl %vd\n", $DBD::SQLite::VERSION, $^V;
print '# sqlite ', value('SELECT sqlite_version()'), "\n";
print '# defensive ', $defensive ? 'on' : 'off', "\n";
print '# foreign_keys ', value('PRAGMA foreign_keys') ? 'on' : 'off', "\n";

# Up, and rows.
print 'imported ', value(
    "SELECT json_array_length(migrate_import(?) -> '\$.new')", $folder), "\n";
rows('plan', 'SELECT position, revision, message FROM migration_plan');
print 'upgraded ', value("SELECT migrate_upgrade() ->> '\$.run'"), "\n";
$dbh->begin_work;
my $insert = $dbh->prepare(
    'INSERT INTO boat(name, berth, length) VALUES(?, ?, ?)');
$insert->execute(@$_)
    for ['Anna', 1, 9.25], ['Möwe', 2, undef], ['Zed', 1, 4.5];
$dbh->commit;
print 'backup ', value("SELECT migrate_backup('before the storm')"), "\n";

# One down and up again. What is lost comes back.
print 'down ', value("SELECT migrate_downgrade('-1') ->> '\$.to[0]'"), "\n";
rows('pending', 'SELECT revision FROM migration_plan');
print 'up ', value("SELECT migrate_upgrade() ->> '\$.to[0]'"), "\n";
$dbh->do("UPDATE boat SET name = 'x' WHERE id = ?", undef, 1);
$dbh->do('DELETE FROM boat WHERE id = ?', undef, 2);
rows('spoilt', 'SELECT id, name FROM boat ORDER BY id');
print 'restored ', value("SELECT migrate_restore(2) ->> '\$.backup'"), "\n";
rows('boat', 'SELECT id, name, berth, length FROM boat ORDER BY id');

# An error has its code, and leaves nothing behind.
value("SELECT migrate_revision('bad', 'CREATE TABLE half(a);
    INSERT INTO nowhere VALUES(1)', NULL, ?)", '{"id":"bad"}');
fails('SCRIPT', 'SELECT migrate_upgrade()');
print 'half ', value(
    "SELECT count(*) FROM sqlite_master WHERE name = 'half'"), "\n";
print 'deleted ', value("SELECT migrate_delete('bad')"), "\n";

# In a transaction of the host its COMMIT or ROLLBACK decides.
for my $end (qw(rollback commit)) {
    $dbh->begin_work;
    print 'committed ',
        value("SELECT migrate_downgrade('-2') ->> '\$.committed'"), "\n";
    $dbh->$end;
    print 'current ', value('SELECT migrate_current()'), "\n";
}

# Kept statements. One whose columns change goes on with the old ones.
my $up1 = $dbh->prepare("SELECT migrate_upgrade('+1') ->> '\$.to[0]'");
my $down1 = $dbh->prepare("SELECT migrate_downgrade('-1') ->> '\$.to[0]'");
my $named = $dbh->prepare('SELECT id, name FROM boat WHERE id = ?');
my $star = $dbh->prepare('SELECT * FROM boat WHERE id = 3');

sub kept {
    my ($sth, @args) = @_;
    return @{ $dbh->selectrow_arrayref($sth, undef, @args) };
}
my $before = () = kept($star);
for (1, 2) {
    print join(' ', 'kept', kept($named, 3)), "\n";
    print join(' ', 'kept up', kept($up1)), "\n";
}
my $after = () = kept($star);
print "= columns of a kept SELECT * | 3 3 | $before $after\n";
for (1, 2) {
    print join(' ', 'kept', kept($named, 3)), "\n";
    print join(' ', 'kept down', kept($down1)), "\n";
}
print 'up ', value("SELECT migrate_upgrade() ->> '\$.to[0]'"), "\n";

# A result set that is not read to its end.
my $open = $dbh->prepare('SELECT id FROM boat');
$open->execute;
$open->fetchrow_array;
fails('OPEN_CURSOR', qq{SELECT migrate_downgrade('-1', '{"dry_run":true}')});
$open->finish;

# What the tables say.
rows('revision', 'SELECT revision, state, is_head FROM migrations');
rows('run', "SELECT run, action, outcome FROM migration_history
    WHERE revision IS NULL OR outcome = 'failed'");
rows('backup', 'SELECT backup, kind, note FROM migration_backups');
rows('auto', "SELECT migrate_auto() ->> '\$.did'");
rows('test', "SELECT migrate_test('base:head') ->> '\$.ok'");
rows('step', "SELECT migrate_step() ->> '\$.done'");
rows('drawn', "SELECT migrate_graph('svg') GLOB '<svg*'");
print 'verify ', value('SELECT migrate_verify()'), "\n";
print '# migrate_table ', value(
    "SELECT migrate_table('CREATE TABLE boat(id INTEGER PRIMARY KEY,
    name TEXT NOT NULL, berth INTEGER NOT NULL, length REAL)', ?)",
    '{"dry_run":true}'), "\n";

# The host's own. With AutoCommit off a transaction is always open.
print '= steps by do() | 1 | ', steps(sub { $dbh->do(@_) }), "\n";
print '= steps by selectrow_array() | 1 | ',
    steps(sub { $dbh->selectrow_array(@_) }), "\n";
print '= steps by selectall_arrayref() | 1 | ',
    steps(sub { $dbh->selectall_arrayref(@_) }), "\n";
print '= steps by execute() and fetch() | 1 | ', steps(sub {
    my $sth = $dbh->prepare(@_);
    $sth->execute;
    1 while $sth->fetch;
}), "\n";
undef $_ for $insert, $up1, $down1, $named, $star, $open;
$dbh->disconnect;
$dbh = open_database(AutoCommit => 0);
print '= committed with AutoCommit => 0 | 0 | ',
    value("SELECT migrate_upgrade() ->> '\$.committed'"), "\n";
$dbh->rollback;
print '= applied after rollback() | 1 | ', value(
    "SELECT count(*) FROM migrations WHERE state = 'applied'"), "\n";
$dbh->rollback;
value("SELECT migrate_upgrade()");
$dbh->commit;
print '= applied after commit() | 4 | ', value(
    "SELECT count(*) FROM migrations WHERE state = 'applied'"), "\n";
$dbh->rollback;
$dbh->disconnect;
