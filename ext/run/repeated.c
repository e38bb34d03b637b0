/*
** repeated.c - what the repeatable revisions make.
**
** A repeatable script comes and goes between the others: what it makes belongs
** to the schema of no revision. Such objects are known by their names, which
** stand in the CREATE statements of the script, and are left out where schemas
** of revisions are compared with what is there.
**
** A name counts whatever kind of object has it, and in any case of letters.
** What a script makes in another way, such as by migrate_table(), is not seen.
*/
#include "sql.h"
#include "statement.h"
#include "revisions.h"
#include "topology.h"
#include "repeated.h"

/* Add the names of what a script makes, without quotes, in the arena. */
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

/* Append the names of all objects that the up scripts of the repeatable
** revisions in g make, applied or not; a name may come twice. In the arena. The
** caller holds a transaction, and there is a store unless g is empty.
** STORE_DAMAGED. */
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

/* Leave the objects of these names out of a model: they are marked as another
** tool's are, and what is skipped for another reason stays so. An index or a
** trigger of such a table has to be among the names itself. Cannot fail. */
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
