/*
** format_drizzle.c - Drizzle: a journal and its files, or a folder a revision.
**
**     meta/_journal.json   {"version":"7","dialect":"sqlite","entries":[
**                           {"idx":0,"version":"6","when":1708710681721,
**                            "tag":"0000_luxuriant","breakpoints":true}]}
**     meta/0000_snapshot.json
**     0000_luxuriant.sql
**
** Order is that of the journal's entries. A tag names its file, and the digits
** it begins with are the version; "when" is a time in milliseconds, by which
** Drizzle knows a step again. Drizzle passes over an entry that is not younger
** than the last one that the database has; here it is run. Lines
**
**     --> statement-breakpoint
**
** say where Drizzle cuts a file; to SQL they are comments, and they stay.
**
** Newer versions have no journal but a folder a revision, in the order of
** their names, which begin with 14 digits of a time:
**
**     20260112103000_init/migration.sql
**                         snapshot.json
**
** Drizzle's drivers refuse a script without a statement, so such a one is
** written with a SELECT 1.
**
** There is no way back. JSON is taken apart by SQLite, in a database of its
** own in memory: on the caller's connection a table-valued function would
** begin a read before it is known whether the call may wait for locks.
**
** Of the journal are read
**
**     dialect        "sqlite" or "turso", else FORMAT; so it is in a snapshot
**     entries        a list, else FORMAT
**     .tag           a text, the file's name without .sql; each once
**     .when          milliseconds since 1970, up to the year 9999
**     .idx           its place from 0; another one is noted, and means nothing
**
** and what else stands there is passed over. An entry's number is the place in
** the list, whatever its idx is, as in drizzle-orm's migrator.ts. All .json
** files in meta are kept for an export, and are part of no revision.
**
** An export has no snapshots, which drizzle-kit wants for its next step; that
** is noted. It is written with a journal, never as folders.
*/
#include "format.h"
#include "os.h"
#include "sql.h"
#include "statement.h"
#include <string.h>

static const char zJournal[] = "meta/_journal.json";
static const char zBreakpoint[] = "--> statement-breakpoint";

#define DRIZZLE_LAST 253402300799999 /* the end of the year 9999 */

/* An entry of the journal. Texts are the arena's. */
typedef struct DrizzleEntry {
  const char *zTag; /* NULL: none, or no text */
  int bWhen;        /* iWhen is a time */
  i64 iWhen;        /* milliseconds since 1970 */
  i64 iIndex;       /* idx, or -1 */
} DrizzleEntry;

/* A journal, or a snapshot: of that only the dialect counts. */
typedef struct DrizzleJournal {
  const char *zDialect; /* NULL: none, or no text */
  const char *zType; /* of entries, as json_type() says; NULL: there are none */
  int nEntry;
  DrizzleEntry *aEntry;
} DrizzleJournal;

/* Tables, not json_extract() and json_type(): these say NULL when they are out
** of memory, up to SQLite 3.40. */
static const char zJournalSql[] = "SELECT key, type, atom FROM json_each(?1)";

/* Entries with their fields. An entry that is no object has none; it gives a
** row all the same, with NULLs, so that no place in the list is lost. */
static const char zEntrySql[] =
    "SELECT e.key, f.key, f.type, f.atom FROM json_each(?1, '$.entries') AS e"
    " LEFT JOIN json_each(CASE e.type WHEN 'object' THEN e.value ELSE '{}' END)"
    " AS f ORDER BY e.key, f.id";

/* Put a database of its own in the place of the caller's, which is handed
** out. It is put back, whatever has failed, by jsonClose(). Statements prepared
** between the two must be finalized before that. */
static sqlite3 *jsonOpen(MigContext *p) {
  sqlite3 *db = p->db;
  int rc;

  if (p->rc == SQLITE_OK) {
    rc = sqlite3_open_v2(":memory:", &p->db,
                         SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY, 0);
    if (rc) {
      migFailDb(p, rc);
    }
  }
  return db;
}

/* Close the database that jsonOpen() made, if it did, and put db back. */
static void jsonClose(MigContext *p, sqlite3 *db) {
  if (p->db != db) {
    sqlite3_close(p->db);
    p->db = db;
  }
}

