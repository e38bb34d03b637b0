/*
** picture.c - what a database looks like, so that two moments can be compared.
**
** A picture is the schema and, for every ordinary table that is a user's, the
** number of its rows and the sum of their hashes. A sum does not depend on the
** order of the rows, nor on rowids that are no column. Of AUTOINCREMENT it has
** the mark, which may go on, but not back.
**
** The hash of a row is BLAKE2b-256 over its values, of each the serial and the
** bytes of rowcode.h. Its 32 bytes are four numbers of 64 bits, and each is
** added to its lane, modulo 2^64. A sum keeps count of rows that are there
** twice, which XOR would not. Numbers are read in the order of the machine:
** pictures are compared where they are taken, and never stored.
**
** Values are compared, not columns: a column that has moved gives other sums.
** Where two schemas differ that is said of them, and rows come second.
**
** Virtual tables are not looked into. Every row of all others is read, so it
** takes as long as reading the file does.
*/
#include <string.h>
#include "sql.h"
#include "text.h"
#include "hash.h"
#include "rowcode.h"
#include "catalog.h"
#include "compare.h"
#include "picture.h"

#define SHOWN 10 /* differences that a text lists */

/* Value i of the row that pStmt is at. Its bytes are SQLite's, until the next
** step; an empty text or blob has a NULL there, which means no bytes. */
static void valueRead(sqlite3_stmt *pStmt, int i, MigValue *pOut) {
  memset(pOut, 0, sizeof(*pOut));
  pOut->eType = sqlite3_column_type(pStmt, i);
  switch (pOut->eType) {
  case SQLITE_INTEGER:
    pOut->i = sqlite3_column_int64(pStmt, i);
    break;
  case SQLITE_FLOAT:
    pOut->r = sqlite3_column_double(pStmt, i);
    break;
  case SQLITE_TEXT:
  case SQLITE_BLOB:
    pOut->a = sqlite3_column_blob(pStmt, i);
    pOut->n = sqlite3_column_bytes(pStmt, i);
    break;
  default:
    break;
  }
}

/* Add the hash of a row: of each value its serial, then its bytes. A serial
** below 12 is that of a number or NULL, others carry the length of a text or
** blob, so no two rows give the same bytes. */
static void rowAdd(sqlite3_stmt *pStmt, MigPictureTable *pTable) {
  u8 aDigest[MIG_HASH_SIZE];
  u64 aLane[4];
  MigHash hash;
  int i;

  migHashInit(&hash);
  for (i = 0; i < sqlite3_column_count(pStmt); i++) {
    u8 aSerial[9];
    u8 aNumber[8];
    MigValue value;
    u64 uSerial;
    valueRead(pStmt, i, &value);
    uSerial = migSerialOf(&value);
    migHashAdd(&hash, aSerial, migVarintPut(aSerial, uSerial));
    if (value.a) {
      migHashAdd(&hash, value.a, value.n);
    } else if (uSerial < 12) {
      migHashAdd(&hash, aNumber, migValuePut(aNumber, uSerial, &value));
    }
  }
  migHashFinal(&hash, aDigest);
  memcpy(aLane, aDigest, sizeof(aLane));
  for (i = 0; i < 4; i++) {
    pTable->aSum[i] += aLane[i];
  }
  pTable->nRow++;
}

/* Is it an ordinary table whose rows count? Ours and SQLite's, shadow tables
** and the version tables of other tools are skipped. */
static int isUsers(const MigModelObject *pObject) {
  return pObject->eKind == MIG_DDL_TABLE && pObject->eSkip == MIG_SKIP_NO;
}

