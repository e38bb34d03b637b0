// run_knex.js - Knex's own way to make t.age NOT NULL: a migration that alters.
//
//     node run_knex.js MODULES FILE ...
//
// Says its versions, then a line a file: "ok", or "err" and why.

const path = require('path');
const modules = path.resolve(process.argv[2], 'node_modules');
const load = (name) => require(path.join(modules, name));
const knex = load('knex');

const migration = {
  up: (db) => db.schema.alterTable('t', (t) => t.dropNullable('age')),
  down: async () => {},
};
const source = {
  getMigrations: async () => ['1_change'],
  getMigrationName: (name) => name,
  getMigration: async () => migration,
};

function open(filename) {
  return knex({
    client: 'better-sqlite3',
    connection: { filename },
    useNullAsDefault: true,
    log: { warn() {}, error() {}, debug() {}, deprecate() {} },
    pool: {
      afterCreate(connection, done) {
        connection.pragma('foreign_keys = ON');
        done(null, connection);
      },
    },
  });
}

async function main() {
  const memory = open(':memory:');
  const [{ v }] = await memory.raw('SELECT sqlite_version() AS v');
  await memory.destroy();
  console.log(`Knex ${load('knex/package.json').version}, SQLite ${v}`);
  for (const file of process.argv.slice(3)) {
    const db = open(file);
    try {
      await db.migrate.latest({ migrationSource: source });
      console.log('ok');
    } catch (e) {
      console.log(`err ${String(e.message).replace(/\s+/g, ' ')}`);
    }
    await db.destroy();
  }
}

main();
