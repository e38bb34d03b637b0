/*
** fold.c - columns that are added one after another, added together.
**
** After each ALTER TABLE ADD COLUMN SQLite reads the whole schema again. That
** is nearly all that it costs, and in a run of many revisions most of what the
** run costs. What it does otherwise is little: the definition goes into the
** stored text of the table, behind a comma, in front of what follows the last
** column. So the columns of statements that follow each other directly, also
** from one revision to the next, wait here; then their texts are written, the
** schema cookie is moved on by as many, and the schema is read once
** (schema/editing.c says what this is like). Every other statement, and
** everything else that could look at the schema, comes after.
**
** SQLite compiles each of these statements all the same, and with that makes
** every objection it has, to the application's authorizer too; only the step
** is left out. For that to be the same
**   - the definition must be plain: a name, a type of words and numbers, NOT
**     NULL, DEFAULT with a literal, COLLATE with a collation of SQLite's own;
**     NOT NULL with a literal that is not NULL. SQLite checks no rows then;
**   - there may be no comment in the statement: of one at its end SQLite's own
**     text is not what one would want;
**   - the table must be an ordinary one of main: no STRICT one, where types
**     are looked at later, and no WITHOUT ROWID one;
**   - no column that waits has that name, nor does the table reach a limit;
**   - SQLite must have added a column to this file in the same run: the first
**     one also sees to it that the file has format 3 or later;
**   - the connection may not be DEFENSIVE, nor setting schema_edit be deny.
**     When something else forbids to write the text, the statements that wait
**     are run.
** One that waits alone is run as it is.
**
** So, where SQLite has added a column to the file before, the script
**
**   ALTER TABLE t ADD b TEXT;
**   ALTER TABLE t ADD c DEFAULT 0;
**   UPDATE t SET b = 'x';
**
** turns the stored text 'CREATE TABLE t(a)' into 'CREATE TABLE t(a, b TEXT, c
** DEFAULT 0)' and adds 2 to the schema cookie when the UPDATE comes; two ALTER
** TABLE statements of SQLite leave the same bytes behind.
**
** Each statement goes through three calls: migFoldTakes() before it is
** compiled, migFoldAdd() in the place of its step, migFoldEnd() when what
** follows cannot wait. With MIG_FAST 0 nothing waits, with 2 one alone is
** edited in as well.
*/
#include <string.h>
#include "ddl.h"
#include "editing.h"
#include "fast.h"
#include "fold.h"
#include "sql.h"
#include "store.h"
#include "text.h"
#include "utf8.h"

#define TEXT_MAX 100000 /* bytes of a stored text */
#define WAIT_MAX 500    /* columns that wait */

/* A column that waits. */
struct MigFoldColumn {
  MigFoldColumn *pNext; /* in the order of the statements */
  MigFoldTable *pInto;
  const char *zName; /* without its quotes */
  const char *zText; /* its definition, the name included */
  const char *zSql;  /* the statement, run when the text may not be written */
};

/* A table of main that columns wait for. */
struct MigFoldTable {
  MigFoldTable *pNext;
  const char *zName; /* as it is stored */
  i64 iRow;          /* its rowid in sqlite_schema */
  const char *zText; /* the text stored there, before any column that waits */
  i64 iEnd;          /* where in it columns are added, from 0 */
  i64 nText;         /* bytes that it will have */
  int nColumn;       /* columns that it will have */
};

/* Look a table up by any spelling of its name; a damaged schema may have it
** twice. */
static const char zLookup[] =
    "SELECT rowid, name, sql FROM main.sqlite_schema WHERE type = 'table'"
    " AND name = ?1 COLLATE NOCASE";
/* The schema cookie (pragma.html#pragma_schema_version). */
static const char zCookie[] = "PRAGMA main.schema_version";
/* Put a text in the place of the one that was read, and of no other. */
static const char zWrite[] = "UPDATE main.sqlite_schema SET sql = ?1"
                             " WHERE rowid = ?2 AND type = 'table'"
                             " AND sql = ?3";

