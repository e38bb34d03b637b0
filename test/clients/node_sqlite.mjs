// node_sqlite.mjs - the story for node:sqlite, of Node and of Deno.
//
//     node node_sqlite.mjs EXTENSION MIGRATIONS DATABASE
//     deno run -A node_sqlite.mjs EXTENSION MIGRATIONS DATABASE
import { DatabaseSync } from 'node:sqlite';
import process from 'node:process';

const [extension, folder, database] = process.argv.slice(2);
const deno = 'Deno' in globalThis;

function connect(options) {
  const db = new DatabaseSync(database, { allowExtension: true, ...options });
  db.loadExtension(extension);
  return db;
}
let db = connect();

const value = (sql, ...args) => Object.values(db.prepare(sql).get(...args))[0];
const rows = (word, sql) => {
  for (const row of db.prepare(sql).all()) {
    console.log(word, ...Object.values(row).map((v) => v ?? '-'));
  }
};
const fails = (word, sql) => {
  try {
    db.prepare(sql).all();
    console.log('!', word, '- no error');
  } catch (e) {
    console.log('!', word, e.errcode ?? '-', e.message);
  }
};
// How often a way to run a statement upgrades by one step.
const steps = (way) => {
  value("SELECT migrate_downgrade('base')");
  way("SELECT migrate_upgrade('+1')");
  return value("SELECT count(*) FROM migrations WHERE state = 'applied'");
};
const edit = `SELECT migrate_table('CREATE TABLE boat(id INTEGER PRIMARY KEY,
  name TEXT NOT NULL, berth INTEGER NOT NULL, length REAL)', ?)`;
const dry = '{"dry_run":true}';

const defensive = value('PRAGMA journal_mode = off') !== 'off';
db.exec('PRAGMA journal_mode = delete');
console.log(deno ? `# host Deno's node:sqlite | ${Deno.version.deno}`
  : `# host node:sqlite | node ${process.versions.node}`);
console.log('# sqlite', value('SELECT sqlite_version()'));
console.log('# defensive', defensive ? 'on' : 'off');
console.log('# foreign_keys', value('PRAGMA foreign_keys') ? 'on' : 'off');

// Up, and rows.
console.log('imported', value(
  "SELECT json_array_length(migrate_import(?) -> '$.new')", folder));
rows('plan', 'SELECT position, revision, message FROM migration_plan');
console.log('upgraded', value("SELECT migrate_upgrade() ->> '$.run'"));
db.exec('BEGIN');
const insert = db.prepare(
  'INSERT INTO boat(name, berth, length) VALUES(?, ?, ?)');
for (const boat of [['Anna', 1, 9.25], ['Möwe', 2, null], ['Zed', 1, 4.5]]) {
  insert.run(...boat);
}
db.exec('COMMIT');
console.log('backup', value("SELECT migrate_backup('before the storm')"));

// One down and up again. What is lost comes back.
console.log('down', value("SELECT migrate_downgrade('-1') ->> '$.to[0]'"));
rows('pending', 'SELECT revision FROM migration_plan');
console.log('up', value("SELECT migrate_upgrade() ->> '$.to[0]'"));
db.prepare("UPDATE boat SET name = 'x' WHERE id = ?").run(1);
db.prepare('DELETE FROM boat WHERE id = ?').run(2);
rows('spoilt', 'SELECT id, name FROM boat ORDER BY id');
console.log('restored', value("SELECT migrate_restore(2) ->> '$.backup'"));
rows('boat', 'SELECT id, name, berth, length FROM boat ORDER BY id');

// An error has its code, and leaves nothing behind.
value(`SELECT migrate_revision('bad', 'CREATE TABLE half(a);
  INSERT INTO nowhere VALUES(1)', NULL, ?)`, '{"id":"bad"}');
fails('SCRIPT', 'SELECT migrate_upgrade()');
console.log('half', value(
  "SELECT count(*) FROM sqlite_master WHERE name = 'half'"));
console.log('deleted', value("SELECT migrate_delete('bad')"));

// In a transaction of the host its COMMIT or ROLLBACK decides.
for (const end of ['ROLLBACK', 'COMMIT']) {
  db.exec('BEGIN');
  console.log('committed',
    value("SELECT migrate_downgrade('-2') ->> '$.committed'"));
  db.exec(end);
  console.log('current', value('SELECT migrate_current()'));
}

// Kept statements.
const up1 = db.prepare("SELECT migrate_upgrade('+1') ->> '$.to[0]' r");
const down1 = db.prepare("SELECT migrate_downgrade('-1') ->> '$.to[0]' r");
const named = db.prepare('SELECT id, name FROM boat WHERE id = ?');
const star = db.prepare('SELECT * FROM boat WHERE id = 3');
const zed = () => {
  const { id, name } = named.get(3);
  console.log('kept', id, name);
};
const before = Object.keys(star.get()).length;
for (let i = 0; i < 2; i++) {
  zed();
  console.log('kept up', up1.get().r);
}
console.log('= columns of a kept SELECT * | 3 4 |',
  before, Object.keys(star.get()).length);
for (let i = 0; i < 2; i++) {
  zed();
  console.log('kept down', down1.get().r);
}
console.log('up', value("SELECT migrate_upgrade() ->> '$.to[0]'"));

// A result set that is not read to its end.
for (const row of db.prepare('SELECT id FROM boat').iterate()) {
  fails('OPEN_CURSOR', `SELECT migrate_downgrade('-1', '${dry}')`);
  break;
}

// What the tables say.
rows('revision', 'SELECT revision, state, is_head FROM migrations');
rows('run', `SELECT run, action, outcome FROM migration_history
  WHERE revision IS NULL OR outcome = 'failed'`);
rows('backup', 'SELECT backup, kind, note FROM migration_backups');
rows('auto', "SELECT migrate_auto() ->> '$.did'");
rows('test', "SELECT migrate_test('base:head') ->> '$.ok'");
rows('step', "SELECT migrate_step() ->> '$.done'");
rows('drawn', "SELECT migrate_graph('svg') GLOB '<svg*'");
console.log('verify', value('SELECT migrate_verify()'));
console.log('# migrate_table', value(edit, dry));

// The host's own.
console.log('= steps by exec() | 1 |', steps((sql) => db.exec(sql)));
console.log('= steps by run() | 1 |', steps((sql) => db.prepare(sql).run()));
console.log('= steps by get() | 1 |', steps((sql) => db.prepare(sql).get()));
console.log('= steps by all() | 1 |', steps((sql) => db.prepare(sql).all()));
console.log('= steps by iterate() | 1 |',
  steps((sql) => [...db.prepare(sql).iterate()]));
value('SELECT migrate_upgrade()');
db.close();
db = connect({ defensive: false });
console.log('= migrate_table with {defensive:false} | edit |', value(edit, dry));
db.close();
