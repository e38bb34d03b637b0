/*
** prove.c - does a script do what it should?
**
** It is run in a scratch database with the schema it starts from, or with the
** part of it that it has to do with (subset.h). Then nothing may differ from
** the schema it should lead to, and every view and trigger that compiled before
** must compile, unless it has gone. A full-text table does not follow when the
** table that its rows are in gets another name, so nothing of that may be left.
**
** What is not proven: whether rows fit, and what a script does to rows. A
** scratch database has none. Nor is what SQLite of another version would say.
*/
#include <string.h>
#include "catalog.h"
#include "compiles.h"
#include "fulltext.h"
#include "prove.h"
#include "scratchfill.h"
#include "sql.h"
#include "subset.h"

#define SHOWN_MAX 5 /* differences that a message shows */

/* A script that was made does not run, for the error of p: that becomes
** UNPROVEN, with its sentence behind zWhat, a name of the script. What has
** nothing to do with the script (memory, interrupt, disk, lock) stays as it is.
** Without an error nothing happens. */
void migProveFailed(MigContext *p, const char *zWhat) {
  char *zWhy;

  if (p->rc == SQLITE_OK || p->zError == 0) {
    return;
  }
  zWhy = sqlite3_mprintf("%s", p->zError + strlen("migrate: : ") +
                                   strlen(migCodeName(p->eCode)));
  if (zWhy && migCompilesNot(p)) {
    migFail(p, MIG_UNPROVEN, "%s does not run: %s", zWhat, zWhy);
  }
  sqlite3_free(zWhy);
}

/* The first differences, for a message, in the arena; "" when there are
** none. */
const char *migProveText(MigContext *p, const MigComparison *pCompare) {
  MigText text = {0, 0, 0};
  int i;

  for (i = 0; i < pCompare->n && i < SHOWN_MAX; i++) {
    migTextStr(p, &text, i ? "; " : "");
    migTextStr(p, &text, migDifferenceText(p, pCompare, i));
  }
  if (pCompare->n > SHOWN_MAX) {
    migTextF(p, &text, "; and %d more", pCompare->n - SHOWN_MAX);
  }
  return migTextZ(&text);
}

/* What compiled before a script: it must go on doing so. */
typedef struct Sound {
  MigModel model; /* of the schema before */
  u8 *abCompiles; /* its views and triggers that did */
} Sound;

/* See which views and triggers of the scratch database, which is much like
** pKnown, compile. In pSound->model is its schema, whatever that is. Nothing is
** run in it. */
static void soundRead(MigContext *p, MigScratch *pScratch,
                      const MigModel *pKnown, Sound *pSound) {
  memset(pSound, 0, sizeof(*pSound));
  migScratchSwap(p, pScratch);
  migCatalogReadLike(p, pKnown, &pSound->model);
  pSound->abCompiles = migAlloc(p, (u64)pSound->model.nObject + 1);
  if (p->rc == SQLITE_OK) {
    migCompilesEach(p, &pSound->model, pSound->abCompiles);
  }
  migScratchSwap(p, pScratch);
}

/* UNPROVEN when one that did before does not now. Those that are gone, or of
** another kind, are no matter, nor are new ones that never compiled. */
static void soundCheck(MigContext *p, const Sound *pWas, const Sound *pNow,
                       const char *zSide) {
  int i;

  for (i = 0; i < pNow->model.nObject && p->rc == SQLITE_OK; i++) {
    const MigModelObject *pObject = &pNow->model.aObject[i];
    int k = migModelFind(&pWas->model, pObject->eKind == MIG_DDL_TRIGGER,
                         pObject->zName);
    if (k >= 0 && pWas->abCompiles[k] && !pNow->abCompiles[i] &&
        pWas->model.aObject[k].eKind == pObject->eKind) {
      migFail(p, MIG_UNPROVEN,
              "after %s, %s %s would no longer compile; adapt it in the schema "
              "too",
              zSide, migModelKind(pObject->eKind), pObject->zName);
    }
  }
}

/* UNPROVEN when the table or view is to go that a full-text table which is
** wanted has its rows in. No comparison shows it: the full-text table itself is
** not changed. */
static void contentCheck(MigContext *p, const MigModel *pOld,
                         const MigModel *pNew) {
  int i;

  for (i = 0; i < pNew->nObject && p->rc == SQLITE_OK; i++) {
    const MigModelObject *pObject = &pNew->aObject[i];
    const char *z = pObject->eKind == MIG_DDL_VIRTUAL
                        ? migFulltextContent(p, pObject->pDdl)
                        : 0;
    if (z && migModelFind(pOld, 0, z) >= 0 && migModelFind(pNew, 0, z) < 0) {
      migFail(p, MIG_UNPROVEN,
              "after the up script, virtual table %s would no longer work: it "
              "has its rows in %s, which is gone or has another name; adapt "
              "option content of it in the schema too, or leave it out",
              pObject->zName, z);
    }
  }
}

/* Replay one script, in the database that pReplay has; it must give the wanted
** schema. pSound: what compiled before the first script. zSide is its name in
** messages. */
static void proveScript(MigContext *p, MigReplay *pReplay, const MigText *pText,
                        const MigModel *pWanted, const Sound *pSound,
                        const char *zSide) {
  MigComparison compare;
  Sound now;

  if (p->rc) {
    return;
  }
  memset(&compare, 0, sizeof(compare));
  pReplay->pKnown = &pSound->model;
  migReplayScript(p, pReplay, migTextZ(pText), pText->n, zSide);
  migProveFailed(p, zSide);
  soundRead(p, pReplay->pScratch, pWanted, &now);
  migCompare(p, &now.model, pWanted, 0, &compare);
  if (compare.n && p->rc == SQLITE_OK) {
    migFail(p, MIG_UNPROVEN,
            "%s does not give the schema it should, left to do: %s; correct it",
            zSide, migProveText(p, &compare));
  }
  soundCheck(p, pSound, &now, zSide);
}

/*
** Prove two scripts in a scratch database: pUp turns pOld into pNew, pDown,
** which may be NULL, turns that into pOld again. UNPROVEN otherwise; all
** objects of pOld must be known to be good, as those of a live schema are.
** Nothing is handed out, and p's own connection is not touched.
**
** Of a large schema only the part is copied that differs (subset.h). The down
** script is run behind the up script in the same database.
*/
void migProve(MigContext *p, const MigModel *pOld, const MigModel *pNew,
              const MigText *pUp, const MigText *pDown) {
  MigScratch *pScratch = migScratchOpen(p);
  MigComparison compare;
  MigReplay replay;
  MigModel old;
  MigModel new;
  Sound sound;

  memset(&replay, 0, sizeof(replay));
  memset(&compare, 0, sizeof(compare));
  contentCheck(p, pOld, pNew);
  migCompare(p, pOld, pNew, 0, &compare);
  if (migSubset(p, &compare, &old, &new)) {
    pOld = &old;
    pNew = &new;
  }
  if (pScratch) {
    migScratchCopy(p, pScratch, pOld);
    migReplayOpen(p, &replay, pScratch);
    soundRead(p, pScratch, pOld, &sound);
    proveScript(p, &replay, pUp, pNew, &sound, "the up script");
    if (pDown) {
      proveScript(p, &replay, pDown, pOld, &sound, "the down script");
    }
  }
  migScratchClose(p, pScratch);
}
