/*
** fuzz_sql.c - every function and table, with any arguments, in any state.
**
** An input is a program. Its first byte chooses the database that it begins
** with, the second how: bit 0 is a memdb that two connections share, else it is
** private; bit 1 foreign keys, 2 a transaction, 3 DEFENSIVE, 4 no DQS. Then
** operations follow, a byte each and what that operation takes:
**
**   call       a function with arguments, bare or inside another statement
**   table      a table with arguments or constraints on its hidden columns
**   plain      a statement of the list, or of the input's own bytes
**   control    BEGIN, COMMIT, SAVEPOINT ...
**   fault      the next call meets one: no memory at the N-th allocation (once
**              or from then on), an interrupt after N steps, an authorizer that
**              denies its N-th question, or all of one kind
**   kept       a statement is prepared, stepped, reset or finalized
**   setting    sqlite3_db_config(), sqlite3_limit(), a busy timeout
**   switch     the other connection
**   file       a file is written that an import may read
**
** Functions, tables, options and settings come from the extension's own lists;
** a function's arguments are chosen by the names in its usage line.
**
** Files. The process works, during an input, in a new folder made for it, two
** levels deep; slashes and what could make one in SQL are taken out of the
** input's bytes, so no name in it leads further than one folder up. The folder
** is emptied before an input. Relative paths that libFuzzer uses are not
** disturbed: the old folder is gone back to, before a failure is reported too.
**
** Asserted after a call: an error is ours, with a code of the list, or one that
** SQLite documents. A failed call that acts, and a dry run, leave all tables as
** they were but for the history, unless a part of the run is recorded as
** committed; showing changes no byte and gives the same twice. A transaction
** stays open or closed, or the message says what became of it. The
** connection's settings are as before. No statement is left, and at the end no
** byte. Where rows of canary_child were, none is fewer, and foreign keys are no
** worse. At the end the file is sound and its history verifies. What the input
** does by itself to our tables or to sqlite_schema switches off what it spoils.
**
** FUZZ_TRACE=1 in the environment prints what is done.
*/
#define _POSIX_C_SOURCE 200809L
#include <dirent.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "migrate.h"
#include "context.h"
#include "fuzz_sql.h"

#define FUZZ_OPS 10          /* operations of an input */
#define FUZZ_ARGS 6          /* arguments of a call */
#define FUZZ_KEPT 4          /* statements kept, of a connection */
#define FUZZ_LIST 128        /* functions, tables, options */
#define FUZZ_START 10        /* databases to begin with */
#define FUZZ_TICK 20000      /* steps between two looks at the budget */
#define FUZZ_TICKS 60        /* looks before a call is interrupted */
#define FUZZ_LENGTH 400000   /* bytes of a value */
#define FUZZ_SETTINGS 40     /* settings of a connection that are compared */
#define FUZZ_UNKNOWN -987654 /* a setting that cannot be read now */
#define FUZZ_LIMITS (SQLITE_LIMIT_WORKER_THREADS + 1)
#define CANARIES 5 /* rows of canary_child at first */

int LLVMFuzzerTestOneInput(const uint8_t *a, size_t n);
void __asan_on_error(void);

/* A function, table or option of the extension. */
typedef struct Entry {
  char *zName;
  char *zUsage;           /* of an option: whose it is */
  int nArg;               /* the most it takes */
  char *azArg[FUZZ_ARGS]; /* their names */
} Entry;

/* A list of them; one that is full takes no more. */
typedef struct List {
  int n;
  Entry a[FUZZ_LIST];
} List;

/* What the next call may meet. */
typedef enum FaultKind {
  FAULT_NONE,
  FAULT_MEMORY,     /* one allocation fails */
  FAULT_MEMORY_ALL, /* that and all behind it */
  FAULT_INTERRUPT,  /* sqlite3_interrupt() */
  FAULT_PROGRESS,   /* the progress handler says stop */
  FAULT_DENY,       /* the authorizer says no, once */
  FAULT_DENY_KIND,  /* to all of one action */
  FAULT_KINDS
} FaultKind;

/* What does not change from input to input, and what callbacks need. */
static struct Global {
  int bReady;
  int iHome;       /* the folder that the process is started in */
  int iWork;       /* the folder that an input works in */
  char zRoot[256]; /* the folder above iWork, made for this process */
  int bTrace;      /* say what is done */
  List functions, tables, options, settings;
  int nStart;
  unsigned char *apStart[FUZZ_START]; /* databases to begin with */
  sqlite3_int64 anStart[FUZZ_START];
  sqlite3_mem_methods memory; /* SQLite's allocator */
  sqlite3_vfs vfs;            /* the system's, but for sleeping */
  int bArmed;                 /* faults happen */
  FaultKind eFault;
  int nFault; /* until it happens; 0: it has */
  int bHit;   /* it did */
  int nTick;
  const char *zWhat; /* what is being done, for a failure's message */
} g;

/* What the tables hold, as one image of the database says. */
typedef struct Content {
  int bKnown;     /* the rest is filled in */
  int bStore;     /* it has our tables */
  u64 iUser;      /* hash over the user's tables and the schema */
  u64 iStore;     /* over ours, without the history */
  i64 nDone;      /* rows of the history that did not fail */
  i64 nCanary;    /* rows of canary_child, -1: no such table */
  i64 nViolation; /* rows without their parent, -1: cannot be said */
} Content;

/* A database as bytes. */
typedef struct Image {
  unsigned char *a; /* of sqlite3_serialize(); NULL: it cannot be read */
  sqlite3_int64 n;
  Content content; /* read when it is first asked for */
} Image;

/* A connection of the input. */
typedef struct Conn {
  sqlite3 *db;
  sqlite3_stmt *apKept[FUZZ_KEPT]; /* NULL: nothing is kept there */
} Conn;

/* One value to bind. */
typedef struct Value {
  int eType; /* SQLITE_INTEGER .. SQLITE_NULL */
  i64 i;
  double r;
  const void *p; /* text or blob of n bytes, not copied */
  int n;
} Value;

/* The input that runs. */
typedef struct Fuzz {
  const uint8_t *a; /* the input, and what of it is left */
  size_t n;
  char zPath[300]; /* of the shared database, or ":memory:" */
  int nConn;
  int iConn; /* the one in use */
  Conn aConn[2];
  int bTampered; /* our tables or the schema were written by hand */
  int bVirtual;  /* modules keep statements of their own */
  int bCanary;   /* a script may delete canaries */
  int bOwn;      /* plain SQL runs */
  int bDry;      /* the options of this call say dry_run */
  int bActed;    /* a call of ours has changed something */
  MigContext *p; /* memory of this input */
} Fuzz;

static Fuzz *pFuzz; /* the input that runs, for callbacks */

/* ------------------------------------------------------------------------
** Failures
*/

/* Back to the folder that the process was started in, where the fuzzer's
** relative paths lead. */
static void goHome(void) {
  if (g.bReady && fchdir(g.iHome)) {
    perror("fchdir");
  }
}

/* Called by AddressSanitizer before it reports. */
void __asan_on_error(void) {
  goHome();
}

static void folderDelete(void);

/* What must hold: else say why, and in what statement, remove the folder and
** abort, which is a finding of the fuzzer. */
static void demand(int bTrue, const char *zFormat, ...) {
  va_list ap;

  if (bTrue) {
    return;
  }
  va_start(ap, zFormat);
  fprintf(stderr, "fuzz_sql: ");
  vfprintf(stderr, zFormat, ap);
  fprintf(stderr, "\n  in: %s\n", g.zWhat ? g.zWhat : "");
  va_end(ap);
  folderDelete();
  goHome();
  abort();
}

/* Say what is done, when that was asked for. */
static void trace(const char *zFormat, ...) {
  va_list ap;

  if (g.bTrace) {
    va_start(ap, zFormat);
    vfprintf(stderr, zFormat, ap);
    va_end(ap);
  }
}

/* ------------------------------------------------------------------------
** Faults: memory, interrupts, denials. They happen only while g.bArmed.
*/

/* Is it here that an armed fault of kind eOne or eOther happens? Counts a point
** at which one may happen. After it has, eOne is over, eOther happens at each
** point that follows. */
static int faultNow(FaultKind eOne, FaultKind eOther) {
  if (!g.bArmed || (g.eFault != eOne && g.eFault != eOther)) {
    return 0;
  }
  if (g.nFault > 1) {
    g.nFault--;
    return 0;
  }
  if (g.bHit && g.eFault == eOne) {
    return 0;
  }
  g.bHit = 1;
  return 1;
}

/* SQLite's allocator, with faults. */
static void *memoryMalloc(int n) {
  return faultNow(FAULT_MEMORY, FAULT_MEMORY_ALL) ? 0 : g.memory.xMalloc(n);
}

/* The same for memory that grows or shrinks. */
static void *memoryRealloc(void *p, int n) {
  return faultNow(FAULT_MEMORY, FAULT_MEMORY_ALL) ? 0 : g.memory.xRealloc(p, n);
}

