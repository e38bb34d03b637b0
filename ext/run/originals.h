/*
** originals.h - the files that revisions were imported from, for an export.
*/
#ifndef MIG_ORIGINALS_H
#define MIG_ORIGINALS_H

#include "origin.h"
#include "format.h"

/* Kept files, and what is to get them. All of it is the caller's, who fills in
** every field. */
typedef struct MigOriginals {
  const MigOrigins *pOrigins; /* of all revisions, by revision, format, file */
  const char *zFormat;        /* of the export; NULL while it is looked for */
  int n;                      /* revisions of the export */
  MigExported *aRevision;     /* zOriginalStem is the source of each before */
  MigOutput *pOut;            /* gets the shared files */
} MigOriginals;

const char *migOriginalsFormat(const MigOriginals *pFrom);
void migOriginalsRead(MigContext *p, const MigOriginals *pFrom);
int migOriginalsDrop(const MigOriginals *pFrom);

#endif
