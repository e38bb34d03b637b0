/*
** context.h - the sticky error and the memory of one call.
**
** Every SQL call of ours makes one MigContext on its stack and passes it first
** to everything it calls. The context keeps the first error; after it every
** helper is a no-op, so callers read as straight lines and test p->rc only
** where something outlives the call.
**
** The error is three fields. p->rc is what is tested, and what SQLite is given;
** p->eCode is which of our codes it is; p->zError is its text. A function that
** can fail returns void, or a value that means nothing once p->rc is set.
**
** What a function allocates "in the arena" lives until migContextClear(), and
** is freed by nobody else. What the caller must free is said where it is
** returned.
*/
#ifndef MIG_CONTEXT_H
#define MIG_CONTEXT_H

#include <stddef.h>
#include <stdarg.h>
#include "sqlite3ext.h"
SQLITE_EXTENSION_INIT3

typedef sqlite3_int64 i64;
typedef sqlite3_uint64 u64;
typedef unsigned char u8;
typedef unsigned int u32;

/* An argument that an interface demands and this function has no use for. */
#define MIG_UNUSED(x) ((void)(x))

/*
** The error codes of the SQL surface: X(name, default SQLite result code,
** cause and remedy). The third column is what migration_help shows. What
** SQLite itself has not found damaged is not SQLITE_CORRUPT: after that it
** refuses what the caller's transaction has still to write.
*/
#define MIG_CODES(X)                                                           \
  X(USAGE, SQLITE_ERROR,                                                       \
    "wrong arguments or an unknown option; the message lists what is known")   \
  X(NESTED_CALL, SQLITE_ERROR,                                                 \
    "called from inside another statement; call it as a bare SELECT")          \
  X(OPEN_CURSOR, SQLITE_LOCKED,                                                \
    "another statement of this connection is unfinished; finish or reset it")  \
  X(UNKNOWN_REVISION, SQLITE_ERROR,                                            \
    "no revision or label has this name; see SELECT * FROM migrations")        \
  X(AMBIGUOUS, SQLITE_ERROR,                                                   \
    "the abbreviation fits several revisions; type more of it")                \
  X(UNKNOWN_BRANCH, SQLITE_ERROR,                                              \
    "the part before @ names no label or revision")                            \
  X(NOT_IN_BRANCH, SQLITE_ERROR,                                               \
    "the revision exists, but not in the branch named before @")               \
  X(MULTIPLE_HEADS, SQLITE_ERROR,                                              \
    "several heads where one is wanted; name one, use heads, or merge them")   \
  X(RANGE, SQLITE_ERROR,                                                       \
    "the target does not lie in that direction, or is not applied")            \
  X(RELATIVE_RANGE, SQLITE_ERROR,                                              \
    "a relative step leaves the graph; take a smaller number")                 \
  X(AMBIGUOUS_WALK, SQLITE_ERROR,                                              \
    "a relative step meets a fork or a merge; name the revision or label@+N")  \
  X(OVERLAP, SQLITE_ERROR,                                                     \
    "one of the named revisions is an ancestor of another; name one of them")  \
  X(CYCLE, SQLITE_ERROR, "revisions would be their own ancestors by parents")  \
  X(DEPENDENCY_CYCLE, SQLITE_ERROR,                                            \
    "revisions would be their own ancestors by dependencies")                  \
  X(DUPLICATE_ID, SQLITE_CONSTRAINT,                                           \
    "the id is taken by another revision or label; choose another")            \
  X(DUPLICATE_LABEL, SQLITE_CONSTRAINT,                                        \
    "the label is taken by another revision; choose another")                  \
  X(BAD_ID, SQLITE_ERROR,                                                      \
    "the id or label would be misread as a target; use letters, digits . _ -") \
  X(NOT_A_HEAD, SQLITE_ERROR,                                                  \
    "the parent already has a child; give {\"splice\":true} to branch here")   \
  X(MISSING_PARENT, SQLITE_ERROR,                                              \
    "a parent or dependency does not exist; add it first")                     \
  X(APPLIED, SQLITE_ERROR,                                                     \
    "the revision is applied; downgrade it first, or {\"repair\":true}")       \
  X(IRREVERSIBLE, SQLITE_ERROR,                                                \
    "a revision to undo has no down script; nothing has run")                  \
  X(NOT_UP_TO_DATE, SQLITE_ERROR,                                              \
    "the file is not at the wanted revision; run migrate_upgrade")             \
  X(DATA_LOSS, SQLITE_CONSTRAINT,                                              \
    "a table would lose rows, or what its script knows nothing of; mend the"   \
    " script, or {\"allow_loss\":[table]}")                                    \
  X(INVARIANT, SQLITE_CONSTRAINT,                                              \
    "a check of a script finds rows; the message shows the first of them")     \
  X(CHECKSUM, SQLITE_ERROR,                                                    \
    "an applied revision's script differs; restore it or {\"repair\":true}")   \
  X(SCRIPT, SQLITE_ERROR,                                                      \
    "a statement of a script failed; the message says which, where and why")   \
  X(FORBIDDEN_STATEMENT, SQLITE_ERROR,                                         \
    "a statement that may not stand in a script; the message says why")        \
  X(FOREIGN_KEY, SQLITE_CONSTRAINT,                                            \
    "rows refer to missing parents after the run; the message lists them")     \
  X(UNSUPPORTED, SQLITE_ERROR,                                                 \
    "cannot be done on this connection or file; the message says why")         \
  X(BUSY, SQLITE_BUSY,                                                         \
    "another connection holds the lock; raise wait, or use BEGIN IMMEDIATE")   \
  X(FILE, SQLITE_CANTOPEN,                                                     \
    "a file or folder cannot be read or written; check the path")              \
  X(FORMAT, SQLITE_ERROR,                                                      \
    "a file is not in the expected format; the message has file and line")     \
  X(BACKUP_UNKNOWN, SQLITE_ERROR,                                              \
    "no backup has this number; see SELECT * FROM migration_backups")          \
  X(BACKUP_DAMAGED, SQLITE_ERROR,                                              \
    "a backup in the file is not as it was written; use another one")          \
  X(SCHEMA_MISMATCH, SQLITE_ERROR,                                             \
    "the schema is not what was expected; the message says what, or force")    \
  X(NO_BASELINE, SQLITE_ERROR,                                                 \
    "no revision fits the versions of the file; import the folder first, or"   \
    " {\"baseline\":true}")                                                    \
  X(DIFFERENCES, SQLITE_ERROR,                                                 \
    "the schema is not the desired one; the message lists what differs")       \
  X(DRIFT, SQLITE_ERROR,                                                       \
    "the schema was changed outside migrate; the message names the objects")   \
  X(UNPROVEN, SQLITE_ERROR,                                                    \
    "a generated script does not give the wanted schema; write it by hand")    \
  X(STORE_NEWER, SQLITE_ERROR,                                                 \
    "the file was written by a newer migrate; install that version")           \
  X(STORE_DAMAGED, SQLITE_ERROR,                                               \
    "the _migrate_ tables are not as this extension wrote them")               \
  X(DAMAGED, SQLITE_CORRUPT,                                                   \
    "SQLite finds the file itself damaged; restore it from a copy")            \
  X(TOO_BIG, SQLITE_TOOBIG, "a value exceeds a limit; see README, Limits")     \
  X(READ_ONLY, SQLITE_READONLY, "the database cannot be written")              \
  X(SQLITE, SQLITE_ERROR,                                                      \
    "SQLite reports an error outside any script: memory, disk, interrupt")

