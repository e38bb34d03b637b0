/*
** ledger.c - the store's rows as plain SQL, for a script that runs without us.
**
** What only the target file knows is looked up once and kept in two TEMP
** tables, which the script drops before its last COMMIT:
**
**   _migrate_script   one row: the time, the number of the run, the last pack
**                     and the last history row found, whether the schema was
**                     the expected one, and how many rows were without their
**                     parent. Its other columns have each a CHECK
**                     whose name is the message of an error: that is how plain
**                     SQL stops. They are set to 1, or to something else, and
**                     each time that was well `passed` grows (tally.h).
**   _migrate_steps    the revisions of an upgrade; `new` for those that the
**                     file does not have yet and that are inserted
**
** Hashes cannot be made in SQL. Rows that depend on numbers of the target file
** or on its time have an empty seal, history rows an empty chain; the outcome
** `offline` says so, and the next call of ours makes them (history.c). Edges
** and files have their seals: nothing in them depends on the file.
**
** The parts of it: here the tables of the script, values, and what is written
** of steps and at the end; in ledgerguard.c what stops the script; in
** ledgerrevision.c the revisions that the file lacks.
**
** A script of one revision, with all that is not of the store left out:
**
**   CREATE TEMP TABLE _migrate_script(at TEXT, run INTEGER, ..., passed ...,
**     state INTEGER DEFAULT 1 CONSTRAINT "this file is not at a, where ..."
**     CHECK(state IS 1), ...);
**   INSERT INTO temp._migrate_script(at) VALUES(strftime(...));
**   UPDATE temp._migrate_script SET passed = passed + 1, state = (SELECT ...);
**   INSERT INTO temp._migrate_steps SELECT 'b', X'..', NOT EXISTS(...);
**   INSERT OR REPLACE INTO main._migrate_revisions(...) SELECT ...
**     FROM temp._migrate_script AS s, temp._migrate_steps AS t
**     WHERE t.new AND t.revision = 'b';
**   ...                                         the up script of b
**   INSERT OR REPLACE INTO main._migrate_applied(...) SELECT ...;
**   INSERT INTO main._migrate_history(...) SELECT ... 'offline' ...;
**   INSERT OR REPLACE INTO main._migrate_meta(name, value) SELECT ...;
**   DROP TABLE temp._migrate_steps;
**   DROP TABLE temp._migrate_script;
**
** Rows are selected from one of the two, or written only while they are there,
** but for facts that repeat what the tables say. So a shell that goes on behind
** an error, into the next transaction when the one before was rolled back, does
** not say that anything was done: the two are gone then. Flags are those of the
** store, 8 for a repeatable revision (revision.h).
**
** When the schema was not the expected one, because there are tables of others
** for example, the script does not know the one it leaves. It forgets what
** _migrate_meta says of it then.
*/
#include <string.h>
#include "migrate.h"
#include "codec.h"
#include "store.h"
#include "orphans.h"
#include "ledger.h"

/* The table of the script, of one row. %w in a constraint's name doubles the
** quotes of what is put in. */
static const char zScriptTable[] =
    "CREATE TEMP TABLE _migrate_script(\n"
    "  at TEXT, run INTEGER, pack INTEGER, last INTEGER, same INTEGER,\n"
    "  orphans INTEGER, " MIG_TALLY_COLUMNS ",\n"
    "  store INTEGER DEFAULT 1 CONSTRAINT \"the _migrate_ tables of this file"
    " are not there or not those of store version %d; an older store is"
    " upgraded by migrate_init() there\""
    " CHECK(store IS 1),\n"
    "  whole INTEGER DEFAULT 1 CONSTRAINT \"a revision is applied in part in"
    " this file; nothing was done, finish it with migrate_upgrade() there "
    "first,"
    " or take it back with migrate_downgrade()\" CHECK(whole IS 1),\n"
    "  state INTEGER DEFAULT 1 CONSTRAINT \"this file is not at %w, where the"
    " script begins; nothing was done, make a script from where the file is"
    " (migrate_current())\" CHECK(state IS 1),\n"
    "  contents INTEGER DEFAULT 1 CONSTRAINT \"this file is at %w with other"
    " scripts of these revisions, as another project's or as they were before "
    "an"
    " edit; nothing was done, make the script where they are as here\""
    " CHECK(contents IS 1),\n"
    "  scripts INTEGER DEFAULT 1 CONSTRAINT \"this file holds a revision of"
    " the script with other contents; nothing was done, take the new contents"
    " by migrate_import or migrate_edit there first, or start from base\""
    " CHECK(scripts IS 1),\n"
    "  edges INTEGER DEFAULT 1 CONSTRAINT \"this file gives a revision of the"
    " script other parents or dependencies; nothing was done, make the script"
    " where they are as here\" CHECK(edges IS 1),\n"
    "  shape INTEGER DEFAULT 1 CONSTRAINT \"a table that the script makes anew"
    " has other columns, indexes or triggers in this file than where the script"
    " was made, which would go with it; nothing was done, run the revision "
    "there"
    " with migrate_upgrade()\" CHECK(shape IS 1),\n"
    "  labels INTEGER DEFAULT 1 CONSTRAINT \"this file gives a label of the"
    " script to another revision; nothing was done, label that otherwise there"
    " (migrate_label)\" CHECK(labels IS 1),\n"
    "  mirror INTEGER DEFAULT 1 CONSTRAINT \"setting mirror of this file is"
    " not %w, as where the script was made; nothing was done, set it with"
    " migrate_config there or here\" CHECK(mirror IS 1),\n"
    "%s" /* sql-ok: zMirrorColumns */
    "  alone INTEGER DEFAULT 1 CONSTRAINT \"another connection has changed the"
    " applied revisions meanwhile; make a new script from there\""
    " CHECK(alone IS 1),\n"
    "  " MIG_ORPHANS_COLUMN "\n"
    ");\n";
