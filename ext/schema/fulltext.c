/*
** fulltext.c - full-text tables that keep only an index of rows elsewhere.
**
** FTS4 and FTS5 with content='t' hold no rows: for each word they keep the
** keys of the rows of t, or of a view t, that have it. The key is the rowid;
** FTS5 takes another column by content_rowid='c'. Nothing tells such a table
** that a row has got another key or another value. That is for triggers, and
** where a table is made anew none fires. From then on it finds wrong rows, or
** SQLite calls it malformed. The command 'rebuild' fills it anew.
**
** That reads all rows, so it is to be done only where it must be: where the
** key, or a column that is indexed, is not filled from what it was before. What
** a view makes of a table is not looked into; there every column counts.
**
** What is read of such a table are the arguments of its CREATE VIRTUAL TABLE:
**
**   USING fts5(title, body, content='doc', content_rowid='id')
**   USING fts4(content="doc", title, body)
**
** Columns and options stand mixed; an option is a word, = and a value. FTS4
** takes words in full, FTS5 also cut short. content='' means that there are no
** rows anywhere, and such a table cannot be filled anew. Both are described by
** SQLite's pages fts3.html and fts5.html, under "External Content".
*/
#include <string.h>
#include "fulltext.h"
#include "sql.h"

/* An argument: an option, word = value, or a column. */
typedef struct Option {
  MigToken word;  /* of a column its name */
  MigToken value; /* END when it is no option but a column */
} Option;

/* Argument i of a virtual table. What stands behind the value, or behind the
** name of a column, is passed over. */
static Option optionRead(const MigDdl *pDdl, int i) {
  i64 iEnd = pDdl->aArg[i].iStart + pDdl->aArg[i].n;
  Option option;
  MigToken equals;
  i64 k =
      migTokenSignificant(pDdl->z, iEnd, pDdl->aArg[i].iStart, &option.word);

  k = migTokenSignificant(pDdl->z, iEnd, k, &equals);
  migTokenSignificant(pDdl->z, iEnd, k, &option.value);
  if (equals.n != 1 || pDdl->z[equals.iStart] != '=') {
    memset(&option.value, 0, sizeof(option.value)); /* MIG_TK_END */
  }
  return option;
}

/* Is an option called zName, in any case? FTS5 takes a word cut short; nLeast:
** the bytes that must be there. */
static int optionIs(const MigDdl *pDdl, const Option *pOption,
                    const char *zName, i64 nLeast) {
  i64 n = pOption->word.n;

  return pOption->value.eType != MIG_TK_END && n >= nLeast &&
         n <= (i64)strlen(zName) &&
         migStrNICmp(pDdl->z + pOption->word.iStart, zName, n) == 0;
}

/* Is this the module, in any case? */
static int isModule(const MigDdl *pDdl, const char *zName) {
  return migTokenNameIs(pDdl->z, &pDdl->module, zName);
}

/*
** The table or view that the rows of the virtual table pDdl stand in, or NULL:
** in itself, nowhere, or it is no FTS4 or FTS5. The name is as it is written
** there, quotes undone, in the arena; nothing says that there is such an
** object. pDdl may be NULL.
*/
char *migFulltextContent(MigContext *p, const MigDdl *pDdl) {
  i64 nLeast = pDdl && isModule(pDdl, "fts5") ? 1 : 7;
  int i;

  if (pDdl == 0 || (nLeast == 7 && !isModule(pDdl, "fts4"))) {
    return 0;
  }
  for (i = 0; i < pDdl->nArg; i++) {
    Option option = optionRead(pDdl, i);
    if (optionIs(pDdl, &option, "content", nLeast)) {
      char *zName = migTokenName(p, pDdl->z, &option.value);
      return zName && zName[0] ? zName : 0;
    }
  }
  return 0;
}