/* The progress handler: faults, and an end to calls that take too long. Its
** argument is the connection. */
static int onProgress(void *pArg) {
  if (!g.bArmed) {
    return 0;
  }
  if (faultNow(FAULT_INTERRUPT, FAULT_PROGRESS)) {
    if (g.eFault == FAULT_INTERRUPT) {
      sqlite3_interrupt(pArg);
    }
    return g.eFault == FAULT_PROGRESS;
  }
  return ++g.nTick > FUZZ_TICKS;
}

/* PRAGMAs that reach beyond the connection. */
static int pragmaGlobal(const char *z) {
  return sqlite3_stricmp(z, "soft_heap_limit") == 0 ||
         sqlite3_stricmp(z, "hard_heap_limit") == 0 ||
         sqlite3_stricmp(z, "temp_store_directory") == 0 ||
         sqlite3_stricmp(z, "data_store_directory") == 0 ||
         sqlite3_stricmp(z, "mmap_size") == 0;
}

/* Does plain SQL spoil what is tested? */
static void noteTampering(int eAction, const char *z3, const char *z4) {
  int bOurs = z3 && sqlite3_strlike("\\_migrate%", z3, '\\') == 0;
  int bOurs4 = z4 && sqlite3_strlike("\\_migrate%", z4, '\\') == 0;

  if (eAction == SQLITE_PRAGMA) {
    pFuzz->bTampered |= z4 && (sqlite3_stricmp(z3, "writable_schema") == 0 ||
                               sqlite3_stricmp(z3, "journal_mode") == 0 ||
                               sqlite3_stricmp(z3, "locking_mode") == 0 ||
                               sqlite3_stricmp(z3, "schema_version") == 0);
  } else if (eAction != SQLITE_READ && eAction != SQLITE_SELECT &&
             eAction != SQLITE_FUNCTION) {
    pFuzz->bTampered |= bOurs || bOurs4;
  }
}

/* The authorizer of every connection: keeps the process from being changed,
** notes what plain SQL spoils, and denies what a fault says. */
static int onAuthorize(void *pArg, int eAction, const char *z3, const char *z4,
                       const char *zSchema, const char *zTrigger) {
  MIG_UNUSED(pArg);
  MIG_UNUSED(zSchema);
  MIG_UNUSED(zTrigger);
  if (eAction == SQLITE_PRAGMA && z3 && z4 && pragmaGlobal(z3)) {
    return SQLITE_DENY;
  }
  if (pFuzz->bOwn) {
    noteTampering(eAction, z3, z4);
  }
  if (eAction == SQLITE_CREATE_VTABLE) {
    pFuzz->bVirtual = 1;
  }
  if (g.bArmed && g.eFault == FAULT_DENY_KIND) {
    g.bHit |= eAction == g.nFault % 34;
    return eAction == g.nFault % 34 ? SQLITE_DENY : SQLITE_OK;
  }
  return faultNow(FAULT_DENY, FAULT_DENY) ? SQLITE_DENY : SQLITE_OK;
}

/* Let go of what the connection holds. */
static void connRelease(Conn *pConn) {
  int i;

  for (i = 0; i < FUZZ_KEPT; i++) {
    sqlite3_reset(pConn->apKept[i]);
  }
  if (!sqlite3_get_autocommit(pConn->db)) {
    sqlite3_exec(pConn->db, "ROLLBACK", 0, 0, 0);
  }
}

/* The default VFS sleeps: whoever waits for a lock is given it. */
static int onSleep(sqlite3_vfs *pVfs, int nMicro) {
  static const char zNormal[] = "PRAGMA locking_mode=normal;"
                                "SELECT 1 FROM sqlite_schema LIMIT 1";
  int bArmed = g.bArmed;
  int i;

  MIG_UNUSED(pVfs);
  g.bArmed = 0;
  for (i = 0; pFuzz && i < pFuzz->nConn; i++) {
    if (i != pFuzz->iConn) {
      connRelease(&pFuzz->aConn[i]);
      sqlite3_exec(pFuzz->aConn[i].db, zNormal, 0, 0, 0);
    }
  }
  g.bArmed = bArmed;
  return nMicro;
}

/* So does whoever waits without SQLite: this takes the place of the system's
** function (migSystemSleep). */
int nanosleep(const struct timespec *pWait, struct timespec *pLeft) {
  MIG_UNUSED(pLeft);
  onSleep(0, (int)(pWait->tv_nsec / 1000));
  return 0;
}

/* ------------------------------------------------------------------------
** The input
*/

/* The next byte of the input; 0 behind its end. */
static int takeByte(Fuzz *f) {
  if (f->n == 0) {
    return 0;
  }
  f->n--;
  return *f->a++;
}

/* One of a list that ends with NULL. */
static const char *takeOf(Fuzz *f, const char *const *az) {
  int n = 0;

  while (az[n]) {
    n++;
  }
  return az[takeByte(f) % n];
}

/* Does z start with zWith, in any case of its letters? */
static int startsWith(const char *z, const char *zWith) {
  return sqlite3_strnicmp(z, zWith, (int)strlen(zWith)) == 0;
}

/* Bytes of the input, without what could name a file elsewhere. */
static char *takeRaw(Fuzz *f, int *pn) {
  size_t n = (size_t)takeByte(f);
  char *z;
  size_t i;

  n = n < 240 ? n % 48 : (n - 239) * 48;
  n = n > f->n ? f->n : n;
  z = migAlloc(f->p, n + 1);
  memcpy(z, f->a, n);
  f->a += n;
  f->n -= n;
  for (i = 0; i < n; i++) {
    if (z[i] == '/' || z[i] == '\\' || startsWith(z + i, "char") ||
        startsWith(z + i, "unhex") || startsWith(z + i, "x'")) {
      z[i] = '_';
    }
    f->bCanary |= startsWith(z + i, "canary");
    f->bVirtual |= startsWith(z + i, "virtual");
  }
  *pn = (int)n;
  return z;
}

/* ------------------------------------------------------------------------
** Values
*/

/* A text to bind, which is not copied. */
static Value valueText(const char *z) {
  Value value = {SQLITE_TEXT, 0, 0, z, (int)strlen(z)};
  return value;
}

/* An integer to bind. */
static Value valueInt(i64 i) {
  Value value = {SQLITE_INTEGER, i, 0, 0, 0};
  return value;
}

/* Bytes of the input to bind, as eType: a text or a blob. */
static Value valueRaw(Fuzz *f, int eType) {
  Value value = {eType, 0, 0, 0, 0};

  value.p = takeRaw(f, &value.n);
  return value;
}

/* What an option's value may well be, by the option's name. */
static const struct OptionKind {
  const char *zNames; /* with a blank before and behind each */
  const char *const *azValue;
} aOptionKind[] = {
    {" dry_run backup splice repair purge force restore baseline replace"
     " portable check manual overwrite shell bookkeeping ",
     azBool},
    {" now created_at wait at ", azNumber},
    {" allow_loss tables backups changes ", azTables},
    {" rename using placeholders ", azMap},
    {" format tool transaction progress until on_error ", azChoice},
    {" to registry ", azPath},
    {" file_template ", azSettingValue},
    {" id label ", azWord},
    {" parent depends_on at_most ", azTarget},
};

/* The value of an option, as JSON. */
static char *optionValue(Fuzz *f, const char *zOption) {
  int b = takeByte(f);
  const char *z = takeOf(f, azJson);
  size_t i;

  if (b < 230) {
    char *zName = migPrintf(f->p, " %s ", zOption);
    for (i = 0; i < sizeof(aOptionKind) / sizeof(aOptionKind[0]); i++) {
      if (strstr(aOptionKind[i].zNames, zName)) {
        z = takeOf(f, aOptionKind[i].azValue);
      }
    }
  }
  if (strchr("[{0123456789-\"", z[0]) || strcmp(z, "true") == 0 ||
      strcmp(z, "false") == 0 || strcmp(z, "null") == 0) {
    return migStrdup(f->p, z[0] ? z : "\"\"");
  }
  if (strpbrk(z, "\"\\\n")) {
    z = "quoted";
  }
  return migPrintf(f->p, "\"%s\"", z);
}

/* Does option pOption belong to the function zFunction? */
static int optionFits(const Entry *pOption, const char *zFunction) {
  return strcmp(pOption->zUsage, "all") == 0 ||
         strstr(pOption->zUsage, zFunction) != 0;
}

