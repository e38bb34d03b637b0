/*
** progress.c - telling someone how far a long call is.
**
** Option progress is 'stderr', for a bar on the standard error, or the name of
** an SQL function of the application that takes (phase, done, total). Nothing
** is drawn unless asked for. For
**
**   SELECT migrate_upgrade('head', '{"progress":"show"}')
**
** the statements are, on the connection of the call and in the transaction that
** it has open then:
**
**   SELECT "show"('upgrade', 1, 7)
**   SELECT "show"('upgrade', 2, 7)
**
** What the function returns is not looked at.
*/
#include <stdio.h>
#include <string.h>
#include "sql.h"
#include "progress.h"

#define BAR_WIDTH 40 /* characters */

/* Draw the bar over the one before it, on the same line of the standard error;
** the line ends with the last of nTotal. With nothing to do it is full. */
static void drawBar(const char *zPhase, i64 nDone, i64 nTotal) {
  char zBar[BAR_WIDTH + 1];
  int nFull = nTotal > 0 ? (int)(nDone * BAR_WIDTH / nTotal) : BAR_WIDTH;
  int i;

  for (i = 0; i < BAR_WIDTH; i++) {
    zBar[i] = i < nFull ? '#' : '.';
  }
  zBar[BAR_WIDTH] = 0;
  fprintf(stderr, "\r%s [%s] %lld/%lld%s", zPhase, zBar, nDone, nTotal,
          nDone >= nTotal ? "\n" : "");
  fflush(stderr);
}

/*
** Report nDone of nTotal to zWhere (NULL: to nobody). zPhase is a word for the
** user, the units are the caller's. An error of the application's function
** fails the call: that is how it can cancel. The function can also have ended
** the transaction: a caller that holds one looks (migTransactionLost()).
*/
void migProgress(MigContext *p, const char *zWhere, const char *zPhase,
                 i64 nDone, i64 nTotal) {
  sqlite3_stmt *pStmt;

  if (p->rc || zWhere == 0) {
    return;
  }
  if (strcmp(zWhere, "stderr") == 0) {
    drawBar(zPhase, nDone, nTotal);
    return;
  }
  pStmt = migPrepareF(p, "SELECT \"%w\"(%Q, %lld, %lld)", zWhere, zPhase, nDone,
                      nTotal);
  migRun(p, pStmt);
  migFinalize(p, pStmt);
}
