/*
** settings.c - settings kept in the file.
**
** aSetting is the list of them; _migrate_settings holds only those that were
** set. A value in the file that does not fit the type of its setting counts
** as not set, so that the file stays usable and migrate_config() can mend it.
**
** In _migrate_settings a row is (name, value), the value as text in its normal
** form: integers in decimal without a sign, booleans 0 or 1, all else as given.
**
** What reads with bStore wants a store that was verified; one row is read, so a
** transaction only where it has to fit with other rows.
*/
#include <string.h>
#include "sql.h"
#include "text.h"
#include "os.h"
#include "template.h"
#include "settings.h"

/* The settings, by name: that name, type, default, least and greatest number,
** words, help. */
static const MigSetting aSetting[] = {
    {"actor", MIG_SET_TEXT, 0, 0, 0, 0,
     "who, for the history, when a call does not say"},
    {"auto_backup", MIG_SET_ENUM, "auto", 0, 0, "auto full touched file off",
     "backup before a run: auto is full up to auto_backup_limit, then touched;"
     " touched: tables the run writes; file: a file in backup_dir"},
    {"auto_backup_limit", MIG_SET_INT, "64", 0, 1048576, 0,
     "megabytes of user tables up to which auto_backup auto means full"},
    {"backup_dir", MIG_SET_PATH, "backups", 0, 0, 0,
     "folder of backup files, below the folder of the database"},
    {"deterministic", MIG_SET_BOOL, "0", 0, 1, 0,
     "1: never BEGIN or COMMIT, only savepoints: for replicated files"},
    {"file_template", MIG_SET_TEMPLATE, 0, 0, 0, 0,
     "names of the files that migrate_export() writes, such as"
     " %(year)d_%(rev)s_%(slug)s"},
    {"max_backups", MIG_SET_INT, "30", 1, 1000000, 0,
     "automatic backups that are kept; the oldest go first"},
    {"mirror", MIG_SET_ENUM, 0, 0, 0,
     "alembic_version schema_migrations user_version",
     "keep the version of another tool true: alembic_version,"
     " schema_migrations (dbmate) or user_version"},
    {"schema_edit", MIG_SET_ENUM, "allow", 0, 0, "allow deny defensive",
     "may migrate_table() edit stored text: allow, but not on a DEFENSIVE"
     " connection; deny; defensive: DEFENSIVE is switched off for the call"},
    {"strict", MIG_SET_BOOL, "0", 0, 1, 0,
     "1: a revision below an applied one is RANGE instead of run late"},
    {"transaction", MIG_SET_ENUM, "run", 0, 0, "run each",
     "run: one transaction a run; each: one a revision"},
    {"wait", MIG_SET_INT, "5000", 0, 86400000, 0,
     "milliseconds to wait for another connection's lock"},
    {"zlib_level", MIG_SET_INT, "1", 1, 9, 0,
     "compression of scripts and backups: 1 is quickest, 9 smallest"},
};

static const char zSettingGet[] =
    "SELECT value FROM main._migrate_settings WHERE name = ?1";
static const char zSettingSet[] =
    "INSERT INTO main._migrate_settings(name, value) VALUES(?1, ?2)"
    " ON CONFLICT(name) DO UPDATE SET value = excluded.value";
static const char zSettingDelete[] =
    "DELETE FROM main._migrate_settings WHERE name = ?1";

/* How many settings there are. */
int migSettingCount(void) {
  return (int)(sizeof(aSetting) / sizeof(aSetting[0]));
}

/* The i-th of them by name, 0 <= i < migSettingCount(). */
const MigSetting *migSettingRow(int i) {
  return &aSetting[i];
}

/* The setting of that name, which is constant. USAGE, with the list, and NULL
** when there is none; zName may be NULL. */
const MigSetting *migSettingFind(MigContext *p, const char *zName) {
  MigText list = {0, 0, 0};
  int i;

  for (i = 0; i < migSettingCount(); i++) {
    if (zName && strcmp(zName, aSetting[i].zName) == 0) {
      return &aSetting[i];
    }
  }
  for (i = 0; i < migSettingCount(); i++) {
    migTextF(p, &list, "%s%s", i ? ", " : "", aSetting[i].zName);
  }
  migFail(p, MIG_USAGE, "no setting %s; known are %s", zName ? zName : "NULL",
          migTextZ(&list));
  return 0;
}

