/*
** picture.h - what a database looks like, so that two moments can be compared.
*/
#ifndef MIG_PICTURE_H
#define MIG_PICTURE_H

#include "model.h"

/* The rows of a table. */
typedef struct MigPictureTable {
  const char *zName; /* of the model */
  i64 nRow;
  u64 aSum[4]; /* sum of the hashes of its rows, lane by lane */
  i64 iMark;   /* how far AUTOINCREMENT has counted, 0 without a mark */
} MigPictureTable;

/* A moment of a database; all of it in the arena. The model may be given marks
** of what does not count (eSkip) after the picture was taken. */
typedef struct MigPicture {
  MigModel model; /* of schema main */
  int nTable;
  MigPictureTable *aTable; /* in the order of the model */
} MigPicture;

void migPictureTake(MigContext *p, MigPicture *pOut);
const char *migPictureCompare(MigContext *p, const MigPicture *pOld,
                              const MigPicture *pNew, int bRows);

#endif
