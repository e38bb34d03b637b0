/*
** seal.c - a hash over the values of a row; seal.h has the bytes.
**
** What is hashed is what a reader of the file gets. That is what was bound,
** but for texts in a UTF-16 file: SQLite replaces what UTF-16 cannot hold, so
** such a text is hashed as it will come back. Texts of ours have no zero bytes.
**
** What reads or writes rows here needs a transaction that the caller holds, and
** a store that was verified.
*/
#include <string.h>
#include "sql.h"
#include "text.h"
#include "utf8.h"
#include "seal.h"

static const char zThere[] = "SELECT ?1";

/* Rows that a script without us writes unsealed (history.c): how they are found
** and sealed. Their first column is the key. */
static const struct {
  const char *zTable;
  const char *zRows; /* those without a seal */
  const char *zSeal; /* sets the seal ?2 of the row with the key ?1 */
} aMissing[] = {
    {"_migrate_revisions",
     "SELECT * FROM main._migrate_revisions WHERE seal = x''",
     "UPDATE main._migrate_revisions SET seal = ?2 WHERE seq = ?1"},
    {"_migrate_applied", "SELECT * FROM main._migrate_applied WHERE seal = x''",
     "UPDATE main._migrate_applied SET seal = ?2 WHERE revision = ?1"},
};

/* ---- values ---- */

/* A type byte and 8 bytes, big-endian. */
static void sealNumber(MigHash *pHash, u8 eType, u64 v) {
  u8 a[9];
  int i;

  a[0] = eType;
  for (i = 8; i > 0; i--) {
    a[i] = (u8)(v & 0xff);
    v >>= 8;
  }
  migHashAdd(pHash, a, sizeof(a));
}

/* Begin a seal of a row of zTable, whatever *pHash was. */
void migSealStart(MigHash *pHash, const char *zTable) {
  migHashInit(pHash);
  migSealText(pHash, zTable);
}

/* A NULL. */
void migSealNull(MigHash *pHash) {
  migHashAdd(pHash, "\0", 1);
}

/* An integer. */
void migSealInt(MigHash *pHash, i64 v) {
  sealNumber(pHash, 1, (u64)v);
}

/* A text, up to its zero byte; a NULL pointer is NULL. */
void migSealText(MigHash *pHash, const char *z) {
  if (z == 0) {
    migSealNull(pHash);
  } else {
    i64 n = (i64)strlen(z);
    sealNumber(pHash, 3, (u64)n);
    migHashAdd(pHash, z, n);
  }
}

/* A blob; a NULL pointer is NULL. */
void migSealBlob(MigHash *pHash, const void *a, i64 n) {
  if (a == 0) {
    migSealNull(pHash);
  } else {
    sealNumber(pHash, 4, (u64)n);
    migHashAdd(pHash, a, n);
  }
}

/* The seal. *pHash is of no more use. */
void migSealEnd(MigHash *pHash, u8 aSeal[MIG_SEAL_SIZE]) {
  u8 aHash[MIG_HASH_SIZE];

  migHashFinal(pHash, aHash);
  memcpy(aSeal, aHash, MIG_SEAL_SIZE);
}

/* ---- rows that are there ---- */

/* Column i of the current row, whatever it is, as a value of that type. Out of
** memory when SQLite cannot give it as UTF-8; the hash means nothing then. */
void migSealColumn(MigContext *p, MigHash *pHash, sqlite3_stmt *pStmt, int i) {
  int eType = p->rc ? SQLITE_NULL : sqlite3_column_type(pStmt, i);
  const void *a;
  double r;
  u64 v;
  i64 n;

  switch (eType) {
  case SQLITE_NULL:
    migSealNull(pHash);
    break;
  case SQLITE_INTEGER:
    migSealInt(pHash, sqlite3_column_int64(pStmt, i));
    break;
  case SQLITE_FLOAT:
    r = sqlite3_column_double(pStmt, i);
    memcpy(&v, &r, sizeof(v));
    sealNumber(pHash, 2, v);
    break;
  default:
    a = eType == SQLITE_TEXT ? (const void *)sqlite3_column_text(pStmt, i)
                             : sqlite3_column_blob(pStmt, i);
    n = sqlite3_column_bytes(pStmt, i);
    if (a == 0 && (n > 0 || eType == SQLITE_TEXT)) {
      migNomem(p);
      break;
    }
    sealNumber(pHash, eType == SQLITE_TEXT ? 3 : 4, (u64)n);
    migHashAdd(pHash, a, n);
    break;
  }
}

/* The seal that the first nColumn columns of the current row should have. It
** means nothing after failure. */
void migSealRow(MigContext *p, sqlite3_stmt *pStmt, const char *zTable,
                int nColumn, u8 aSeal[MIG_SEAL_SIZE]) {
  MigHash hash;
  int i;

  migSealStart(&hash, zTable);
  for (i = 0; i < nColumn; i++) {
    migSealColumn(p, &hash, pStmt, i);
  }
  migSealEnd(&hash, aSeal);
}

/* Has the current row its seal? The statement selects * of zTable. 0 also after
** failure, so who goes on looks at p->rc. */
int migSealFits(MigContext *p, sqlite3_stmt *pStmt, const char *zTable) {
  int n = sqlite3_column_count(pStmt) - 1;
  u8 aSeal[MIG_SEAL_SIZE];
  const void *a;

  migSealRow(p, pStmt, zTable, n, aSeal);
  if (p->rc || sqlite3_column_type(pStmt, n) != SQLITE_BLOB) {
    return 0;
  }
  a = sqlite3_column_blob(pStmt, n);
  return a && sqlite3_column_bytes(pStmt, n) == MIG_SEAL_SIZE &&
         memcmp(a, aSeal, MIG_SEAL_SIZE) == 0;
}

