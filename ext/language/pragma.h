/*
** pragma.h - PRAGMAs, and what they may do.
**
** A PRAGMA is a statement of the text z, of the kind MIG_ST_PRAGMA or an
** EXPLAIN of that. Nothing here allocates or fails.
*/
#ifndef MIG_PRAGMA_H
#define MIG_PRAGMA_H

#include "statement.h"

#define MIG_PRAGMA_GET 0x01   /* without a value it only reads */
#define MIG_PRAGMA_READ 0x02  /* with a value too, which says what to read */
#define MIG_PRAGMA_WRITE 0x04 /* scripts may, though it writes or sets */
#define MIG_PRAGMA_CONN 0x08  /* belongs to the connection or the whole file */
#define MIG_PRAGMA_MAINT 0x10 /* may stand in a no-transaction revision */
#define MIG_PRAGMA_ALL 0x20   /* without a schema: of all that are attached */

int migPragmaFlags(const char *z, const MigStatement *pSt);
int migPragmaReads(const char *z, const MigStatement *pSt);
int migPragmaOn(const char *z, const MigStatement *pSt);

#endif
