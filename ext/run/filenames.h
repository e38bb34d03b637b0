/*
** filenames.h - what the files of an export are called.
*/
#ifndef MIG_FILENAMES_H
#define MIG_FILENAMES_H

#include "format.h"

/* Revisions that want names, in the order of the export. */
typedef struct MigFileNames {
  int n;
  MigExported *aRevision; /* sorted as in MigOutput; get names */
  const i64 *aSecond;     /* of each: made when, in seconds since 1970; -1 */
  const u8 *aImported;    /* of each: it came from a file */
  const char *zFormat;    /* of the export; "own" has a template by default */
  const char *zTemplate;  /* of the caller or the setting; NULL or "": none */
  i64 msNow;              /* stands for times that are not known; since 1970 */
  int bTemplate;          /* there is one; set here */
} MigFileNames;

void migFileNames(MigContext *p, MigFileNames *pNames);

#endif