/* ---- may it wait? ---- */

/* Is the token one of the n words of az? Case does not count, and a quoted word
** is none. */
static int tokenAmong(const char *z, const MigToken *pToken, int n,
                      const char *const *az) {
  int i;

  for (i = 0; i < n; i++) {
    if (migTokenIs(z, pToken, az[i])) {
      return 1;
    }
  }
  return 0;
}

/* Does a word begin what is not plain? Some of them SQLite takes for a part of
** the type here and there. */
static int isOdd(const char *z, const MigToken *pToken) {
  static const char *const azOdd[] = {
      "constraint", "primary", "unique", "check",  "references", "deferrable",
      "generated",  "always",  "as",     "on",     "initially",  "hidden",
      "virtual",    "stored",  "key",    "foreign"};

  return tokenAmong(z, pToken, (int)(sizeof(azOdd) / sizeof(azOdd[0])), azOdd);
}

/* Read the statement's tokens one by one; a comment ends them as well, with
** type ILLEGAL. */
typedef struct Reader {
  const char *z;
  i64 i;
  i64 iEnd;
  i64 iLast; /* end of the last token but the semicolon */
  MigToken token;
} Reader;

/* Go on to the next token that is no white space. The semicolon does not count
** for iLast: it is no part of a definition. */
static void readNext(Reader *pRead) {
  MigToken *pToken = &pRead->token;

  if (pToken->eType != MIG_TK_SEMI && pToken->eType != MIG_TK_END) {
    pRead->iLast = pToken->iStart + pToken->n;
  }
  do {
    pRead->i = migTokenNext(pRead->z, pRead->iEnd, pRead->i, pToken);
  } while (pToken->eType == MIG_TK_SPACE);
  if (pToken->eType == MIG_TK_COMMENT) {
    pToken->eType = MIG_TK_ILLEGAL;
  }
}

/* Is the reader at this word? Then it goes on to the next token. So do the two
** below; else the reader stays where it is. */
static int readWord(Reader *pRead, const char *zWord) {
  int b = migTokenIs(pRead->z, &pRead->token, zWord);

  if (b) {
    readNext(pRead);
  }
  return b;
}

/* At a token of this type? */
static int readType(Reader *pRead, MigTokenType eType) {
  int b = pRead->token.eType == eType;

  if (b) {
    readNext(pRead);
  }
  return b;
}

/* At a single plus or minus? */
static int readSign(Reader *pRead) {
  MigToken *pToken = &pRead->token;
  int b = pToken->eType == MIG_TK_OPERATOR && pToken->n == 1 &&
          (pRead->z[pToken->iStart] == '-' || pRead->z[pToken->iStart] == '+');

  if (b) {
    readNext(pRead);
  }
  return b;
}

/* A type: words, and perhaps one or two numbers in parentheses. None at all is
** one too. 0 when it is not plain; the reader is anywhere then. */
static int readTypeName(Reader *pRead) {
  static const char *const azBehind[] = {"not", "null", "default", "collate"};

  while (pRead->token.eType == MIG_TK_WORD &&
         !tokenAmong(pRead->z, &pRead->token, 4, azBehind)) {
    if (isOdd(pRead->z, &pRead->token)) {
      return 0;
    }
    readNext(pRead);
  }
  if (!readType(pRead, MIG_TK_LP)) {
    return 1;
  }
  readSign(pRead);
  if (!readType(pRead, MIG_TK_NUMBER)) {
    return 0; /* unreached: SQLite would not have compiled it */
  }
  if (readType(pRead, MIG_TK_COMMA)) {
    readSign(pRead);
    if (!readType(pRead, MIG_TK_NUMBER)) {
      return 0; /* unreached: likewise */
    }
  }
  return readType(pRead, MIG_TK_RP);
}

