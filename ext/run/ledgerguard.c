/*
** ledgerguard.c - what a script that runs without us makes sure of.
**
** A guard is a statement that counts itself (tally.h) and sets a column of
** temp._migrate_script to whether something is so. The column has a CHECK that
** it is 1, whose name is the message of the error (ledger.c). In the order in
** which they stand in the script:
**
**   at its start     store, whole, mirror, state, contents: the file has our
**                    tables in this version, no revision applied in part, the
**                    same setting mirror, the revisions applied that the script
**                    begins at, with these contents
**   behind the rows  of new revisions edges; and owner, theirs, undone where a
**                    version table of another tool is kept true
**   later            shape: a table that is made anew has the columns, indexes
**                    and triggers that it has here (plainscript.c);
**                    alone: nobody has written since the transaction before;
**                    parents: no more rows without their parent than before
**
** Two more stand with the rows that they are about (ledgerrevision.c): labels
** and scripts. Whether the schema is the expected one is no guard: it decides
** what the script may say of it afterwards.
**
** For a script that begins at b this is one of them, and what a file that is at
** c has to say:
**
**   UPDATE temp._migrate_script SET passed = passed + 1, state =
**    (SELECT count(*) = 2 AND total(revision IN('a','b')) = 2 FROM ...);
**
**   CHECK constraint failed: this file is not at b, where the script ...
**
** total() is used, not sum(): of no rows it is 0.0, not NULL, and NULL is not 1
** (lang_aggfunc.html).
*/
#include <string.h>
#include "migrate.h"
#include "sql.h"
#include "store.h"
#include "topology.h"
#include "orphans.h"
#include "ledgerguard.h"

/* The version of the store, whether nothing is applied in part (partial.c), and
** the numbers from which those of the script's rows go on. */
static const char zLook[] = MIG_TALLY
    ",\n"
    " store = (SELECT value FROM main._migrate_meta"
    " WHERE name = 'store_version') IS %d,\n"
    " run = 1 + max((SELECT coalesce(max(run), 0) FROM main._migrate_history),"
    "\n  (SELECT coalesce(max(value), 0) FROM main._migrate_meta"
    " WHERE name = 'run')),\n"
    " whole = NOT EXISTS(SELECT 1 FROM main._migrate_meta"
    " WHERE name >= 'batch ' AND name < 'batch!'),\n"
    " last = (SELECT coalesce(max(seq), 0) FROM main._migrate_history),\n"
    " pack = (SELECT coalesce(max(pack), 0) FROM main._migrate_scripts);\n";
/* Applied revisions but the repeatable ones, as a table. */
static const char zApplied[] =
    "(SELECT a.revision, a.checksum FROM main._migrate_applied AS a"
    " LEFT JOIN main._migrate_revisions AS r USING(revision)"
    " WHERE NOT coalesce(r.flags, 0) & 8)";

/* ---- the state at the start ---- */

/* Our tables' names, as SQL texts, by commas; in the arena. */
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

/* The objects that are neither ours nor SQLite's, as a query of how many, in
** the arena. The table that setting mirror names is as good as there: the
** script makes it. */
static char *objectsQuery(MigContext *p, const MigLedger *pl) {
  return migPrintf(p,
                   "SELECT count(*) FROM main.sqlite_schema WHERE"
                   " name NOT GLOB 'sqlite_*' AND lower(tbl_name)"
                   " NOT IN(%s, %Q)", /* sql-ok: names */
                   storeNames(p), pl->zMirror ? pl->zMirror : "");
}

/* How many objects of others this file holds. Needs a read transaction; only
** zMirror of the ledger counts. */
int migLedgerGuardObjects(MigContext *p, const MigLedger *pLedger) {
  return (int)migQueryInt(p, 0, "%s", /* sql-ok: query */
                          objectsQuery(p, pLedger));
}

/* Refuse a file that has some of our tables, but not just these. With bNone it
** may have none of them. Objects with a stored text are counted by the table
** they are on, so an index or trigger on one of ours is refused too. */
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

/* Is the schema the expected one? At base it is when the file holds as many
** objects of others as were counted here, usually none; later when the
** fingerprint that the file keeps of it is the one expected. The answer is 0 or
** 1 in `same`, never an error. */
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
    migLedgerBlob(p, pl->pOut, pStart->aFingerprint, MIG_HASH_SIZE);
    migTextStr(p, pl->pOut, ";\n");
  }
}

/* Refuse a file that keeps another version table true, or none. The value is
** compared as it is stored, case included. */
static void mirrorGuard(MigContext *p, MigLedger *pl) {
  pl->tally.n++;
  migTextF(p, pl->pOut,
           MIG_TALLY
           ", mirror ="
           " (SELECT value FROM main._migrate_settings WHERE name = 'mirror')"
           " IS %Q;\n",
           pl->zMirror);
}

