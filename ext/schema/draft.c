/*
** draft.c - a script while it is made, and what it drops and makes.
**
** Statements are added to the part that is being made (MigGenerator), each with
** its semicolon. Nothing runs here: what the part does to the scratch database
** is seen when all of it is written.
*/
#include <string.h>
#include "draft.h"
#include "fulltext.h"

/* Does a text end with a comment that a semicolon would become a part of: one
** from -- with no end of line behind it? */
static int endsInComment(const char *z) {
  i64 n = (i64)strlen(z);
  i64 i = 0;
  int bComment = 0;
  MigToken token;

  do {
    i = migTokenNext(z, n, i, &token);
    if (token.eType != MIG_TK_SPACE && token.eType != MIG_TK_END) {
      bComment = token.eType == MIG_TK_COMMENT && z[token.iStart] == '-';
    } else if (token.eType == MIG_TK_SPACE &&
               memchr(z + token.iStart, '\n', (size_t)token.n)) {
      bComment = 0;
    }
  } while (token.eType != MIG_TK_END);
  return bComment;
}

/* Append a statement that stands without its semicolon, to a part or a script;
** nothing for NULL. z is borrowed. */
void migDraftStatement(MigContext *p, MigText *pOut, const char *z) {
  if (p->rc == SQLITE_OK && z) {
    migTextStr(p, pOut, z);
    migTextStr(p, pOut, endsInComment(z) ? "\n;\n" : ";\n");
  }
}

/* A statement of this group follows in the part: a blank line, when it is
** another one than that of the statement before. */
void migDraftGroup(MigContext *p, MigGenerator *pg, MigDraftGroup eGroup) {
  if (pg->eGroup != eGroup && pg->eGroup != MIG_GROUP_NONE) {
    migTextStr(p, &pg->part, "\n");
  }
  pg->eGroup = eGroup;
}

/* A table is about to lose its name: where another one gets that, a run would
** take it for the same table with fewer rows, and refuse. So it should where a
** virtual table is made anew: nobody has said that its rows may go. A comment
** cannot hold a name with a line feed; there the run's guard decides. */
void migDraftAllowLoss(MigContext *p, MigGenerator *pg, const char *zTable) {
  const MigModel *pNew = pg->pGenerate->pNew;
  int i = migModelFind(pNew, 0, zTable);

  if (i >= 0 && pNew->aObject[i].eKind == MIG_DDL_TABLE &&
      strpbrk(zTable, "\r\n") == 0) {
    migTextF(p, &pg->part, "-- migrate:allow-loss \"%w\"\n", zTable);
  }
}

/* A virtual table that is dropped to be made anew under another name is renamed
** no more. */
static void renamesForget(MigContext *p, MigGenerator *pg, const char *zTable) {
  MigRenames left = {0, 0};
  int i;

  for (i = 0; i < pg->left.n && p->rc == SQLITE_OK; i++) {
    const MigRename *pRename = &pg->left.a[i];
    if (pRename->zColumn == 0 && migStrICmp(pRename->zOld, zTable) == 0) {
      continue;
    }
    left.a = migModelRoom(p, left.a, left.n, sizeof(*pRename));
    if (left.a) {
      left.a[left.n++] = *pRename;
    }
  }
  pg->left = left;
}

/* Append what drops object i of the schema as it is. What goes with its table
** or view needs no statement; abDropped: the objects of that schema that this
** part drops. */
void migDraftDrop(MigContext *p, MigGenerator *pg, int i, const u8 *abDropped) {
  static const char *const azKind[] = {"TABLE", "TABLE", "INDEX", "VIEW",
                                       "TRIGGER"};
  const MigModelObject *pObject = &pg->now.aObject[i];
  int bTable =
      pObject->eKind == MIG_DDL_TABLE || pObject->eKind == MIG_DDL_VIRTUAL;
  const MigLoss *pLoss =
      bTable ? migLossFind(pg->pLosses, pObject->zName, 0) : 0;

  if (pObject->iOn >= 0 && abDropped[pObject->iOn]) {
    return;
  }
  migDraftGroup(p, pg, MIG_GROUP_DROP);
  if (pLoss) {
    migLossWrite(p, pLoss, &pg->part);
  }
  if (bTable) {
    migDraftAllowLoss(p, pg, pObject->zName);
    renamesForget(p, pg, pObject->zName);
    pg->bTouches = 1;
  }
  /* sql-ok: the kind is one of azKind */
  migTextF(p, &pg->part, "DROP %s \"%w\";\n", azKind[pObject->eKind],
           pObject->zName);
}

/* Append what makes an object of the wanted schema, in the words it has there.
** A full-text table that keeps an index of rows elsewhere has it made, when
** there is such a table or view. */
void migDraftCreate(MigContext *p, MigGenerator *pg,
                    const MigModelObject *pObject) {
  char *zContent;

  migDraftGroup(p, pg,
                pObject->eKind == MIG_DDL_TABLE ? MIG_GROUP_TABLE
                                                : MIG_GROUP_REST);
  migDraftStatement(p, &pg->part, pObject->zSql);
  if (pObject->eKind == MIG_DDL_VIRTUAL) {
    zContent = migFulltextContent(p, pObject->pDdl);
    if (zContent && migModelFind(pg->pGenerate->pNew, 0, zContent) >= 0) {
      migTextF(p, &pg->part, "INSERT INTO \"%w\"(\"%w\") VALUES('rebuild');\n",
               pObject->zName, pObject->zName);
    }
  }
}
