/*
** reshape.h - "make this table be so": from today's definition to another one.
**
** Works on schema main of the connection of p, which may be a scratch database
** (scratch.h). Two steps, so that the caller can get ready (backup, foreign
** keys) for what will happen:
**   migReshapePlan() reads and decides, and changes nothing;
**   migReshapeRun()  carries it out, inside the caller's transaction.
*/
#ifndef MIG_RESHAPE_H
#define MIG_RESHAPE_H

#include "alter.h"
#include "connection.h"
#include "transaction.h"

/* May the stored text be edited? */
typedef enum MigEditMode {
  MIG_EDIT_ALLOW,    /* unless the connection is DEFENSIVE */
  MIG_EDIT_DENY,     /* never */
  MIG_EDIT_DEFENSIVE /* DEFENSIVE is switched off for the call */
} MigEditMode;

/* Zero-initialize, then fill the first part. */
typedef struct MigReshape {
  const char *zSql; /* CREATE TABLE; anything before and behind it but blanks,
                    ** comments and a semicolon is an error */
  i64 nSql;
  MigList renameOld; /* columns that get another name */
  MigList renameNew;
  MigList usingColumn; /* columns that are filled by an expression */
  MigList usingExpr;
  int bPlain; /* plain SQL only: no edit, so that the statements can run
              ** without us */
  int bCheck; /* quick_check afterwards */
  MigEditMode eEdit;
  MigTransaction *pTx;      /* to be armed; NULL: scratch database */
  MigSettingsSaved *pSaved; /* of the connection; NULL: scratch database */

  /* out */
  MigWay eWay;
  const char *zTable; /* as it is named in the schema */
  MigModel model;     /* the schema as found */
  MigTableDiff diff;  /* unless the way is CREATE */
  MigList statements; /* ALTER, REBUILD, CREATE: what is run */
} MigReshape;

void migReshapePlan(MigContext *p, MigReshape *pReshape);
void migReshapeRun(MigContext *p, MigReshape *pReshape);

#endif