/*
** Look at schema main and at all its rows. The picture is in the arena of p,
** and means nothing after an error. The caller holds a transaction, else schema
** and tables may be of several moments.
*/
void migPictureTake(MigContext *p, MigPicture *pOut) {
  int i;

  memset(pOut, 0, sizeof(*pOut));
  migCatalogRead(p, &pOut->model);
  pOut->aTable =
      migAlloc(p, (u64)pOut->model.nObject * sizeof(MigPictureTable));
  for (i = 0; i < pOut->model.nObject && p->rc == SQLITE_OK; i++) {
    const MigModelObject *pObject = &pOut->model.aObject[i];
    MigPictureTable *pTable = &pOut->aTable[pOut->nTable];
    sqlite3_stmt *pStmt;
    if (!isUsers(pObject)) {
      continue;
    }
    pOut->nTable++;
    pTable->zName = pObject->zName;
    pStmt = migPrepareF(p, "SELECT * FROM main.\"%w\"", pObject->zName);
    while (migStep(p, pStmt)) {
      rowAdd(pStmt, pTable);
    }
    migFinalize(p, pStmt);
    if (pObject->pTable && pObject->pTable->bAutoincrement) {
      pTable->iMark = migQueryInt(
          p, 0, "SELECT max(seq) FROM main.sqlite_sequence WHERE name = %Q",
          pObject->zName);
    }
  }
}

/* The rows of a table of that name, in any case of letters, or NULL. */
static const MigPictureTable *tableFind(const MigPicture *pPicture,
                                        const char *zName) {
  int i;

  for (i = 0; i < pPicture->nTable; i++) {
    if (migStrICmp(pPicture->aTable[i].zName, zName) == 0) {
      return &pPicture->aTable[i];
    }
  }
  return 0;
}

/* Has the table other rows, or an earlier mark? */
static int tableDiffers(const MigPictureTable *pOld,
                        const MigPictureTable *pNew) {
  return pOld->nRow != pNew->nRow || pNew->iMark < pOld->iMark ||
         memcmp(pOld->aSum, pNew->aSum, sizeof(pOld->aSum)) != 0;
}

/* Say which tables have other rows. Those of one picture alone are a
** difference of the schema. nShown is how many differences were said before;
** returns the same with those of rows, of which only the first SHOWN are in the
** text. */
static int rowsCompare(MigContext *p, const MigPicture *pOld,
                       const MigPicture *pNew, int nShown, MigText *pOut) {
  int i;

  for (i = 0; i < pOld->nTable && p->rc == SQLITE_OK; i++) {
    const MigPictureTable *pOne = &pOld->aTable[i];
    const MigPictureTable *pTwo = tableFind(pNew, pOne->zName);
    if (pTwo == 0 || !tableDiffers(pOne, pTwo)) {
      continue;
    }
    if (nShown++ < SHOWN) {
      migTextF(p, pOut, "%stable %s has other values", pOut->n ? "; " : "",
               pOne->zName);
      if (pTwo->iMark < pOne->iMark) {
        migTextF(p, pOut, " (AUTOINCREMENT at %lld, %lld before)", pTwo->iMark,
                 pOne->iMark);
      }
      if (pOne->nRow != pTwo->nRow) {
        migTextF(p, pOut, " (%lld rows, %lld before)", pTwo->nRow, pOne->nRow);
      }
    }
  }
  return nShown;
}

/*
** What is different in the second picture, or NULL when nothing is, and after
** an error; with bRows the rows count as well. Of the schema it is said what is
** left to do for it to be that of the first. The text is in the arena of p, the
** pictures may be in others. Reads no database.
*/
const char *migPictureCompare(MigContext *p, const MigPicture *pOld,
                              const MigPicture *pNew, int bRows) {
  MigText text = {0, 0, 0};
  MigComparison compare;
  MigRenames none;
  int n;
  int i;

  if (p->rc) {
    return 0;
  }
  memset(&none, 0, sizeof(none));
  migCompare(p, &pNew->model, &pOld->model, &none, &compare);
  n = p->rc ? 0 : compare.n;
  for (i = 0; i < n && i < SHOWN; i++) {
    migTextF(p, &text, "%s%s",
             i ? "; " : "left to do: ", migDifferenceText(p, &compare, i));
  }
  if (bRows) {
    n = rowsCompare(p, pOld, pNew, n, &text);
  }
  if (n > SHOWN) {
    migTextF(p, &text, "; and %d more", n - SHOWN);
  }
  return n ? migTextZ(&text) : 0;
}
