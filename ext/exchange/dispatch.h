/*
** dispatch.h - the table of formats.
**
** Formats go by their names, such as "golang-migrate"; what returns one returns
** a constant.
*/
#ifndef MIG_DISPATCH_H
#define MIG_DISPATCH_H

#include "format.h"

const char *migFormatNames(MigContext *p, int bWrite);
void migFormatUnknown(MigContext *p, const char *zName, int bWrite);
const char *migFormatDetect(MigContext *p, MigFolder *pFolder);
void migImportLoad(MigContext *p, MigFolder *pFolder, const char *zPath,
                   const char *zFormat, MigImport *pOut);
void migImportParse(MigContext *p, MigFolder *pFolder, const char *zFormat,
                    MigImport *pOut);

/* What a format can say. Every one can hold up scripts in an order. */
#define MIG_HOLDS_DOWN 1       /* the way back */
#define MIG_HOLDS_REPEATABLE 2 /* that a revision is run again when changed */
#define MIG_HOLDS_GRAPH 4      /* ids, parents, labels: more than a line */
#define MIG_HOLDS_DEPEND 8     /* dependencies */
#define MIG_HOLDS_LABEL 16     /* labels */
int migFormatHolds(const char *zFormat);
int migFormatWritten(const char *zFormat);
const char *const *migFormatInserts(const char *zFormat);
void migFormatWrite(MigContext *p, MigOutput *pOut, const char *zFormat);

#endif
