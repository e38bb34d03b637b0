/*
** record.c - what is left of a run: its history rows and its result.
**
** A run leaves one row in the history for each step, committed with it (and for
** one that it did some batches of, before another call did the last), and
** one for the whole call, committed with the last; only the latter names the
** automatic backup. The result is one JSON object:
**
**   {"run":4,"direction":"up","from":["a"],"to":["b"],
**    "steps":[{"revision":"b","message":"about b","statements":2,"rows":2,
**              "ms":0}],
**    "backup":1,"dry_run":false,"committed":true,"ms":0}
**
** run is null when nothing has stayed: for an empty plan and in a dry run.
** backup is null without one. A step may have partial, out_of_order and detail,
** an array of its statements in a dry run, besides. Of a call for batches the
** result is {"done":N,"left":N}, in rows.
*/
#include <string.h>
#include "text.h"
#include "os.h"
#include "history.h"
#include "change.h"
#include "record.h"

/* What the call is named in the history, and in reports of progress. A
** constant. */
const char *migRecordVerb(const MigRun *pRun) {
  return pRun->bDown ? "downgrade" : "upgrade";
}

/* Milliseconds, to measure durations: all 0 when the caller gave the time
** (option now), so that the same call leaves the same bytes. */
i64 migRecordClock(const MigRun *pRun) {
  return pRun->pCall->bNow ? 0 : migMonotonicMs();
}

/* Progress was reported, to a function of the application: it may have ended
** the transaction. SCRIPT then, as SQLITE_ABORT. No-op without a transaction
** that is open. */
void migRecordProgressed(MigContext *p, const MigRun *pRun) {
  if (p->rc == SQLITE_OK && migTransactionLost(&pRun->tx)) {
    migFailRc(p, SQLITE_ABORT, MIG_SCRIPT,
              "the function of option progress ended the transaction");
  }
}

/* ---- history ---- */

/* Ids of a revision's parents, by commas; NULL for a root. */
static char *parentNames(MigContext *p, const MigRun *pRun, int iNode) {
  const MigNode *pNode = &pRun->state.pGraph->aNode[iNode];
  MigText text = {0, 0, 0};
  int i;

  for (i = 0; i < pNode->nParent; i++) {
    migTextF(p, &text, "%s%s", i ? "," : "",
             pRun->state.pGraph->aNode[pNode->aParent[i]].zId);
  }
  return text.z;
}

/* What all rows of a run have in common. */
static void eventInit(const MigRun *pRun, MigEvent *pEvent) {
  memset(pEvent, 0, sizeof(*pEvent));
  pEvent->iRun = pRun->iRun;
  pEvent->zAction = migRecordVerb(pRun);
  pEvent->zOutcome = "done";
  pEvent->zStartedAt = pRun->zStartedAt;
  pEvent->zActor = pRun->zActor;
}

/* Has the call done anything of a step that stays, all of it or batches? */
static int stepStays(const MigRunStep *pStep) {
  return pStep->bDone || pStep->nKept > 0;
}

/* Rows that a step has changed, and that stay. */
static i64 rowsKept(const MigRunStep *pStep) {
  return pStep->bDone ? pStep->nRow : pStep->nKeptRow;
}

/* The history row of a step that has run: `partial` when only batches of it
** did, and another call has done the rest. from and to are the revision and its
** parents, the way it went, not the heads of the file. The caller holds the
** write transaction that the step is committed with. */
void migRecordStep(MigContext *p, const MigRun *pRun, const MigRunStep *pStep) {
  MigEvent event;

  eventInit(pRun, &event);
  event.zRevision = pStep->rev.zId;
  event.zMessage = pStep->rev.zMessage;
  event.zFrom =
      pRun->bDown ? pStep->rev.zId : parentNames(p, pRun, pStep->iNode);
  event.zTo = pRun->bDown ? parentNames(p, pRun, pStep->iNode) : pStep->rev.zId;
  event.zStartedAt = pStep->zStartedAt;
  event.zOutcome = pStep->bDone ? "done" : "partial";
  event.ms = pStep->ms;
  event.nRow = rowsKept(pStep);
  event.aChecksum = pStep->rev.aChecksum;
  event.aFingerprint = pStep->aFingerprint;
  migHistoryAdd(p, &event);
}