/* An object of options: some that the function knows, seldom others. */
static Value takeOptions(Fuzz *f, const char *zFunction) {
  int n = takeByte(f) % 4;
  char *z = migStrdup(f->p, "{");
  int i;

  for (i = 0; i < n; i++) {
    int iOption = takeByte(f) % g.options.n;
    int nTry;
    for (nTry = takeByte(f) < 8 ? g.options.n : 0;
         nTry < g.options.n && !optionFits(&g.options.a[iOption], zFunction);
         nTry++) {
      iOption = (iOption + 1) % g.options.n;
    }
    {
      const char *zName = g.options.a[iOption].zName;
      char *zValue = optionValue(f, zName);
      z = migPrintf(f->p, "%s%s\"%s\":%s", z, i ? "," : "", zName, zValue);
      f->bDry |= strcmp(zName, "dry_run") == 0 && strcmp(zValue, "true") == 0;
      f->bCanary |= strcmp(zName, "allow_loss") == 0;
    }
  }
  return valueText(migPrintf(f->p, "%s}", z));
}

/* Any value at all. */
static Value takeAny(Fuzz *f, const char *zFunction) {
  static const double aReal[] = {0.0, -1.5, 1e300, 3.0, -0.0};
  static const i64 aBig[] = {
      -1, 0, (i64)1 << 31, (i64)1 << 62, -((i64)1 << 62) * 2, 4294967295};
  Value value = {SQLITE_NULL, 0, 0, 0, 0};
  int b = takeByte(f);

  switch (b % 14) {
  case 0:
    return value;
  case 1:
    return valueInt(takeByte(f));
  case 2:
    return valueInt(aBig[takeByte(f) % 6]);
  case 3:
    value.eType = SQLITE_FLOAT;
    value.r = aReal[takeByte(f) % 5];
    return value;
  case 4:
    return valueRaw(f, SQLITE_BLOB);
  case 5:
    return valueText(takeOf(f, azTarget));
  case 6:
    return valueText(takeOf(f, azScript));
  case 7:
    return valueText(takeOf(f, azSchema));
  case 8:
    return valueText(takeOf(f, azWord));
  case 9:
    return takeOptions(f, zFunction);
  case 10:
    return valueText(takeOf(f, azPath));
  case 11: {
    int n = takeByte(f) * 1000;
    char *z = migAlloc(f->p, (u64)n + 1);
    memset(z, b & 16 ? 'a' : '(', (size_t)n);
    value.eType = SQLITE_TEXT;
    value.p = z;
    value.n = n;
    return value;
  }
  default:
    return valueRaw(f, SQLITE_TEXT);
  }
}

/* Is the name a part of this list of names? */
static int nameHas(const char *zName, const char *zParts) {
  return strstr(zParts, zName) != 0;
}

/* A value that suits an argument of this name. */
static Value takeNamed(Fuzz *f, const char *zArg, const char *zFunction) {
  static const char *const azDrawing[] = {"text", "dot", "mermaid", "svg"};
  int b = takeByte(f);

  if (b >= 208) {
    return takeAny(f, zFunction);
  }
  if (nameHas(zArg, "up down script sql")) {
    return b < 60 ? valueRaw(f, SQLITE_TEXT) : valueText(takeOf(f, azScript));
  }
  if (nameHas(zArg, "create_table desired schema from to old new")) {
    return b < 40 ? valueRaw(f, SQLITE_TEXT) : valueText(takeOf(f, azSchema));
  }
  if (nameHas(zArg, "path folder")) {
    return valueText(takeOf(f, azPath));
  }
  if (nameHas(zArg, "message note label")) {
    return valueText(takeOf(f, azWord));
  }
  if (nameHas(zArg, "backup keep a b ms")) {
    return b & 1 ? valueInt(takeByte(f) % 8) : valueText(takeOf(f, azWord));
  }
  if (nameHas(zArg, "setting")) {
    return valueText(g.settings.a[takeByte(f) % g.settings.n].zName);
  }
  if (nameHas(zArg, "value")) {
    return valueText(takeOf(f, azSettingValue));
  }
  if (nameHas(zArg, "operation")) {
    return valueText(b & 1 ? "upgrade" : "downgrade");
  }
  if (nameHas(zArg, "format")) {
    return valueText(azDrawing[b % 4]);
  }
  if (b < 100) { /* likely ones come first */
    return valueText(azTarget[takeByte(f) % 16]);
  }
  return b < 110 ? valueRaw(f, SQLITE_TEXT) : valueText(takeOf(f, azTarget));
}

/* Bind the n values from parameter 1 on; a type that is none of the four is
** NULL. */
static void bindAll(sqlite3_stmt *pStmt, const Value *a, int n) {
  int i;

  for (i = 0; i < n; i++) {
    switch (a[i].eType) {
    case SQLITE_INTEGER:
      sqlite3_bind_int64(pStmt, i + 1, a[i].i);
      break;
    case SQLITE_FLOAT:
      sqlite3_bind_double(pStmt, i + 1, a[i].r);
      break;
    case SQLITE_TEXT:
      sqlite3_bind_text(pStmt, i + 1, a[i].p, a[i].n, SQLITE_STATIC);
      break;
    case SQLITE_BLOB:
      sqlite3_bind_blob(pStmt, i + 1, a[i].p, a[i].n, SQLITE_STATIC);
      break;
    default:
      break;
    }
    if (g.bTrace && a[i].eType == SQLITE_TEXT) {
      fprintf(stderr, "    ?%d = '%.*s'\n", i + 1, a[i].n > 300 ? 300 : a[i].n,
              (const char *)a[i].p);
    } else if (g.bTrace) {
      fprintf(stderr, "    ?%d = type %d, %lld\n", i + 1, a[i].eType, a[i].i);
    }
  }
}

/* ------------------------------------------------------------------------
** What the database holds
*/

/* Put the length and n bytes into the hash h (FNV-1a in its steps). p may be
** NULL with n 0. */
static u64 hashBytes(u64 h, const void *p, int n) {
  const unsigned char *a = p;
  int i;

  h = (h ^ (u64)n) * 1099511628211u;
  for (i = 0; i < n; i++) {
    h = (h ^ a[i]) * 1099511628211u;
  }
  return h;
}

/* Hash a row of any statement. */
static u64 hashRow(u64 h, sqlite3_stmt *pStmt) {
  int i;

  for (i = 0; i < sqlite3_column_count(pStmt); i++) {
    int eType = sqlite3_column_type(pStmt, i);
    const void *p = sqlite3_column_blob(pStmt, i);
    h = hashBytes(h, &eType, sizeof(eType));
    h = hashBytes(h, p, p ? sqlite3_column_bytes(pStmt, i) : 0);
  }
  return h;
}

/* Hash all rows of a statement; the last result code goes in too. */
static u64 hashQuery(sqlite3 *db, u64 h, const char *zSql) {
  sqlite3_stmt *pStmt = 0;
  int rc = sqlite3_prepare_v2(db, zSql, -1, &pStmt, 0);

  while (rc == SQLITE_OK && sqlite3_step(pStmt) == SQLITE_ROW) {
    h = hashRow(h, pStmt);
  }
  sqlite3_finalize(pStmt);
  return h;
}

/* The first value of a query as an integer; iDefault without a row, or when the
** query fails. */
static i64 queryInt(sqlite3 *db, i64 iDefault, const char *zSql) {
  sqlite3_stmt *pStmt = 0;

  if (sqlite3_prepare_v2(db, zSql, -1, &pStmt, 0) == SQLITE_OK &&
      sqlite3_step(pStmt) == SQLITE_ROW) {
    iDefault = sqlite3_column_int64(pStmt, 0);
  }
  sqlite3_finalize(pStmt);
  return iDefault;
}

/* Open an image as a database of its own. */
static sqlite3 *imageOpen(const Image *pImage) {
  sqlite3 *db = 0;

  demand(sqlite3_open(":memory:", &db) == SQLITE_OK, "open image");
  demand(sqlite3_deserialize(db, "main", pImage->a, pImage->n, pImage->n,
                             SQLITE_DESERIALIZE_READONLY) == SQLITE_OK,
         "deserialize");
  return db;
}

/* Hash a table under the hash that it belongs to. */
static void contentTable(sqlite3 *db, Content *pContent, const char *zName) {
  int bOurs = startsWith(zName, "_migrate_");
  u64 *pHash = bOurs ? &pContent->iStore : &pContent->iUser;
  char *zSql;

  if (strcmp(zName, "_migrate_history") == 0) {
    return;
  }
  pContent->bStore |= bOurs;
  if (strcmp(zName, "_migrate_meta") == 0) {
    /* the number of a backup that was dropped again is not used again; and
    ** what the folder looks like is kept before migrate_auto() runs it */
    *pHash = hashQuery(db, *pHash,
                       "SELECT * FROM _migrate_meta"
                       " WHERE name NOT IN('last_backup', 'folder')");
    return;
  }
  zSql = sqlite3_mprintf("SELECT rowid, * FROM \"%w\"", zName);
  *pHash = hashQuery(db, hashBytes(*pHash, zName, (int)strlen(zName)), zSql);
  sqlite3_free(zSql);
  zSql = sqlite3_mprintf("SELECT * FROM \"%w\"", zName);
  *pHash = hashQuery(db, *pHash, zSql);
  sqlite3_free(zSql);
}