/* A literal; *pbValue is set when it is a value, not NULL, and else left. 0
** when it is none, as CURRENT_TIME or an expression. */
static int readLiteral(Reader *pRead, int *pbValue) {
  if (readWord(pRead, "null")) {
    return 1;
  }
  *pbValue = 1;
  if (readSign(pRead)) {
    return readType(pRead, MIG_TK_NUMBER);
  }
  return readType(pRead, MIG_TK_NUMBER) || readType(pRead, MIG_TK_STRING) ||
         readType(pRead, MIG_TK_BLOB) || readWord(pRead, "true") ||
         readWord(pRead, "false");
}

/*
** Is the definition that begins at the reader's token a plain one, to the end
** of the statement? A second DEFAULT is not, nor is NOT NULL without a DEFAULT
** that is a value: SQLite refuses it where the table has rows. NULL as a
** constraint says nothing.
*/
static int readPlain(Reader *pRead) {
  static const char *const azCollation[] = {"binary", "nocase", "rtrim"};
  int bNotNull = 0;
  int bDefault = 0;
  int bValue = 0;

  if (!readType(pRead, MIG_TK_WORD) && !readType(pRead, MIG_TK_QUOTED)) {
    return 0;
  }
  if (!readTypeName(pRead)) {
    return 0;
  }
  for (;;) {
    if (readWord(pRead, "not")) {
      bNotNull = 1;
      if (!readWord(pRead, "null")) {
        return 0; /* unreached: likewise */
      }
    } else if (readWord(pRead, "default")) {
      if (bDefault++ || !readLiteral(pRead, &bValue)) {
        return 0;
      }
    } else if (readWord(pRead, "collate")) {
      if (!tokenAmong(pRead->z, &pRead->token, 3, azCollation)) {
        return 0;
      }
      readNext(pRead);
    } else if (!readWord(pRead, "null")) {
      break;
    }
  }
  readType(pRead, MIG_TK_SEMI);
  return pRead->token.eType == MIG_TK_END && (!bNotNull || bValue);
}

/*
** The definition of the column, as SQLite would cut it out of the text, in the
** arena; NULL when it is not plain. pSt is of the n bytes at z. Without a
** semicolon only blanks may follow: SQLite's own text goes to the end of what
** it was given then.
*/
static char *columnText(MigContext *p, const char *z, i64 n,
                        const MigStatement *pSt) {
  Reader read = {z, pSt->iStart, pSt->iStart + pSt->nByte, 0, {0, 0, 0}};
  i64 i = read.iEnd;

  while (!pSt->bSemi && i < n && migIsSpace(z[i])) {
    i++;
  }
  if (!pSt->bSemi && i < n) {
    return 0;
  }
  do {
    readNext(&read);
  } while (read.token.eType != MIG_TK_END &&
           read.token.eType != MIG_TK_ILLEGAL &&
           read.token.iStart < pSt->column.iStart);
  if (read.token.iStart != pSt->column.iStart || !readPlain(&read)) {
    return 0;
  }
  return migStrndup(p, z + pSt->column.iStart, read.iLast - pSt->column.iStart);
}

/* ---- the table ---- */

/*
** Where in the stored text of a table columns are added: in front of the comma
** or parenthesis behind the last one. 0 when that may not be done here: no
** place is at the first byte. z has n bytes, *pnColumn becomes the number of
** its columns. Leaves no error behind but out of memory and the like.
*/
static i64 tableEnd(MigContext *p, const char *z, i64 n, int *pnColumn) {
  MigDdlColumn *pLast;
  MigToken token;
  MigDdl ddl;
  int bRead;

  if (n > TEXT_MAX || strncmp(z, "CREATE TABLE ", 13) || !migIsUtf8(z, n)) {
    return 0; /* not as SQLite writes it: too long, or by hand */
  }
  bRead = migDdlRead(p, z, n, &ddl);
  if (p->eCode == MIG_FORMAT) {
    migErrorClear(p); /* unreached: it reads whatever SQLite has read */
  }
  if (!bRead || ddl.eKind != MIG_DDL_TABLE || ddl.bStrict ||
      ddl.bWithoutRowid || ddl.nColumn == 0) {
    return 0;
  }
  *pnColumn = ddl.nColumn;
  pLast = &ddl.aColumn[ddl.nColumn - 1];
  migTokenSignificant(z, n, pLast->all.iStart + pLast->all.n, &token);
  return token.eType == MIG_TK_COMMA || token.eType == MIG_TK_RP ? token.iStart
                                                                 : 0;
}