/* Is a text JSON of which json_valid() says that it is none? Up to SQLite 3.40
** that is what it says when there is no memory, while json_type() fails. Since
** 3.42 json_type() takes JSON5 as well and is not asked. NOMEM is raised. */
static int jsonReads(MigContext *p, const char *z, i64 n) {
  sqlite3_stmt *pStmt;
  int rc;

  if (sqlite3_libversion_number() >= 3042000) {
    return 0;
  }
  pStmt = migPrepare(p, "SELECT json_type(?1)");
  migBindTextN(p, pStmt, 1, z, n);
  rc = p->rc ? p->rc : sqlite3_step(pStmt);
  if ((rc & 0xff) == SQLITE_NOMEM) {
    migNomem(p);
  }
  sqlite3_finalize(pStmt);
  return rc == SQLITE_ROW;
}

/* The byte of character iAt of the n bytes at z, counted from 1 as
** json_error_position() counts: by the bytes that begin one. 0 for none. */
static i64 characterByte(const char *z, i64 n, i64 iAt) {
  i64 i = 0;

  while (iAt > 1 && i < n) {
    i++;
    iAt -= i == n || ((u8)z[i] & 0xc0) != 0x80;
  }
  return i;
}

/* FORMAT when the text is no JSON (RFC 8259), with the line if SQLite can tell
** it: json_error_position() is there since 3.42. z points into the file's
** bytes. */
static void jsonCheck(MigContext *p, const MigFile *pFile, const char *z,
                      i64 n) {
  sqlite3_stmt *pStmt = migPrepare(
      p, sqlite3_libversion_number() >= 3042000
             ? "SELECT json_valid(?1), coalesce(json_error_position(?1), 0)"
             : "SELECT json_valid(?1), 0");
  i64 iAt = 0;
  int bValid = 0;

  migBindTextN(p, pStmt, 1, z, n);
  if (migStep(p, pStmt)) {
    bValid = sqlite3_column_int(pStmt, 0);
    iAt = sqlite3_column_int64(pStmt, 1);
  }
  migFinalize(p, pStmt);
  if (!bValid && !jsonReads(p, z, n)) {
    migFormatFail(p, pFile, z - pFile->z + characterByte(z, n, iAt),
                  "no valid JSON, or nested too deep; mend the file");
  }
}

/* A new entry at the end, with no tag and no time. NULL after failure. The
** array may move. */
static DrizzleEntry *entryAdd(MigContext *p, DrizzleJournal *pOut) {
  int nOld = pOut->nEntry;
  DrizzleEntry *pEntry;

  if ((nOld & (nOld - 1)) == 0) { /* 0 or a power of two */
    pOut->aEntry = migGrow(p, pOut->aEntry, (u64)nOld * sizeof(DrizzleEntry),
                           (nOld ? 2 * (u64)nOld : 1) * sizeof(DrizzleEntry));
  }
  if (p->rc) {
    return 0;
  }
  pEntry = &pOut->aEntry[pOut->nEntry++];
  memset(pEntry, 0, sizeof(*pEntry));
  pEntry->iIndex = -1;
  return pEntry;
}

/* Take up a field, the row of zEntrySql. One of the wrong type counts as
** missing. A time may be written as a real; what is behind its point is cut
** off. Of one that comes twice the last one counts. */
static void entryField(MigContext *p, sqlite3_stmt *pStmt,
                       DrizzleEntry *pEntry) {
  const char *zKey = migColumnText(p, pStmt, 1);
  const char *zType = migColumnText(p, pStmt, 2);
  i64 iValue = sqlite3_column_int64(pStmt, 3);
  double rValue = sqlite3_column_double(pStmt, 3);
  int bInteger;

  if (zKey == 0 || zType == 0) {
    return;
  }
  bInteger = strcmp(zType, "integer") == 0;
  if (strcmp(zKey, "tag") == 0 && strcmp(zType, "text") == 0) {
    pEntry->zTag = migColumnText(p, pStmt, 3);
  } else if (strcmp(zKey, "when") == 0 &&
             (bInteger || strcmp(zType, "real") == 0)) {
    pEntry->bWhen = rValue >= 0 && rValue <= (double)DRIZZLE_LAST;
    pEntry->iWhen = iValue;
  } else if (strcmp(zKey, "idx") == 0 && bInteger) {
    pEntry->iIndex = iValue;
  }
}