/* Three more of its columns, when a setting mirror names a table. */
static const char zMirrorColumns[] =
    "  owner INTEGER DEFAULT 1 CONSTRAINT \"%w of this file is not the table"
    " that its owner makes, or a trigger or foreign key listens to it; nothing"
    " was done, mend it, or take setting mirror back with"
    " migrate_config('mirror', NULL) there\" CHECK(owner IS 1),\n"
    "  theirs INTEGER DEFAULT 1 CONSTRAINT \"%w says more than what is applied"
    " in this file; nothing was done, run migrate_adopt there first\""
    " CHECK(theirs IS 1),\n"
    "  undone INTEGER DEFAULT 1 CONSTRAINT \"%w says less than what is applied"
    " in this file; nothing was done, migrate_stamp there what is so if the"
    " other tool has undone something, else set setting mirror there again\""
    " CHECK(undone IS 1),\n";
/* Set facts of _migrate_meta: a SELECT of names and values follows. */
static const char zFact[] =
    "INSERT OR REPLACE INTO main._migrate_meta(name, value) ";
/* What migStateSummarize() writes, as queries: the heads of the graph ... */
static const char zHeads[] =
    "SELECT 'heads', coalesce(group_concat(revision, ','), '') FROM"
    " (SELECT revision FROM main._migrate_revisions WHERE NOT flags & 8"
    " AND revision NOT IN"
    " (SELECT target FROM main._migrate_edges WHERE kind = 0)"
    " ORDER BY revision);\n";
/* ... and how many revisions are pending: those that are not applied, and
** repeatable ones that were with other scripts. */
static const char zPending[] =
    "SELECT 'pending', count(*) FROM main._migrate_revisions AS r WHERE"
    " NOT EXISTS(SELECT 1 FROM main._migrate_applied AS a"
    " WHERE a.revision = r.revision"
    " AND (a.checksum IS r.checksum OR NOT r.flags & 8));\n";

/* ---- values ---- */

/* Append n bytes as a blob literal, or NULL when a is NULL. They go through a
** buffer of 64 bytes at a time, as hexadecimal digits. For no bytes, X''. */
void migLedgerBlob(MigContext *p, MigText *pOut, const void *a, i64 n) {
  const u8 *aByte = a;
  char zHex[2 * 64 + 1];
  i64 i;

  if (a == 0) {
    migTextStr(p, pOut, "NULL");
    return;
  }
  migTextStr(p, pOut, "X'");
  for (i = 0; i < n && p->rc == SQLITE_OK; i += 64) {
    migHashHex(aByte + i, n - i < 64 ? (int)(n - i) : 64, zHex);
    migTextStr(p, pOut, zHex);
  }
  migTextStr(p, pOut, "'");
}

/* A text literal in the arena, NULL for NULL. The sqlite3 shell drops a CR
** before an LF, so another control character that is not in the text stands for
** CR, and the script puts it back by replace(). */
char *migLedgerText(MigContext *p, const char *z) {
  char cMark = 1;
  char *zCopy;
  char *zAt;

  if (z == 0 || strchr(z, '\r') == 0) {
    return migPrintf(p, "%Q", z);
  }
  while (cMark < '\t' && strchr(z, cMark)) {
    cMark++;
  }
  if (cMark == '\t') {
    return migPrintf(p, "%Q", z); /* all of them: no text of a human */
  }
  zCopy = migStrdup(p, z);
  zAt = zCopy ? strchr(zCopy, '\r') : 0;
  while (zAt) {
    *zAt = cMark;
    zAt = strchr(zAt, '\r');
  }
  return migPrintf(p, "replace(%Q, char(%d), char(13))", zCopy, cMark);
}

