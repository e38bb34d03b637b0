/*
** ledgerrevision.c - revisions that a file may lack, as rows in plain SQL.
**
** Which revisions the file lacks is known when the script runs: each of them is
** put into temp._migrate_steps, with `new` where the file does not have it, and
** every row below is inserted by a SELECT from there. So a script can be run on
** files that have some of its revisions already.
**
**   _migrate_revisions   seq behind the last one of the file, or the one that
**                        is there of a repeatable revision; an empty seal, as
**                        seq and pack depend on the file
**   _migrate_scripts     packs, numbered from the last one of the file on; one
**                        is closed at PACK_SIZE bytes or behind, and inserted
**                        when one of its revisions is new
**   _migrate_edges, _migrate_files   as they are here, with their seals
**   _migrate_labels      each with a guard: a label may be taken
**
** A guard behind the last of them sees that the revisions which the file had
** before have the same checksums. It holds for a new one by itself.
**
** Revisions a (up script of 20 bytes) and b (up of 10, down of 5) go into one
** pack of 35 bytes. Where the last pack of the file is 7 the rows come out as
**
**   revision  pack  up_at  up_size  down_at  down_size
**   a         8     0      20       20       NULL
**   b         8     20     10       30       5
**
** When the file has a already only b is inserted, and the same pack: bytes of
** it that no revision names are no harm.
*/
#include "sql.h"
#include "codec.h"
#include "seal.h"
#include "ledgerrevision.h"

#define PACK_SIZE 16384 /* a pack that reached this many bytes is closed */

static const char zStepsTable[] =
    "CREATE TEMP TABLE _migrate_steps(revision TEXT PRIMARY KEY, checksum BLOB,"
    " new INTEGER);\n";

/* ---- scripts ---- */

/* Put a script of n bytes into the open pack: its place there, counted from 0,
** or -1 for none. */
static i64 packAdd(MigContext *p, MigLedger *pl, const char *z, i64 n) {
  i64 iAt = pl->pack.n;

  if (z == 0) {
    return -1;
  }
  migTextAdd(p, &pl->pack, z, n);
  return iAt;
}

/* Write the open pack, deflated, or as it is where that is not longer, and
** begin an empty one. A pack without a byte is none. */
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
    migLedgerBlob(p, pl->pOut, data.a, data.n);
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

/* ---- rows ---- */

/* A number as SQL, in the arena; below 0: NULL. */
static const char *sizeText(MigContext *p, i64 n) {
  return n < 0 ? "NULL" : migPrintf(p, "%lld", n);
}

/*
** The row of a revision, and its scripts into the open pack. One without a byte
** of script has no pack; where just one is missing its size is NULL, and its
** place means nothing. The pack is numbered as it will be written: one more
** than those before it.
*/
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

/* A row of another table, as it is, its values in zValues as SQL: for a
** revision that is new in the file, and unless there is one with its key. */
static void otherAdd(MigContext *p, MigLedger *pl, const char *zTable,
                     const char *zValues, const char *zId) {
  migTextF(p, pl->pOut,
           "INSERT OR IGNORE INTO main.%s SELECT %s"
           " FROM temp._migrate_steps WHERE new AND revision = %Q;\n",
           zTable, zValues, zId); /* sql-ok: quoted */
}

/* The values of the current row of a table, sealed: as SQL, by commas, the seal
** last. pStmt selects all columns of zTable but the seal, in their order. */
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
      migLedgerBlob(
          p, &text,
          sqlite3_column_bytes(pStmt, i) ? sqlite3_column_blob(pStmt, i) : "",
          sqlite3_column_bytes(pStmt, i));
      break;
    default:
      migTextStr(p, &text, migLedgerText(p, migColumnText(p, pStmt, i)));
      break;
    }
  }
  migSealRow(p, pStmt, zTable, n, aSeal);
  migTextStr(p, &text, ", ");
  migLedgerBlob(p, &text, aSeal, MIG_SEAL_SIZE);
  return text.z;
}

/* Rows of zTable that belong to a revision: pStmt reads them as rowValues()
** wants them, and is finalized. */
static void othersAdd(MigContext *p, MigLedger *pl, const char *zTable,
                      sqlite3_stmt *pStmt, const char *zId) {
  while (migStep(p, pStmt)) {
    otherAdd(p, pl, zTable, rowValues(p, pStmt, zTable), zId);
  }
  migFinalize(p, pStmt);
}

/* The labels of a revision; one that is taken stops the script. Only those of a
** new one: a label that was moved in the file since stays there. */
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
** run would have taken the new ones by migrate_edit or migrate_import. Packs
** that no revision names any more go at the end. */
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

/* In front of the first revision: the table of them, in the transaction of the
** guards. */
void migLedgerRevisionStart(MigContext *p, MigLedger *pLedger) {
  migTextStr(p, pLedger->pOut, zStepsTable);
}

/*
** Insert a revision, unless the file has it; pRev has its scripts. All of a
** script come before the first step. A repeatable one is replaced when the file
** has it otherwise; one of that id that is not repeatable there stays, and is
** held against this one by the guard of scripts. Edges, labels and files are
** those of this file.
*/
void migLedgerRevisionAdd(MigContext *p, MigLedger *pLedger,
                          const MigRevision *pRev) {
  if (p->rc) {
    return;
  }
  migTextF(p, pLedger->pOut, "INSERT INTO temp._migrate_steps SELECT %Q, ",
           pRev->zId);
  migLedgerBlob(p, pLedger->pOut, pRev->aChecksum, MIG_HASH_SIZE);
  migTextF(p, pLedger->pOut,
           ", NOT EXISTS(SELECT 1 FROM main._migrate_revisions"
           " WHERE revision = %Q",
           pRev->zId);
  if (pRev->flags & MIG_REV_REPEATABLE) {
    migTextStr(p, pLedger->pOut, " AND (NOT flags & 8 OR checksum IS ");
    migLedgerBlob(p, pLedger->pOut, pRev->aChecksum, MIG_HASH_SIZE);
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

/* The files of several revisions, and which revisions are a part of them: also
** of those that the file had before, if it has them as they are here. Only when
** the script brings a revision that is new. */
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
      migLedgerBlob(p, pl->pOut, rev.aChecksum, MIG_HASH_SIZE);
      migTextStr(p, pl->pOut, ")");
    }
    migTextStr(p, pl->pOut, ";\n");
  }
  migFinalize(p, pStmt);
}

/* Behind the last revision: the open pack, packs that a replaced one has left,
** files of several, and the guard of scripts. */
void migLedgerRevisionEnd(MigContext *p, MigLedger *pLedger) {
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