/* Read what an image says. */
static const Content *imageContent(Image *pImage) {
  Content *pContent = &pImage->content;
  sqlite3_stmt *pStmt = 0;
  sqlite3 *db;

  if (pContent->bKnown) {
    return pContent;
  }
  db = imageOpen(pImage);
  pContent->bKnown = 1;
  pContent->iUser = pContent->iStore = 14695981039346656037u;
  pContent->iUser = hashQuery(
      db, pContent->iUser,
      "SELECT type, name, tbl_name, sql FROM sqlite_schema"
      " WHERE name NOT GLOB '_migrate_*' AND tbl_name NOT GLOB '_migrate_*'");
  pContent->iUser = hashQuery(db, pContent->iUser, "PRAGMA user_version");
  sqlite3_prepare_v2(db,
                     "SELECT name FROM sqlite_schema WHERE type = 'table'"
                     " AND rootpage > 0 ORDER BY name",
                     -1, &pStmt, 0);
  while (pStmt && sqlite3_step(pStmt) == SQLITE_ROW) {
    contentTable(db, pContent, (const char *)sqlite3_column_text(pStmt, 0));
  }
  sqlite3_finalize(pStmt);
  pContent->nDone = queryInt(
      db, 0, "SELECT count(*) FROM _migrate_history WHERE outcome <> 'failed'");
  pContent->nCanary = queryInt(db, -1, "SELECT count(*) FROM canary_child");
  pContent->nViolation =
      queryInt(db, -1, "SELECT count(*) FROM pragma_foreign_key_check");
  sqlite3_close(db);
  return pContent;
}

/* Free an image, which is empty then. */
static void imageFree(Image *pImage) {
  sqlite3_free(pImage->a);
  memset(pImage, 0, sizeof(*pImage));
}

/* Limits of the connection that an input may have set are off while the target
** itself asks. */
static void limitsLift(sqlite3 *db, int *aLimit) {
  int i;

  for (i = 0; i < FUZZ_LIMITS; i++) {
    aLimit[i] = sqlite3_limit(db, i, 1000000);
  }
}

/* The limits that limitsLift() has read are in force again. */
static void limitsPut(sqlite3 *db, const int *aLimit) {
  int i;

  for (i = 0; i < FUZZ_LIMITS; i++) {
    sqlite3_limit(db, i, aLimit[i]);
  }
}

/* The database as the connection sees it; a is NULL when it cannot be read. */
static Image imageTake(Conn *pConn) {
  int aLimit[FUZZ_LIMITS];
  Image image;

  memset(&image, 0, sizeof(image));
  limitsLift(pConn->db, aLimit);
  image.a = sqlite3_serialize(pConn->db, "main", &image.n, 0);
  limitsPut(pConn->db, aLimit);
  if (image.a && image.n == 0) {
    imageFree(&image);
  }
  return image;
}

/* Are two images the same, byte by byte? Both must be there. */
static int imageSame(const Image *pA, const Image *pB) {
  return pA->n == pB->n && memcmp(pA->a, pB->a, (size_t)pA->n) == 0;
}

/* ------------------------------------------------------------------------
** The state of a connection around a call
*/

/* What a call has to leave as it was, or may change in known ways. */
typedef struct State {
  Image image;     /* of main, with what the transaction has written */
  int bAutocommit; /* no transaction is open */
  int bWriting;    /* a transaction has written */
  int nChange;     /* sqlite3_total_changes() */
  int n;           /* settings that are known */
  i64 aSetting[FUZZ_SETTINGS]; /* FUZZ_UNKNOWN: it could not be read */
} State;

/* Read the settings of a connection that a call has to leave as they are:
** always the same ones in the same order. */
static void stateSettings(sqlite3 *db, State *pState) {
  static const int aConfig[] = {SQLITE_DBCONFIG_ENABLE_FKEY,
                                SQLITE_DBCONFIG_ENABLE_TRIGGER,
                                SQLITE_DBCONFIG_ENABLE_VIEW,
                                SQLITE_DBCONFIG_DEFENSIVE,
                                SQLITE_DBCONFIG_WRITABLE_SCHEMA,
                                SQLITE_DBCONFIG_LEGACY_ALTER_TABLE,
                                SQLITE_DBCONFIG_DQS_DML,
                                SQLITE_DBCONFIG_DQS_DDL,
                                SQLITE_DBCONFIG_TRUSTED_SCHEMA,
                                SQLITE_DBCONFIG_LEGACY_FILE_FORMAT,
                                SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION};
  static const char *const azPragma[] = {
      "PRAGMA recursive_triggers", "PRAGMA ignore_check_constraints",
      "PRAGMA secure_delete",      "PRAGMA cache_size",
      "PRAGMA analysis_limit",     "PRAGMA query_only",
      "PRAGMA cell_size_check",    "PRAGMA reverse_unordered_selects",
      "PRAGMA automatic_index",    "PRAGMA busy_timeout"};
  int aLimit[FUZZ_LIMITS];
  size_t i;

  pState->n = 0;
  limitsLift(db, aLimit);
  for (i = 0; i < sizeof(aConfig) / sizeof(aConfig[0]); i++) {
    int b = 0;
    sqlite3_db_config(db, aConfig[i], -1, &b);
    pState->aSetting[pState->n++] = b;
  }
  for (i = 0; i < FUZZ_LIMITS; i++) {
    pState->aSetting[pState->n++] = aLimit[i];
  }
  for (i = 0; i < sizeof(azPragma) / sizeof(azPragma[0]); i++) {
    pState->aSetting[pState->n++] = queryInt(db, FUZZ_UNKNOWN, azPragma[i]);
  }
  limitsPut(db, aLimit);
}

/* What is to be compared after a call. The image is to be freed. */
static State stateTake(Conn *pConn) {
  State state;

  memset(&state, 0, sizeof(state));
  state.bAutocommit = sqlite3_get_autocommit(pConn->db);
  state.bWriting = sqlite3_txn_state(pConn->db, "main") == SQLITE_TXN_WRITE;
  state.nChange = sqlite3_total_changes(pConn->db);
  stateSettings(pConn->db, &state);
  state.image = imageTake(pConn);
  return state;
}

/* Statements of the connection are those that are kept, and those that we keep
** for the next call, over our own tables. */
static void statementsTest(Fuzz *f, Conn *pConn) {
  sqlite3_stmt *pStmt;

  for (pStmt = sqlite3_next_stmt(pConn->db, 0); pStmt && !f->bVirtual;
       pStmt = sqlite3_next_stmt(pConn->db, pStmt)) {
    int i = 0;
    while (i < FUZZ_KEPT && pConn->apKept[i] != pStmt) {
      i++;
    }
    demand(i < FUZZ_KEPT || strstr(sqlite3_sql(pStmt), "main._migrate_"),
           "statement left: %s", sqlite3_sql(pStmt));
  }
}

/* ------------------------------------------------------------------------
** One statement, and what must hold after it
*/

/* What a statement may do. */
typedef enum Kind {
  KIND_PLAIN, /* the user's SQL: anything may change */
  KIND_SHOW,  /* nothing may */
  KIND_ACT,   /* a bare call that acts */
  KIND_MIXED  /* a call inside another statement */
} Kind;

/* What has come of a statement. */
typedef struct Outcome {
  int rc;       /* SQLITE_OK, or its result code, extended or not */
  char *zError; /* what SQLite says of that, in the arena; else "" */
  u64 iRows;    /* hash of the rows */
  int nRow;     /* how many were read: not all of very many */
  int bStepped; /* it could be prepared */
} Outcome;

/* Is z "migrate: CODE: ..." with a code of the list? */
static int errorIsOurs(const char *z) {
  static const char *const azCode[] = {
#define FUZZ_CODE(name, rc, help) #name,
      MIG_CODES(FUZZ_CODE)
#undef FUZZ_CODE
  };
  size_t i;

  if (!startsWith(z, "migrate: ")) {
    return 0;
  }
  z += 9;
  for (i = 0; i < sizeof(azCode) / sizeof(azCode[0]); i++) {
    size_t n = strlen(azCode[i]);
    if (strncmp(z, azCode[i], n) == 0 && z[n] == ':' && z[n + 1] == ' ' &&
        z[n + 2]) {
      return 1;
    }
  }
  return 0;
}

/* An error of a call: ours, or one that SQLite has by itself. */
static void errorTest(Fuzz *f, const Outcome *pOut, Kind eKind) {
  int rc = pOut->rc & 0xff;

  if (startsWith(pOut->zError, "migrate: ")) {
    demand(errorIsOurs(pOut->zError), "code not listed: %s", pOut->zError);
    demand(rc != SQLITE_SCHEMA && rc != SQLITE_OK, "rc %d with %s", rc,
           pOut->zError);
    demand(strlen(pOut->zError) < 100000, "long error");
  } else if (eKind != KIND_MIXED && pOut->bStepped && !f->bTampered) {
    demand(rc == SQLITE_NOMEM || rc == SQLITE_INTERRUPT ||
               rc == SQLITE_TOOBIG || rc == SQLITE_AUTH || rc == SQLITE_BUSY ||
               rc == SQLITE_LOCKED || g.bHit,
           "not ours: %d %s", pOut->rc, pOut->zError);
  }
}

