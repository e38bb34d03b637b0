/*
** options.c - the JSON object that every acting function takes last.
**
** aOption is the list of all options: those for `all` acting functions, and
** those of single ones. A key that a function does not know is USAGE with the
** list of those it does, so a misspelt option never passes unnoticed. An object
** of plain values is read here, all other JSON by SQLite's own functions.
**
** Either way gives the same elements, those of json_tree() (SQLite's page
** "JSON Functions And Operators") but for the object itself. Thus from
**
**   {"dry_run":true, "tables":["a","b"]}
**
** come, as key, type, value and what it is part of: dry_run, true, 1, nothing;
** tables, array, its JSON, nothing; 0, text, a, tables; 1, text, b, tables.
*/
#include <string.h>
#include "fast.h"
#include "sql.h"
#include "text.h"
#include "utf8.h"
#include "os.h"
#include "options.h"

/* All options, those of every acting function first. This list decides which
** keys a function knows, and is what migration_help shows. */
static const MigOptionHelp aOption[] = {
    {"now", "all",
     "time of the call, ISO-8601 or Unix seconds; then no clock is used and"
     " durations are 0"},
    {"actor", "all", "who, for the history"},
    {"dry_run", "all", "true: do it, report it, roll it back"},
    {"backup", "all",
     "false: no automatic backup; true: a full one, whatever auto_backup"
     " says"},
    {"wait", "all", "milliseconds to wait for another connection's lock"},
    {"progress", "all",
     "stderr: draw a bar; or an SQL function of yours that takes (phase, done,"
     " total)"},
    {"placeholders", "all",
     "object of names and values for placeholders in imported files"},
    {"allow_loss", "all", "list of tables that may lose rows when replaced"},
    {"transaction", "migrate_upgrade migrate_downgrade",
     "run: one transaction; each: one a revision"},
    {"until", "migrate_upgrade migrate_auto",
     "stop before the first revision of this phase: expand, backfill,"
     " contract"},
    {"id", "migrate_revision migrate_merge migrate_autogenerate",
     "the revision's id"},
    {"parent", "migrate_revision migrate_autogenerate",
     "what it builds on: targets, or base for a new root"},
    {"splice", "migrate_revision migrate_merge",
     "true: the parents may have children already"},
    {"label", "migrate_revision migrate_merge migrate_autogenerate",
     "branch label, or a list"},
    {"depends_on", "migrate_revision migrate_merge migrate_autogenerate",
     "revisions or labels that must run before, a list"},
    {"created_at", "migrate_revision migrate_merge migrate_autogenerate",
     "when it was written, ISO-8601 or Unix seconds"},
    {"repair", "migrate_edit migrate_import migrate_adopt",
     "true: also for applied revisions; the new checksum counts from then on;"
     " import also mends damaged scripts"},
    {"purge", "migrate_stamp", "true: forget the applied set first"},
    {"to", "migrate_backup migrate_restore",
     "a new database file for it, or a folder to put one in"},
    {"tables", "migrate_restore", "list of tables; only these are restored"},
    {"force", "migrate_restore migrate_stamp",
     "true: also where the schema, or a table, is another one now"},
    {"restore", "migrate_downgrade",
     "true: undo the last run from its automatic backup, not by scripts"},
    {"baseline", "migrate_revision migrate_adopt",
     "true: a revision that stands for the schema as it is, and is applied"},
    {"replace", "migrate_revision",
     "true: a baseline takes the place of all applied revisions"},
    {"portable", "migrate_autogenerate migrate_diff",
     "true: plain SQL, no migrate_table()"},
    {"rename", "migrate_table", "object of columns: {\"old\":\"new\"}"},
    {"changes", "migrate_table",
     "what the table may lose or have otherwise, a list of sentences; anything"
     " else is DATA_LOSS"},
    {"using", "migrate_table",
     "object of columns and the expressions over the old row to fill them by"},
    {"check", "migrate_table migrate_adopt",
     "true: quick_check the table afterwards; compare the schema with what the"
     " adopted revisions make of an empty one"},
    {"backups", "migrate_prune", "list of the backups to drop, by number"},
    {"manual", "migrate_prune",
     "true: those that migrate_backup() took count and go too"},
    {"on_error", "migrate_auto",
     "report: an error becomes a part of the result, so that an application "
     "goes"
     " on; fail, the default: it is raised"},
    {"format", "migrate_import migrate_export migrate_auto",
     "the folder's format, instead of detecting; of an export: own by default"},
    {"file_template", "migrate_export",
     "names of the files, such as %(year)d_%(rev)s_%(slug)s"},
    {"overwrite", "migrate_export", "true: also files that differ"},
    {"tool", "migrate_adopt", "the tool, when the file knows several"},
    {"registry", "migrate_adopt",
     "sqitch: its registry, instead of sqitch.db beside the file"},
    {"shell", "migrate_sql", "false: no commands of the sqlite3 shell"},
    {"bookkeeping", "migrate_sql",
     "false: the scripts alone, for hosts that keep their own account"},
    {"at_most", "migrate_require",
     "error when the file is beyond this revision"},
};