/* Read the journal's entries, in order. A row with another key than the one
** before begins the next entry. */
static void journalEntries(MigContext *p, const char *z, i64 n,
                           DrizzleJournal *pOut) {
  sqlite3_stmt *pStmt = migPrepare(p, zEntrySql);
  DrizzleEntry *pEntry = 0;
  i64 iEntry = -1;

  migBindTextN(p, pStmt, 1, z, n);
  while (migStep(p, pStmt)) {
    if (pEntry == 0 || sqlite3_column_int64(pStmt, 0) != iEntry) {
      iEntry = sqlite3_column_int64(pStmt, 0);
      pEntry = entryAdd(p, pOut);
    }
    if (pEntry) {
      entryField(p, pStmt, pEntry);
    }
  }
  migFinalize(p, pStmt);
}

/* Read what the journal says of itself; a name that comes twice holds the last
** time. */
static void journalFields(MigContext *p, const char *z, i64 n,
                          DrizzleJournal *pOut) {
  sqlite3_stmt *pStmt = migPrepare(p, zJournalSql);

  migBindTextN(p, pStmt, 1, z, n);
  while (migStep(p, pStmt)) {
    const char *zKey = migColumnText(p, pStmt, 0);
    const char *zType = migColumnText(p, pStmt, 1);
    if (zKey && zType && strcmp(zKey, "dialect") == 0) {
      pOut->zDialect = strcmp(zType, "text") ? 0 : migColumnText(p, pStmt, 2);
    } else if (zKey && strcmp(zKey, "entries") == 0) {
      pOut->zType = zType;
    }
  }
  migFinalize(p, pStmt);
}

/* Take a journal or a snapshot apart, into *pOut. FORMAT unless it is JSON and
** says that it is for SQLite. The caller's connection is not touched. */
static void drizzleJson(MigContext *p, MigFile *pFile, DrizzleJournal *pOut) {
  const char *z = migFormatBytes(p, pFile);
  i64 iStart = migFormatStart(z, pFile->n);
  i64 n = pFile->n - iStart;
  sqlite3 *db = jsonOpen(p);

  memset(pOut, 0, sizeof(*pOut));
  jsonCheck(p, pFile, z + iStart, n);
  journalFields(p, z + iStart, n, pOut);
  if (pOut->zType && strcmp(pOut->zType, "array") == 0) {
    journalEntries(p, z + iStart, n, pOut);
  }
  jsonClose(p, db);
  if (p->rc == SQLITE_OK &&
      (pOut->zDialect == 0 ||
       (strcmp(pOut->zDialect, "sqlite") && strcmp(pOut->zDialect, "turso")))) {
    const char *zAt = strstr(z, "\"dialect\"");
    migFormatFail(p, pFile, zAt ? zAt - z : 0,
                  "the dialect is %s; only migrations for sqlite can be "
                  "imported",
                  pOut->zDialect ? pOut->zDialect : "not given");
  }
}

/* ---- folders of newer versions ---- */

/* The files of one folder, which stand together in the list. */
typedef struct DrizzleGroup {
  MigFile *pUp;
  MigFile *pSnapshot;
} DrizzleGroup;

/* Take the files of the folder that file *pi lies in, and step over them.
** Whether it is one at the top with a script; *pGroup is filled in any case. */
static int drizzleGroup(MigFolder *pFolder, int *pi, DrizzleGroup *pGroup) {
  const char *zDir = pFolder->aFile[*pi].zDir;
  int i = *pi;

  memset(pGroup, 0, sizeof(*pGroup));
  for (; i < pFolder->nFile && strcmp(pFolder->aFile[i].zDir, zDir) == 0; i++) {
    MigFile *pFile = &pFolder->aFile[i];
    if (strcmp(pFile->zBase, "migration.sql") == 0) {
      pGroup->pUp = pFile;
    } else if (strcmp(pFile->zBase, "snapshot.json") == 0) {
      pGroup->pSnapshot = pFile;
    }
  }
  *pi = i;
  return pGroup->pUp && zDir[0] && strchr(zDir, '/') == 0;
}

