/*
** format_alembic.c - the text of Alembic's offline mode. It is only read.
**
**     CREATE TABLE alembic_version ( ... );
**
**     -- Running upgrade  -> 1975ea83b712
**
**     CREATE TABLE account ( ... );
**
**     INSERT INTO alembic_version (version_num) VALUES ('1975ea83b712');
**
**     -- Running upgrade 1975ea83b712 -> ae1027a6acf
**
** "alembic upgrade base:heads --sql" prints the up scripts, "alembic downgrade
** HEAD:base --sql" the down scripts down from one head: where there are several
** heads their texts overlap. All may stand in one file, or in several of a
** folder; the names say nothing. Where Alembic has printed an error or its log
** instead, that is FORMAT.
**
** What in a text is Alembic's is in alembic_form.c, how a text is cut into
** steps in alembic_text.c, what becomes of these in alembic_revision.c. So
**
**     -- Running upgrade 1975ea83b712 -> ae1027a6acf, add an age
**
**     ALTER TABLE account ADD COLUMN age INTEGER;
**
**     UPDATE alembic_version SET version_num='ae1027a6acf'
**     WHERE alembic_version.version_num = '1975ea83b712';
**
** is the revision ae1027a6acf of the parent 1975ea83b712, with the message "add
** an age" and one statement as its up script.
*/
#include <string.h>
#include "alembic.h"

/* Whether the file may be such a text: it has the line of a step, or begins
** with a message of Alembic's, of which the loader says what is wrong. A
** folder's files are .sql files at its top; a single one may be called
** anything. One with a header of our own format is ours. */
static int alembicFits(MigContext *p, const MigFolder *pFolder,
                       MigFile *pFile) {
  const char *z;
  i64 iText;
  i64 i;

  if (!pFolder->bSingle &&
      (pFile->zDir[0] || !migFormatSuffix(pFile->zBase, ".sql"))) {
    return 0;
  }
  z = migFormatBytes(p, pFile);
  if (migOwnHeader(z, pFile->n)) {
    return 0;
  }
  i = migFormatStart(z, pFile->n);
  if (migAlembicIsMessage(z + i, pFile->n - i)) {
    return 1;
  }
  while (i < pFile->n && !migAlembicIsLine(z, pFile->n, i, &iText)) {
    i = migLineEnd(z, pFile->n, i);
  }
  return i < pFile->n;
}

/* How many files are such texts. */
int migAlembicProbe(MigContext *p, MigFolder *pFolder) {
  int nFit = 0;
  int i;

  for (i = 0; i < pFolder->nFile && p->rc == SQLITE_OK; i++) {
    nFit += alembicFits(p, pFolder, &pFolder->aFile[i]);
  }
  return nFit;
}

/* Read every text from its start: sections and counts of an earlier reading are
** forgotten, the name of the version table is kept. FORMAT when no file has the
** line of a step. */
static void alembicReadAll(MigContext *p, MigAlembicReader *pReader) {
  MigFolder *pFolder = pReader->pFolder;
  int i;

  pReader->n = 0;
  pReader->nRow = 0;
  pReader->nBegin = 0;
  for (i = 0; i < pFolder->nFile && p->rc == SQLITE_OK; i++) {
    if (alembicFits(p, pFolder, &pFolder->aFile[i])) {
      migAlembicRead(p, pReader, &pFolder->aFile[i]);
    }
  }
  if (p->rc == SQLITE_OK && pReader->n == 0 && pFolder->nFile > 0) {
    migFormatFail(p, &pFolder->aFile[0], 0,
                  "no line -- Running upgrade a -> b; give the text of"
                  " alembic upgrade base:heads --sql");
  }
}

/*
** Read every text and make its revisions. A version table of another name is
** known only behind the first row that makes a step; then everything is read
** once more. FORMAT, with file and line, when a text is not as Alembic writes
** it, or names revisions that are neither in it nor stored. Whether they are
** stored is asked by pFolder->host, if that is given.
*/
void migAlembicLoad(MigContext *p, MigFolder *pFolder) {
  MigAlembicReader reader;

  memset(&reader, 0, sizeof(reader));
  reader.pFolder = pFolder;
  alembicReadAll(p, &reader);
  if (reader.zTable && migStrICmp(reader.zTable, MIG_ALEMBIC_TABLE)) {
    alembicReadAll(p, &reader);
  }
  migAlembicMakeRevisions(p, &reader);
  if (p->rc == SQLITE_OK && reader.nRow + reader.nBegin > 0) {
    migFormatNote(p, pFolder,
                  "%d statements on %s and %d BEGIN and COMMIT are taken out;"
                  " the run keeps its own books",
                  reader.nRow,
                  reader.zTable ? reader.zTable : MIG_ALEMBIC_TABLE,
                  reader.nBegin);
  }
}
