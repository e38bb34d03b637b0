// The shed's list of tools, in Node: brings its database up to date, then says
// what is in the shed. With node:sqlite of Node 22.13 or newer, or with
// better-sqlite3 where that is installed.
//
//     MIGRATE=build/migrate node sql/example/app.js shed.db
'use strict';

function connect(file) {
  try {
    const { DatabaseSync } = require('node:sqlite');
    return new DatabaseSync(file, { allowExtension: true });
  } catch (error) {
    if (error.code !== 'ERR_UNKNOWN_BUILTIN_MODULE') throw error;
    return new (require('better-sqlite3'))(file);
  }
}

// Open the file, load the extension, and apply what this release has.
function openDatabase(file) {
  const db = connect(file);
  db.loadExtension(process.env.MIGRATE ?? 'build/migrate');
  // An error is reported instead of thrown: the file is then as it was.
  const { auto } = db
    .prepare('SELECT migrate_auto(?, ?) AS auto')
    .get(__dirname, '{"on_error":"report"}');
  return [db, JSON.parse(auto)];
}

const [db, auto] = openDatabase(process.argv[2]);
console.log('migrate_auto:', auto.did);
if (auto.did === 'failed') console.error(auto.error);

// This release can live with the schema before the view as well.
const view = db
  .prepare("SELECT 1 FROM sqlite_schema WHERE name = 'shelf'")
  .get();
const sql = view
  ? 'SELECT tool, holder FROM shelf ORDER BY tool'
  : 'SELECT name AS tool, NULL AS holder FROM tool ORDER BY name';
for (const { tool, holder } of db.prepare(sql).all()) {
  console.log(holder ? `${tool}: ${holder}` : tool);
}