/* A value that the script knows only if the schema was the expected one, of
** MIG_HASH_SIZE bytes; NULL for none. The statement around it names the table
** of the script s. */
static void knownAdd(MigContext *p, MigText *pOut, const u8 *aFingerprint) {
  if (aFingerprint) {
    migTextStr(p, pOut, "CASE WHEN s.same THEN ");
    migLedgerBlob(p, pOut, aFingerprint, MIG_HASH_SIZE);
    migTextStr(p, pOut, " END");
  } else {
    migTextStr(p, pOut, "NULL");
  }
}

/* ---- the begin ---- */

/*
** Make and fill the table of the script, in its first transaction. zAt names
** the revisions that the file must be at, for messages. Where foreign keys are
** looked after, the rows without their parent are counted before anything is
** changed. A `same` that is not set is NULL, and means no.
*/
void migLedgerOpen(MigContext *p, MigLedger *pLedger, const char *zAt) {
  MigText *pOut = pLedger->pOut;
  const char *z = pLedger->zMirror;

  migTextF(p, pOut, zScriptTable, MIGRATE_STORE_VERSION, zAt, zAt,
           z ? z : "NULL", z ? migPrintf(p, zMirrorColumns, z, z, z) : "");
  migTextStr(p, pOut,
             "INSERT INTO temp._migrate_script(at)"
             " VALUES(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'));\n");
  if (pLedger->bForeign) {
    migTextStr(p, pOut,
               "UPDATE temp._migrate_script SET orphans ="
               " " MIG_ORPHANS_COUNT ";\n");
  }
}

/* Make our tables, unless they are there. New ones get setting mirror, which
** must come before the facts: that there are none tells new ones. Where there
** are facts they stay. */
void migLedgerMake(MigContext *p, MigLedger *pl) {
  const char *zSql;
  int i;

  for (i = 0; migStoreTable(i, &zSql) != 0; i++) {
    migTextF(p, pl->pOut, "CREATE TABLE IF NOT EXISTS main.%s;\n",
             zSql + strlen("CREATE TABLE ")); /* sql-ok: constant */
  }
  if (pl->zMirror) {
    migTextF(p, pl->pOut,
             "INSERT INTO main._migrate_settings(name, value)"
             " SELECT 'mirror', %Q"
             " WHERE NOT EXISTS(SELECT 1 FROM main._migrate_meta);\n",
             pl->zMirror);
  }
  migTextF(p, pl->pOut,
           "INSERT OR IGNORE INTO main._migrate_meta(name, value) VALUES\n"
           " ('store_version', %d), ('heads', ''), ('current', ''),"
           " ('pending', 0), ('last_backup', 0), ('chunk_bytes', 0);\n",
           MIGRATE_STORE_VERSION);
}

/* ---- steps ---- */

/* A revision is applied, with an empty seal. A repeatable one may be so
** already: its row is replaced. It must be one of temp._migrate_steps, whose
** checksum it gets. */
void migLedgerApply(MigContext *p, MigLedger *pLedger,
                    const MigRevision *pRev) {
  migTextF(p, pLedger->pOut,
           "INSERT OR REPLACE INTO main._migrate_applied(revision, run,"
           " applied_at, checksum, fingerprint, seal)\n"
           " SELECT t.revision, s.run, s.at, t.checksum, NULL, X''"
           " FROM temp._migrate_script AS s, temp._migrate_steps AS t"
           " WHERE t.revision = %Q;\n",
           pRev->zId);
}

/* A revision is undone; NULL: all repeatable ones are to run again, as behind a
** downgrade. */
void migLedgerUndo(MigContext *p, MigLedger *pLedger, const char *zId) {
  if (zId) {
    migTextF(p, pLedger->pOut,
             "DELETE FROM main._migrate_applied WHERE revision = %Q"
             " AND EXISTS(SELECT 1 FROM temp._migrate_script);\n",
             zId);
  } else {
    migTextStr(p, pLedger->pOut,
               "DELETE FROM main._migrate_applied WHERE revision IN"
               "(SELECT revision FROM main._migrate_revisions"
               " WHERE flags & 8)"
               " AND EXISTS(SELECT 1 FROM temp._migrate_script);\n");
  }
}

