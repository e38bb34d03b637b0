-- store.sql - the tables that migrate keeps inside a database file.
--
-- They are created in schema main by the first call that writes, and are
-- ordinary tables: any SQLite reads them without the extension. Before each
-- use the text of every statement below is compared with what the file holds.
-- Dropping all of them leaves an ordinary database behind. Files of an older
-- version have the tables of store_1.sql or store_2.sql.
--
-- A stored script is read in the sqlite3 shell, without the extension, by
--   SELECT substr(sqlar_uncompress(data, size), up_at + 1, up_size)
--   FROM _migrate_revisions JOIN _migrate_scripts USING(pack);

-- Facts about the store itself, one a row:
--   store_version  format of these tables, an integer
--   heads          ids of the revisions without children, sorted, by commas
--   current        ids of the current heads, sorted, by commas
--   pending        number of revisions that are not applied
--   last_backup    number of the newest backup there ever was
--   chunk_bytes    bytes of column data of all chunks
--   folder         what the folder that migrate_auto() imported looks like
--                  (ext/exchange/folder.c)
--   batch ID       how far revision ID is, while it is applied in part
--                  (ext/revision/partial.c)
-- Those from heads to chunk_bytes repeat what the tables below say, so that one look answers;
-- they are rewritten in the same transaction. Of the schema as the last run
-- left it (ext/run/drift.c):
--   schema         its canonical text, in the way of _migrate_scripts
--   schema_size    bytes of that
--   fingerprint    BLAKE2b-256 of that
CREATE TABLE _migrate_meta(
  name TEXT PRIMARY KEY NOT NULL, -- which fact
  value                           -- its value
) WITHOUT ROWID;

-- Settings that differ from their defaults (see migration_settings).
CREATE TABLE _migrate_settings(
  name TEXT PRIMARY KEY NOT NULL, -- a setting of migrate_config()
  value NOT NULL                  -- its value
) WITHOUT ROWID;

-- Scripts, several to a pack, end to end without separators. A pack follows
-- the sqlar convention.
CREATE TABLE _migrate_scripts(
  pack INTEGER PRIMARY KEY, -- number of the pack
  size INTEGER NOT NULL,    -- bytes of all its scripts together
  data BLOB NOT NULL        -- a zlib stream, or the bytes as they are when
                            -- that is not longer: then length(data) = size
);

-- One row a revision. Its scripts lie in one pack, up before down. Further
-- flags: 8 a repeatable one, 16 expand, 32 backfill, 48 contract (its phase),
-- 64 the up script runs in batches, 128 it holds checks.
CREATE TABLE _migrate_revisions(
  seq INTEGER PRIMARY KEY,       -- order of arrival
  revision TEXT NOT NULL UNIQUE, -- id
  message TEXT NOT NULL,         -- what it is for
  pack INTEGER,                  -- pack of its scripts, NULL without scripts
  up_at INTEGER,                 -- first byte of the up script in the pack
  up_size INTEGER,               -- its bytes, NULL without an up script
  down_at INTEGER,               -- first byte of the down script in the pack
  down_size INTEGER,             -- its bytes, NULL without a down script
  checksum BLOB NOT NULL,        -- BLAKE2b-256 of both scripts
  created_at TEXT,               -- ISO-8601 UTC, NULL when not known
  flags INTEGER NOT NULL,        -- 1 up, 2 down runs outside a transaction,
                                 -- 4 maintenance statements are skipped
  source TEXT,                   -- file it was imported from, else NULL
  fingerprint BLOB,              -- schema after it, by replay, else NULL
  seal BLOB NOT NULL             -- hash of the row (ext/store/seal.h)
);

-- What a revision builds on. Parents make branches and heads, dependencies
-- only order and imply.
CREATE TABLE _migrate_edges(
  revision TEXT NOT NULL,    -- the later one
  kind INTEGER NOT NULL,     -- 0 parent, 1 dependency
  position INTEGER NOT NULL, -- order among its kind, from 0
  target TEXT NOT NULL,      -- id of the earlier one; a dependency may be
                             -- kept as a label
  seal BLOB NOT NULL,        -- hash of the row
  PRIMARY KEY(revision, kind, position)
) WITHOUT ROWID;

-- Branch labels.
CREATE TABLE _migrate_labels(
  label TEXT PRIMARY KEY NOT NULL, -- the label
  revision TEXT NOT NULL           -- the revision that declares it
) WITHOUT ROWID;