/* How many scripts stand beside a journal, at least 1, or how many folders have
** a snapshot. The journal is not read: one with a mistake is still Drizzle's.
*/
int migDrizzleProbe(MigContext *p, MigFolder *pFolder) {
  DrizzleGroup group;
  int nFit = 0;
  int i = 0;

  MIG_UNUSED(p);
  if (migFormatFile(pFolder, zJournal)) {
    for (; i < pFolder->nFile; i++) {
      nFit += pFolder->aFile[i].zDir[0] == 0 &&
              migFormatSuffix(pFolder->aFile[i].zBase, ".sql");
    }
    return nFit > 0 ? nFit : 1;
  }
  while (i < pFolder->nFile) {
    nFit += drizzleGroup(pFolder, &i, &group) && group.pSnapshot;
  }
  return nFit;
}

/* Version, stem and message from a tag or a folder's name, which the step
** borrows. */
static void drizzleName(MigContext *p, MigStep *pStep, const char *z) {
  i64 nVersion = migFormatDigits(z);

  pStep->zStem = z;
  pStep->zVersion = nVersion > 0 ? migStrndup(p, z, nVersion) : 0;
  pStep->rev.zMessage =
      migFormatMessage(p, z + nVersion, (i64)strlen(z) - nVersion);
}

/* The time, in UTC, that the 14 digits at the start of z are, or NULL when
** there are more or fewer. Whether it is in the calendar is not looked at. */
static const char *drizzleTime(MigContext *p, const char *z) {
  if (migFormatDigits(z) != 14) {
    return 0;
  }
  return migPrintf(p, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2s.000Z", z, z + 4, z + 6,
                   z + 8, z + 10, z + 12);
}

/* By the name of the folder, bytewise. */
static int drizzleOrder(const MigStep *pA, const MigStep *pB) {
  return strcmp(pA->zStem, pB->zStem);
}

/* Read every folder with a script; a snapshot, if there is one, is read for its
** dialect and goes with it. They are left in the order of their names. */
static void foldersLoad(MigContext *p, MigFolder *pFolder) {
  DrizzleGroup group;
  DrizzleJournal snapshot;
  int i = 0;

  while (i < pFolder->nFile && p->rc == SQLITE_OK) {
    MigStep *pStep;
    if (!drizzleGroup(pFolder, &i, &group) ||
        (pStep = migFormatStep(p, pFolder, group.pUp)) == 0) {
      continue;
    }
    drizzleName(p, pStep, group.pUp->zDir);
    pStep->rev.zCreatedAt = drizzleTime(p, group.pUp->zDir);
    migFormatUp(p, pStep, group.pUp);
    if (group.pSnapshot) {
      migFormatAttach(group.pSnapshot, pStep);
      drizzleJson(p, group.pSnapshot, &snapshot);
    }
  }
  migStepSort(p, pFolder->apStep, pFolder->nStep, drizzleOrder);
}

/* ---- the journal ---- */

/* The file of that name at the top, or NULL. The files there come first and
** are sorted. */
static MigFile *drizzleFile(MigFolder *pFolder, const char *zName) {
  int iLow = 0;
  int iHigh = pFolder->nFile;

  while (iLow < iHigh) {
    int i = iLow + (iHigh - iLow) / 2;
    MigFile *pFile = &pFolder->aFile[i];
    int c = pFile->zDir[0] ? -1 : strcmp(zName, pFile->zBase);
    if (c == 0) {
      return pFile;
    }
    iLow = c > 0 ? i + 1 : iLow;
    iHigh = c > 0 ? iHigh : i;
  }
  return 0;
}