/* Is column i of the current row, a seal or a chain, still to be made? Such a
** one is an empty blob. */
int migSealEmpty(sqlite3_stmt *pStmt, int i) {
  return sqlite3_column_type(pStmt, i) == SQLITE_BLOB &&
         sqlite3_column_bytes(pStmt, i) == 0;
}

/* Seal the rows whose seal is empty. The caller holds the write transaction,
** and knows that they were written by a script of ours: an accident must not be
** sealed. */
void migSealMissing(MigContext *p) {
  int n = (int)(sizeof(aMissing) / sizeof(aMissing[0]));
  u8 aSeal[MIG_SEAL_SIZE];
  int rc = SQLITE_OK;
  int i;

  for (i = 0; i < n; i++) {
    sqlite3_stmt *pRead = migCached(p, aMissing[i].zRows);
    sqlite3_stmt *pWrite = migCached(p, aMissing[i].zSeal);
    while (migStep(p, pRead)) {
      int nColumn = sqlite3_column_count(pRead) - 1;
      migSealRow(p, pRead, aMissing[i].zTable, nColumn, aSeal);
      migBindBlob(p, pWrite, 2, aSeal, MIG_SEAL_SIZE);
      if (p->rc == SQLITE_OK) {
        rc = sqlite3_bind_value(pWrite, 1, sqlite3_column_value(pRead, 0));
      }
      if (rc) {
        migFailDb(p, rc);
      }
      migRun(p, pWrite);
    }
    sqlite3_reset(pRead);
  }
}

/*
** Seal a row that was changed. pRead, bound, finds it; pWrite, bound but for
** ?2, sets its seal to ?2. Neither is finalized. Only for rows that
** had their seal before: an accident must not be sealed. Without a row
** nothing is written. The caller holds the write transaction.
*/
void migSealAgain(MigContext *p, const char *zTable, sqlite3_stmt *pRead,
                  sqlite3_stmt *pWrite) {
  u8 aSeal[MIG_SEAL_SIZE];
  int bFound = migStep(p, pRead);

  if (bFound) {
    migSealRow(p, pRead, zTable, sqlite3_column_count(pRead) - 1, aSeal);
  }
  sqlite3_reset(pRead);
  if (bFound) {
    migBindBlob(p, pWrite, 2, aSeal, MIG_SEAL_SIZE);
    migRun(p, pWrite);
  }
}

/* ---- rows to be written ---- */

/* Does a text come back from a file of any encoding as it went in? UTF-16
** cannot hold bytes that are no UTF-8, and SQLite gives up U+FFFE and U+FFFF,
** EF BF BE and EF BF BF. Most texts are ASCII, which is seen soonest. */
static int textPlain(const char *z) {
  const char *zAt = z;

  while (*zAt && (u8)*zAt < 0x80) {
    zAt++;
  }
  if (*zAt == 0) {
    return 1;
  }
  if (!migIsUtf8(zAt, (i64)strlen(zAt))) {
    return 0;
  }
  while ((zAt = strstr(zAt, "\xef\xbf")) != 0) {
    if ((u8)zAt[2] >= 0xbe) {
      return 0;
    }
    zAt += 2;
  }
  return 1;
}

/* Begin a row of zTable (a seal), or with zTable NULL let the caller put
** something into pRow->hash first (a chain). pStmt is reset and nothing bound,
** as migCached() gives it; NULL after an error. */
void migSealedStart(MigSealed *pRow, sqlite3_stmt *pStmt, const char *zTable) {
  pRow->pStmt = pStmt;
  pRow->i = 0;
  if (zTable) {
    migSealStart(&pRow->hash, zTable);
  } else {
    migHashInit(&pRow->hash);
  }
}

/* A NULL. */
void migSealedNull(MigSealed *pRow) {
  pRow->i++; /* a parameter that is not bound is NULL */
  migSealNull(&pRow->hash);
}

/* An integer. */
void migSealedInt(MigContext *p, MigSealed *pRow, i64 v) {
  migBindInt(p, pRow->pStmt, ++pRow->i, v);
  migSealInt(&pRow->hash, v);
}

/* A text that stays valid until the statement is reset; NULL for NULL. One that
** the file might not keep as it is goes through SQLite, as a value of the
** connection's encoding, and what comes back is hashed. */
void migSealedText(MigContext *p, MigSealed *pRow, const char *z) {
  sqlite3_stmt *pThere;

  migBindText(p, pRow->pStmt, ++pRow->i, z);
  if (z == 0 || textPlain(z)) {
    migSealText(&pRow->hash, z);
    return;
  }
  pThere = migCached(p, zThere);
  migBindText(p, pThere, 1, z);
  if (migStep(p, pThere)) {
    migSealColumn(p, &pRow->hash, pThere, 0);
  }
  sqlite3_reset(pThere);
}

/* Bytes that stay valid likewise; a NULL pointer for NULL. */
void migSealedBlob(MigContext *p, MigSealed *pRow, const void *a, i64 n) {
  migBindBlob(p, pRow->pStmt, ++pRow->i, a, n);
  migSealBlob(&pRow->hash, a, n);
}

/* Bind the first nByte bytes of the hash, MIG_SEAL_SIZE or MIG_HASH_SIZE, as
** the next parameter, and write. The caller holds the write transaction. */
void migSealedEnd(MigContext *p, MigSealed *pRow, int nByte) {
  migHashFinal(&pRow->hash, pRow->aHash);
  migBindBlob(p, pRow->pStmt, ++pRow->i, pRow->aHash, nByte);
  migRun(p, pRow->pStmt);
}