/* Has a virtual table, of whatever module, its rows in zName, apart from case?
** Any module may have an option content, so words cut short count as well. pDdl
** is not NULL. */
int migFulltextOver(const MigDdl *pDdl, const char *zName) {
  int i;

  for (i = 0; i < pDdl->nArg; i++) {
    Option option = optionRead(pDdl, i);
    if (optionIs(pDdl, &option, "content", 1) &&
        migTokenNameIs(pDdl->z, &option.value, zName)) {
      return 1;
    }
  }
  return 0;
}

/* ------------------------------------------------------------------------
** What a change of the table does to it
*/

#define ROWID (-1)   /* in the place of a column: the rowid */
#define NOTHING (-2) /* nothing of the old table */

/* A change of a table. */
typedef struct Change {
  const MigTableDiff *pDiff;
  const char *const *azUsing; /* for each new column an expression that fills
                              ** it, or NULL; may be NULL */
} Change;

/* The column that a name means in a table that could be read, ROWID or NOTHING.
** A column hides a name of the rowid; one that is the rowid is that. */
static int columnFind(const MigModelObject *pTable, const char *zName) {
  int i = migModelColumn(pTable->pTable, zName);

  if (i < 0 && !pTable->pDdl->bWithoutRowid &&
      (migStrICmp(zName, "rowid") == 0 || migStrICmp(zName, "oid") == 0 ||
       migStrICmp(zName, "_rowid_") == 0)) {
    return ROWID;
  }
  return i < 0 ? NOTHING : i == pTable->pTable->iRowid ? ROWID : i;
}

/* What of the old table is in what zName means in the new one? A rowid that
** has a name in both is copied, when no column of the old table fills it. */
static int sourceFind(const Change *pc, const char *zName) {
  const MigTableDiff *pDiff = pc->pDiff;
  const MigModelTable *pNew = pDiff->pNew->pTable;
  int i = columnFind(pDiff->pNew, zName);

  if (i == ROWID) {
    i = pNew->iRowid;
  }
  if (i < 0) {
    return i;
  }
  if (pc->azUsing && pc->azUsing[i]) {
    return NOTHING;
  }
  if (pDiff->aiFrom[i] < 0) {
    return i == pNew->iRowid && !pDiff->pOld->pDdl->bWithoutRowid ? ROWID
                                                                  : NOTHING;
  }
  return pDiff->aiFrom[i] == pDiff->pOld->pTable->iRowid ? ROWID
                                                         : pDiff->aiFrom[i];
}

/* Does what zName means have another value afterwards? Also when it means
** something in one of the definitions only. */
static int keyMoves(const Change *pc, const char *zName) {
  return columnFind(pc->pDiff->pOld, zName) != sourceFind(pc, zName);
}

/* Can a value, read as a text, be another one in a column of another affinity?
** Not in one of TEXT or without affinity. In others it may where it was no
** number before, and where it changes from REAL or to it. */
static int affinityMatters(int eOld, int eNew) {
  int bOld = eOld != MIG_AFFINITY_TEXT && eOld != MIG_AFFINITY_BLOB;
  int bNew = eNew != MIG_AFFINITY_TEXT && eNew != MIG_AFFINITY_BLOB;

  return bNew && eOld != eNew &&
         (!bOld || eOld == MIG_AFFINITY_REAL || eNew == MIG_AFFINITY_REAL);
}

/* May a column that is indexed have other words afterwards? */
static int wordsMove(const Change *pc, const char *zName) {
  const MigTableDiff *pDiff = pc->pDiff;
  const MigModelTable *pOld = pDiff->pOld->pTable;
  const MigModelTable *pNew = pDiff->pNew->pTable;
  int iOld = migModelColumn(pOld, zName);
  int iNew = migModelColumn(pNew, zName);
  int i;

  if (iOld < 0 || iNew < 0) {
    return 0; /* it would not work, which is found elsewhere */
  }
  for (i = 0; i < pDiff->n; i++) {
    if (pDiff->a[i].eKind == MIG_ALT_GENERATED && pDiff->a[i].iNew == iNew) {
      return 1;
    }
  }
  return keyMoves(pc, zName) || affinityMatters(pOld->aColumn[iOld].eAffinity,
                                                pNew->aColumn[iNew].eAffinity);
}