/* Look a table up in main; NULL when no column can wait for it, and after
** failure. What was read of the text is let go, the text stays. */
static MigFoldTable *tableFind(MigContext *p, const char *zName) {
  MigFoldTable *pTable = migAlloc(p, sizeof(*pTable));
  sqlite3_stmt *pStmt = migCached(p, zLookup);
  int n = 0;
  MigMark mark;

  migBindText(p, pStmt, 1, zName);
  while (pTable && migStep(p, pStmt)) {
    n++;
    pTable->iRow = sqlite3_column_int64(pStmt, 0);
    pTable->zName = migColumnText(p, pStmt, 1);
    pTable->zText = migColumnText(p, pStmt, 2);
  }
  sqlite3_reset(pStmt);
  if (p->rc || n != 1 || pTable->zText == 0) {
    return 0;
  }
  mark = migArenaMark(p);
  pTable->nText = (i64)strlen(pTable->zText);
  pTable->iEnd = tableEnd(p, pTable->zText, pTable->nText, &pTable->nColumn);
  migArenaRelease(p, mark);
  return p->rc == SQLITE_OK && pTable->iEnd ? pTable : 0;
}

/* The table of that name, among those that columns wait for or in main. */
static MigFoldTable *foldTable(MigContext *p, const MigFold *pFold,
                               const char *zName) {
  MigFoldTable *pTable = pFold->pTable;

  while (pTable && migStrICmp(pTable->zName, zName)) {
    pTable = pTable->pNext;
  }
  return pTable ? pTable : tableFind(p, zName);
}

/* Does no column that waits for the table have the name, and has the table
** room for it? Columns that it has already are SQLite's to object to. The
** limits are those of the connection (limits.html). */
static int columnFits(MigContext *p, const MigFold *pFold,
                      const MigFoldColumn *pNew) {
  i64 nMax = sqlite3_limit(p->db, SQLITE_LIMIT_SQL_LENGTH, -1);
  const MigFoldColumn *pOne;

  for (pOne = pFold->pFirst; pOne; pOne = pOne->pNext) {
    if (pOne->pInto == pNew->pInto &&
        migStrICmp(pOne->zName, pNew->zName) == 0) {
      return 0;
    }
  }
  nMax = nMax < TEXT_MAX ? nMax : TEXT_MAX;
  return pNew->pInto->nColumn + 1 <
             sqlite3_limit(p->db, SQLITE_LIMIT_COLUMN, -1) &&
         pNew->pInto->nText + (i64)strlen(pNew->zText) + 3 < nMax;
}

/*
** Can the statement pSt of the script in n bytes of z wait, which is about
** zTable of main (NULL: of another schema)? When SQLite has compiled it,
** migFoldAdd() lets it. When it cannot, what waits already has to be ended
** first. Nothing is added to what waits; a column that was taken and not added
** is forgotten with the next call. Needs the write transaction of the run, as
** the text that it reads must stay what it is.
*/
int migFoldTakes(MigContext *p, MigFold *pFold, const char *z, i64 n,
                 const MigStatement *pSt, const char *zTable) {
  MigFoldColumn *pNew;

  pFold->pNew = 0;
  if (!MIG_FAST || p->rc || pSt->eAlter != MIG_ALTER_ADD || zTable == 0 ||
      !pFold->bFormat || pFold->bDenied || pFold->nColumn >= WAIT_MAX ||
      migEditingConfig(p->db, SQLITE_DBCONFIG_DEFENSIVE)) {
    return 0;
  }
  pNew = migAlloc(p, sizeof(*pNew));
  if (pNew && (pNew->zText = columnText(p, z, n, pSt)) != 0) {
    pNew->zName = migTokenName(p, z, &pSt->column);
    pNew->zSql = migStrndup(p, z + pSt->iStart, pSt->nByte);
    pNew->pInto = foldTable(p, pFold, zTable);
    if (p->rc == SQLITE_OK && pNew->pInto && columnFits(p, pFold, pNew)) {
      pFold->pNew = pNew;
    }
  }
  return pFold->pNew != 0;
}