/* Refuse a file with other applied revisions: more, fewer or not these. Those
** that are repeatable do not count, they may be applied or not. An id that the
** file has applied and does not hold counts. */
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

/* Append what a query of this file gives in its second column for members of
** the set, ids in its first, as SQL texts by commas. Returns how many. */
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
** were applied here, else as they are stored. It stands behind the guard of the
** state, by which they are as many. */
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
** Begin the script: its table, our tables when it begins at base, the guards,
** and what later rows depend on. What is expected is named by the current heads
** in messages. It all stands within the first transaction of the script. Needs
** a store and a read transaction here.
*/
void migLedgerGuardStart(MigContext *p, MigLedger *pLedger,
                         const MigLedgerStart *pStart) {
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
  migLedgerOpen(p, pLedger, zAt);
  storeGuard(p, pLedger, bBase);
  if (bBase) {
    migLedgerMake(p, pLedger);
  }
  pLedger->tally.n++;
  migTextF(p, pLedger->pOut, zLook, MIGRATE_STORE_VERSION);
  schemaGuess(p, pLedger, pStart);
  mirrorGuard(p, pLedger);
  stateGuard(p, pLedger, pStart->pApplied);
  contentsGuard(p, pLedger, pStart);
}

/* ---- behind the revisions ---- */

/*
** Refuse a file where a revision of the set has other parents or dependencies:
** what is current there is not what it is here. To be called behind the
** revisions. Their order among a revision does not count. Needs a store and a
** read transaction here.
*/
void migLedgerGuardEdges(MigContext *p, MigLedger *pLedger,
                         const MigSet *pSet) {
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

/* The column of a version table that holds its ids, of one that setting mirror
** may name: Alembic's, or that of dbmate and others. */
static const char *mirrorColumn(const char *zMirror) {
  return strcmp(zMirror, "alembic_version") == 0 ? "version_num" : "version";
}

/* Make the table that setting mirror names, by zMake, and refuse one that is
** not its owner's: a view or virtual table, one with other columns, one that a
** trigger or a foreign key listens to (mirror.c). */
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
      zMake, z, z, mirrorColumn(z), z);
}

/* The guards theirs and undone for PRAGMA user_version: it is no more and no
** less than the number in zFirst, which ends in '=' and that number, or 0 when
** it does not. */
static void numberGuard(MigContext *p, MigLedger *pl, const char *zFirst) {
  const char *zNumber = strrchr(zFirst, '=');

  zNumber = zNumber ? zNumber + 1 : " 0";
  pl->tally.n++;
  migTextF(p, pl->pOut,
           MIG_TALLY ", (theirs, undone) ="
                     " (SELECT user_version <=%s, user_version >=%s"
                     " FROM pragma_user_version);\n",
           zNumber, zNumber); /* sql-ok: number */
}

/* The same for a version table: no id in it that is not applied, and all of
** pIds. Rows of schema_migrations that are no revision of the file do not
** count, dbmate has run these; in alembic_version there are none such. */
static void tableGuard(MigContext *p, MigLedger *pl, const MigList *pIds) {
  const char *zMirror = pl->zMirror;
  const char *zColumn = mirrorColumn(zMirror);
  MigText *pOut = pl->pOut;
  int i;

  pl->tally.n++;
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

/*
** Refuse a file where what setting mirror names says that the other tool has
** gone on by itself or has undone something, as a run does (mirror.c). zFirst
** is the first statement that keeps it true to the start: it makes the table,
** or sets user_version. pIds is what the table then holds. To be called behind
** the revisions.
*/
void migLedgerGuardMirror(MigContext *p, MigLedger *pLedger, const char *zFirst,
                          const MigList *pIds) {
  if (strcmp(pLedger->zMirror, "user_version") == 0) {
    numberGuard(p, pLedger, zFirst);
  } else {
    ownerGuard(p, pLedger, zFirst);
    tableGuard(p, pLedger, pIds);
  }
}

/* ---- later transactions, and the end of each ---- */

/* A further transaction has begun: is all as the one before has left it? The
** last row of the history tells, as every call that changes what is applied
** adds one. */
void migLedgerGuardAgain(MigContext *p, MigLedger *pLedger) {
  pLedger->tally.n++;
  migTextStr(p, pLedger->pOut,
             MIG_TALLY
             ", alone = last IS"
             " (SELECT coalesce(max(seq), 0) FROM main._migrate_history);\n");
}

/* No more violations of foreign keys than at the start. Only where they can be
** counted (orphans.h); those that were not counted there are taken for none. */
void migLedgerGuardForeign(MigContext *p, MigLedger *pLedger) {
  pLedger->tally.n++;
  migTextStr(p, pLedger->pOut,
             MIG_TALLY ", parents ="
                       " " MIG_ORPHANS_COUNT " <= coalesce(orphans, 0);\n");
}
