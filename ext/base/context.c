/*
** context.c - the sticky error and the memory of one call.
**
** Messages have the form "migrate: CODE: sentence; what to do". The result
** code of SQLite that caused the error is kept beside it, except SCHEMA (on
** which SQLite would run the calling statement again): it becomes ERROR. OK,
** ROW and DONE are no causes; for them stands what MIG_CODES gives the code.
**
** An out of memory has no message, as making one would take memory; who shows
** the error words it.
**
** Memory: an arena of blocks in a list, the newest first, freed together by
** migContextClear(). A request is cut from the newest block, or gets a new one
** when it does not fit; what is left of the older is not used again. Nothing is
** freed alone, but a mark lets all that came after it go. Big buffers are not
** taken from it but from sqlite3_malloc64() where they are used.
*/
#include <string.h>
#include "utf8.h"
#include "context.h"

#define MESSAGE_MAX 4000 /* bytes of a message */
/* Payload of an ordinary block, bytes. Tests for want of memory make it small,
** so that what is allocated alone can fail alone. */
#ifndef ARENA_BLOCK
#define ARENA_BLOCK 8192
#endif

struct MigBlock {
  MigBlock *pNext; /* older block */
  size_t nSize;    /* payload bytes */
  size_t nUsed;    /* of which handed out; always a multiple of 8 */
  u64 aData[];     /* the payload; u64 aligns it where pointers are small */
};

/* The codes, indexed by MigCode. */
static const struct {
  const char *zName; /* as messages show it */
  int rc;            /* SQLite's result where no other caused the error */
  const char *zHelp; /* cause and remedy */
} aCode[] = {{"", SQLITE_OK, ""},
#define MIG_CODE_ROW(name, rc, help) {#name, rc, help},
             MIG_CODES(MIG_CODE_ROW)
#undef MIG_CODE_ROW
};

/* The name of a code as messages have it, "" for MIG_NOCODE. Constant text. */
const char *migCodeName(MigCode eCode) {
  return aCode[eCode].zName;
}

/* Cause and remedy of a code, for migration_help. Constant text. */
const char *migCodeHelp(MigCode eCode) {
  return aCode[eCode].zHelp;
}

/* Begin a call on db: no error, nothing allocated. What *p held before is
** forgotten, not freed. Takes no memory and cannot fail. */
void migContextInit(MigContext *p, sqlite3 *db) {
  memset(p, 0, sizeof(*p));
  p->db = db;
}

/* Free the arena and the message, and forget the error. Cached statements must
** have been finalized before, by migStatementsClose(). The context may be used
** again on the same connection. */
void migContextClear(MigContext *p) {
  while (p->pBlock) {
    MigBlock *pNext = p->pBlock->pNext;
    sqlite3_free(p->pBlock);
    p->pBlock = pNext;
  }
  sqlite3_free(p->zError);
  migContextInit(p, p->db);
}

/* The result code to hand to SQLite for a cause rc. With SQLITE_IOERR and
** SQLITE_FULL of a statement SQLite rolls the caller's transaction back, which
** is not to be when it is another file that cannot be read or written. */
static int errorRc(int rc, MigCode eCode) {
  int e = rc & 0xff;

  if (e == SQLITE_OK || e == SQLITE_ROW || e == SQLITE_DONE ||
      (eCode == MIG_FILE && e != SQLITE_NOMEM)) {
    return aCode[eCode].rc;
  }
  return e == SQLITE_SCHEMA ? SQLITE_ERROR : rc;
}

/* Cut a message that quotes something endless, between characters. */
static void textShorten(char *z) {
  size_t n = strlen(z);

  if (n > MESSAGE_MAX) {
    n = MESSAGE_MAX - 3;
    while (n > 0 && ((unsigned char)z[n] & 0xc0) == 0x80) {
      n--;
    }
    memcpy(z + n, "...", 4);
  }
}

/* Make a message that quotes bytes of anything well-formed UTF-8: '?' for each
** byte that is not. */
static void textMend(char *z) {
  i64 n = (i64)strlen(z);
  i64 i = 0;

  while (i < n) {
    int nSize = migUtf8Size(z + i, n - i);
    if (nSize == 0) {
      z[i] = '?';
    }
    i += nSize ? nSize : 1;
  }
}