/* Where the journal names the tag, for a message, or 0. A tag with escapes in
** it is not found. */
static i64 entryAt(MigContext *p, const MigFile *pFile, const char *zTag) {
  const char *zQuoted = zTag ? migPrintf(p, "\"%s\"", zTag) : 0;
  const char *zAt = zQuoted ? strstr(pFile->z, zQuoted) : 0;

  return zAt ? zAt - pFile->z : 0;
}

/* Make the step of entry i of the journal, pFile. FORMAT when it names no file,
** or one that another entry has taken, or no time. */
static void entryRead(MigContext *p, MigFolder *pFolder, const MigFile *pFile,
                      const DrizzleEntry *pEntry, int i) {
  const char *zTag = pEntry->zTag;
  const char *zName = migPrintf(p, "%s.sql", zTag ? zTag : "");
  MigFile *pUp = zName ? drizzleFile(pFolder, zName) : 0;
  MigStep *pStep;

  if (zTag == 0 || zTag[0] == 0) {
    migFormatFail(p, pFile, 0, "entry %d has no tag; mend the journal", i);
  } else if (pUp == 0) {
    migFormatFail(p, pFile, entryAt(p, pFile, zTag),
                  "entry %d: there is no file %s.sql beside the folder meta", i,
                  zTag);
  } else if (pUp->pStep) {
    migFormatFail(p, pFile, entryAt(p, pFile, zTag),
                  "entry %d: the tag %s stands there twice; remove one", i,
                  zTag);
  } else if (!pEntry->bWhen) {
    migFormatFail(p, pFile, entryAt(p, pFile, zTag),
                  "entry %d: its \"when\" is no time in milliseconds", i);
  }
  pStep = pUp && p->rc == SQLITE_OK ? migFormatStep(p, pFolder, pUp) : 0;
  if (pStep && zTag) {
    drizzleName(p, pStep, zTag);
    pStep->rev.zCreatedAt = migTimeText(p, pEntry->iWhen);
    migFormatUp(p, pStep, pUp);
  }
}

/* Note entries whose number is not that of their place: nobody reads it, but
** it tells of a merge by hand. */
static void journalIndex(MigContext *p, MigFolder *pFolder,
                         const DrizzleJournal *pJournal) {
  int i;

  for (i = 0; i < pJournal->nEntry; i++) {
    if (pJournal->aEntry[i].iIndex != i) {
      migFormatNote(p, pFolder,
                    "%s: entry %d has not %d as its idx; the order is that of "
                    "the list",
                    zJournal, i, i);
      return;
    }
  }
}

/*
** Read what the journal lists, or every folder. FORMAT, with file and line,
** for a journal that is no JSON, is for another database, or names a file that
** is not there. A file that the journal does not name stays unused. The steps
** are left in the owner's order.
*/
void migDrizzleLoad(MigContext *p, MigFolder *pFolder) {
  MigFile *pFile = migFormatFile(pFolder, zJournal);
  DrizzleJournal journal;
  int i;

  if (pFile == 0) {
    foldersLoad(p, pFolder);
    return;
  }
  for (i = 0; i < pFolder->nFile; i++) {
    if (strcmp(pFolder->aFile[i].zDir, "meta") == 0 &&
        migFormatSuffix(pFolder->aFile[i].zBase, ".json")) {
      migFormatShare(&pFolder->aFile[i]);
    }
  }
  drizzleJson(p, pFile, &journal);
  if (p->rc == SQLITE_OK &&
      (journal.zType == 0 || strcmp(journal.zType, "array"))) {
    migFormatFail(p, pFile, 0, "no list of entries; mend the journal");
  }
  for (i = 0; i < journal.nEntry && p->rc == SQLITE_OK; i++) {
    entryRead(p, pFolder, pFile, &journal.aEntry[i], i);
  }
  if (p->rc == SQLITE_OK) {
    journalIndex(p, pFolder, &journal);
  }
}

/* ---- writing ---- */

/* Where the breakpoint behind a statement that ends at i goes: to a line of its
** own behind the rest of this line, when that is white space or a comment and
** ends with a line end; else right behind the statement. */
static i64 breakpointAt(const char *z, i64 n, i64 i) {
  i64 iNext = migLineEnd(z, n, i);

  return migFormatIdle(z, n, i) && iNext > i && z[iNext - 1] == '\n' ? iNext
                                                                     : i;
}

