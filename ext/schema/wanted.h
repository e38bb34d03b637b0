/*
** wanted.h - the definition that a table is to have.
**
** What was asked for is in a MigReshape, and what was found out about it. It
** belongs to one call, its memory to the arena of p.
*/
#ifndef MIG_WANTED_H
#define MIG_WANTED_H

#include "alter.h"
#include "connection.h"
#include "transaction.h"

/* May the stored text be edited? Without that a rebuild takes its place. */
typedef enum MigEditMode {
  MIG_EDIT_ALLOW,    /* unless the connection is DEFENSIVE */
  MIG_EDIT_DENY,     /* never */
  MIG_EDIT_DEFENSIVE /* DEFENSIVE is switched off for the call */
} MigEditMode;

/* A table to be changed (reshape.h). Zero-initialize, then fill the first
** part. */
typedef struct MigReshape {
  const char *zSql;  /* CREATE TABLE; anything before and behind it but blanks,
                     ** comments and a semicolon is an error */
  i64 nSql;          /* bytes; zero-terminated besides */
  MigList renameOld; /* columns that get another name, and, one by one, */
  MigList renameNew; /* the name they get */
  MigList usingColumn; /* columns that are filled by an expression over the */
  MigList usingExpr;   /* old ones, when anything is changed at all */
  const MigList *pChanges; /* what the table may lose or have otherwise, as
                            ** migAlterationLosses() says it; NULL: anything */
  MigList allowLoss;       /* tables for which pChanges does not count */
  int bPlain; /* plain SQL only: no edit, so that the statements can run
              ** without us */
  int bCheck; /* quick_check afterwards */
  MigEditMode eEdit;
  const MigModel *pKnown;   /* a model much like that of the schema, to spare
                            ** reading it anew; or NULL */
  MigTransaction *pTx;      /* to be armed; NULL: scratch database */
  MigSettingsSaved *pSaved; /* of the connection; NULL: scratch database */

  /* out */
  MigWay eWay;        /* the dearest one that will be taken, or was */
  const char *zTable; /* as it is named in the schema */
  MigModel model;     /* the schema as found */
  MigTableDiff diff;  /* of the table as found; unless the way is CREATE */
  MigList fulltext;   /* full-text tables whose index it leaves behind: they
                      ** are filled anew */
  MigList statements; /* ALTER, REBUILD, CREATE: what is run, or was */

  /* its own */
  i64 iSchema;          /* schema_version as found */
  MigModel wanted;      /* a scratch schema with the wanted table */
  MigRenames renames;   /* of columns, by annotations and by the option */
  const char **azUsing; /* for each wanted column its expression; or NULL */
} MigReshape;

const MigModelObject *migWantedRead(MigContext *p, MigReshape *pReshape);
const MigModelObject *migWantedTable(const MigReshape *pReshape);

#endif