/* How many options there are. */
int migOptionHelpCount(void) {
  return (int)(sizeof(aOption) / sizeof(aOption[0]));
}

/* The i-th option, from 0. A constant. */
const MigOptionHelp *migOptionHelpRow(int i) {
  return &aOption[i];
}

/* Does the function take the option? It is one of the blank-separated names of
** zOf, or that is "all" and the function is none of those that only show and
** have options of their own alone. */
static int optionIsOf(const MigOptionHelp *pHelp, const char *zFunction) {
  const char *z = pHelp->zOf;
  size_t n = strlen(zFunction);

  if (strcmp(z, "all") == 0) {
    return strcmp(zFunction, "migrate_require") != 0 &&
           strcmp(zFunction, "migrate_diff") != 0 &&
           strcmp(zFunction, "migrate_sql") != 0;
  }
  for (; z; z = strchr(z, ' ')) {
    z += *z == ' ';
    if (strncmp(z, zFunction, n) == 0 && (z[n] == 0 || z[n] == ' ')) {
      return 1;
    }
  }
  return 0;
}

/* USAGE for a key that the function does not know, with those that it does. */
static void optionUnknown(MigContext *p, const char *zKey,
                          const char *zFunction) {
  MigText list = {0, 0, 0};
  int i;

  for (i = 0; i < migOptionHelpCount(); i++) {
    if (optionIsOf(&aOption[i], zFunction)) {
      migTextF(p, &list, "%s%s", list.n ? ", " : "", aOption[i].zName);
    }
  }
  migFail(p, MIG_USAGE, "%s has no option %s; known are %s", zFunction, zKey,
          migTextZ(&list));
}

/* USAGE unless the function knows the key. Case matters. */
static void optionKnown(MigContext *p, const char *zKey,
                        const char *zFunction) {
  int i;

  for (i = 0; i < migOptionHelpCount(); i++) {
    if (strcmp(aOption[i].zName, zKey) == 0 &&
        optionIsOf(&aOption[i], zFunction)) {
      return;
    }
  }
  optionUnknown(p, zKey, zFunction);
}

/* Room for one more element, zeroed; NULL after failure. */
static MigOption *optionNew(MigContext *p, MigOptions *pOut) {
  MigOption *a = pOut->a;

  if ((pOut->n & (pOut->n - 1)) == 0) { /* 0 or a power of two */
    u64 nOld = (u64)pOut->n * sizeof(MigOption);
    a = migGrow(p, a, nOld, pOut->n ? 2 * nOld : sizeof(MigOption));
  }
  if (p->rc) {
    return 0;
  }
  pOut->a = a;
  memset(&a[pOut->n], 0, sizeof(*a));
  return &a[pOut->n++];
}

/* ---- plain objects ---- */

/* The first byte of z that is no white space of JSON. */
static const char *blanksSkip(const char *z) {
  return z + strspn(z, " \t\r\n");
}

/* The closing quote of the text that begins with the quote at z; NULL when z
** is none, or not plain: with an escape or a control character, or without
** an end. */
static const char *plainText(const char *z) {
  if (*z++ != '"') {
    return 0;
  }
  while ((u8)*z >= ' ' && *z != '"' && *z != '\\') {
    z++;
  }
  return *z == '"' ? z : 0;
}

