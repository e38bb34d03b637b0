/*
** rows.h - the rows of a table, and the definition of one.
**
** A table gives all its rows at once, when it is opened, into the arena of its
** cursor; only wide columns, which would take too much memory, are made one by
** one. What fills it calls migRowNext(), then sets columns of that row by
** number, from 0; one that is not set is NULL.
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
  int nColumn; /* visible columns, the cells of a row */
  i64 nRow;
  i64 nAlloc;         /* rows that aCell has room for */
  MigCell *aCell;     /* nRow * nColumn */
  const char **azArg; /* the arguments as texts; NULL when not given */
  unsigned used;      /* a bit for each column that is asked for */
} MigRows;

/* The definition of a table. Columns are numbered through: visible ones,
** arguments, wide ones. */
typedef struct MigView {
  const char *zName;
  const char *zColumns; /* visible columns with types, by commas */
  const char *zHidden;  /* hidden ones: arguments first, then wide ones */
  int nColumn;          /* of each kind */
  int nArg;
  int nWide;
  /* Add all rows, under one read transaction. An argument may be NULL. */
  void (*xFill)(MigContext *p, MigConnection *pConn, MigRows *pRows);
  /* A wide column of a row, both from 0: *pn bytes for the caller to free,
  ** NULL for NULL. Not there when nWide is 0. */
  char *(*xWide)(MigContext *p, const MigRows *pRows, i64 iRow, int iWide,
                 i64 *pn);
  const char *zUsage; /* how it is queried */
  const char *zHelp;  /* one line */
} MigView;

void migRowText(MigContext *p, MigRows *pRows, int iColumn, const char *z);
void migRowInt(MigContext *p, MigRows *pRows, int iColumn, i64 v);
const char *migRowsText(const MigRows *pRows, i64 iRow, int iColumn);
int migRowsWant(const MigRows *pRows, int iColumn);
void migRowNext(MigContext *p, MigRows *pRows);
char *migColumnHex(MigContext *p, sqlite3_stmt *pStmt, int i);
void migRowsQuery(MigContext *p, MigRows *pRows, const char *zSql);

#endif