/*
** The history row of a step, or with pRev NULL of the whole script. zFrom and
** zTo are where it went from and to, ids by commas, NULL for none; aFingerprint
** is that of the schema after it, or NULL when it is not known here. The row
** has the outcome `offline`, takes 0 ms, and has no chain yet. After a step of
** an upgrade the applied revision gets the fingerprint as well.
*/
void migLedgerHistory(MigContext *p, MigLedger *pLedger,
                      const MigRevision *pRev, const char *zFrom,
                      const char *zTo, const u8 *aFingerprint) {
  MigText *pOut = pLedger->pOut;

  migTextF(p, pOut,
           "INSERT INTO main._migrate_history(seq, run, action, revision,"
           " message, from_revisions, to_revisions, outcome, started_at, ms,"
           " checksum, fingerprint, chain)\n"
           " SELECT (SELECT coalesce(max(seq), 0) + 1"
           " FROM main._migrate_history), s.run, %Q, %Q, %s, %Q, %Q,"
           " 'offline', s.at, 0, ", /* sql-ok: quoted */
           pLedger->bDown ? "downgrade" : "upgrade", pRev ? pRev->zId : 0,
           migLedgerText(p, pRev ? pRev->zMessage : 0), zFrom, zTo);
  migLedgerBlob(p, pOut, pRev ? pRev->aChecksum : 0, MIG_HASH_SIZE);
  migTextStr(p, pOut, ", ");
  knownAdd(p, pOut, aFingerprint);
  migTextStr(p, pOut, ", X'' FROM temp._migrate_script AS s;\n");
  if (pRev && aFingerprint && !pLedger->bDown) {
    migTextStr(p, pOut,
               "UPDATE main._migrate_applied SET fingerprint = (SELECT ");
    knownAdd(p, pOut, aFingerprint);
    migTextF(p, pOut, " FROM temp._migrate_script AS s) WHERE revision = %Q;\n",
             pRev->zId);
  }
}

/* ---- the end of a transaction ---- */

/*
** What _migrate_meta keeps of the schema, when it is known: the text, packed
** where that is shorter, its size unpacked, and its fingerprint, in the form of
** drift.c. They are written, and taken out again where the schema was not the
** expected one.
*/
static void schemaFacts(MigContext *p, MigLedger *pl, const MigText *pSchema,
                        const u8 *aFingerprint) {
  MigBytes packed = migDeflate(p, migTextZ(pSchema), pSchema->n, pl->iLevel);
  MigText *pOut = pl->pOut;

  if (p->rc == SQLITE_OK) {
    int bPacked = packed.n < pSchema->n;
    migTextF(p, pOut, "%sSELECT 'schema', ", zFact); /* sql-ok: constant */
    migLedgerBlob(p, pOut, bPacked ? (const char *)packed.a : migTextZ(pSchema),
                  bPacked ? packed.n : pSchema->n);
    migTextF(p, pOut,
             " FROM temp._migrate_script UNION ALL SELECT 'schema_size', %lld",
             pSchema->n);
    migTextStr(p, pOut, " UNION ALL SELECT 'fingerprint', ");
    migLedgerBlob(p, pOut, aFingerprint, MIG_HASH_SIZE);
    migTextStr(p, pOut,
               ";\nDELETE FROM main._migrate_meta"
               " WHERE name IN('schema', 'schema_size', 'fingerprint')"
               " AND NOT (SELECT same FROM temp._migrate_script);\n");
  }
  sqlite3_free(packed.a);
}

/*
** The facts of _migrate_meta at the end of a transaction. They too depend on
** the table of the script: where that is gone nothing is said to be done.
** zCurrent are the current heads, sorted, by commas; pSchema and aFingerprint
** are of the schema as it then is. Sets where the history ends, for the guard
** at the begin of the next transaction.
*/
void migLedgerFacts(MigContext *p, MigLedger *pLedger, const char *zCurrent,
                    const MigText *pSchema, const u8 *aFingerprint) {
  MigText *pOut = pLedger->pOut;

  migTextF(p, pOut, "%s%s", zFact, zHeads); /* sql-ok: constant */
  migTextF(p, pOut, "%sSELECT 'current', %Q FROM temp._migrate_script;\n",
           zFact, zCurrent);                  /* sql-ok: constant */
  migTextF(p, pOut, "%s%s", zFact, zPending); /* sql-ok: constant */
  schemaFacts(p, pLedger, pSchema, aFingerprint);
  migTextStr(p, pOut,
             "UPDATE temp._migrate_script SET last ="
             " (SELECT max(seq) FROM main._migrate_history);\n");
}

/* Drop what the script has kept; within its last transaction. */
void migLedgerClose(MigContext *p, MigLedger *pLedger) {
  if (!pLedger->bDown) {
    migTextStr(p, pLedger->pOut, "DROP TABLE temp._migrate_steps;\n");
  }
  migTextStr(p, pLedger->pOut, "DROP TABLE temp._migrate_script;\n");
}