/* Run a statement to its end, or 300 rows. */
static Outcome statementRun(Fuzz *f, const char *zSql, const Value *a, int n) {
  sqlite3 *db = f->aConn[f->iConn].db;
  Outcome out = {0, 0, 1469598103, 0, 0};
  sqlite3_stmt *pStmt = 0;

  g.zWhat = zSql;
  g.nTick = 0;
  g.bArmed = 1;
  sqlite3_progress_handler(
      db,
      g.eFault == FAULT_INTERRUPT || g.eFault == FAULT_PROGRESS ? 16
                                                                : FUZZ_TICK,
      onProgress, db);
  out.rc = sqlite3_prepare_v2(db, zSql, -1, &pStmt, 0);
  if (out.rc == SQLITE_OK && pStmt) {
    out.bStepped = 1;
    bindAll(pStmt, a, n);
    while ((out.rc = sqlite3_step(pStmt)) == SQLITE_ROW && out.nRow < 300) {
      out.iRows = hashRow(out.iRows, pStmt);
      out.nRow++;
      if (out.nRow == 1) {
        trace("    = %.200s\n", sqlite3_column_text(pStmt, 0));
      }
    }
    out.rc = out.rc == SQLITE_ROW || out.rc == SQLITE_DONE ? 0 : out.rc;
  }
  g.bArmed = 0;
  out.zError = migStrdup(f->p, out.rc ? sqlite3_errmsg(db) : "");
  sqlite3_finalize(pStmt);
  trace("  %d> %s\n    rc %d %s%s\n", f->iConn, zSql, out.rc, out.zError,
        g.bHit ? " (fault)" : "");
  return out;
}

/* May a failed call have done something whole before? In autocommit what is
** committed, and migrate_auto() always what it has imported or stamped. */
static int keepsPart(const State *pState) {
  return pState->bAutocommit ||
         (g.zWhat && strstr(g.zWhat, "migrate_auto(") != 0);
}

/* After an acting call that failed, or ran dry: the content is as before. */
static void unchangedTest(Fuzz *f, State *pState, Image *pAfter,
                          const Outcome *pOut) {
  Image *pBefore = &pState->image;
  const Content *pOld;
  const Content *pNew;

  if (f->bTampered || pBefore->a == 0 || pAfter->a == 0 ||
      imageSame(pBefore, pAfter)) {
    return;
  }
  pOld = imageContent(pBefore);
  pNew = imageContent(pAfter);
  if (pOut->rc && keepsPart(pState) && pNew->nDone > pOld->nDone) {
    return; /* a part of it is done, and recorded */
  }
  /* an undo that ran out of memory: out of memory can say no more than that */
  if (!pState->bAutocommit &&
      (pOld->iStore != pNew->iStore ||
       (pOld->iUser != pNew->iUser && !f->bVirtual)) &&
      ((pOut->rc & 0xff) == SQLITE_NOMEM ||
       strstr(pOut->zError, "ROLLBACK it"))) {
    sqlite3 *db = f->aConn[f->iConn].db;
    demand(sqlite3_exec(db, "COMMIT", 0, 0, 0) != SQLITE_OK,
           "a failed run could be committed: %s", pOut->zError);
    sqlite3_exec(db, "ROLLBACK", 0, 0, 0);
    return;
  }
  /* FTS5 writes what it kept aside when a savepoint begins */
  demand(pOld->iUser == pNew->iUser || (f->bVirtual && !pState->bAutocommit),
         "content changed by a failed call: %s", pOut->zError);
  demand(!pOld->bStore || pOld->iStore == pNew->iStore,
         "store changed by a failed call: %s", pOut->zError);
}

/* What an acting call that succeeded may not have done. bRestore: it may have
** brought back old rows without their parent. */
static void changedTest(Fuzz *f, Image *pBefore, Image *pAfter, int bRestore) {
  const Content *pOld;
  const Content *pNew;

  if (f->bTampered || pBefore->a == 0 || pAfter->a == 0 ||
      imageSame(pBefore, pAfter)) {
    return;
  }
  f->bActed = 1;
  pOld = imageContent(pBefore);
  pNew = imageContent(pAfter);
  if (!f->bCanary && pOld->nCanary > 0 && pNew->nCanary >= 0) {
    i64 nLeast = pOld->nCanary < CANARIES ? pOld->nCanary : CANARIES;
    demand(pNew->nCanary >= nLeast, "rows of canary_child lost: %lld, now %lld",
           pOld->nCanary, pNew->nCanary);
  }
  demand(bRestore || pOld->nViolation < 0 ||
             pNew->nViolation <= pOld->nViolation,
         "rows without their parent: %lld, now %lld", pOld->nViolation,
         pNew->nViolation);
}

/* The transaction is as before, or the error says what became of it. */
static void transactionTest(Fuzz *f, State *pBefore, const Outcome *pOut) {
  Conn *pConn = &f->aConn[f->iConn];
  int bAutocommit = sqlite3_get_autocommit(pConn->db);

  if (bAutocommit == pBefore->bAutocommit) {
    return;
  }
  demand(pOut->rc != 0, "transaction %s by a call that succeeded",
         bAutocommit ? "ended" : "left open");
  if (bAutocommit == 0) {
    demand((pOut->rc & 0xff) == SQLITE_NOMEM ||
               strstr(pOut->zError, "ROLLBACK it"),
           "transaction left open: %s", pOut->zError);
    demand(sqlite3_exec(pConn->db, "COMMIT", 0, 0, 0) != SQLITE_OK,
           "a failed run could be committed");
    sqlite3_exec(pConn->db, "ROLLBACK", 0, 0, 0);
  } else {
    int rc = pOut->rc & 0xff;
    demand(rc == SQLITE_NOMEM || rc == SQLITE_INTERRUPT || rc == SQLITE_FULL ||
               rc == SQLITE_IOERR || strstr(pOut->zError, "rolled back"),
           "transaction gone: %s", pOut->zError);
  }
}

/* The settings are as they were, those apart that could not be read. */
static void settingsTest(Fuzz *f, const State *pBefore, const Outcome *pOut) {
  Conn *pConn = &f->aConn[f->iConn];
  State now;
  int i;

  if (pOut->rc) {
    /* some come back with the next call only */
    sqlite3_exec(pConn->db, "SELECT migrate_version()", 0, 0, 0);
  }
  stateSettings(pConn->db, &now);
  for (i = 0; i < now.n; i++) {
    demand(now.aSetting[i] == pBefore->aSetting[i] ||
               now.aSetting[i] == FUZZ_UNKNOWN ||
               pBefore->aSetting[i] == FUZZ_UNKNOWN,
           "setting %d was %lld, is %lld; %s", i, pBefore->aSetting[i],
           now.aSetting[i], pOut->zError);
  }
}

/* After a showing statement: not a byte has changed, and it says the same when
** asked again. SQLite may roll back what an unfinished statement has written
** when a reading one runs out of memory. */
static void shownTest(Fuzz *f, const State *pBefore, const Image *pAfter,
                      const Outcome *pOut, const char *zSql, const Value *a,
                      int n) {
  sqlite3 *db = f->aConn[f->iConn].db;
  int bGone = pOut->rc && pBefore->bWriting &&
              sqlite3_txn_state(db, "main") != SQLITE_TXN_WRITE;

  demand(sqlite3_total_changes(db) == pBefore->nChange, "changes by showing");
  demand(bGone || pBefore->image.a == 0 || pAfter->a == 0 ||
             imageSame(&pBefore->image, pAfter),
         "bytes changed by showing");
  if (pOut->rc == 0 && !g.bHit) {
    Outcome again = statementRun(f, zSql, a, n);
    demand(again.rc || again.iRows == pOut->iRows, "two answers");
  }
}

/* A statement of ours, with all that must hold. */
static void statementTest(Fuzz *f, Kind eKind, const char *zSql, const Value *a,
                          int n) {
  Conn *pConn = &f->aConn[f->iConn];
  State before = stateTake(pConn);
  Outcome out = statementRun(f, zSql, a, n);
  Image after;

  if (out.rc) {
    errorTest(f, &out, eKind);
  }
  f->bCanary |= strstr(zSql, "migrate_autogenerate") != 0; /* may drop it */
  statementsTest(f, pConn);
  if (eKind == KIND_ACT || eKind == KIND_SHOW) {
    settingsTest(f, &before, &out);
    transactionTest(f, &before, &out);
  }
  after = imageTake(pConn);
  if (eKind == KIND_SHOW) {
    shownTest(f, &before, &after, &out, zSql, a, n);
  } else if (eKind == KIND_ACT && (out.rc || f->bDry)) {
    if (sqlite3_get_autocommit(pConn->db) == before.bAutocommit) {
      unchangedTest(f, &before, &after, &out);
    }
  } else if (eKind == KIND_ACT) {
    changedTest(f, &before.image, &after,
                strstr(zSql, "migrate_restore") || strstr(zSql, "downgrade"));
  }
  imageFree(&before.image);
  imageFree(&after);
  g.eFault = FAULT_NONE;
  g.bHit = 0;
}

