-- store_1.sql - the tables of store version 1, for files that still have them.
--
-- The first call that writes such a file rebuilds it as store.sql says
-- (ext/store/store.c). These texts are compared with what a file holds, so
-- they stay as they were; what the tables are for stands in store.sql.

CREATE TABLE _migrate_meta(
  name TEXT PRIMARY KEY NOT NULL, -- which fact
  value                           -- its value
) WITHOUT ROWID;

CREATE TABLE _migrate_settings(
  name TEXT PRIMARY KEY NOT NULL, -- a setting of migrate_config()
  value NOT NULL                  -- its value
) WITHOUT ROWID;

CREATE TABLE _migrate_scripts(
  pack INTEGER PRIMARY KEY, -- number of the pack
  size INTEGER NOT NULL,    -- bytes of all its scripts together
  data BLOB NOT NULL        -- a zlib stream, or the bytes as they are when
                            -- that is not longer: then length(data) = size
);

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
  fingerprint BLOB               -- schema after it, by replay, else NULL
);

CREATE TABLE _migrate_edges(
  revision TEXT NOT NULL,    -- the later one
  kind INTEGER NOT NULL,     -- 0 parent, 1 dependency
  position INTEGER NOT NULL, -- order among its kind, from 0
  target TEXT NOT NULL,      -- id of the earlier one; a dependency may be
                             -- kept as a label
  PRIMARY KEY(revision, kind, position)
) WITHOUT ROWID;

CREATE TABLE _migrate_labels(
  label TEXT PRIMARY KEY NOT NULL, -- the label
  revision TEXT NOT NULL           -- the revision that declares it
) WITHOUT ROWID;

CREATE TABLE _migrate_applied(
  revision TEXT PRIMARY KEY NOT NULL, -- id
  run INTEGER NOT NULL,               -- the run that applied or stamped it
  applied_at TEXT NOT NULL,           -- when, ISO-8601 UTC
  checksum BLOB NOT NULL,             -- checksum of the revision as applied
  fingerprint BLOB                    -- schema after it, else NULL
) WITHOUT ROWID;

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
