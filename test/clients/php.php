<?php
// php.php - the story for PHP's SQLite3 class.
//
//     php -d sqlite3.extension_dir=FOLDER php.php EXTENSION MIGRATIONS DATABASE
//
// FOLDER is that of EXTENSION: loadExtension() takes nothing but a name in it.
// exec() and querySingle() run a statement once. query() and execute() run it,
// and the first fetchArray() runs it again.
[, $extension, $folder, $database] = $argv;
$db = new SQLite3($database);
$db->enableExceptions(true);
$db->loadExtension(basename($extension));

function value($sql)
{
    global $db;
    return $db->querySingle($sql);
}

function rows($word, $sql)
{
    global $db;
    $result = $db->query($sql);
    while ($row = $result->fetchArray(SQLITE3_NUM)) {
        $row = array_map(fn ($v) => $v ?? '-', $row);
        echo implode(' ', [$word, ...$row]), "\n";
    }
    $result->finalize();
}

function fails($word, $sql)
{
    global $db;
    try {
        value($sql);
        echo "! $word - no error\n";
    } catch (Exception $e) {
        echo "! $word ", $db->lastErrorCode(), ' ', $e->getMessage(), "\n";
    }
}

// How often a way to run a statement upgrades by one step.
function steps($way, $sql = "SELECT migrate_upgrade('+1')")
{
    value("SELECT migrate_downgrade('base')");
    $way($sql);
    return value("SELECT count(*) FROM migrations WHERE state = 'applied'");
}

$defensive = value('PRAGMA journal_mode = off') != 'off';
$db->exec('PRAGMA journal_mode = delete');
echo "# host PHP's SQLite3 | ", PHP_VERSION, "\n";
echo '# sqlite ', SQLite3::version()['versionString'], "\n";
echo '# defensive ', $defensive ? 'on' : 'off', "\n";
echo '# foreign_keys ', value('PRAGMA foreign_keys') ? 'on' : 'off', "\n";

// Up, and rows.
$path = SQLite3::escapeString($folder);
echo 'imported ', value(
    "SELECT json_array_length(migrate_import('$path') -> '$.new')"), "\n";
rows('plan', 'SELECT position, revision, message FROM migration_plan');
echo 'upgraded ', value("SELECT migrate_upgrade() ->> '$.run'"), "\n";
$db->exec('BEGIN');
$insert = $db->prepare(
    'INSERT INTO boat(name, berth, length) VALUES(:name, :berth, :length)');
foreach ([['Anna', 1, 9.25], ['Möwe', 2, null], ['Zed', 1, 4.5]] as $boat) {
    $insert->bindValue(':name', $boat[0]);
    $insert->bindValue(':berth', $boat[1]);
    $insert->bindValue(':length', $boat[2]);
    $insert->execute();
}
$insert->close();
$db->exec('COMMIT');
echo 'backup ', value("SELECT migrate_backup('before the storm')"), "\n";

// One down and up again. What is lost comes back.
echo 'down ', value("SELECT migrate_downgrade('-1') ->> '$.to[0]'"), "\n";
rows('pending', 'SELECT revision FROM migration_plan');
echo 'up ', value("SELECT migrate_upgrade() ->> '$.to[0]'"), "\n";
$db->exec("UPDATE boat SET name = 'x' WHERE id = 1");
$db->exec('DELETE FROM boat WHERE id = 2');
rows('spoilt', 'SELECT id, name FROM boat ORDER BY id');
echo 'restored ', value("SELECT migrate_restore(2) ->> '$.backup'"), "\n";
rows('boat', 'SELECT id, name, berth, length FROM boat ORDER BY id');

