/*
** ledger.c - the store's rows as plain SQL, for a script that runs without us.
**
** What only the target file knows is looked up once and kept in two TEMP
** tables, which the script drops before its last COMMIT:
**
**   _migrate_script   one row: the time, the number of the run, the last pack
**                     and the last history row found, and whether the schema
**                     was the expected one. Its other columns have each a CHECK
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
** When the schema was not the expected one, because there are tables of others
** for example, the script does not know the one it leaves. It forgets what
** _migrate_meta says of it then.
*/
#include <string.h>
#include "migrate.h"
#include "sql.h"
#include "codec.h"
#include "seal.h"
#include "store.h"
#include "orphans.h"
#include "ledger.h"

#define PACK_SIZE 16384 /* a pack that reached this many bytes is closed */

static const char zScriptTable[] =
    "CREATE TEMP TABLE _migrate_script(\n"
    "  at TEXT, run INTEGER, pack INTEGER, last INTEGER, same INTEGER,\n"
    "  orphans INTEGER, " MIG_TALLY_COLUMNS ",\n"
    "  store INTEGER DEFAULT 1 CONSTRAINT \"the _migrate_ tables of this file"
    " are not there or not those of store version %d; an older store is"
    " upgraded by migrate_init() there\""
    " CHECK(store IS 1),\n"
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
static const char zStepsTable[] =
    "CREATE TEMP TABLE _migrate_steps(revision TEXT PRIMARY KEY, checksum BLOB,"
    " new INTEGER);\n";
static const char zLook[] = MIG_TALLY
    ",\n"
    " store = (SELECT value FROM main._migrate_meta"
    " WHERE name = 'store_version') IS %d,\n"
    " run = (SELECT coalesce(max(run), 0) + 1 FROM main._migrate_history),\n"
    " last = (SELECT coalesce(max(seq), 0) FROM main._migrate_history),\n"
    " pack = (SELECT coalesce(max(pack), 0) FROM main._migrate_scripts);\n";
static const char zFact[] =
    "INSERT OR REPLACE INTO main._migrate_meta(name, value) ";
/* Applied revisions but the repeatable ones, as a table. */
static const char zApplied[] =
    "(SELECT a.revision, a.checksum FROM main._migrate_applied AS a"
    " LEFT JOIN main._migrate_revisions AS r USING(revision)"
    " WHERE NOT coalesce(r.flags, 0) & 8)";
static const char zHeads[] =
    "SELECT 'heads', coalesce(group_concat(revision, ','), '') FROM"
    " (SELECT revision FROM main._migrate_revisions WHERE NOT flags & 8"
    " AND revision NOT IN"
    " (SELECT target FROM main._migrate_edges WHERE kind = 0)"
    " ORDER BY revision);\n";
static const char zPending[] =
    "SELECT 'pending', count(*) FROM main._migrate_revisions AS r WHERE"
    " NOT EXISTS(SELECT 1 FROM main._migrate_applied AS a"
    " WHERE a.revision = r.revision"
    " AND (a.checksum IS r.checksum OR NOT r.flags & 8));\n";

/* ---- values ---- */