/* The history row of the whole call, "done", "partial" or "failed". A call of
** which nothing stayed ("failed") names no backup: that has not stayed either.
** pFailed is the step that failed or was stopped at, NULL for none; zError the
** message, or NULL. Rows are those that stayed. The caller holds a write
** transaction; of a failure it is one of its own. */
void migRecordRun(MigContext *p, const MigRun *pRun, const char *zOutcome,
                  const MigRunStep *pFailed, const char *zError) {
  MigEvent event;
  int i;

  eventInit(pRun, &event);
  event.zRevision = pFailed ? pFailed->rev.zId : 0;
  event.zMessage = pFailed ? pFailed->rev.zMessage : 0;
  event.zFrom = pRun->zFrom;
  event.zTo = pRun->zTo;
  event.zOutcome = zOutcome;
  event.zError = zError;
  event.iBackup = strcmp(zOutcome, "failed") ? pRun->protect.iBackup : 0;
  event.ms = migRecordClock(pRun) - pRun->msStart;
  event.aFingerprint = strcmp(zOutcome, "done") ? 0 : pRun->aFingerprint;
  for (i = 0; i < pRun->plan.nStep; i++) {
    event.nRow += rowsKept(&pRun->aStep[i]);
  }
  migHistoryAdd(p, &event);
}

/* ---- the result ---- */

/* One element of "steps". detail was written by execute.c. */
static void jsonStep(MigContext *p, MigText *pText, const MigRunStep *pStep) {
  migTextStr(p, pText, "{\"revision\":");
  migTextJson(p, pText, pStep->rev.zId);
  migTextStr(p, pText, ",\"message\":");
  migTextJson(p, pText, pStep->rev.zMessage);
  migTextF(p, pText, ",\"statements\":%d,\"rows\":%lld,\"ms\":%lld",
           pStep->nStatement, rowsKept(pStep), pStep->ms);
  if (!pStep->bDone) {
    migTextStr(p, pText, ",\"partial\":true");
  }
  if (pStep->bLate) {
    migTextStr(p, pText, ",\"out_of_order\":true");
  }
  if (pStep->detail.n) {
    migTextF(p, pText, ",\"detail\":[%s]", pStep->detail.z);
  }
  migTextStr(p, pText, "}");
}

/* The rows that batches have done and left; none are left unless the time was
** over before the batches were. */
static void resultRows(MigContext *p, MigRun *pRun) {
  MigText text = {0, 0, 0};

  migTextF(p, &text, "{\"done\":%lld,\"left\":%lld}", pRun->nBatchRow,
           pRun->bStopped ? pRun->nBatchLeft : 0);
  pRun->zResult = migResultText(p, text.z);
}

/* The steps that stayed, or would have in a dry run. Where one did, the result
** of a call with a folder stands within that of the call: zBefore, the object,
** zAfter, notes, and "]}". */
static void resultSteps(MigContext *p, MigRun *pRun) {
  const MigRunSpec *pSpec = pRun->pSpec;
  int bAround = 0;
  MigText text = {0, 0, 0};
  int bFirst = 1;
  int i;

  for (i = 0; pSpec->zBefore && !pRun->bNothing && i < pRun->plan.nStep; i++) {
    bAround = bAround || stepStays(&pRun->aStep[i]);
  }
  migTextStr(p, &text, bAround ? pSpec->zBefore : "");
  if (pRun->bNothing || pRun->pCall->bDryRun) {
    migTextStr(p, &text, "{\"run\":null");
  } else {
    migTextF(p, &text, "{\"run\":%lld", pRun->iRun);
  }
  migTextF(p, &text,
           ",\"direction\":\"%s\",\"from\":", pRun->bDown ? "down" : "up");
  migTextStr(p, &text, migJsonIds(p, pRun->zFrom));
  migTextStr(p, &text, ",\"to\":");
  migTextStr(p, &text, migJsonIds(p, pRun->zTo));
  migTextStr(p, &text, ",\"steps\":[");
  for (i = 0; !pRun->bNothing && i < pRun->plan.nStep; i++) {
    if (stepStays(&pRun->aStep[i])) {
      migTextStr(p, &text, bFirst ? "" : ",");
      jsonStep(p, &text, &pRun->aStep[i]);
      bFirst = 0;
    }
  }
  if (pRun->protect.iBackup) {
    migTextF(p, &text, "],\"backup\":%lld", pRun->protect.iBackup);
  } else {
    migTextStr(p, &text, "],\"backup\":null");
  }
  migTextF(p, &text, ",\"dry_run\":%s,\"committed\":%s,\"ms\":%lld}",
           pRun->pCall->bDryRun ? "true" : "false",
           pRun->bOwn && !pRun->pCall->bDryRun ? "true" : "false",
           migRecordClock(pRun) - pRun->msStart);
  if (bAround) {
    migTextF(p, &text, "%s%s]}", pSpec->zAfter,
             pSpec->pLeave && pSpec->pLeave->zNotes ? pSpec->pLeave->zNotes
                                                    : "");
  }
  pRun->zResult = migResultText(p, text.z);
}

/* The JSON object that the call returns, as zResult, which the caller of the
** run frees; made before the last commit, which must be the last thing that can
** fail. */
void migRecordResult(MigContext *p, MigRun *pRun) {
  if (pRun->pSpec->msBatches > 0) {
    resultRows(p, pRun);
  } else {
    resultSteps(p, pRun);
  }
}
