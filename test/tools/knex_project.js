// Migrate a database with Knex itself.
//
//     node knex_project.js TOOLS DATABASE FOLDER
//
// TOOLS is the folder that has node_modules, FOLDER the migrations. Ends with
// status 3 when Knex is not there.
const [, , tools, database, folder] = process.argv;
const load = require("module").createRequire(tools + "/node_modules/x.js");
let knex;
try {
  knex = load("knex")({
    client: "better-sqlite3",
    connection: { filename: database },
    useNullAsDefault: true,
    migrations: { directory: folder },
  });
} catch (error) {
  process.exit(3);
}
knex.migrate.latest().then(() => knex.destroy());