/* A blob literal. */
static void blobAdd(MigContext *p, MigText *pOut, const void *a, i64 n) {
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

/* A text literal, NULL for NULL. The sqlite3 shell drops a CR before an LF, so
** another control character that is not in the text stands for CR. */
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

static const char *sizeText(MigContext *p, i64 n) {
  return n < 0 ? "NULL" : migPrintf(p, "%lld", n);
}

/* A value that the script knows only if the schema was the expected one. */
static void knownAdd(MigContext *p, MigText *pOut, const u8 *aFingerprint) {
  if (aFingerprint) {
    migTextStr(p, pOut, "CASE WHEN s.same THEN ");
    blobAdd(p, pOut, aFingerprint, MIG_HASH_SIZE);
    migTextStr(p, pOut, " END");
  } else {
    migTextStr(p, pOut, "NULL");
  }
}

/* ---- the state at the start ---- */

/* Our tables' names, quoted, by commas. */
static char *storeNames(MigContext *p) {
  MigText text = {0, 0, 0};
  const char *zName;
  const char *zSql;
  int i;

  for (i = 0; (zName = migStoreTable(i, &zSql)) != 0; i++) {
    migTextF(p, &text, "%s'%q'", i ? "," : "", zName);
  }
  return text.z;
}

/* The objects that are neither ours nor SQLite's, as a query of how many. The
** table that setting mirror names is as good as there: the script makes it. */
static char *objectsQuery(MigContext *p, const MigLedger *pl) {
  return migPrintf(p,
                   "SELECT count(*) FROM main.sqlite_schema WHERE"
                   " name NOT GLOB 'sqlite_*' AND lower(tbl_name)"
                   " NOT IN(%s, %Q)", /* sql-ok: names */
                   storeNames(p), pl->zMirror ? pl->zMirror : "");
}

/* How many objects of others this file holds. */
int migLedgerObjects(MigContext *p, const MigLedger *pLedger) {
  return (int)migQueryInt(p, 0, "%s", /* sql-ok: query */
                          objectsQuery(p, pLedger));
}

/* Refuse a file that has some of our tables, but not just these. With bNone it
** may have none of them. */
static void storeGuard(MigContext *p, MigLedger *pl, int bNone) {
  const char *zSql;
  int n = 0;

  while (migStoreTable(n, &zSql)) {
    n++;
  }
  pl->tally.n++;
  migTextF(p, pl->pOut,
           MIG_TALLY
           ", store ="
           " (SELECT count(*) IN(%s%d) AND total(type <> 'table') = 0\n"
           "  FROM main.sqlite_schema WHERE sql NOTNULL AND"
           " (tbl_name GLOB '_migrate_*' OR lower(tbl_name) IN(%s)));\n",
           bNone ? "0," : "", n, storeNames(p)); /* sql-ok: names */
}

/* Make our tables, unless they are there. New ones get setting mirror. */
static void storeMake(MigContext *p, MigLedger *pl) {
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

/* Is the schema the expected one? */
static void schemaGuess(MigContext *p, MigLedger *pl,
                        const MigLedgerStart *pStart) {
  migTextStr(p, pl->pOut, "UPDATE temp._migrate_script SET same = ");
  if (pStart->nObject >= 0) {
    migTextF(p, pl->pOut, "(%s) = %d;\n", objectsQuery(p, pl),
             pStart->nObject); /* sql-ok: query */
  } else {
    migTextStr(p, pl->pOut,
               "(SELECT value FROM main._migrate_meta"
               " WHERE name = 'fingerprint') IS ");
    blobAdd(p, pl->pOut, pStart->aFingerprint, MIG_HASH_SIZE);
    migTextStr(p, pl->pOut, ";\n");
  }
}

/* Refuse a file that keeps another version table true, or none. */
static void mirrorGuard(MigContext *p, MigLedger *pl) {
  pl->tally.n++;
  migTextF(p, pl->pOut,
           MIG_TALLY
           ", mirror ="
           " (SELECT value FROM main._migrate_settings WHERE name = 'mirror')"
           " IS %Q;\n",
           pl->zMirror);
}

/* Refuse a file with other applied revisions. */
static void stateGuard(MigContext *p, MigLedger *pl, const MigSet *pApplied) {
  int n = migSetCount(pApplied);
  MigText ids = {0, 0, 0};
  int i;

  for (i = migSetNext(pApplied, -1); i >= 0; i = migSetNext(pApplied, i)) {
    migTextF(p, &ids, "%s%Q", ids.n ? "," : "", pl->pGraph->aNode[i].zId);
  }
  pl->tally.n++;
  migTextF(p, pl->pOut,
           MIG_TALLY ", state =\n"
                     " (SELECT count(*) = %d AND total(revision IN(%s)) = %d"
                     " FROM %s);\n", /* sql-ok: quoted */
           n, migTextZ(&ids), n, zApplied);
}

/* Append what a query gives in its second column for members of the set, ids in
** its first, as quoted texts by commas. Returns how many. */
static int membersAdd(MigContext *p, const MigLedger *pl, const MigSet *pSet,
                      const char *zQuery, MigText *pOut) {
  sqlite3_stmt *pStmt = migPrepare(p, zQuery);
  int n = 0;

  while (migStep(p, pStmt)) {
    const char *zId = migColumnText(p, pStmt, 0);
    int i = zId ? migGraphFind(pl->pGraph, zId) : -1;
    if (i >= 0 && migSetHas(pSet, i)) {
      migTextF(p, pOut, "%s%Q", n ? "," : "", migColumnText(p, pStmt, 1));
      n++;
    }
  }
  migFinalize(p, pStmt);
  return n;
}

/* Refuse a file where the applied revisions are other scripts of the same ids.
** Where the range begins at what is applied here, these are compared as they
** were applied here, else as they are stored. */
static void contentsGuard(MigContext *p, MigLedger *pl,
                          const MigLedgerStart *pStart) {
  MigText pairs = {0, 0, 0};
  int n =
      membersAdd(p, pl, pStart->pApplied,
                 pStart->bHere ? "SELECT revision, revision || ' ' ||"
                                 " hex(checksum) FROM main._migrate_applied"
                                 " ORDER BY revision"
                               : "SELECT revision, revision || ' ' ||"
                                 " hex(checksum)"
                                 " FROM main._migrate_revisions ORDER BY seq",
                 &pairs);

  pl->tally.n++;
  migTextF(p, pl->pOut,
           MIG_TALLY
           ", contents =\n"
           " (SELECT total(revision || ' ' || hex(checksum) IN(%s)) = %d"
           " FROM %s);\n", /* sql-ok: quoted */
           migTextZ(&pairs), n, zApplied);
}

/*
** Refuse a file where a revision of the set has other parents or dependencies:
** what is current there is not what it is here. To be called behind the
** revisions.
*/
void migLedgerEdges(MigContext *p, MigLedger *pLedger, const MigSet *pSet) {
  MigText ids = {0, 0, 0};
  MigText edges = {0, 0, 0};
  int n;

  membersAdd(
      p, pLedger, pSet,
      "SELECT revision, revision FROM main._migrate_revisions ORDER BY seq",
      &ids);
  n = membersAdd(p, pLedger, pSet,
                 "SELECT revision, revision || ' ' || kind || ' ' || target"
                 " FROM main._migrate_edges"
                 " ORDER BY revision, kind, position",
                 &edges);
  pLedger->tally.n++;
  migTextF(p, pLedger->pOut,
           MIG_TALLY
           ", edges =\n"
           " (SELECT count(*) = %d AND"
           " total(revision || ' ' || kind || ' ' || target IN(%s)) = %d"
           " FROM main._migrate_edges WHERE revision IN(%s));\n",
           n, migTextZ(&edges), n, migTextZ(&ids)); /* sql-ok: quoted */
}

/*
** Begin: the guards, and the tables when the script begins at base. What is
** expected is named by the current heads in messages.
*/
void migLedgerOpen(MigContext *p, MigLedger *pLedger,
                   const MigLedgerStart *pStart) {
  MigText *pOut = pLedger->pOut;
  const char *zMirror;
  const char *zAt;
  MigSet heads;
  int bBase;

  if (p->rc) {
    return;
  }
  heads = migGraphCurrent(p, pLedger->pGraph, pStart->pApplied);
  zAt = p->rc ? 0 : migGraphNames(p, pLedger->pGraph, &heads, 3);
  bBase = migSetNext(pStart->pApplied, -1) < 0;
  zAt = bBase || zAt == 0 ? "base" : zAt;
  zMirror = pLedger->zMirror;
  migTextF(p, pOut, zScriptTable, MIGRATE_STORE_VERSION, zAt, zAt,
           zMirror ? zMirror : "NULL",
           zMirror ? migPrintf(p, zMirrorColumns, zMirror, zMirror, zMirror)
                   : "");
  migTextStr(p, pOut,
             "INSERT INTO temp._migrate_script(at)"
             " VALUES(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'));\n");
  if (pLedger->bForeign) {
    migTextStr(p, pOut,
               "UPDATE temp._migrate_script SET orphans ="
               " " MIG_ORPHANS_COUNT ";\n");
  }
  storeGuard(p, pLedger, bBase);
  if (bBase) {
    storeMake(p, pLedger);
  }
  pLedger->tally.n++;
  migTextF(p, pOut, zLook, MIGRATE_STORE_VERSION);
  schemaGuess(p, pLedger, pStart);
  mirrorGuard(p, pLedger);
  stateGuard(p, pLedger, pStart->pApplied);
  contentsGuard(p, pLedger, pStart);
  if (!pLedger->bDown) {
    migTextStr(p, pOut, zStepsTable);
  }
}

/* ---- revisions ---- */

/* Put a script into the open pack: its place there, or -1. */
static i64 packAdd(MigContext *p, MigLedger *pl, const char *z, i64 n) {
  i64 iAt = pl->pack.n;

  if (z == 0) {
    return -1;
  }
  migTextAdd(p, &pl->pack, z, n);
  return iAt;
}

/* Write the open pack. */
static void packEnd(MigContext *p, MigLedger *pl) {
  MigBytes data;

  if (pl->pack.n == 0 || p->rc) {
    return;
  }
  data = migDeflate(p, pl->pack.z, pl->pack.n, pl->iLevel);
  if (p->rc == SQLITE_OK) {
    migTextF(p, pl->pOut,
             "INSERT INTO main._migrate_scripts(pack, size, data)\n"
             " SELECT s.pack + %d, %lld, ",
             pl->nPack + 1, pl->pack.n);
    blobAdd(p, pl->pOut, data.a, data.n);
    migTextF(p, pl->pOut,
             " FROM temp._migrate_script AS s"
             " WHERE EXISTS(SELECT 1 FROM temp._migrate_steps"
             " WHERE new AND revision IN(%s));\n", /* sql-ok: quoted */
             pl->members.z);
  }
  sqlite3_free(data.a);
  pl->nPack++;
  pl->pack.n = 0;
  pl->members.n = 0;
}

/* The row of a revision. */
static void rowAdd(MigContext *p, MigLedger *pl, const MigRevision *pRev) {
  int bUp = pRev->zUp != 0 && pRev->nUp > 0;
  int bDown = pRev->zDown != 0 && pRev->nDown > 0;
  i64 iUp = packAdd(p, pl, pRev->zUp, pRev->nUp);
  i64 iDown = packAdd(p, pl, pRev->zDown, pRev->nDown);

  if (bUp || bDown) {
    migTextF(p, &pl->members, "%s%Q", pl->members.n ? "," : "", pRev->zId);
  }
  migTextF(p, pl->pOut,
           "INSERT OR REPLACE INTO main._migrate_revisions(seq, revision,"
           " message, pack, up_at, up_size, down_at, down_size, checksum,"
           " created_at, flags, source, fingerprint, seal)\n"
           " SELECT coalesce((SELECT seq FROM main._migrate_revisions"
           " WHERE revision = t.revision), (SELECT coalesce(max(seq), 0) + 1"
           " FROM main._migrate_revisions)), t.revision, %s,"
           " %s%s, %s, %s, %s, %s, t.checksum, %s, %d, %s, NULL, X''\n"
           " FROM temp._migrate_script AS s, temp._migrate_steps AS t"
           " WHERE t.new AND t.revision = %Q;\n", /* sql-ok: quoted */
           migLedgerText(p, pRev->zMessage), bUp || bDown ? "s.pack + " : "",
           bUp || bDown ? sizeText(p, pl->nPack + 1) : "NULL",
           bUp || bDown ? sizeText(p, iUp < 0 ? 0 : iUp) : "NULL",
           sizeText(p, pRev->zUp ? pRev->nUp : -1),
           bUp || bDown ? sizeText(p, iDown < 0 ? pl->pack.n : iDown) : "NULL",
           sizeText(p, pRev->zDown ? pRev->nDown : -1),
           migLedgerText(p, pRev->zCreatedAt), pRev->flags,
           migLedgerText(p, pRev->zSource), pRev->zId);
}

/* A row of another table, as it is, its values in zValues. */
static void otherAdd(MigContext *p, MigLedger *pl, const char *zTable,
                     const char *zValues, const char *zId) {
  migTextF(p, pl->pOut,
           "INSERT OR IGNORE INTO main.%s SELECT %s"
           " FROM temp._migrate_steps WHERE new AND revision = %Q;\n",
           zTable, zValues, zId); /* sql-ok: quoted */
}

/* The values of the current row of a table, sealed. */
static char *rowValues(MigContext *p, sqlite3_stmt *pStmt, const char *zTable) {
  int n = sqlite3_column_count(pStmt);
  MigText text = {0, 0, 0};
  u8 aSeal[MIG_SEAL_SIZE];
  int i;

  for (i = 0; i < n; i++) {
    migTextStr(p, &text, i ? ", " : "");
    switch (sqlite3_column_type(pStmt, i)) {
    case SQLITE_INTEGER:
      migTextF(p, &text, "%lld", sqlite3_column_int64(pStmt, i));
      break;
    case SQLITE_BLOB:
      blobAdd(p, &text,
              sqlite3_column_bytes(pStmt, i) ? sqlite3_column_blob(pStmt, i)
                                             : "",
              sqlite3_column_bytes(pStmt, i));
      break;
    default:
      migTextStr(p, &text, migLedgerText(p, migColumnText(p, pStmt, i)));
      break;
    }
  }
  migSealRow(p, pStmt, zTable, n, aSeal);
  migTextStr(p, &text, ", ");
  blobAdd(p, &text, aSeal, MIG_SEAL_SIZE);
  return text.z;
}

/* Rows of zTable that belong to a revision: pStmt reads them. */
static void othersAdd(MigContext *p, MigLedger *pl, const char *zTable,
                      sqlite3_stmt *pStmt, const char *zId) {
  while (migStep(p, pStmt)) {
    otherAdd(p, pl, zTable, rowValues(p, pStmt, zTable), zId);
  }
  migFinalize(p, pStmt);
}

/* The labels of a revision; one that is taken stops the script. */
static void labelsAdd(MigContext *p, MigLedger *pl, const char *zId) {
  int i = migGraphFind(pl->pGraph, zId);
  const MigNode *pNode = i < 0 ? 0 : &pl->pGraph->aNode[i];

  for (i = 0; pNode && i < pNode->nLabel; i++) {
    migTextF(p, pl->pOut,
             "INSERT OR IGNORE INTO main._migrate_labels(label, revision)"
             " SELECT %Q, %Q"
             " FROM temp._migrate_steps WHERE new AND revision = %Q;\n",
             pNode->azLabel[i], zId, zId);
    pl->tally.n++;
    migTextF(p, pl->pOut,
             MIG_TALLY
             ", labels = NOT EXISTS"
             "(SELECT 1 FROM main._migrate_labels AS l,"
             " temp._migrate_steps AS t WHERE l.label = %Q"
             " AND t.revision = %Q AND t.new AND l.revision <> t.revision);\n",
             pNode->azLabel[i], zId);
  }
}

/* When the file holds a repeatable revision with other contents, these go: a
** run would have taken the new ones by migrate_edit or migrate_import. */
static void repeatableClear(MigContext *p, MigLedger *pl, const char *zId) {
  static const char *const azTable[] = {"_migrate_files", "_migrate_applied"};
  size_t i;

  for (i = 0; i < sizeof(azTable) / sizeof(azTable[0]); i++) {
    migTextF(p, pl->pOut,
             "DELETE FROM main.%s WHERE revision ="
             " (SELECT revision FROM temp._migrate_steps"
             " WHERE new AND revision = %Q);\n",
             azTable[i], zId); /* sql-ok: constants */
  }
  pl->bReplaces = 1;
}

/*
** Insert a revision, unless the file has it; pRev has its scripts. All of a
** script come before the first step. A repeatable one is replaced when the file
** has it otherwise.
*/
void migLedgerRevision(MigContext *p, MigLedger *pLedger,
                       const MigRevision *pRev) {
  if (p->rc) {
    return;
  }
  migTextF(p, pLedger->pOut, "INSERT INTO temp._migrate_steps SELECT %Q, ",
           pRev->zId);
  blobAdd(p, pLedger->pOut, pRev->aChecksum, MIG_HASH_SIZE);
  migTextF(p, pLedger->pOut,
           ", NOT EXISTS(SELECT 1 FROM main._migrate_revisions"
           " WHERE revision = %Q",
           pRev->zId);
  if (pRev->flags & MIG_REV_REPEATABLE) {
    migTextStr(p, pLedger->pOut, " AND (NOT flags & 8 OR checksum IS ");
    blobAdd(p, pLedger->pOut, pRev->aChecksum, MIG_HASH_SIZE);
    migTextStr(p, pLedger->pOut, "));\n");
    repeatableClear(p, pLedger, pRev->zId);
  } else {
    migTextStr(p, pLedger->pOut, ");\n");
  }
  rowAdd(p, pLedger, pRev);
  othersAdd(p, pLedger, "_migrate_edges",
            migPrepareF(p,
                        "SELECT revision, kind, position, target"
                        " FROM main._migrate_edges WHERE revision = %Q"
                        " ORDER BY kind, position",
                        pRev->zId),
            pRev->zId);
  labelsAdd(p, pLedger, pRev->zId);
  if (pLedger->iVersion >= 3) {
    othersAdd(p, pLedger, "_migrate_files",
              migPrepareF(p,
                          "SELECT revision, format, file, part, size, data"
                          " FROM main._migrate_files WHERE revision = %Q"
                          " AND part <> 3 ORDER BY format, file",
                          pRev->zId),
              pRev->zId);
  }
  if (pLedger->pack.n >= PACK_SIZE) {
    packEnd(p, pLedger);
  }
}

/* Make the table that setting mirror names, and refuse one that is not its
** owner's: a view or virtual table, one with other columns, one that a trigger
** or a foreign key listens to (mirror.c). */
static void ownerGuard(MigContext *p, MigLedger *pl, const char *zMake) {
  const char *z = pl->zMirror;

  pl->tally.n++;
  migTextF(
      p, pl->pOut,
      "%s;\n" /* sql-ok: SQL */
      MIG_TALLY ", owner ="
      " (SELECT total(type NOT IN('table', 'index')"
      " OR sql LIKE 'create virtual%%') = 0\n"
      "  FROM (SELECT type, tbl_name, sql FROM main.sqlite_schema UNION ALL"
      " SELECT type, tbl_name, sql FROM sqlite_temp_schema)\n"
      "  WHERE lower(tbl_name) = %Q)\n"
      " AND (SELECT group_concat(lower(name)) FROM"
      " pragma_table_xinfo(%Q, 'main')) IS %Q\n"
      " AND NOT EXISTS(SELECT 1 FROM main.sqlite_schema AS s,"
      " pragma_foreign_key_list(s.name, 'main') AS f\n"
      "  WHERE s.type = 'table' AND lower(f.\"table\") = %Q);\n",
      zMake, z, z,
      strcmp(z, "alembic_version") == 0 ? "version_num" : "version", z);
}

/*
** Refuse a file where what setting mirror names says that the other tool has
** gone on by itself or has undone something, as a run does (mirror.c). zFirst
** is the first statement that keeps it true to the start: it makes the table,
** or sets user_version. pIds is what the table then holds. To be called behind
** the revisions.
*/
void migLedgerMirror(MigContext *p, MigLedger *pLedger, const char *zFirst,
                     const MigList *pIds) {
  const char *zMirror = pLedger->zMirror;
  const char *zNumber = strrchr(zFirst, '=');
  const char *zColumn =
      strcmp(zMirror, "alembic_version") == 0 ? "version_num" : "version";
  MigText *pOut = pLedger->pOut;
  int i;

  if (strcmp(zMirror, "user_version") == 0) {
    zNumber = zNumber ? zNumber + 1 : " 0";
    pLedger->tally.n++;
    migTextF(p, pOut,
             MIG_TALLY ", (theirs, undone) ="
                       " (SELECT user_version <=%s, user_version >=%s"
                       " FROM pragma_user_version);\n",
             zNumber, zNumber); /* sql-ok: number */
    return;
  }
  ownerGuard(p, pLedger, zFirst);
  pLedger->tally.n++;
  migTextF(p, pOut,
           MIG_TALLY ", theirs ="
                     " NOT EXISTS(SELECT 1 FROM main.\"%w\" WHERE",
           zMirror);
  migTextStr(p, pOut,
             strcmp(zMirror, "alembic_version") == 0
                 ? " version_num"
                 : " version IN(SELECT revision FROM main._migrate_revisions)"
                   " AND version");
  migTextF(p, pOut,
           " NOT IN(SELECT revision FROM main._migrate_applied)),\n"
           " undone = %d = (SELECT count(DISTINCT %s) FROM main.\"%w\""
           " WHERE %s IN(", /* sql-ok: constants */
           pIds->n, zColumn, zMirror, zColumn);
  for (i = 0; i < pIds->n; i++) {
    migTextF(p, pOut, "%s%Q", i ? "," : "", pIds->az[i]);
  }
  migTextStr(p, pOut, "));\n");
}

/* The files of several revisions, and which revisions are a part of them: also
** of those that the file had before, if it has them as they are here. */
static void sharedAdd(MigContext *p, MigLedger *pl) {
  sqlite3_stmt *pStmt =
      migPrepare(p, "SELECT revision, format, file, part, size, data"
                    " FROM main._migrate_files WHERE revision = '' OR part = 3"
                    " ORDER BY revision, format, file");

  while (migStep(p, pStmt)) {
    const char *zId = migColumnText(p, pStmt, 0);
    MigRevision rev;
    migTextF(p, pl->pOut,
             "INSERT OR IGNORE INTO main._migrate_files SELECT %s"
             " WHERE EXISTS(SELECT 1 FROM temp._migrate_steps WHERE new)",
             rowValues(p, pStmt, "_migrate_files")); /* sql-ok: quoted */
    if (p->rc == SQLITE_OK && *zId && migRevisionRead(p, zId, &rev)) {
      migTextF(p, pl->pOut,
               " AND EXISTS(SELECT 1 FROM main._migrate_revisions"
               " WHERE revision = %Q AND checksum IS ",
               zId);
      blobAdd(p, pl->pOut, rev.aChecksum, MIG_HASH_SIZE);
      migTextStr(p, pl->pOut, ")");
    }
    migTextStr(p, pl->pOut, ";\n");
  }
  migFinalize(p, pStmt);
}

/* Behind the last revision. */
void migLedgerRevisionsEnd(MigContext *p, MigLedger *pLedger) {
  packEnd(p, pLedger);
  if (pLedger->bReplaces) {
    migTextStr(p, pLedger->pOut,
               "DELETE FROM main._migrate_scripts WHERE pack NOT IN"
               "(SELECT pack FROM main._migrate_revisions"
               " WHERE pack NOTNULL);\n");
  }
  if (pLedger->iVersion >= 3 && pLedger->bShared) {
    sharedAdd(p, pLedger);
  }
  pLedger->tally.n++;
  migTextStr(p, pLedger->pOut,
             MIG_TALLY ", scripts ="
                       " NOT EXISTS(SELECT 1 FROM temp._migrate_steps AS t\n"
                       "  JOIN main._migrate_revisions AS r USING(revision)"
                       " WHERE r.checksum IS NOT t.checksum);\n");
}

/* ---- steps ---- */

/* A further transaction has begun: is all as the one before has left it? */
void migLedgerAgain(MigContext *p, MigLedger *pLedger) {
  pLedger->tally.n++;
  migTextStr(p, pLedger->pOut,
             MIG_TALLY
             ", alone = last IS"
             " (SELECT coalesce(max(seq), 0) FROM main._migrate_history);\n");
}

/* A revision is applied. A repeatable one may be so already. */
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

/* A revision is undone; NULL: all repeatable ones are to run again. */
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

/* The history row of a step, or with pRev NULL of the whole script. */
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
  blobAdd(p, pOut, pRev ? pRev->aChecksum : 0, MIG_HASH_SIZE);
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

/* No more violations of foreign keys than at the start. */
void migLedgerForeign(MigContext *p, MigLedger *pLedger) {
  pLedger->tally.n++;
  migTextStr(p, pLedger->pOut,
             MIG_TALLY ", parents ="
                       " " MIG_ORPHANS_COUNT " <= coalesce(orphans, 0);\n");
}

/* What _migrate_meta keeps of the schema, when it is known. */
static void schemaFacts(MigContext *p, MigLedger *pl, const MigText *pSchema,
                        const u8 *aFingerprint) {
  MigBytes packed = migDeflate(p, migTextZ(pSchema), pSchema->n, pl->iLevel);
  MigText *pOut = pl->pOut;

  if (p->rc == SQLITE_OK) {
    int bPacked = packed.n < pSchema->n;
    migTextF(p, pOut, "%sSELECT 'schema', ", zFact); /* sql-ok: constant */
    blobAdd(p, pOut, bPacked ? (const char *)packed.a : migTextZ(pSchema),
            bPacked ? packed.n : pSchema->n);
    migTextF(p, pOut,
             " FROM temp._migrate_script UNION ALL SELECT 'schema_size', %lld",
             pSchema->n);
    migTextStr(p, pOut, " UNION ALL SELECT 'fingerprint', ");
    blobAdd(p, pOut, aFingerprint, MIG_HASH_SIZE);
    migTextStr(p, pOut,
               ";\nDELETE FROM main._migrate_meta"
               " WHERE name IN('schema', 'schema_size', 'fingerprint')"
               " AND NOT (SELECT same FROM temp._migrate_script);\n");
  }
  sqlite3_free(packed.a);
}

/* The facts of _migrate_meta at the end of a transaction. They too depend on
** the table of the script: where that is gone nothing is said to be done. */
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

/* Drop what the script has kept. */
void migLedgerClose(MigContext *p, MigLedger *pLedger) {
  if (!pLedger->bDown) {
    migTextStr(p, pLedger->pOut, "DROP TABLE temp._migrate_steps;\n");
  }
  migTextStr(p, pLedger->pOut, "DROP TABLE temp._migrate_script;\n");
}
