/*
** fit.h - whether a new definition of a table fits the bytes of its rows.
**
** Pure: a yes may still depend on the values in the rows, which are for edit.c
** to look at. The classes of changes are in fit.c.
*/
#ifndef MIG_FIT_H
#define MIG_FIT_H

#include "tablediff.h"

/* Where the values of a column are. */
typedef enum MigStorage {
  MIG_STORAGE_PLAIN,  /* not generated */
  MIG_STORAGE_STORED, /* generated, and in the rows */
  MIG_STORAGE_VIRTUAL /* generated, in no row */
} MigStorage;

MigStorage migFitStorage(const MigModelColumn *pColumn);
int migFitNumeric(u8 eAffinity);
int migFitKey(const MigModelConstraint *pCon);
int migFitLayout(const MigTableDiff *pDiff);
int migFitKeys(const MigTableDiff *pDiff);
int migFitDeep(const MigTableDiff *pDiff);
int migFitTable(const MigModel *pModel, const MigTableDiff *pDiff);

#endif