-- The files that revisions were imported from, so that they can be given back
-- byte for byte.
CREATE TABLE _migrate_files(
  revision TEXT NOT NULL, -- whose file it is, '' when it concerns several
  format TEXT NOT NULL,   -- format of the folder
  file TEXT NOT NULL,     -- path below the folder, '/' between its parts
  part INTEGER NOT NULL,  -- what its bytes are: 0 the up script, 1 the down
                          -- script, 2 data, 3 a part of the file of that name
                          -- under revision ''
  size INTEGER,           -- bytes, for part 2
  data BLOB,              -- for part 2; ext/revision/origin.c says how
  seal BLOB NOT NULL,     -- hash of the row
  PRIMARY KEY(revision, format, file)
) WITHOUT ROWID;

-- The applied set: one row for each revision this database has been through.
CREATE TABLE _migrate_applied(
  revision TEXT PRIMARY KEY NOT NULL, -- id
  run INTEGER NOT NULL,               -- the run that applied or stamped it
  applied_at TEXT NOT NULL,           -- when, ISO-8601 UTC
  checksum BLOB NOT NULL,             -- checksum of the revision as applied
  fingerprint BLOB,                   -- schema after it, else NULL
  seal BLOB NOT NULL                  -- hash of the row
) WITHOUT ROWID;

-- What was done, append-only. Each row carries a hash over itself and the row
-- before; ext/store/history.c gives the bytes.
CREATE TABLE _migrate_history(
  seq INTEGER PRIMARY KEY,  -- from 1, without gaps
  run INTEGER NOT NULL,     -- rows of one call share it
  action TEXT NOT NULL,     -- the verb
  revision TEXT,            -- the revision concerned, NULL for a whole call
  message TEXT,             -- its message, or a note
  from_revisions TEXT,      -- current heads before, sorted, by commas
  to_revisions TEXT,        -- current heads after
  outcome TEXT NOT NULL,    -- done, failed, partial or offline
  error TEXT,               -- the error message of a failed run
  started_at TEXT NOT NULL, -- ISO-8601 UTC
  ms INTEGER NOT NULL,      -- duration, milliseconds
  rows INTEGER,             -- rows inserted, updated and deleted
  backup INTEGER,           -- number of the automatic backup, else NULL
  actor TEXT,               -- who, as the caller said
  checksum BLOB,            -- checksum of the revision's scripts
  fingerprint BLOB,         -- schema after the call, else NULL
  chain BLOB NOT NULL       -- BLAKE2b-256 of the row before and this row
);

-- Backups. What one holds is in its manifest: ext/backup/manifest.c gives its
-- bytes, ext/backup/backup.c how column manifest names the chunks they are in.
CREATE TABLE _migrate_backups(
  backup INTEGER PRIMARY KEY, -- number, never used again
  created_at TEXT NOT NULL,   -- ISO-8601 UTC
  kind TEXT NOT NULL,         -- manual, full, touched or file
  action TEXT NOT NULL,       -- the verb it was taken for
  note TEXT,                  -- what the user said
  run INTEGER NOT NULL,       -- the run it was taken by
  revisions TEXT,             -- current heads then, sorted, by commas
  tables INTEGER NOT NULL,    -- tables in it
  rows INTEGER NOT NULL,      -- rows in it
  bytes INTEGER NOT NULL,     -- their bytes, not compressed
  stored INTEGER NOT NULL,    -- bytes that it added to _migrate_chunks
  path TEXT,                  -- the file that holds it, else NULL
  manifest BLOB,              -- its chunks, NULL when only the file holds it
  seal BLOB NOT NULL          -- hash of the row (ext/store/seal.h)
);

-- Pieces of backups, each stored once; ext/backup/chunk.c says how. The crc is
-- of base and codec too.
CREATE TABLE _migrate_chunks(
  chunk INTEGER PRIMARY KEY, -- number
  hash BLOB NOT NULL UNIQUE, -- BLAKE2b-256 of its bytes
  base INTEGER,              -- the chunk whose bytes are the dictionary
  codec INTEGER NOT NULL,    -- 0 as it is, 1 deflated, 2 with a dictionary
  size INTEGER NOT NULL,     -- its bytes, at most 32000
  crc INTEGER NOT NULL,      -- CRC-32 of data
  data BLOB NOT NULL         -- as stored
);