/*
** A script with a breakpoint behind every statement but the last: drivers that
** run one statement at a time need them. One that has breakpoints stays as it
** is. One without a statement gets one that does nothing. z is zero-terminated.
** What is put in is known to compose.c by migFormatInserts().
*/
static void scriptWrite(MigContext *p, MigOutput *pOut, const char *zName,
                        const char *z, i64 n) {
  MigText text = {0, 0, 0};
  MigStatement st;
  i64 iDone = 0;
  i64 iNext = 0; /* behind the last statement */
  int bCut = strstr(z, zBreakpoint) != 0;
  i64 i = bCut ? n : 0;

  while (migScriptNext(z, n, &i, &st)) {
    if (iNext > 0) {
      i64 iAt = breakpointAt(z, n, iNext);
      migTextAdd(p, &text, z + iDone, iAt - iDone);
      migOutputLine(p, &text, "%s", zBreakpoint);
      iDone = iAt;
    }
    iNext = i;
  }
  migTextAdd(p, &text, z + iDone, n - iDone);
  if (iNext == 0 && !bCut) {
    migOutputLine(p, &text, "SELECT 1;");
  }
  migOutputText(p, pOut, zName, &text);
}

/* Milliseconds since 1970 of a time in ISO-8601, 0 when it is none or before
** that. p->db may be any connection. */
static i64 timeRead(MigContext *p, const char *zTime) {
  sqlite3_stmt *pStmt =
      migPrepare(p, "SELECT coalesce(CAST(round((julianday(?1) - 2440587.5)"
                    " * 86400000) AS INTEGER), 0)");
  i64 iTime = 0;

  migBindText(p, pStmt, 1, zTime);
  if (migStep(p, pStmt)) {
    iTime = sqlite3_column_int64(pStmt, 0);
  }
  migFinalize(p, pStmt);
  return iTime > 0 ? iTime : 0;
}

/* Append entry i of the journal, in the form that drizzle-kit gives it. */
static void entryWrite(MigContext *p, MigText *pText, int i, i64 iWhen,
                       const char *zTag) {
  migTextF(p, pText,
           "%s    {\n      \"idx\": %d,\n      \"version\": \"6\",\n"
           "      \"when\": %lld,\n      \"tag\": ",
           i ? ",\n" : "", i, iWhen);
  migTextJson(p, pText, zTag);
  migTextStr(p, pText, ",\n      \"breakpoints\": true\n    }");
}

/* Write a file a revision and the journal. Times in it rise, for Drizzle passes
** over an entry that is not younger than the last one that the database has. A
** revision without a time, or out of order, gets the one before it and a
** millisecond. */
void migDrizzleWrite(MigContext *p, MigOutput *pOut) {
  MigText journal = {0, 0, 0};
  sqlite3 *db = jsonOpen(p);
  i64 iLast = -1;
  int i;

  migOutputLine(p, &journal,
                "{\n  \"version\": \"7\",\n  \"dialect\": \"sqlite\",\n"
                "  \"entries\": [");
  for (i = 0; i < pOut->nRevision && p->rc == SQLITE_OK; i++) {
    const MigExported *pRev = &pOut->aRevision[i];
    const char *zTag = migOutputStem(p, pRev);
    i64 iWhen = timeRead(p, pRev->zCreatedAt ? pRev->zCreatedAt : "");
    iLast = iWhen > iLast ? iWhen : iLast + 1;
    entryWrite(p, &journal, i, iLast, zTag);
    scriptWrite(p, pOut, migPrintf(p, "%s.sql", zTag),
                pRev->zUp ? pRev->zUp : "", pRev->nUp);
  }
  jsonClose(p, db);
  migOutputLine(p, &journal, "  ]\n}");
  migOutputText(p, pOut, zJournal, &journal);
  migOutputNote(p, pOut,
                "drizzle-kit generate wants a snapshot too, which is not "
                "written; the migrator does without");
}