/* Read a value of an object into pNew, as json_tree() would give it: a plain
** text, a whole number of at most 18 digits, a word. Returns its end, or NULL
** for anything else. What must not follow it is for the caller to see. */
static const char *plainValue(MigContext *p, const char *z, MigOption *pNew) {
  static const char *const aaWord[][2] = {
      {"true", "1"}, {"false", "0"}, {"null", 0}};
  size_t nDigit = strspn(z, "0123456789");
  const char *zEnd = plainText(z);
  int i;

  if (zEnd) {
    pNew->zType = "text";
    pNew->zValue = migStrndup(p, z + 1, zEnd - z - 1);
    return zEnd + 1;
  }
  if (nDigit > 0 && nDigit <= 18 && (z[0] != '0' || nDigit == 1)) {
    pNew->zType = "integer";
    pNew->zValue = migStrndup(p, z, (i64)nDigit);
    return z + nDigit;
  }
  for (i = 0; i < 3; i++) {
    size_t n = strlen(aaWord[i][0]);
    if (strncmp(z, aaWord[i][0], n) == 0) {
      pNew->zType = aaWord[i][0];
      pNew->zValue = aaWord[i][1];
      return z + n;
    }
  }
  return 0;
}

/* Take an object of plain values apart, as json_tree() would, which takes
** longer than most calls do. 0 when it is anything else, or no JSON at all, or
** after a failure; what pOut then holds is not to be used. z begins with a
** brace. An empty object is anything else. */
static int optionsPlain(MigContext *p, const char *z, MigOptions *pOut) {
  const char *zEnd;
  MigOption *pNew;

  do {
    z = blanksSkip(z + 1); /* behind the brace or comma */
    zEnd = plainText(z);
    pNew = zEnd ? optionNew(p, pOut) : 0;
    if (pNew == 0) {
      return 0;
    }
    pNew->iId = pOut->n;
    pNew->zKey = migStrndup(p, z + 1, zEnd - z - 1);
    z = blanksSkip(zEnd + 1);
    z = *z == ':' ? plainValue(p, blanksSkip(z + 1), pNew) : 0;
    z = z ? blanksSkip(z) : "";
  } while (*z == ',');
  return p->rc == SQLITE_OK && *z == '}' && *blanksSkip(z + 1) == 0;
}

/* ---- any object ---- */

/* The text in column i of the current row, in the arena. USAGE for what an
** escape can make of it: a zero byte, at which we would cut, or half of a
** surrogate pair, which is not UTF-8. */
static const char *optionText(MigContext *p, sqlite3_stmt *pStmt, int i,
                              const char *zFunction) {
  const char *z = migColumnText(p, pStmt, i);

  if (z && (i64)strlen(z) != sqlite3_column_bytes(pStmt, i)) {
    migFail(p, MIG_USAGE, "an option of %s holds a zero byte", zFunction);
  } else if (z && !migIsUtf8(z, (i64)strlen(z))) {
    migFail(p, MIG_USAGE, "an option of %s is not UTF-8", zFunction);
  }
  return z;
}

/* Keep one element of the JSON text: the current row of json_tree(). */
static void optionAdd(MigContext *p, sqlite3_stmt *pStmt, const char *zFunction,
                      MigOptions *pOut) {
  MigOption *pNew = optionNew(p, pOut);

  if (pNew) {
    pNew->iId = sqlite3_column_int64(pStmt, 0);
    pNew->iParent = sqlite3_column_int64(pStmt, 1);
    pNew->zKey = optionText(p, pStmt, 2, zFunction);
    pNew->zType = migColumnText(p, pStmt, 3);
    pNew->zValue = optionText(p, pStmt, 4, zFunction);
  }
}

