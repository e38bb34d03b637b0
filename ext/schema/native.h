/*
** native.h - ALTER TABLE in a schema of which a part may not compile.
**
** SQLite compiles all views and triggers again when it renames or drops a
** column, and refuses when one was broken before. Such a one is set aside: it
** is dropped, and made again behind the statement with the text it had, as are
** the triggers on it, TEMP ones included.
**
** A rename of a column c of t, where view v is broken, runs these:
**
**   ALTER TABLE t RENAME COLUMN c TO d    refused: "error in view v: ..."
**   DROP VIEW main."v"
**   ALTER TABLE t RENAME COLUMN c TO d
**   CREATE VIEW main.v ...                as it was stored
**
** All of it happens inside the caller's transaction; the caller undoes that
** after an error.
*/
#ifndef MIG_NATIVE_H
#define MIG_NATIVE_H

#include "model.h"
#include "text.h"
#include "transaction.h"

/* Zero-initialize, then fill the first part. */
typedef struct MigNative {
  const MigModel *pModel; /* the schema before the first statement */
  MigTransaction *pTx;    /* to be armed; NULL: scratch database */
  MigList *pRun;          /* the statements that were run are added to it, those
                          ** that set aside and make again included */

  const char *zWhy; /* out: why SQLite refused the last one, or "" */

  u8 *abAside;      /* objects of the model that are set aside, by index */
  MigList views;    /* statements that make them again */
  MigList triggers; /* behind them: they may be on the views */
} MigNative;

/* A setting of the connection that is another one for a while. Filled by
** migSwitchSet(), also after an error, so that migSwitchBack() is
** always safe. */
typedef struct MigSwitch {
  int iOption; /* of sqlite3_db_config(): one with an int for on and off */
  int bWas;    /* 0 or 1, as found */
  int bDone;   /* it was changed, and is not back */
} MigSwitch;

void migSwitchSet(MigContext *p, MigTransaction *pTx, int iOption, int b,
                  MigSwitch *pSwitch);
void migSwitchBack(MigContext *p, MigTransaction *pTx, MigSwitch *pSwitch);

int migNativeTry(MigContext *p, MigTransaction *pTx, const char *zSql,
                 const char **pzWhy);
const char *migNativeText(MigContext *p, const MigModelObject *pObject);
MigToken migNativeSchema(const MigDdl *pDdl);
void migNativeTemporary(MigContext *p, const char *zOn, MigList *pList);
int migNativeAlter(MigContext *p, MigNative *pNative, const char *zSql);
void migNativeEnd(MigContext *p, MigNative *pNative);

#endif