/* Keep an error of code eCode, caused by rc (SQLITE_OK: by none of SQLite's),
** unless there is one. When its message cannot be made it is an out of memory,
** whatever it was before. */
static void failVa(MigContext *p, int rc, MigCode eCode, const char *zFormat,
                   va_list ap) {
  char *zText;

  if (p->rc) {
    return;
  }
  p->rc = errorRc(rc, eCode);
  p->eCode = eCode;
  if ((p->rc & 0xff) == SQLITE_NOMEM) {
    return;
  }
  zText = sqlite3_vmprintf(zFormat, ap);
  if (zText) {
    textShorten(zText);
    textMend(zText);
    p->zError = sqlite3_mprintf("migrate: %s: %s", aCode[eCode].zName, zText);
  }
  sqlite3_free(zText);
  if (p->zError == 0) {
    p->rc = SQLITE_NOMEM;
  }
}

/* Record an error of ours, with the code's own SQLite result. The format is
** sqlite3_mprintf()'s, for the sentence alone: the prefix is put before it, and
** what is longer than MESSAGE_MAX bytes is cut. No-op after a first error. */
void migFail(MigContext *p, MigCode eCode, const char *zFormat, ...) {
  va_list ap;

  va_start(ap, zFormat);
  failVa(p, SQLITE_OK, eCode, zFormat, ap);
  va_end(ap);
}

/* The same, caused by SQLite's result rc, which is kept, extended or not. With
** an rc that is an out of memory the text is not made. */
void migFailRc(MigContext *p, int rc, MigCode eCode, const char *zFormat, ...) {
  va_list ap;

  va_start(ap, zFormat);
  failVa(p, rc, eCode, zFormat, ap);
  va_end(ap);
}

/* What to do after SQLITE_LOCKED, which another statement of this connection
** causes, or with a shared cache another connection. SQLite 3.42 to 3.46 also
** says so when the first call on a file in UTF-16 makes it read the schema: it
** will not while a statement runs. */
static const char *lockedRemedy(MigContext *p) {
  int iVersion = sqlite3_libversion_number();

  if (sqlite3_extended_errcode(p->db) == SQLITE_LOCKED_SHAREDCACHE) {
    return "try again, or raise wait";
  }
  return iVersion >= 3042000 && iVersion < 3047000
             ? "finish the other statements of this connection; with a file in"
               " UTF-16 SELECT count(*) FROM sqlite_schema first"
             : "finish the other statements of this connection";
}

/* What to do after SQLITE_READONLY. SQLite says it of a file that may be
** written as well, in a folder where it cannot make its journal. */
static const char *readonlyRemedy(MigContext *p) {
  return sqlite3_extended_errcode(p->db) == SQLITE_READONLY_DIRECTORY
             ? "the folder of the database must be writable too: SQLite keeps"
               " its journal there"
             : "open the database for writing, and without PRAGMA query_only";
}

/*
** Record a failure rc that the connection reports, outside any script: its
** message is sqlite3_errmsg(), so nothing may have been done on p->db since.
** Out of memory, BUSY, READ_ONLY, TOO_BIG, else SQLITE. No-op after a first
** error.
*/
void migFailDb(MigContext *p, int rc) {
  int e = rc & 0xff;
  const char *zText = sqlite3_errmsg(p->db);

  if (e == SQLITE_NOMEM) {
    migNomem(p);
  } else if (e == SQLITE_LOCKED) {
    migFailRc(p, rc, MIG_BUSY, "%s; %s", zText, lockedRemedy(p));
  } else if (e == SQLITE_BUSY) {
    migFailRc(p, rc, MIG_BUSY, "%s; try again, or raise wait", zText);
  } else if (e == SQLITE_READONLY) {
    migFailRc(p, rc, MIG_READ_ONLY, "%s; %s", zText, readonlyRemedy(p));
  } else if (e == SQLITE_TOOBIG) {
    /* unreached: takes a lower SQLITE_LIMIT_LENGTH */
    migFailRc(p, rc, MIG_TOO_BIG, "%s; see README, Limits", zText);
  } else {
    migFailRc(p, rc, MIG_SQLITE, "%s", zText);
  }
}

/* Record an out of memory. No-op after a first error. */
void migNomem(MigContext *p) {
  if (p->rc == SQLITE_OK) {
    p->rc = SQLITE_NOMEM;
    p->eCode = MIG_SQLITE;
  }
}

/* Forget the error of p: its helpers work again. The arena and the cached
** statements stay. */
void migErrorClear(MigContext *p) {
  sqlite3_free(p->zError);
  p->zError = 0;
  p->rc = SQLITE_OK;
  p->eCode = MIG_NOCODE;
}