/* Take a JSON text apart on the connection of p. USAGE when it is none:
** json_tree() then answers SQLITE_ERROR. (json_valid() would say 0 when memory
** runs out.) USAGE for a zero byte as well: SQLite before 3.45 cuts there. */
static void optionsParse(MigContext *p, const char *zJson,
                         const char *zFunction, MigOptions *pOut) {
  sqlite3_stmt *pStmt =
      migPrepare(p, "SELECT id, parent, key, type, value FROM json_tree(?1)"
                    " WHERE parent IS NOT NULL");
  int rc = SQLITE_DONE;

  if (zJson && strstr(zJson, "\\u0000")) {
    migFail(p, MIG_USAGE, "an option of %s holds a zero byte", zFunction);
  }
  migBindText(p, pStmt, 1, zJson);
  while (p->rc == SQLITE_OK && (rc = sqlite3_step(pStmt)) == SQLITE_ROW) {
    optionAdd(p, pStmt, zFunction, pOut);
  }
  if (p->rc == SQLITE_OK && rc == SQLITE_ERROR) {
    migFail(p, MIG_USAGE,
            "the options of %s are not valid JSON; write them like"
            " '{\"dry_run\":true}'",
            zFunction);
  } else if (p->rc == SQLITE_OK && rc != SQLITE_DONE) {
    migFailDb(p, rc);
  }
  migFinalize(p, pStmt);
}

/*
** The same in a database of its own in memory: on the caller's connection a
** table-valued function would begin a read transaction, before it is known
** whether the call may wait for locks. What pOut held is forgotten. The
** connection of p is the caller's again afterwards, also after an error.
*/
static void optionsParseAside(MigContext *p, const char *zJson,
                              const char *zFunction, MigOptions *pOut) {
  sqlite3 *db = p->db;
  int rc = sqlite3_open_v2(":memory:", &p->db,
                           SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY, 0);

  memset(pOut, 0, sizeof(*pOut));
  if (rc) {
    migFailDb(p, rc);
  }
  optionsParse(p, zJson, zFunction, pOut);
  sqlite3_close(p->db);
  p->db = db;
}

/*
** Read the options zJson (NULL: none), a text that begins with a brace, of a
** call of zFunction. USAGE when it is not a JSON object or holds an unknown
** key, even with null as its value. Of equal keys the last counts; a null value
** counts as not given. zJson is not needed afterwards.
*/
void migOptionsRead(MigContext *p, const char *zJson, const char *zFunction,
                    MigOptions *pOut) {
  int i;

  memset(pOut, 0, sizeof(*pOut));
  if (zJson == 0 || p->rc) {
    return;
  }
  if (!(MIG_FAST && optionsPlain(p, zJson, pOut)) && p->rc == SQLITE_OK) {
    optionsParseAside(p, zJson, zFunction, pOut);
  }
  if (p->rc) {
    pOut->n = 0; /* the last one may have no key */
  }
  for (i = 0; i < pOut->n; i++) {
    if (p->rc == SQLITE_OK && pOut->a[i].iParent == 0) {
      optionKnown(p, pOut->a[i].zKey, zFunction);
    }
  }
}

/* The option of that key, the last one of it, or NULL when it was not given or
** is null: then it has no value. Keys inside of values are not found. */
static const MigOption *optionFind(const MigOptions *pOpt, const char *zKey) {
  int i;

  for (i = pOpt->n - 1; i >= 0; i--) {
    if (pOpt->a[i].iParent == 0 && strcmp(pOpt->a[i].zKey, zKey) == 0) {
      const MigOption *pOption = &pOpt->a[i];
      return pOption->zType && pOption->zValue ? pOption : 0;
    }
  }
  return 0;
}

/* Was the option given, with a value other than null? What the value is is not
** looked at. */
int migOptionGiven(const MigOptions *pOpt, const char *zKey) {
  return optionFind(pOpt, zKey) != 0;
}

/* USAGE: the option has another type than it should. */
static void optionType(MigContext *p, const MigOption *pOption,
                       const char *zWanted) {
  migFail(p, MIG_USAGE, "option %s is %s, not %s", pOption->zKey, zWanted,
          pOption->zType);
}

/* A text or a number, as text; NULL when not given. USAGE for true, false, an
** array or an object. */
const char *migOptionText(MigContext *p, const MigOptions *pOpt,
                          const char *zKey) {
  const MigOption *pOption = p->rc ? 0 : optionFind(pOpt, zKey);

  if (pOption && strcmp(pOption->zType, "text") &&
      strcmp(pOption->zType, "integer") && strcmp(pOption->zType, "real")) {
    optionType(p, pOption, "a text");
    return 0;
  }
  return pOption ? pOption->zValue : 0;
}

