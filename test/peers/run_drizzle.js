// run_drizzle.js - Drizzle's own ways to make t.age NOT NULL.
//
//     node run_drizzle.js MODULES push|migrate FILE ...
//
// The schema is pulled from the database, age gets .notNull(), then it is
// pushed, or a migration is generated and run by the migrator of drizzle-orm.
// Says its versions, then a line a file: "ok", or "err" and why. What was
// pulled stays in the folder drizzle beside MODULES' node_modules.

const fs = require('fs');
const path = require('path');
const { spawnSync } = require('child_process');
const modules = path.resolve(process.argv[2], 'node_modules');
const load = (name) => require(path.join(modules, name));
const sqlite = load('better-sqlite3');

function kit(verb, ...args) {
  const run = spawnSync(process.execPath,
    [path.join(modules, 'drizzle-kit', 'bin.cjs'), verb, '--dialect=sqlite',
      ...args],
    { cwd: path.dirname(modules), encoding: 'utf8', timeout: 60000,
      stdio: ['ignore', 'pipe', 'pipe'] });
  const text = `${run.stdout}\n${run.stderr}`;
  const error = text.match(/^.*(?:Error: |SqliteError|error:|no such ).*$/m);
  if (run.status !== 0 || error) {
    throw new Error(`${verb}: ${error ? error[0] : 'stopped, no message'}`);
  }
  return text;
}

function change(way, file) {
  // schema.ts must stand where it finds drizzle-orm, and drizzle-kit takes
  // the folder as a name below the working one.
  const home = path.dirname(modules);
  const below = path.join('drizzle', way, path.basename(file, '.db'));
  const out = path.join(home, below);
  const schema = path.join(out, 'schema.ts');
  fs.rmSync(out, { recursive: true, force: true });
  kit('pull', `--url=${file}`, `--out=${below}`);
  const text = fs.readFileSync(schema, 'utf8');
  const edited = text.replace(
    /(sqliteTable\("t", \{[^]*?\bage: integer\([^)]*\))/, '$1.notNull()');
  if (edited === text) {
    throw new Error('pull: column age of t is not in the schema');
  }
  fs.writeFileSync(schema, edited);
  if (way === 'push') {
    const said = kit('push', `--url=${file}`, `--schema=${schema}`, '--force');
    if (!said.includes('Changes applied')) {
      throw new Error('push: nothing was applied');
    }
    return;
  }
  // What is pulled holds what is there already, in comments that the migrator
  // cuts into pieces; one empties it.
  for (const name of fs.readdirSync(out)) {
    if (name.startsWith('0000_')) {
      fs.writeFileSync(path.join(out, name), 'SELECT 1;');
    }
  }
  kit('generate', `--schema=${schema}`, `--out=${below}`);
  const db = sqlite(file);
  try {
    load('drizzle-orm/better-sqlite3/migrator').migrate(
      load('drizzle-orm/better-sqlite3').drizzle(db),
      { migrationsFolder: out });
  } finally {
    db.close();
  }
}

const version = (name) =>
  JSON.parse(fs.readFileSync(path.join(modules, name, 'package.json'))).version;
const memory = sqlite(':memory:');
console.log(`drizzle-kit ${version('drizzle-kit')}, drizzle-orm ` +
  `${version('drizzle-orm')}, SQLite ` +
  memory.prepare('SELECT sqlite_version()').pluck().get());
memory.close();
for (const file of process.argv.slice(4)) {
  try {
    change(process.argv[3], file);
    console.log('ok');
  } catch (e) {
    console.log(`err ${String(e.message).replace(/\s+/g, ' ')}`);
  }
}