/* Our codes. MIG_NOCODE: no error; MIG_NCODE: one more than the last, for
** arrays. */
typedef enum MigCode {
  MIG_NOCODE = 0,
#define MIG_CODE_ENUM(name, rc, help) MIG_##name,
  MIG_CODES(MIG_CODE_ENUM)
#undef MIG_CODE_ENUM
  MIG_NCODE
} MigCode;

/* A block of arena memory; the payload follows the struct. */
typedef struct MigBlock MigBlock;

/* A statement that is kept (sql.c). */
typedef struct MigCached MigCached;

/* The error and the memory of a call. Set up by migContextInit(). */
typedef struct MigContext {
  sqlite3 *db;        /* the caller's connection, or one of our own */
  int rc;             /* SQLITE_OK, or the result code of the first error */
  MigCode eCode;      /* our code of the first error */
  char *zError;       /* its full message, or NULL after out of memory */
  MigBlock *pBlock;   /* newest arena block */
  MigCached *pCached; /* statements kept for this call (sql.c) */
} MigContext;

/* A place in the arena to return to. */
typedef struct MigMark {
  MigBlock *pBlock; /* newest block then; NULL: there was none */
  size_t nUsed;     /* bytes of it that were handed out */
} MigMark;

void migContextInit(MigContext *p, sqlite3 *db);
void migContextClear(MigContext *p);

void migFail(MigContext *p, MigCode eCode, const char *zFormat, ...);
void migFailRc(MigContext *p, int rc, MigCode eCode, const char *zFormat, ...);
void migFailDb(MigContext *p, int rc);
void migNomem(MigContext *p);
void migErrorClear(MigContext *p);
void migErrorSave(MigContext *p, MigContext *pSaved);
const char *migCodeName(MigCode eCode);
const char *migCodeHelp(MigCode eCode);

void *migAlloc(MigContext *p, u64 nByte);
void *migGrow(MigContext *p, void *pOld, u64 nOld, u64 nNew);
char *migStrdup(MigContext *p, const char *z);
char *migStrndup(MigContext *p, const char *z, i64 n);
char *migPrintf(MigContext *p, const char *zFormat, ...);
char *migVprintf(MigContext *p, const char *zFormat, va_list ap);
MigMark migArenaMark(MigContext *p);
void migArenaRelease(MigContext *p, MigMark mark);

#endif