/* SQL of the user's. */
static void statementPlain(Fuzz *f, const char *zSql) {
  Conn *pConn = &f->aConn[f->iConn];
  const char *zTail = zSql;

  f->bOwn = 1;
  g.zWhat = zSql;
  g.nTick = 0;
  g.bArmed = 1;
  sqlite3_progress_handler(pConn->db, FUZZ_TICK, onProgress, pConn->db);
  {
    int rc = sqlite3_exec(pConn->db, zTail, 0, 0, 0);
    trace("  %d. %s\n    rc %d %s\n", f->iConn, zSql, rc,
          rc ? sqlite3_errmsg(pConn->db) : "");
  }
  g.bArmed = 0;
  g.eFault = FAULT_NONE;
  g.bHit = 0;
  f->bOwn = 0;
}

/* ------------------------------------------------------------------------
** Operations
*/

/* zRound with %s replaced by zCall and %h by zHidden. */
static char *roundText(Fuzz *f, const char *zRound, const char *zCall,
                       const char *zHidden) {
  char *z = migStrdup(f->p, "");
  const char *zAt;

  while ((zAt = strchr(zRound, '%')) != 0) {
    z = migPrintf(f->p, "%s%.*s%s", z, (int)(zAt - zRound), zRound,
                  zAt[1] == 's' ? zCall : zHidden);
    zRound = zAt + 2;
  }
  return migPrintf(f->p, "%s%s", z, zRound);
}

/* name(?1, ?2, ...) */
static char *callText(Fuzz *f, const char *zName, int n) {
  char *z = migPrintf(f->p, "%s(", zName);
  int i;

  for (i = 1; i <= n; i++) {
    z = migPrintf(f->p, "%s%s?%d", z, i > 1 ? ", " : "", i);
  }
  return migPrintf(f->p, "%s)", z);
}

/* Does a function act? By what PRODUCT and README call showing. */
static int functionActs(const char *zName, int n) {
  static const char zShowing[] =
      " migrate_version migrate_current migrate_heads migrate_show migrate_sql"
      " migrate_diff migrate_check migrate_dump migrate_graph migrate_verify"
      " migrate_require ";
  const char *z = strstr(zShowing, zName);

  if (strcmp(zName, "migrate_config") == 0) {
    return n >= 2;
  }
  return !(z && z[-1] == ' ' && z[strlen(zName)] == ' ');
}

/* A function: any, or one of those that do most. */
static const Entry *takeFunction(Fuzz *f) {
  static const char *const azOften[] = {"migrate_upgrade",
                                        "migrate_downgrade",
                                        "migrate_revision",
                                        "migrate_table",
                                        "migrate_restore",
                                        "migrate_autogenerate",
                                        "migrate_upgrade",
                                        "migrate_import",
                                        "migrate_revision",
                                        "migrate_backup",
                                        0};
  int b = takeByte(f);
  int i;

  if (b >= 128) {
    const char *zName = takeOf(f, azOften);
    for (i = 0; i < g.functions.n; i++) {
      if (strcmp(g.functions.a[i].zName, zName) == 0) {
        return &g.functions.a[i];
      }
    }
  }
  return &g.functions.a[b % g.functions.n];
}

/* Does the function take any options? */
static int functionOptions(const char *zName) {
  int i;

  for (i = 0; i < g.options.n; i++) {
    if (strstr(g.options.a[i].zUsage, zName)) {
      return 1;
    }
  }
  return functionActs(zName, 2);
}

/* A function with arguments, bare or in one of the statements of azRound.
** Arguments mostly suit their names; sometimes one is missing or too many. */
static void opCall(Fuzz *f) {
  const Entry *pEntry = takeFunction(f);
  int b = takeByte(f);
  int iRound = b < 128 ? 0 : b % 20;
  int nArg = b % 16 == 7 ? takeByte(f) % FUZZ_ARGS : pEntry->nArg;
  int nDrop = takeByte(f);
  Value a[FUZZ_ARGS];
  Kind eKind;
  int i;

  f->bDry = 0;
  nArg -= nDrop < 30 && nArg > 0;
  for (i = 0; i < nArg; i++) {
    a[i] = i < pEntry->nArg ? takeNamed(f, pEntry->azArg[i], pEntry->zName)
                            : takeAny(f, pEntry->zName);
  }
  if (nDrop & 1 && nArg < FUZZ_ARGS &&
      (functionOptions(pEntry->zName) || nDrop > 240)) {
    a[nArg++] = takeOptions(f, pEntry->zName);
  }
  eKind = !functionActs(pEntry->zName, nArg) ? KIND_SHOW : KIND_ACT;
  if (iRound >= ROUND_BARE && (iRound >= ROUND_READ || eKind == KIND_ACT)) {
    eKind = KIND_MIXED;
  }
  statementTest(
      f, eKind,
      roundText(f, azRound[iRound], callText(f, pEntry->zName, nArg), ""), a,
      nArg);
}

/* A table, with arguments or with a constraint on a hidden column. */
static void opTable(Fuzz *f) {
  const Entry *pEntry = &g.tables.a[takeByte(f) % g.tables.n];
  int b = takeByte(f);
  int nArg = pEntry->nArg ? b % (pEntry->nArg + 1) : 0;
  Value a[FUZZ_ARGS];
  const char *zRound;
  int i;

  if (b >= 200 && pEntry->nArg) {
    const char *zHidden = pEntry->azArg[takeByte(f) % pEntry->nArg];
    a[0] = takeNamed(f, zHidden, pEntry->zName);
    a[1] = takeAny(f, pEntry->zName);
    zRound = takeOf(f, azHiddenRound);
    statementTest(f, strncmp(zRound, "SELECT", 6) ? KIND_MIXED : KIND_SHOW,
                  roundText(f, zRound, pEntry->zName, zHidden), a, 2);
    return;
  }
  for (i = 0; i < nArg; i++) {
    a[i] = takeNamed(f, pEntry->azArg[i], pEntry->zName);
  }
  zRound = b & 64 ? takeOf(f, azTableRound) : azTableRound[0];
  statementTest(
      f, strncmp(zRound, "SELECT", 6) ? KIND_MIXED : KIND_SHOW,
      roundText(f, zRound,
                nArg ? callText(f, pEntry->zName, nArg) : pEntry->zName, ""),
      a, nArg);
}

/* A statement that is kept: prepared and begun, stepped, reset or finalized.
** Only the code of an error is tested, what it may change is anything. */
static void opKept(Fuzz *f) {
  Conn *pConn = &f->aConn[f->iConn];
  int b = takeByte(f);
  sqlite3_stmt **pp = &pConn->apKept[b % FUZZ_KEPT];
  int rc = 0;

  g.nTick = 0;
  g.bArmed = 1;
  g.zWhat = *pp ? sqlite3_sql(*pp) : "prepare";
  sqlite3_progress_handler(pConn->db, FUZZ_TICK, onProgress, pConn->db);
  if (*pp == 0) {
    const char *zSql = takeOf(f, azKept);
    rc = sqlite3_prepare_v3(pConn->db, zSql, -1, SQLITE_PREPARE_PERSISTENT, pp,
                            0);
    rc = rc == SQLITE_OK ? sqlite3_step(*pp) : rc;
  } else if (b < 170) {
    rc = sqlite3_step(*pp);
  } else if (b < 220) {
    rc = sqlite3_reset(*pp);
  } else {
    rc = sqlite3_finalize(*pp);
    *pp = 0;
  }
  trace("  %d# kept %d: %s\n    rc %d\n", f->iConn, b % FUZZ_KEPT,
        *pp ? sqlite3_sql(*pp) : "", rc);
  g.bArmed = 0;
  if (rc != SQLITE_OK && rc != SQLITE_ROW && rc != SQLITE_DONE &&
      startsWith(sqlite3_errmsg(pConn->db), "migrate: ")) {
    demand(errorIsOurs(sqlite3_errmsg(pConn->db)), "code not listed: %s",
           sqlite3_errmsg(pConn->db));
  }
  g.eFault = FAULT_NONE;
  g.bHit = 0;
}