/* ---- waiting ---- */

/* Let the column wait that was taken last. It cannot fail. Two more bytes are
** the comma and the blank in front of it. */
void migFoldAdd(MigFold *pFold) {
  MigFoldColumn *pNew = pFold->pNew;
  MigFoldTable *pTable = pFold->pTable;

  while (pTable && pTable != pNew->pInto) {
    pTable = pTable->pNext;
  }
  if (pTable == 0) {
    pTable = pNew->pInto;
    pTable->pNext = pFold->pTable;
    pFold->pTable = pTable;
  }
  pTable->nText += (i64)strlen(pNew->zText) + 2;
  pTable->nColumn++;
  if (pFold->pLast) {
    pFold->pLast->pNext = pNew;
  } else {
    pFold->pFirst = pNew;
  }
  pFold->pLast = pNew;
  pFold->pNew = 0;
  pFold->nColumn++;
}

/* ---- the end of waiting ---- */

/* Prepare a statement: NULL, without an error, when SQLite or an authorizer
** does not take it. The caller finalizes. */
static sqlite3_stmt *tryPrepare(MigContext *p, const char *zSql) {
  sqlite3_stmt *pStmt = 0;
  int rc = p->rc ? SQLITE_OK : sqlite3_prepare_v2(p->db, zSql, -1, &pStmt, 0);

  if (rc && (rc & 0xff) != SQLITE_ERROR && (rc & 0xff) != SQLITE_AUTH) {
    migFailDb(p, rc);
  }
  return pStmt;
}

/* The statement that moves the cookie on as often as SQLite would have, or
** NULL. It wraps as the 32 bits of the file header do (fileformat2.html). */
static sqlite3_stmt *cookiePrepare(MigContext *p, int nColumn) {
  sqlite3_stmt *pRead = tryPrepare(p, zCookie);
  sqlite3_stmt *pSet = 0;
  char zSet[64];

  if (migStep(p, pRead)) {
    u32 iNext = (u32)sqlite3_column_int(pRead, 0) + (u32)nColumn;
    sqlite3_snprintf(sizeof(zSet), zSet, "%s = %d", zCookie, (int)iNext);
    pSet = tryPrepare(p, zSet);
  }
  migFinalize(p, pRead);
  return pSet;
}

/* Write the text of one table by pStmt, which is zWrite: what was stored, with
** the columns that wait for it put in at iEnd. */
static void tableWrite(MigContext *p, const MigFold *pFold,
                       const MigFoldTable *pTable, sqlite3_stmt *pStmt) {
  MigMark mark = migArenaMark(p);
  MigText text = {0, 0, 0};
  const MigFoldColumn *pOne;

  migTextAdd(p, &text, pTable->zText, pTable->iEnd);
  for (pOne = pFold->pFirst; pOne; pOne = pOne->pNext) {
    if (pOne->pInto == pTable) {
      migTextStr(p, &text, ", ");
      migTextStr(p, &text, pOne->zText);
    }
  }
  migTextStr(p, &text, pTable->zText + pTable->iEnd);
  migBindText(p, pStmt, 1, text.z);
  migBindInt(p, pStmt, 2, pTable->iRow);
  migBindText(p, pStmt, 3, pTable->zText);
  migRun(p, pStmt);
  if (p->rc == SQLITE_OK && sqlite3_changes(p->db) != 1) {
    migFail(p, MIG_SQLITE, /* unreached: nothing came between */
            "table %s: its definition has changed under the run",
            pTable->zName);
  }
  migArenaRelease(p, mark);
}