/* The same for any column of the old table. */
static int anyMoves(const Change *pc) {
  const MigModelTable *pOld = pc->pDiff->pOld->pTable;
  int i = 0;

  while (i < pOld->nColumn && !wordsMove(pc, pOld->aColumn[i].zName)) {
    i++;
  }
  return i < pOld->nColumn;
}

/*
** Does the change of a table, from which the full-text table pDdl has its rows
** directly or through a view, leave its index behind? azUsing: for each new
** column an expression that fills it, or NULL; may be NULL.
**
** Decided from the definitions alone, as if the table were made anew: where the
** rows are left as they are, an index may be filled that was in order. 1 in
** doubt. After an error the answer means nothing.
*/
int migFulltextStale(MigContext *p, const MigTableDiff *pDiff,
                     const char *const *azUsing, const MigDdl *pDdl) {
  const Change change = {pDiff, azUsing};
  const char *zKey = "rowid";
  int nColumn = 0;
  int bStale = 0;
  int i;

  if (pDiff->pOld->pTable == 0 || pDiff->pNew->pTable == 0) {
    return 1;
  }
  if (!migFulltextOver(pDdl, pDiff->pOld->zName)) {
    return (!pDiff->pOld->pDdl->bWithoutRowid && keyMoves(&change, zKey)) ||
           anyMoves(&change);
  }
  for (i = 0; i < pDdl->nArg && p->rc == SQLITE_OK; i++) {
    Option option = optionRead(pDdl, i);
    if (option.value.eType == MIG_TK_END) {
      const char *z = migTokenName(p, pDdl->z, &option.word);
      bStale |= z && wordsMove(&change, z);
      nColumn++;
    } else if (optionIs(pDdl, &option, "languageid", 10)) {
      const char *z = migTokenName(p, pDdl->z, &option.value);
      bStale |= z && wordsMove(&change, z);
    } else if (optionIs(pDdl, &option, "content_rowid", 8)) {
      zKey = migTokenName(p, pDdl->z, &option.value);
    }
  }
  return bStale || (zKey && keyMoves(&change, zKey)) ||
         (nColumn == 0 && anyMoves(&change));
}

/* ------------------------------------------------------------------------
** Filling it anew
*/

/* The statement that does it for full-text table zName, without a semicolon, in
** the arena; NULL after an error. It reads all rows and calls the tokenizer. */
const char *migFulltextFill(MigContext *p, const char *zName) {
  return migPrintf(p, "INSERT INTO main.\"%w\"(\"%w\") VALUES('rebuild')",
                   zName, zName);
}

/* Why this connection cannot do it, for want of a module or a tokenizer, or
** NULL. In the arena. What is no fault of the table, as want of memory, is an
** error as well. */
const char *migFulltextMissing(MigContext *p, const char *zName) {
  char *zSql = migPrintf(p, "SELECT 1 FROM main.\"%w\" LIMIT 0", zName);
  const char *zWhy = 0;

  migCompile(p, zSql, &zWhy);
  return zWhy;
}

/* Can it not be read, because its rows are not where it looks for them? What it
** says of its own index, SQLITE_CORRUPT, does not count. A row of it is read. 0
** after an error. */
int migFulltextBroken(MigContext *p, const char *zName) {
  char *zSql = migPrintf(p, "SELECT * FROM main.\"%w\" LIMIT 1", zName);
  sqlite3_stmt *pStmt = 0;
  int rc;

  if (p->rc) {
    return 0;
  }
  rc = sqlite3_prepare_v2(p->db, zSql, -1, &pStmt, 0);
  if (rc == SQLITE_OK) {
    rc = sqlite3_step(pStmt);
  }
  if (rc != SQLITE_ROW && rc != SQLITE_DONE && (rc & 0xff) != SQLITE_ERROR &&
      (rc & 0xff) != SQLITE_CORRUPT) {
    migFailDb(p, rc);
  }
  sqlite3_finalize(pStmt);
  return (rc & 0xff) == SQLITE_ERROR;
}
