/*
** offlineschema.c - the schema that the steps of an offline script stand on.
**
** What the steps make of the schema is found out by a replay in a scratch
** database. For the range lo:hi it begins with the schema of this file when lo
** is where this file is, else with a replay of what lo stands on. It expands
** migrate_table() and gives the schema that the script leaves, with its
** fingerprint.
**
** This is the start, and how the schema is read. The steps are replayed where
** they are written (offlinebody.c).
*/
#include <string.h>
#include "catalog.h"
#include "fingerprint.h"
#include "orphans.h"
#include "scratchfill.h"
#include "offlineschema.h"

/* Replay what the range stands on, in the graph's order, down scripts never: as
** if the file had gone straight up. */
static void startReplay(MigContext *p, MigOffline *po) {
  const MigGraph *g = po->live.pGraph;
  MigPackCache cache = {0, {0, 0}};
  int i;

  for (i = 0; i < g->nNode && p->rc == SQLITE_OK; i++) {
    MigRevision rev;
    if (migSetHas(&po->now.applied, g->aOrder[i])) {
      migOfflinePlanRevision(p, po, g->aOrder[i], &cache, &rev);
      if (p->rc == SQLITE_OK && rev.zUp) {
        migReplayScript(p, &po->replay, rev.zUp, rev.nUp,
                        migPrintf(p, "revision %s (up)", rev.zId));
      }
    }
  }
  migScriptsClose(&cache);
}

/*
** Read the schema of the scratch database, its text and fingerprint, in place
** of what was read before; the text is in the arena. Does nothing after an
** error.
*/
void migOfflineSchemaRead(MigContext *p, MigOffline *po) {
  MigModel model;
  MigHash hash;

  if (p->rc) {
    return;
  }
  migScratchSwap(p, po->pScratch);
  migCatalogRead(p, &model);
  migScratchSwap(p, po->pScratch);
  memset(&po->schema, 0, sizeof(po->schema));
  migSchemaCanonical(p, &model, &po->schema);
  migHashInit(&hash);
  migHashAdd(&hash, migTextZ(&po->schema), po->schema.n);
  migHashFinal(&hash, po->aFingerprint);
}

/*
** Make the scratch database, with the schema at the start of the range, and
** read that. It is closed by migOfflineScript(), on every path. bPlain is set
** before the replay opens it (replay.h). Errors: those of scripts and of their
** replay, STORE_DAMAGED for scripts that are not of their checksum.
*/
void migOfflineSchemaStart(MigContext *p, MigOffline *po) {
  MigModel model;

  po->pScratch = migScratchOpen(p);
  if (p->rc == SQLITE_OK && po->bHere) {
    migCatalogRead(p, &model);
    if (p->rc == SQLITE_OK) {
      migScratchCopy(p, po->pScratch, &model);
    }
  }
  if (p->rc == SQLITE_OK) {
    po->replay.bPlain = 1;
    migReplayOpen(p, &po->replay, po->pScratch);
    if (!po->bHere) {
      startReplay(p, po);
    }
  }
  migOfflineSchemaRead(p, po);
}

/*
** Does the schema at the start have foreign keys, or do the scripts make some?
** Are there quotes in it: strings in views and triggers, perhaps? The canonical
** text has keywords in lower case and single blanks around them, so a plain
** search will do. The answers join those of the scripts in bQuotes and in
** bForeign of the ledger; that is 0 where violations cannot be counted.
*/
void migOfflineSchemaLook(MigContext *p, MigOffline *po) {
  const char *z = migTextZ(&po->schema);

  po->bQuotes |= p->rc == SQLITE_OK && strchr(z, '"') != 0;
  po->ledger.bForeign |= p->rc == SQLITE_OK && strstr(z, " references ") != 0;
  po->ledger.bForeign =
      po->ledger.bForeign && migOrphansCountable(p, po->pScratch);
}