/* true, false, 1 or 0, the last two also as texts; bDefault when not given.
** USAGE for anything else. */
int migOptionBool(MigContext *p, const MigOptions *pOpt, const char *zKey,
                  int bDefault) {
  const MigOption *pOption = p->rc ? 0 : optionFind(pOpt, zKey);

  if (pOption == 0) {
    return bDefault;
  }
  if (strcmp(pOption->zType, "true") && strcmp(pOption->zType, "false") &&
      strcmp(pOption->zValue, "0") && strcmp(pOption->zValue, "1")) {
    optionType(p, pOption, "true or false");
  }
  return pOption->zValue[0] == '1';
}

/* Append n bytes of z, without blanks at either end. */
static void listAppend(MigContext *p, MigList *pList, const char *z, i64 n) {
  while (n > 0 && migIsSpace(*z)) {
    z++;
    n--;
  }
  while (n > 0 && migIsSpace(z[n - 1])) {
    n--;
  }
  migListAdd(p, pList, migStrndup(p, z, n));
}

/* The parts of a text between commas, without blanks around them. NULL and
** "" have none; a part may be empty, but a comma at the end is followed by
** none. */
MigList migListSplit(MigContext *p, const char *z) {
  MigList list = {0, 0};

  while (z && *z && p->rc == SQLITE_OK) {
    size_t n = strcspn(z, ",");
    listAppend(p, &list, z, (i64)n);
    z += n + (z[n] == ',');
  }
  return list;
}

/* A JSON array of texts, for option backups of whole numbers, or one text or
** number with commas between its parts; as texts, none when not given. USAGE
** for an element of another type. Those of an array are taken as they are:
** blanks can be part of a table's name. */
MigList migOptionList(MigContext *p, const MigOptions *pOpt, const char *zKey) {
  const MigOption *pOption = p->rc ? 0 : optionFind(pOpt, zKey);
  const char *zType = strcmp(zKey, "backups") ? "text" : "integer";
  MigList list = {0, 0};
  int i;

  if (pOption == 0) {
    return list;
  }
  if (strcmp(pOption->zType, "array")) {
    return migListSplit(p, migOptionText(p, pOpt, zKey));
  }
  for (i = 0; i < pOpt->n && p->rc == SQLITE_OK; i++) {
    const MigOption *pItem = &pOpt->a[i];
    if (pItem->iParent != pOption->iId) {
      continue;
    }
    if (strcmp(pItem->zType, zType)) {
      migFail(p, MIG_USAGE, "option %s is a list of %ss", zKey, zType);
    } else {
      migListAdd(p, &list, pItem->zValue);
    }
  }
  return list;
}

/* A JSON object of names and values; empty when not given. Names lose blanks
** around them, values do not; one that is no text is the text of it, null the
** empty one. USAGE for what is no object. */
MigPlaceholders migOptionMap(MigContext *p, const MigOptions *pOpt,
                             const char *zKey) {
  const MigOption *pOption = p->rc ? 0 : optionFind(pOpt, zKey);
  MigPlaceholders map = {0, 0, 0};
  MigList keys = {0, 0};
  MigList values = {0, 0};
  int i;

  if (pOption == 0) {
    return map;
  }
  if (strcmp(pOption->zType, "object")) {
    optionType(p, pOption, "an object of names and values");
  }
  for (i = 0; i < pOpt->n && p->rc == SQLITE_OK; i++) {
    const MigOption *pItem = &pOpt->a[i];
    if (pItem->iParent == pOption->iId) {
      listAppend(p, &keys, pItem->zKey, (i64)strlen(pItem->zKey));
      listAppend(p, &values, "", 0);
      if (p->rc == SQLITE_OK) {
        values.az[values.n - 1] = pItem->zValue ? pItem->zValue : "";
      }
    }
  }
  map.n = p->rc ? 0 : keys.n;
  map.azKey = keys.az;
  map.azValue = values.az;
  return map;
}

