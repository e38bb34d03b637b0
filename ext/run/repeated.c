/*
** repeated.c - what the repeatable revisions make.
**
** A repeatable script comes and goes between the others: what it makes belongs
** to the schema of no revision. Such objects are known by their names, which
** stand in the CREATE statements of the script, and are left out where schemas
** of revisions are compared with what is there.
*/
#include "sql.h"
#include "statement.h"
#include "revisions.h"
#include "repeated.h"

/* Add the names of what a script makes. */
static void scriptNames(MigContext *p, const char *z, i64 n, MigList *pOut) {
  MigStatement st;
  i64 i = 0;

  while (p->rc == SQLITE_OK && migScriptNext(z, n, &i, &st)) {
    switch (st.eKind) {
    case MIG_ST_CREATE_TABLE:
    case MIG_ST_CREATE_VIRTUAL:
    case MIG_ST_CREATE_INDEX:
    case MIG_ST_CREATE_VIEW:
    case MIG_ST_CREATE_TRIGGER:
      migListAdd(p, pOut, migTokenName(p, z, &st.name));
      break;
    default:
      break;
    }
  }
}

/* The names of all objects that the scripts of repeatable revisions make. */
void migRepeatedNames(MigContext *p, const MigGraph *g, MigList *pOut) {
  MigSet set = migGraphRepeatables(p, g);
  MigPackCache cache = {0, {0, 0}};
  MigRevision rev;
  int i;

  for (i = migSetNext(&set, -1); i >= 0 && p->rc == SQLITE_OK;
       i = migSetNext(&set, i)) {
    if (migRevisionGet(p, g->aNode[i].zId, &rev)) {
      migRevisionScripts(p, &cache, &rev);
      if (p->rc == SQLITE_OK && rev.zUp) {
        scriptNames(p, rev.zUp, rev.nUp, pOut);
      }
    }
  }
  migScriptsClose(&cache);
}

/* Leave the objects of these names out of a model. */
void migRepeatedSkip(const MigList *pNames, MigModel *pModel) {
  int i;

  for (i = 0; i < pModel->nObject && pNames->n; i++) {
    MigModelObject *pObject = &pModel->aObject[i];
    if (pObject->eSkip == MIG_SKIP_NO &&
        migNameAmong(pNames->n, pNames->az, pObject->zName)) {
      pObject->eSkip = MIG_SKIP_TOOL;
    }
  }
}
