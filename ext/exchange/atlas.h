/*
** atlas.h - what the files about Atlas share: for the files atlas_*.c and
** format_atlas.c only.
**
** atlas_script.c knows the text of a migration, atlas_sum.c the checksums of
** the folder, atlas_archive.c the archives. format_atlas.c makes the steps. All
** memory is the context's but the bytes of the files.
*/
#ifndef MIG_ATLAS_H
#define MIG_ATLAS_H

#include "format.h"

/* the file of checksums, at the top of the folder */
#define MIG_ATLAS_SUM "atlas.sum"

/* atlas_script.c */
int migAtlasEndsWith(const char *z, const char *zEnd);
int migAtlasIsMigration(const MigFile *pFile);
int migAtlasIsDirective(const char *z, i64 n, i64 i, const char *zName,
                        i64 *piValue, i64 *pnValue);
int migAtlasHasDirective(const char *z, i64 n, i64 i, const char *zName,
                         const char *zValue);
void migAtlasAddScript(MigContext *p, MigFolder *pFolder, const MigFile *pFile,
                       const char *z, i64 n, MigText *pText);

/* atlas_sum.c */
void migAtlasVerifySum(MigContext *p, MigFolder *pFolder, MigFile *pSum);
void migAtlasWriteSum(MigContext *p, MigOutput *pOut);

/* atlas_archive.c */
void migAtlasReadArchive(MigContext *p, MigFolder *pFolder, MigStep *pStep,
                         MigFile *pFile);

#endif