/* Is z one of the blank-separated words? Case counts. */
static int wordIn(const char *zWords, const char *z) {
  size_t n = strlen(z);

  while (*zWords) {
    size_t nWord = strcspn(zWords, " ");
    if (nWord == n && memcmp(zWords, z, n) == 0) {
      return 1;
    }
    zWords += nWord + (zWords[nWord] == ' ');
  }
  return 0;
}

/* Read a decimal integer of at most 18 digits, so that it fits: 1 when z is
** that and nothing else. *pv is what the digits make in either case. */
static int readInt(const char *z, i64 *pv) {
  i64 v = 0;
  int n;

  for (n = 0; n < 18 && migIsDigit(z[n]); n++) {
    v = v * 10 + (z[n] - '0');
  }
  *pv = v;
  return n > 0 && z[n] == 0;
}

/* The value z of setting pSet in its normal form, in the arena. USAGE, which
** says what is wanted, when it does not fit the type; NULL then. */
char *migSettingCheck(MigContext *p, const MigSetting *pSet, const char *z) {
  i64 v = 0;

  if (p->rc) {
    return 0;
  }
  switch (pSet->eType) {
  case MIG_SET_BOOL:
    if (strcmp(z, "true") == 0 || strcmp(z, "1") == 0) {
      return migStrdup(p, "1");
    }
    if (strcmp(z, "false") == 0 || strcmp(z, "0") == 0) {
      return migStrdup(p, "0");
    }
    migFail(p, MIG_USAGE, "setting %s is 0 or 1, not %s", pSet->zName, z);
    return 0;
  case MIG_SET_INT:
    if (readInt(z, &v) && v >= pSet->iMin && v <= pSet->iMax) {
      return migPrintf(p, "%lld", v);
    }
    migFail(p, MIG_USAGE, "setting %s is a number from %lld to %lld, not %s",
            pSet->zName, pSet->iMin, pSet->iMax, z);
    return 0;
  case MIG_SET_ENUM:
    if (!wordIn(pSet->zWords, z)) {
      migFail(p, MIG_USAGE, "setting %s is one of: %s; not %s", pSet->zName,
              pSet->zWords, z);
    }
    break;
  case MIG_SET_PATH:
    if (!migPathInside(z)) {
      migFail(p, MIG_USAGE,
              "setting %s is a relative path of at most 1000 bytes without"
              " '..', not '%.200s'",
              pSet->zName, z);
    }
    break;
  case MIG_SET_TEMPLATE:
    migTemplateCheck(p, z);
    break;
  case MIG_SET_TEXT:
    break;
  }
  return migStrdup(p, z);
}

/* The value of a setting as text in the arena: from the file when bStore is
** true and it was set to what fits, else the default, which may be NULL. USAGE
** for a name that is no setting. */
char *migSettingText(MigContext *p, int bStore, const char *zName) {
  const MigSetting *pSet = migSettingFind(p, zName);
  sqlite3_stmt *pStmt;
  char *z = 0;

  if (pSet == 0) {
    return 0;
  }
  if (bStore) {
    pStmt = migCached(p, zSettingGet);
    migBindText(p, pStmt, 1, zName);
    if (migStep(p, pStmt)) {
      z = migColumnText(p, pStmt, 0);
    }
    sqlite3_reset(pStmt);
  }
  if (z && p->rc == SQLITE_OK) {
    z = migSettingCheck(p, pSet, z);
    if (p->rc && p->eCode == MIG_USAGE) {
      migErrorClear(p);
      z = 0;
    }
  }
  return z ? z : migStrdup(p, pSet->zDefault);
}

/* The value of an integer or boolean setting; 0 after failure. */
i64 migSettingInt(MigContext *p, int bStore, const char *zName) {
  const char *z = migSettingText(p, bStore, zName);
  i64 v = 0;

  if (z) {
    readInt(z, &v);
  }
  return v;
}

/* Keep a value that migSettingCheck() has returned; NULL goes back to the
** default. The caller holds the write transaction. pSet is NULL only after an
** error. */
void migSettingWrite(MigContext *p, const MigSetting *pSet, const char *z) {
  sqlite3_stmt *pStmt = migCached(p, z ? zSettingSet : zSettingDelete);

  migBindText(p, pStmt, 1, pSet ? pSet->zName : 0);
  if (z) {
    migBindText(p, pStmt, 2, z);
  }
  migRun(p, pStmt);
}
