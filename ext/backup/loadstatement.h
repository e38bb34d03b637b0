/*
** loadstatement.h - the statements of a loader, and how they are compiled.
**
** MigLoader is for the files load*.c; others have only a pointer to it.
*/
#ifndef MIG_LOADSTATEMENT_H
#define MIG_LOADSTATEMENT_H

#include "rowcode.h"
#include "layout.h"
#include "transaction.h"

/* Rows on their way into a table. Most of it is in the arena. The fields from a
** on are those of the row that is coming in parts (loadparts.c). */
typedef struct MigLoader {
  const MigLayout *pLayout;  /* of the caller */
  const MigTransaction *pTx; /* that must stand; NULL: it is not watched */
  int eEncoding;  /* of texts: SQLITE_UTF8, SQLITE_UTF16LE, SQLITE_UTF16BE */
  int bProve;     /* read every row back */
  int bUnchecked; /* CHECK is left out */
  int bNoStream;  /* an index needs the column that would be streamed */
  char *zInsert;  /* texts of the statements, in the arena */
  char *zDelete;  /* NULL for MIG_KEY_NONE */
  char *zSelect;  /* NULL unless bProve */
  sqlite3_stmt *pInsert; /* made when first needed, finalized by the close */
  sqlite3_stmt *pDelete;
  sqlite3_stmt *pSelect;
  MigValue *aValue; /* of the row, by column; in the arena, as is aSerial */
  u64 *aSerial;
  u8 *a;       /* its bytes as far as they are collected, to be freed */
  i64 nAlloc;  /* room at a */
  i64 n;       /* bytes of it collected */
  i64 nWanted; /* bytes of it to collect: all but those written in parts */
  i64 nRow;    /* bytes of the whole row */
  int iStream; /* column written through pBlob, or -1 */
  i64 nStream; /* bytes of it written */
  sqlite3_blob *pBlob; /* open from when the row is there until its last part */
} MigLoader;

char *migLoadStatementSelect(MigContext *p, const MigLayout *pLayout,
                             int nColumn);
char *migLoadStatementInsert(MigContext *p, const MigLayout *pLayout,
                             int eEncoding);
sqlite3_stmt *migLoadStatementPrepare(MigContext *p, MigLoader *pLoader,
                                      const char *zSql);

#endif
