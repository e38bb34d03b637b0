/*
** rows.h - the rows of a table, and the definition of one.
*/
#ifndef MIG_ROWS_H
#define MIG_ROWS_H

#include "caller.h"

/* A value of a row; zeroed it is NULL. Texts belong to the context's arena. */
typedef struct MigCell {
  const char *z; /* text, or NULL */
  i64 i;         /* integer, with bInt */
  int bInt;
} MigCell;

/* The rows of a table, made when it is opened. */
typedef struct MigRows {
  int nColumn; /* visible columns */
  i64 nRow;
  i64 nAlloc;
  MigCell *aCell;     /* nRow * nColumn */
  const char **azArg; /* the arguments; NULL when not given */
  unsigned used;      /* a bit for each column that is asked for */
  void *pPrivate;     /* of the table, for wide columns */
} MigRows;

/* The definition of a table. */
typedef struct MigView {
  const char *zName;
  const char *zColumns; /* visible columns with types, by commas */
  const char *zHidden;  /* hidden ones: arguments first, then wide ones */
  int nColumn;          /* of each kind */
  int nArg;
  int nWide;
  void (*xFill)(MigContext *p, MigConnection *pConn, MigRows *pRows);
  /* A wide column of a row, for the caller to free, NULL for NULL. */
  char *(*xWide)(MigContext *p, const MigRows *pRows, i64 iRow, int iWide,
                 i64 *pn);
  const char *zUsage; /* how it is queried */
  const char *zHelp;  /* one line */
} MigView;

void migRowText(MigContext *p, MigRows *pRows, int iColumn, const char *z);
void migRowInt(MigContext *p, MigRows *pRows, int iColumn, i64 v);
int migRowsWant(const MigRows *pRows, int iColumn);
void migRowNext(MigContext *p, MigRows *pRows);
char *migColumnHex(MigContext *p, sqlite3_stmt *pStmt, int i);
void migRowsQuery(MigContext *p, MigRows *pRows, const char *zSql);

#endif
