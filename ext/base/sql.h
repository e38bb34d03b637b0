/*
** sql.h - prepare, bind, step; all of them no-ops after the first error.
**
** What returns a statement returns NULL once p->rc is set; what takes one takes
** that NULL then. Parameters are numbered from 1, columns from 0. Texts are
** UTF-8.
*/
#ifndef MIG_SQL_H
#define MIG_SQL_H

#include "context.h"

/* Statements: prepared once a call for each constant text, finalized by
** migStatementsClose() at the end of the call, unless their list, pCached of
** the context, is kept. */
sqlite3_stmt *migPrepare(MigContext *p, const char *zSql);
sqlite3_stmt *migPrepareF(MigContext *p, const char *zFormat, ...);
sqlite3_stmt *migCached(MigContext *p, const char *zSql);
void migStatementsClose(MigContext *p);
void migStatementsReset(MigContext *p);
void migStatementsDrop(MigCached **ppFirst);
void migFinalize(MigContext *p, sqlite3_stmt *pStmt);

void migBindInt(MigContext *p, sqlite3_stmt *pStmt, int i, i64 v);
void migBindText(MigContext *p, sqlite3_stmt *pStmt, int i, const char *z);
void migBindTextN(MigContext *p, sqlite3_stmt *pStmt, int i, const char *z,
                  i64 n);
void migBindBlob(MigContext *p, sqlite3_stmt *pStmt, int i, const void *a,
                 i64 n);

int migCompile(MigContext *p, const char *zSql, const char **pzWhy);
void migRefused(MigContext *p, int rc, const char **pzWhy);

int migStep(MigContext *p, sqlite3_stmt *pStmt);
void migRun(MigContext *p, sqlite3_stmt *pStmt);
const char *migColumnPeek(MigContext *p, sqlite3_stmt *pStmt, int i);
char *migColumnText(MigContext *p, sqlite3_stmt *pStmt, int i);

void migExec(MigContext *p, const char *zSql);
void migExecF(MigContext *p, const char *zFormat, ...);
i64 migQueryInt(MigContext *p, i64 iDefault, const char *zFormat, ...);
char *migQueryText(MigContext *p, const char *zFormat, ...);

const char *migDatabasePath(sqlite3 *db);
void migStopWhen(sqlite3 *db, int nStep, int (*xStop)(void *), void *pArg);

#endif