/* A setting of the connection is changed: a switch, how long it waits, a
** limit. */
static void opSetting(Fuzz *f) {
  static const int aConfig[] = {SQLITE_DBCONFIG_ENABLE_FKEY,
                                SQLITE_DBCONFIG_DEFENSIVE,
                                SQLITE_DBCONFIG_DQS_DML,
                                SQLITE_DBCONFIG_DQS_DDL,
                                SQLITE_DBCONFIG_ENABLE_TRIGGER,
                                SQLITE_DBCONFIG_ENABLE_VIEW,
                                SQLITE_DBCONFIG_LEGACY_ALTER_TABLE,
                                SQLITE_DBCONFIG_TRUSTED_SCHEMA};
  sqlite3 *db = f->aConn[f->iConn].db;
  int b = takeByte(f);
  int iValue = takeByte(f);

  trace("  %d: setting %d %d\n", f->iConn, b, iValue);
  if (b < 160) {
    sqlite3_db_config(db, aConfig[b % 8], iValue & 1, (int *)0);
  } else if (b < 180) {
    sqlite3_busy_timeout(db, iValue % 4);
  } else {
    int iLimit = b % FUZZ_LIMITS;
    int n = iValue < 128 ? iValue : (iValue - 127) * 500;
    sqlite3_limit(db, iLimit, iLimit == SQLITE_LIMIT_LENGTH ? n * 40 : n);
  }
}

/* Prepare a fault for the next statement. */
static void opFault(Fuzz *f) {
  int b = takeByte(f);

  g.eFault = (FaultKind)(1 + b % (FAULT_KINDS - 1));
  g.nFault = 1 + takeByte(f);
  if (b & 64) {
    g.nFault += takeByte(f) * 32;
  }
  g.bHit = 0;
  trace("  fault %d at %d\n", g.eFault, g.nFault);
}

/* A function of the application: it interrupts, or ends the transaction. */
static void fuzzProgress(sqlite3_context *pCtx, int n, sqlite3_value **ap) {
  sqlite3_result_int(pCtx, n > 2 ? sqlite3_value_int(ap[2]) % 3 : 1);
}

static void opSwitch(Fuzz *f);

/* Write a file, of known content or of the input's bytes, where an import may
** find it. */
static void opFile(Fuzz *f) {
  const char *zFile = takeOf(f, azFile);
  int b = takeByte(f);
  int n = 0;
  const char *z = b < 200 ? azContent[0] : takeRaw(f, &n);
  FILE *pFile;

  if (b < 200) {
    int nContent = 0;
    while (azContent[nContent]) {
      nContent++;
    }
    z = azContent[b % nContent];
    n = (int)strlen(z);
  }
  mkdir("m", 0700);
  mkdir("m/sub", 0700);
  mkdir("m2", 0700);
  pFile = fopen(zFile, "wb");
  if (pFile) {
    fwrite(z, 1, (size_t)n, pFile);
    fclose(pFile);
  }
  trace("  file %s\n", zFile);
}

/* Bytes of the input as SQL. */
static void opRaw(Fuzz *f) {
  int n;
  char *z = takeRaw(f, &n);

  statementPlain(f, z);
}

/* One operation, chosen by the next byte; calls are the likeliest. */
static void operation(Fuzz *f) {
  int b = takeByte(f);

  switch (b % 16) {
  default:
    opCall(f);
    break;
  case 6:
    opTable(f);
    break;
  case 7:
  case 8:
    statementPlain(f, takeOf(f, azPlain));
    break;
  case 9:
    opRaw(f);
    break;
  case 10:
    statementPlain(f, takeOf(f, azControl));
    break;
  case 11:
    opFault(f);
    break;
  case 12:
    opKept(f);
    break;
  case 13:
    opSetting(f);
    break;
  case 14:
    opSwitch(f);
    break;
  case 15:
    opFile(f);
    break;
  }
}

/* ------------------------------------------------------------------------
** Connections
*/

/* Open a connection to the input's database, with the extension, the limits and
** the authorizer that all of them have. */
static void connOpen(Fuzz *f, Conn *pConn) {
  memset(pConn, 0, sizeof(*pConn));
  demand(sqlite3_open_v2(f->zPath, &pConn->db,
                         SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
                             SQLITE_OPEN_URI,
                         0) == SQLITE_OK,
         "open %s", f->zPath);
  demand(sqlite3_migrate_init(pConn->db, 0, 0) == SQLITE_OK, "load");
  sqlite3_create_function(pConn->db, "fuzz_progress", -1, SQLITE_UTF8, 0,
                          fuzzProgress, 0, 0);
  sqlite3_limit(pConn->db, SQLITE_LIMIT_LENGTH, FUZZ_LENGTH);
  sqlite3_set_authorizer(pConn->db, onAuthorize, pConn->db);
}

/* The other connection, opened when it is first wanted. */
static void opSwitch(Fuzz *f) {
  if (f->zPath[0] == ':') {
    return;
  }
  if (f->nConn == 1) {
    connOpen(f, &f->aConn[1]);
    f->nConn = 2;
  }
  f->iConn = !f->iConn;
  trace("  connection %d\n", f->iConn);
}

/* Finalize what is kept and close; nothing else may hold the connection. */
static void connClose(Conn *pConn) {
  int i;

  for (i = 0; i < FUZZ_KEPT; i++) {
    sqlite3_finalize(pConn->apKept[i]);
  }
  demand(sqlite3_close(pConn->db) == SQLITE_OK, "close: %s",
         sqlite3_errmsg(pConn->db));
}

/* Fill the new database with one of those made before. */
static void connFill(Conn *pConn, int iStart) {
  Image image;
  sqlite3 *dbFrom;
  sqlite3_backup *pBackup;

  if (g.anStart[iStart] == 0) {
    return;
  }
  memset(&image, 0, sizeof(image));
  image.a = g.apStart[iStart];
  image.n = g.anStart[iStart];
  dbFrom = imageOpen(&image);
  pBackup = sqlite3_backup_init(pConn->db, "main", dbFrom, "main");
  demand(pBackup != 0, "backup_init: %s", sqlite3_errmsg(pConn->db));
  demand(sqlite3_backup_step(pBackup, -1) == SQLITE_DONE, "backup_step");
  sqlite3_backup_finish(pBackup);
  sqlite3_close(dbFrom);
}

/* ------------------------------------------------------------------------
** Made once: lists, databases, the folder
*/

/* Cut the names of arguments out of a usage line. */
static void entryArgs(Entry *pEntry) {
  const char *z = strchr(pEntry->zUsage, '(');

  while (z && *z && *z != ')' && pEntry->nArg < FUZZ_ARGS) {
    size_t n = strspn(z, "([, ");
    size_t nName;
    z += n;
    nName = strcspn(z, "([, )]");
    if (nName) {
      pEntry->azArg[pEntry->nArg++] = strndup(z, nName);
    }
    z += nName;
    z += strspn(z, "]");
  }
}

/* Fill a list with the rows (name, usage) of a query, which must have some. The
** texts are kept until the process ends. */
static void listFill(sqlite3 *db, List *pList, const char *zSql) {
  sqlite3_stmt *pStmt = 0;

  demand(sqlite3_prepare_v2(db, zSql, -1, &pStmt, 0) == SQLITE_OK, "%s",
         sqlite3_errmsg(db));
  while (sqlite3_step(pStmt) == SQLITE_ROW && pList->n < FUZZ_LIST) {
    Entry *pEntry = &pList->a[pList->n++];
    const char *zUsage = (const char *)sqlite3_column_text(pStmt, 1);
    pEntry->zName = strdup((const char *)sqlite3_column_text(pStmt, 0));
    pEntry->zUsage = strdup(zUsage ? zUsage : "");
  }
  sqlite3_finalize(pStmt);
  demand(pList->n > 0, "empty: %s", zSql);
}

/* Hidden columns are a table's arguments. */
static void tableArgs(sqlite3 *db, Entry *pEntry) {
  char *zSql = sqlite3_mprintf(
      "SELECT name FROM pragma_table_xinfo(%Q) WHERE hidden = 1",
      pEntry->zName);
  sqlite3_stmt *pStmt = 0;

  sqlite3_prepare_v2(db, zSql, -1, &pStmt, 0);
  while (sqlite3_step(pStmt) == SQLITE_ROW && pEntry->nArg < FUZZ_ARGS) {
    pEntry->azArg[pEntry->nArg++] =
        strdup((const char *)sqlite3_column_text(pStmt, 0));
  }
  sqlite3_finalize(pStmt);
  sqlite3_free(zSql);
}

/* Ask the extension for its functions, tables, options and settings, and what
** arguments they take. */
static void listsFill(void) {
  sqlite3 *db = 0;
  int i;

  sqlite3_open(":memory:", &db);
  demand(sqlite3_migrate_init(db, 0, 0) == SQLITE_OK, "load");
  listFill(db, &g.functions,
           "SELECT DISTINCT f.name, usage FROM pragma_function_list AS f"
           " LEFT JOIN migration_help AS h ON h.name = f.name"
           " WHERE f.name GLOB 'migrate_*' ORDER BY 1");
  listFill(db, &g.tables,
           "SELECT name, '' FROM pragma_module_list"
           " WHERE name GLOB 'migration*' ORDER BY 1");
  listFill(db, &g.options,
           "SELECT name, usage FROM migration_help WHERE kind = 'option'");
  listFill(db, &g.settings,
           "SELECT name, usage FROM migration_help WHERE kind = 'setting'");
  for (i = 0; i < g.functions.n; i++) {
    entryArgs(&g.functions.a[i]);
  }
  for (i = 0; i < g.tables.n; i++) {
    tableArgs(db, &g.tables.a[i]);
  }
  sqlite3_close(db);
}