/* Write texts and cookie: 0 when SQLite does not let us, and then nothing was
** written: both statements are compiled before the first one is stepped. */
static int foldWrite(MigContext *p, const MigFold *pFold) {
  sqlite3_stmt *pCookie = cookiePrepare(p, pFold->nColumn);
  sqlite3_stmt *pText = pCookie ? tryPrepare(p, zWrite) : 0;
  const MigFoldTable *pTable;
  int bDone = pText != 0;

  for (pTable = pFold->pTable; bDone && pTable; pTable = pTable->pNext) {
    tableWrite(p, pFold, pTable, pText);
  }
  if (bDone) {
    migRun(p, pCookie);
  }
  migFinalize(p, pText);
  migFinalize(p, pCookie);
  return bDone;
}

/* Have our own connection read the schema again, and see that it has: the
** column that waited last must be there. To prepare and step any statement is
** enough, as the cookie in the file is no longer that in memory. */
static void schemaReload(MigContext *p, const MigFoldColumn *pLast) {
  sqlite3_stmt *pStmt =
      migPrepare(p, "SELECT 1 FROM main.sqlite_schema LIMIT 1");

  migStep(p, pStmt);
  migFinalize(p, pStmt);
  if (p->rc == SQLITE_OK &&
      sqlite3_table_column_metadata(p->db, "main", pLast->pInto->zName,
                                    pLast->zName, 0, 0, 0, 0, 0)) {
    migFail(p, MIG_SQLITE, /* unreached: the cookie was moved on */
            "SQLite does not see column %s, which was added to table %s",
            pLast->zName, pLast->pInto->zName);
  }
}

/* Put all columns into the stored texts; 0 when SQLite does not let us, and
** after some errors. WRITABLE_SCHEMA is afterwards what it was. */
static int foldEdit(MigContext *p, const MigFold *pFold, MigTransaction *pTx) {
  int iWritable = SQLITE_DBCONFIG_WRITABLE_SCHEMA;
  int bWritable = migEditingConfig(p->db, iWritable);
  int bDone;

  migEditingSet(p, pTx, iWritable, 1);
  bDone = foldWrite(p, pFold);
  migEditingSet(p, pTx, iWritable, bWritable);
  if (bDone) {
    schemaReload(p, pFold->pLast);
  }
  return bDone;
}

/*
** Add the columns that wait. Before anything but another column is run, and
** before anything looks at the schema. Returns how many rows of sqlite_schema
** were written, which SQLite counts as changes; 0 after failure of what came
** before. When the texts may not be written the statements are run, and
** nothing waits any more in this run. Nothing waits afterwards, unless
** an error came before; after failure pTx may have been undone.
*/
i64 migFoldEnd(MigContext *p, MigFold *pFold, MigTransaction *pTx) {
  i64 nBefore = sqlite3_total_changes64(p->db);
  MigFoldColumn *pOne = pFold->pFirst;
  int bAlone = MIG_FAST < 2 && pFold->nColumn == 1;

  if (pFold->nColumn == 0 || p->rc) {
    return 0;
  }
  if (!bAlone && foldEdit(p, pFold, pTx)) {
    pOne = 0;
  } else {
    pFold->bDenied = !bAlone;
  }
  for (; pOne; pOne = pOne->pNext) {
    migExec(p, pOne->zSql);
  }
  pFold->pFirst = pFold->pLast = 0;
  pFold->pTable = 0;
  pFold->nColumn = 0;
  migTransactionArm(p, pTx);
  return sqlite3_total_changes64(p->db) - nBefore;
}
