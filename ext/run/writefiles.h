/*
** writefiles.h - files, held against a folder on the disk and written.
*/
#ifndef MIG_WRITEFILES_H
#define MIG_WRITEFILES_H

#include "format.h"

typedef struct MigWriteFile MigWriteFile;

/* What is to be written where. Zeroed, then the caller fills in all down to
** bOverwrite. */
typedef struct MigWriteFiles {
  const MigOutput *pOut; /* the files; names are below zRoot, '/' in them */
  const char *zRoot;     /* the folder; it is made where there is none */
  const char *zFormat;   /* of the files */
  int bOverwrite;        /* also files that differ */
  MigWriteFile *aFile;   /* of each of pOut; kept for migWriteFiles() */
  MigList folders;       /* that were made, in order */
} MigWriteFiles;

void migWriteFilesCheck(MigContext *p, MigWriteFiles *pWrite);
void migWriteFiles(MigContext *p, MigWriteFiles *pWrite);

#endif