/* Make one database to begin with, of some scripts. */
static void startMake(const char *z1, const char *z2, const char *z3,
                      const char *z4, const char *z5) {
  const char *az[5];
  sqlite3 *db = 0;
  sqlite3_int64 n = 0;
  unsigned char *a;
  int i;

  az[0] = z1;
  az[1] = z2;
  az[2] = z3;
  az[3] = z4;
  az[4] = z5;
  sqlite3_open(":memory:", &db);
  demand(sqlite3_migrate_init(db, 0, 0) == SQLITE_OK, "load");
  for (i = 0; i < 5; i++) {
    demand(az[i] == 0 || sqlite3_exec(db, az[i], 0, 0, 0) == SQLITE_OK, "%s",
           sqlite3_errmsg(db));
  }
  a = sqlite3_serialize(db, "main", &n, 0);
  if (n) {
    g.apStart[g.nStart] = malloc((size_t)n);
    demand(g.apStart[g.nStart] != 0, "memory");
    memcpy(g.apStart[g.nStart], a, (size_t)n);
  }
  g.anStart[g.nStart++] = n;
  sqlite3_free(a);
  sqlite3_close(db);
}

/* The databases to begin with, in the order in which an input's first byte
** counts them: with and without a store, rows of other tools, strange names,
** another encoding, several heads. */
static void startsMake(void) {
  startMake(zTables, zStored, zApplied, 0, 0);
  startMake(zTables, zStored, 0, 0, 0);
  startMake(zTables, 0, 0, 0, 0);
  startMake(0, 0, 0, 0, 0);
  startMake(zTables, zForeign, 0, 0, 0);
  startMake(zTables, zStrange, zStored, zApplied, 0);
  startMake("PRAGMA encoding='UTF-16';", zTables, zStored, zApplied, zForeign);
  startMake(zTables, zStrange, zForeign, 0, 0);
  startMake(zTables, zStored, zApplied, zHeads, 0);
  startMake(zTables, zStrange, zStored, zApplied, zHeads);
}

/* Remove what is in the folder zPath, and below it. */
static void folderEmpty(const char *zPath, int nDepth) {
  DIR *pDir = opendir(zPath);
  struct dirent *pEntry;

  while (pDir && (pEntry = readdir(pDir)) != 0) {
    char z[600];
    if (strcmp(pEntry->d_name, ".") && strcmp(pEntry->d_name, "..")) {
      snprintf(z, sizeof(z), "%s/%s", zPath, pEntry->d_name);
      if (unlink(z) && nDepth < 8) {
        folderEmpty(z, nDepth + 1);
        rmdir(z);
      }
    }
  }
  if (pDir) {
    closedir(pDir);
  }
}

/* Remove the folder made for inputs: at the end of the process, and before a
** failure is reported. */
static void folderDelete(void) {
  folderEmpty(g.zRoot, 0);
  rmdir(g.zRoot);
}

/* Make the folder for inputs, in memory where the system offers that. */
static void folderMake(void) {
  char z[300];
  const char *zTemp = access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm";

  snprintf(g.zRoot, sizeof(g.zRoot), "%s/migrate-fuzz-XXXXXX", zTemp);
  demand(mkdtemp(g.zRoot) != 0, "mkdtemp");
  atexit(folderDelete);
  snprintf(z, sizeof(z), "%s/in", g.zRoot);
  demand(mkdir(z, 0700) == 0, "mkdir");
  g.iHome = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  g.iWork = open(z, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  demand(g.iHome >= 0 && g.iWork >= 0, "open folder");
}

/* Once, before the first input: SQLite's allocator and VFS are put behind ours,
** which sqlite3_config() allows only before SQLite is initialized. */
static void globalMake(void) {
  sqlite3_mem_methods methods;

  sqlite3_config(SQLITE_CONFIG_GETMALLOC, &g.memory);
  methods = g.memory;
  methods.xMalloc = memoryMalloc;
  methods.xRealloc = memoryRealloc;
  sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
  demand(sqlite3_initialize() == SQLITE_OK, "initialize");
  g.vfs = *sqlite3_vfs_find(0);
  g.vfs.zName = "fuzz";
  g.vfs.xSleep = onSleep;
  sqlite3_vfs_register(&g.vfs, 1);
  g.bTrace = getenv("FUZZ_TRACE") != 0;
  listsFill();
  startsMake();
  folderMake();
  g.bReady = 1;
}

/* ------------------------------------------------------------------------
** An input
*/

/* At the end: the file is sound, and its history verifies. */
static void endTest(Fuzz *f) {
  Image image = imageTake(&f->aConn[0]);
  sqlite3_stmt *pStmt = 0;
  sqlite3 *db;

  if (image.a == 0 || f->bTampered) {
    imageFree(&image);
    return;
  }
  g.zWhat = "end";
  db = imageOpen(&image);
  if (sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &pStmt, 0) == 0) {
    while (sqlite3_step(pStmt) == SQLITE_ROW) {
      const char *z = (const char *)sqlite3_column_text(pStmt, 0);
      demand(strcmp(z, "ok") == 0 || startsWith(z, "CHECK constraint"),
             "integrity: %s", z);
    }
  }
  sqlite3_finalize(pStmt);
  if (f->bActed && sqlite3_migrate_init(db, 0, 0) == SQLITE_OK &&
      sqlite3_prepare_v2(db,
                         "SELECT name, detail FROM migration_checks WHERE NOT"
                         " ok AND name NOT IN ('drift', 'quick_check',"
                         " 'foreign_key_check', 'mirror')",
                         -1, &pStmt, 0) == SQLITE_OK) {
    while (sqlite3_step(pStmt) == SQLITE_ROW) {
      demand(0, "check %s: %s", sqlite3_column_text(pStmt, 0),
             sqlite3_column_text(pStmt, 1));
    }
    sqlite3_finalize(pStmt);
  }
  sqlite3_close(db);
  imageFree(&image);
}

/* Undo what is open and close everything. */
static void inputEnd(Fuzz *f) {
  int i;
  int j;

  for (i = 0; i < f->nConn; i++) {
    Conn *pConn = &f->aConn[i];
    for (j = 0; j < FUZZ_KEPT; j++) {
      sqlite3_finalize(pConn->apKept[j]);
      pConn->apKept[j] = 0;
    }
    if (!sqlite3_get_autocommit(pConn->db)) {
      sqlite3_exec(pConn->db, "ROLLBACK", 0, 0, 0);
    }
  }
  endTest(f);
  for (i = 0; i < f->nConn; i++) {
    connClose(&f->aConn[i]);
  }
}

/* Run the program that an input is. */
static void inputRun(Fuzz *f) {
  int iStart = takeByte(f) % g.nStart;
  int bits = takeByte(f);
  sqlite3 *db;
  int n;

  snprintf(f->zPath, sizeof(f->zPath),
           bits & 1 ? "file:%s/in/main.db?vfs=memdb" : ":memory:", g.zRoot);
  f->bVirtual = iStart == 5 || iStart == 7 || iStart == 9;
  trace("database %d, %s\n", iStart, f->zPath);
  f->nConn = 1;
  connOpen(f, &f->aConn[0]);
  connFill(&f->aConn[0], iStart);
  db = f->aConn[0].db;
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FKEY, bits >> 1 & 1, (int *)0);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, bits >> 3 & 1, (int *)0);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, !(bits & 16), (int *)0);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, !(bits & 16), (int *)0);
  if (bits & 4) {
    statementPlain(f, "BEGIN");
  }
  for (n = 0; n < FUZZ_OPS && f->n > 0; n++) {
    operation(f);
  }
  inputEnd(f);
}

/* One input. All memory that it has taken must be back at the end. */
int LLVMFuzzerTestOneInput(const uint8_t *a, size_t n) {
  sqlite3_int64 nMemory;
  MigContext context;
  Fuzz fuzz;

  if (!g.bReady) {
    globalMake();
  }
  demand(fchdir(g.iWork) == 0, "fchdir");
  folderEmpty(".", 0);
  nMemory = sqlite3_memory_used();
  migContextInit(&context, 0);
  memset(&fuzz, 0, sizeof(fuzz));
  fuzz.a = a;
  fuzz.n = n;
  fuzz.p = &context;
  g.eFault = FAULT_NONE;
  g.bHit = 0;
  pFuzz = &fuzz;
  inputRun(&fuzz);
  pFuzz = 0;
  migContextClear(&context);
  demand(sqlite3_memory_used() == nMemory, "%lld bytes left",
         sqlite3_memory_used() - nMemory);
  goHome();
  return 0;
}
