/*
** configure.c - init and config, the verbs that concern the store itself.
**
** Neither is needed before the others: every change makes the store when the
** file has none, and every setting has a default. Both look first, and write
** only what is not so already: called at each start of an application they
** leave one row of history, not one a start.
*/
#include <string.h>
#include "migrate.h"
#include "sql.h"
#include "text.h"
#include "store.h"
#include "waiting.h"
#include "settings.h"
#include "mirror.h"
#include "configure.h"

/* Does the file already hold our tables, as this version makes them? Needs no
** write lock. STORE_DAMAGED, STORE_NEWER. */
static int storeThere(MigContext *p, const MigCall *pCall) {
  sqlite3_stmt *pRead =
      migReadBegin(p, pCall->msWait < 0 ? MIG_WAIT : pCall->msWait);
  int iVersion = migStoreOpen(p);

  migFinalize(p, pRead);
  return iVersion == MIGRATE_STORE_VERSION;
}

/* Make the store unless it exists, or upgrade it. Returns its version as text,
** for the caller to free, also after an error. Errors: STORE_DAMAGED,
** STORE_NEWER, and those of any change; then the file is as it was. */
char *migConfigureInit(MigContext *p, MigConnection *pConn,
                       const MigCall *pCall) {
  MigChangeNote note = {"init", 0, 0, 0, 0, 0};
  MigChange change;
  char *zResult;
  int bChange;

  zResult = migResultText(p, migPrintf(p, "%d", MIGRATE_STORE_VERSION));
  if (!storeThere(p, pCall) && p->rc == SQLITE_OK) {
    migChangeBegin(p, &change, pConn, pCall);
    bChange = change.bCreated || change.tx.bUpgraded;
    if (bChange) {
      migChangeRecord(p, &change, &note);
    }
    migChangeEnd(p, &change, bChange);
  }
  return zResult;
}

/*
** Set a setting, or with zValue NULL take it back to its default. Returns the
** value that holds now, in its normal form, for the caller to free, NULL for
** NULL. A value that is the one that holds already is not recorded. What
** setting mirror names says at once what is applied. Errors: USAGE for a name
** that is no setting (NULL too) and a value that does not fit, UNSUPPORTED for
** mirror when the other tool has gone further, and those of any change; then
** nothing is set.
*/
char *migConfigureSet(MigContext *p, MigConnection *pConn, const MigCall *pCall,
                      const char *zName, const char *zValue) {
  const MigSetting *pSet = migSettingFind(p, zName);
  MigChangeNote note = {"config", 0, 0, 0, 0, 0};
  MigChange change;
  const char *zOld;
  const char *zNew = 0;
  char *zResult;
  int bRemoved = 0;  /* a stored value, perhaps one that did not count */
  int bMirrored = 0; /* another tool's version was not what it is now */
  int bChange;

  if (pSet && zValue) {
    zNew = migSettingCheck(p, pSet, zValue);
  }
  if (p->rc) {
    return 0;
  }
  migChangeBegin(p, &change, pConn, pCall);
  zOld = migSettingText(p, 1, zName);
  if (p->rc == SQLITE_OK) {
    migSettingWrite(p, pSet, zNew);
    bRemoved = zValue == 0 && sqlite3_changes(p->db) > 0;
  }
  zNew = migSettingText(p, 1, zName);
  if (strcmp(zName, "mirror") == 0) {
    migMirrorGoneOn(p, &change.state);
    bMirrored = migMirrorKeep(p, &change.state);
  }
  bChange = p->rc == SQLITE_OK &&
            (bRemoved || bMirrored ||
             (zOld == 0 || zNew == 0 ? zOld != zNew : strcmp(zOld, zNew) != 0));
  if (bChange) {
    note.zMessage = migPrintf(p, "%s = %s", zName, zNew ? zNew : "NULL");
    migChangeRecord(p, &change, &note);
  }
  zResult = migResultText(p, zNew);
  migChangeEnd(p, &change, bChange);
  return zResult;
}