// An error has its code, and leaves nothing behind.
value("SELECT migrate_revision('bad', 'CREATE TABLE half(a);
    INSERT INTO nowhere VALUES(1)', NULL, '{\"id\":\"bad\"}')");
fails('SCRIPT', 'SELECT migrate_upgrade()');
echo 'half ', value(
    "SELECT count(*) FROM sqlite_master WHERE name = 'half'"), "\n";
echo 'deleted ', value("SELECT migrate_delete('bad')"), "\n";

// In a transaction of the host its COMMIT or ROLLBACK decides.
foreach (['ROLLBACK', 'COMMIT'] as $end) {
    $db->exec('BEGIN');
    echo 'committed ',
        value("SELECT migrate_downgrade('-2') ->> '$.committed'"), "\n";
    $db->exec($end);
    echo 'current ', value('SELECT migrate_current()'), "\n";
}

// Kept statements. An acting call is not one to keep here: see the end.
$named = $db->prepare('SELECT id, name FROM boat WHERE id = :id');
$named->bindValue(':id', 3);
$star = $db->prepare('SELECT * FROM boat WHERE id = 3');
$columns = function () use ($star) {
    $n = count($star->execute()->fetchArray(SQLITE3_NUM));
    $star->reset();
    return $n;
};
$zed = function () use ($named) {
    echo implode(' ', ['kept', ...$named->execute()->fetchArray(SQLITE3_NUM)]),
        "\n";
    $named->reset();
};
$before = $columns();
foreach ([1, 2] as $i) {
    $zed();
    echo 'kept up ', value("SELECT migrate_upgrade('+1') ->> '$.to[0]'"), "\n";
}
echo "= columns of a kept SELECT * | 3 4 | $before ", $columns(), "\n";
foreach ([1, 2] as $i) {
    $zed();
    echo 'kept down ',
        value("SELECT migrate_downgrade('-1') ->> '$.to[0]'"), "\n";
}
$named->close();
$star->close();
echo 'up ', value("SELECT migrate_upgrade() ->> '$.to[0]'"), "\n";

// A result set that is not read to its end.
$open = $db->query('SELECT id FROM boat');
$open->fetchArray();
fails('OPEN_CURSOR', "SELECT migrate_downgrade('-1', '{\"dry_run\":true}')");
$open->finalize();

// What the tables say.
rows('revision', 'SELECT revision, state, is_head FROM migrations');
rows('run', "SELECT run, action, outcome FROM migration_history
    WHERE revision IS NULL OR outcome = 'failed'");
rows('backup', 'SELECT backup, kind, note FROM migration_backups');
rows('auto', "SELECT migrate_auto() ->> '\$.did'");
rows('test', "SELECT migrate_test('base:head') ->> '\$.ok'");
rows('step', "SELECT migrate_step() ->> '\$.done'");
rows('drawn', "SELECT migrate_graph('svg') GLOB '<svg*'");
echo 'verify ', value('SELECT migrate_verify()'), "\n";
echo '# migrate_table ', value("SELECT migrate_table('CREATE TABLE boat(
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, berth INTEGER NOT NULL,
    length REAL)', '{\"dry_run\":true}')"), "\n";

// The host's own.
$query = fn ($sql) => $db->query($sql)->fetchArray();
echo '= steps by exec() | 1 | ', steps(fn ($sql) => $db->exec($sql)), "\n";
echo '= steps by querySingle() | 1 | ',
    steps(fn ($sql) => $db->querySingle($sql)), "\n";
echo '= steps by query() without a fetch | 1 | ',
    steps(fn ($sql) => $db->query($sql)->finalize()), "\n";
echo '= steps by query() and fetchArray() | 2 | ', steps($query), "\n";
echo '= steps by execute() and fetchArray() | 2 | ', steps(function ($sql) {
    global $db;
    $statement = $db->prepare($sql);
    $statement->execute()->fetchArray();
    $statement->close();
}), "\n";
echo '= steps to a named revision by query() and fetchArray() | 2 | ',
    steps($query, "SELECT migrate_upgrade('20260109101500')"), "\n";
value("SELECT migrate_downgrade('base')");
echo '= run, told by the second of the two | none | ', $query(
    "SELECT migrate_upgrade('20260109101500') ->> '$.run'")[0] ?? 'none', "\n";
$kept = $db->prepare("SELECT migrate_upgrade('+1')");
echo '= steps by 3 times execute() and reset() | 3 | ', steps(
    function () use ($kept) {
        foreach ([1, 2, 3] as $i) {
            $kept->execute();
            $kept->reset();
        }
    }), "\n";
$kept->close();
$db->close();
