// Migrate a database with Drizzle itself.
//
//     node drizzle_project.js TOOLS DATABASE FOLDER
//
// TOOLS is the folder that has node_modules, FOLDER the one with the journal.
// Ends with status 3 when Drizzle is not there.
const [, , tools, database, folder] = process.argv;
const load = require("module").createRequire(tools + "/node_modules/x.js");
let parts;
try {
  parts = [
    load("better-sqlite3"),
    load("drizzle-orm/better-sqlite3").drizzle,
    load("drizzle-orm/better-sqlite3/migrator").migrate,
  ];
} catch (error) {
  process.exit(3);
}
const [Database, drizzle, migrate] = parts;
const db = new Database(database);
migrate(drizzle(db), { migrationsFolder: folder });
db.close();