/* A JSON object of texts, appended to two lists side by side; nothing when not
** given. Blanks can be part of a column's name. USAGE for what is no object, or
** has a value that is no text. */
void migOptionPairs(MigContext *p, const MigOptions *pOpt, const char *zKey,
                    MigList *pKeys, MigList *pValues) {
  const MigOption *pOption = p->rc ? 0 : optionFind(pOpt, zKey);
  int i;

  if (pOption && strcmp(pOption->zType, "object")) {
    optionType(p, pOption, "an object of names and texts");
  }
  for (i = 0; pOption && i < pOpt->n && p->rc == SQLITE_OK; i++) {
    const MigOption *pItem = &pOpt->a[i];
    if (pItem->iParent != pOption->iId) {
      continue;
    }
    if (strcmp(pItem->zType, "text")) {
      migFail(p, MIG_USAGE, "option %s: the value of %s is a text, not %s",
              zKey, pItem->zKey, pItem->zType);
    }
    migListAdd(p, pKeys, pItem->zKey);
    migListAdd(p, pValues, pItem->zValue);
  }
}

/*
** A time given by the caller as option zKey: ISO-8601 or Unix seconds, as
** milliseconds since 1970. USAGE when SQLite cannot read it. What is made of
** digits and dots alone is seconds; else SQLite's page "Date And Time
** Functions" says what is read, UTC where no zone is given. It takes a
** statement, but no transaction.
*/
i64 migTimeRead(MigContext *p, const char *z, const char *zKey) {
  sqlite3_stmt *pStmt = migPrepare(
      p, "SELECT CAST(round((julianday(?1, iif(?1 GLOB '*[^0-9.]*', '+0 days',"
         " 'unixepoch')) - 2440587.5) * 86400000.0) AS INTEGER)");
  i64 ms = 0;

  migBindText(p, pStmt, 1, z);
  if (migStep(p, pStmt)) {
    /* SQLite would also read 'now' and the clock with it */
    if (!migIsDigit(z[0]) || sqlite3_column_type(pStmt, 0) == SQLITE_NULL) {
      migFail(p, MIG_USAGE,
              "option %s is a time like 2026-01-31T12:00:00Z or Unix seconds,"
              " not %s",
              zKey, z);
    }
    ms = sqlite3_column_int64(pStmt, 0);
  }
  migFinalize(p, pStmt);
  return ms;
}

/* Option wait: an integer of milliseconds, from 0 to a day, -1 when it is not
** given. USAGE. */
static i64 optionWait(MigContext *p, const MigOptions *pOpt) {
  const char *z = migOptionText(p, pOpt, "wait");
  i64 v = 0;
  int i;

  for (i = 0; z && i < 9 && migIsDigit(z[i]); i++) {
    v = v * 10 + (z[i] - '0');
  }
  if (z && (i == 0 || z[i] || v > 86400000)) {
    migFail(p, MIG_USAGE,
            "option wait is a number of milliseconds, at most a day, not %s",
            z);
  }
  return z ? v : -1;
}

/* Fill pCall from the common options; what is not given is as settings say.
** Without option now the clock is looked at here, once for the whole call.
** USAGE. The texts are those of pOpt. */
void migOptionsCall(MigContext *p, const MigOptions *pOpt, MigCall *pCall) {
  const char *zNow = migOptionText(p, pOpt, "now");
  MigList loss = migOptionList(p, pOpt, "allow_loss");

  memset(pCall, 0, sizeof(*pCall));
  pCall->bNow = zNow != 0;
  pCall->msNow = zNow ? migTimeRead(p, zNow, "now") : migClockMs();
  pCall->zActor = migOptionText(p, pOpt, "actor");
  pCall->bDryRun = migOptionBool(p, pOpt, "dry_run", 0);
  pCall->msWait = optionWait(p, pOpt);
  pCall->zProgress = migOptionText(p, pOpt, "progress");
  pCall->nAllowLoss = loss.n;
  pCall->azAllowLoss = loss.az;
  pCall->zTransaction = migOptionText(p, pOpt, "transaction");
  if (pCall->zTransaction && strcmp(pCall->zTransaction, "run") &&
      strcmp(pCall->zTransaction, "each")) {
    migFail(p, MIG_USAGE, "option transaction is run or each, not %s",
            pCall->zTransaction);
  }
  if (migOptionGiven(pOpt, "backup")) {
    pCall->bBackup = migOptionBool(p, pOpt, "backup", 0);
    pCall->bNoBackup = !pCall->bBackup;
  }
}