/*
** Move the error of p to pSaved (another context on the same connection), so
** that clean-up code can use the helpers again. Put back by moving it the other
** way: an error that the target held until then is lost. Arena and cached
** statements stay where they are. It takes no memory.
*/
void migErrorSave(MigContext *p, MigContext *pSaved) {
  sqlite3_free(pSaved->zError);
  pSaved->rc = p->rc;
  pSaved->eCode = p->eCode;
  pSaved->zError = p->zError;
  p->rc = SQLITE_OK;
  p->eCode = MIG_NOCODE;
  p->zError = 0;
}

/* nByte bytes, zeroed, that live as long as the context (or until the arena is
** released below them). NULL once p->rc is set; else never, also for 0 bytes.
** TOO_BIG for more than SQLite's allocator gives at a time. */
void *migAlloc(MigContext *p, u64 nByte) {
  MigBlock *pBlock = p->pBlock;
  size_t n;
  char *z;

  if (p->rc) {
    return 0;
  }
  if (nByte > 0x7fffff00) {
    /* unreached: it takes an argument of hundreds of megabytes */
    migFail(p, MIG_TOO_BIG, "%llu bytes of memory wanted; see README, Limits",
            nByte);
    return 0;
  }
  n = ((size_t)nByte + 7) & ~(size_t)7;
  if (pBlock == 0 || pBlock->nSize - pBlock->nUsed < n) {
    size_t nSize = n > ARENA_BLOCK ? n : ARENA_BLOCK;
    pBlock = sqlite3_malloc64(sizeof(MigBlock) + nSize);
    if (pBlock == 0) {
      migNomem(p);
      return 0;
    }
    pBlock->nSize = nSize;
    pBlock->nUsed = 0;
    pBlock->pNext = p->pBlock;
    p->pBlock = pBlock;
  }
  z = (char *)pBlock->aData + pBlock->nUsed;
  pBlock->nUsed += n;
  memset(z, 0, n);
  return z;
}

/* A copy of the first nOld bytes at pOld in nNew bytes, nNew >= nOld, the rest
** zero. pOld may be NULL with nOld 0. NULL after failure; pOld stays valid, and
** its place is not reused: grow by doubling. */
void *migGrow(MigContext *p, void *pOld, u64 nOld, u64 nNew) {
  void *pNew = migAlloc(p, nNew);

  if (pNew && nOld) {
    memcpy(pNew, pOld, (size_t)nOld);
  }
  return pNew;
}

/* The first n bytes of z, which need not be terminated, as a text of its own in
** the arena, with a zero behind it. NULL for NULL and after failure. */
char *migStrndup(MigContext *p, const char *z, i64 n) {
  char *zNew = z ? migAlloc(p, (u64)n + 1) : 0;

  if (zNew && n > 0) {
    memcpy(zNew, z, (size_t)n);
  }
  return zNew;
}

/* A copy of z in the arena; NULL for NULL and after failure. */
char *migStrdup(MigContext *p, const char *z) {
  return z ? migStrndup(p, z, (i64)strlen(z)) : 0;
}

/*
** migPrintf() for who has the arguments as a va_list; va_end() is the caller's.
*/
char *migVprintf(MigContext *p, const char *zFormat, va_list ap) {
  char *zTemp;
  char *zNew;

  if (p->rc) {
    return 0;
  }
  zTemp = sqlite3_vmprintf(zFormat, ap);
  if (zTemp == 0) {
    migNomem(p);
  }
  zNew = migStrdup(p, zTemp);
  sqlite3_free(zTemp);
  return zNew;
}

/* sqlite3_mprintf() into the arena. NULL after failure; after a first error the
** arguments are not looked at. */
char *migPrintf(MigContext *p, const char *zFormat, ...) {
  va_list ap;
  char *z;

  va_start(ap, zFormat);
  z = migVprintf(p, zFormat, ap);
  va_end(ap);
  return z;
}

/* Remember the arena's fill, for migArenaRelease(). Marks may nest: the one
** made last is released first. Cannot fail. */
MigMark migArenaMark(MigContext *p) {
  MigMark mark;

  mark.pBlock = p->pBlock;
  mark.nUsed = p->pBlock ? p->pBlock->nUsed : 0;
  return mark;
}

/* Free all that was allocated since the mark was made; nothing may point there
** any more. Also after an error, whose message is not in the arena. The mark
** can be released to again. */
void migArenaRelease(MigContext *p, MigMark mark) {
  while (p->pBlock != mark.pBlock) {
    MigBlock *pNext = p->pBlock->pNext;
    sqlite3_free(p->pBlock);
    p->pBlock = pNext;
  }
  if (p->pBlock) {
    p->pBlock->nUsed = mark.nUsed;
  }
}
