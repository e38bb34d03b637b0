/*
** main.c - replay a corpus without libFuzzer.
**
**   NAME-replay FILE-OR-FOLDER ...
**
** Gives every file to LLVMFuzzerTestOneInput() once, then every file cut
** short and with single bytes changed, by a fixed sequence: enough to notice
** a reader past the end under ASan and a crash anywhere. The last line is
** "NAME-replay: n inputs". Linked with one target, test/fuzz/NAME.c, and the
** extension compiled with SQLITE_CORE; clang links the same target with
** -fsanitize=fuzzer instead.
*/
#define _POSIX_C_SOURCE 200809L
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *a, size_t n);

/* Variants made of each file, besides itself. */
#define REPLAY_VARIANTS 16

static unsigned long nInput = 0;

/* Give the target a copy that is exactly n bytes long. */
static void replayBytes(const uint8_t *a, size_t n) {
  uint8_t *aCopy = malloc(n ? n : 1);

  if (aCopy == 0) {
    fprintf(stderr, "out of memory\n");
    exit(1);
  }
  memcpy(aCopy, a, n);
  LLVMFuzzerTestOneInput(aCopy, n);
  free(aCopy);
  nInput++;
}

/* A file's bytes and some damaged forms of them. */
static void replayVariants(uint8_t *a, size_t n) {
  uint32_t iRandom = 2463534242u;
  int i;

  replayBytes(a, n);
  for (i = 0; i < REPLAY_VARIANTS && n > 0; i++) {
    size_t iAt;
    uint8_t bOld;

    iRandom ^= iRandom << 13;
    iRandom ^= iRandom >> 17;
    iRandom ^= iRandom << 5;
    iAt = iRandom % n;
    replayBytes(a, iAt);
    bOld = a[iAt];
    a[iAt] = (uint8_t)(iRandom >> 24);
    replayBytes(a, n);
    a[iAt] = bOld;
  }
}

/* A file and its variants; one that cannot be read ends the process with 1. */
static void replayFile(const char *zPath) {
  FILE *pFile = fopen(zPath, "rb");
  uint8_t *a = 0;
  long n = -1;

  if (pFile && fseek(pFile, 0, SEEK_END) == 0) {
    n = ftell(pFile);
  }
  if (n >= 0) {
    a = malloc((size_t)n + 1);
  }
  if (a == 0 || fseek(pFile, 0, SEEK_SET) ||
      fread(a, 1, (size_t)n, pFile) != (size_t)n) {
    fprintf(stderr, "cannot read %s\n", zPath);
    exit(1);
  }
  fclose(pFile);
  replayVariants(a, (size_t)n);
  free(a);
}

/* Everything in a folder; folders in it are not followed. */
static void replayFolder(const char *zPath) {
  struct dirent **ppEntry;
  int n = scandir(zPath, &ppEntry, 0, alphasort);
  int i;

  for (i = 0; i < n; i++) {
    char zFile[4096];
    struct stat st;

    snprintf(zFile, sizeof(zFile), "%s/%s", zPath, ppEntry[i]->d_name);
    if (stat(zFile, &st) == 0 && S_ISREG(st.st_mode)) {
      replayFile(zFile);
    }
    free(ppEntry[i]);
  }
  if (n >= 0) {
    free(ppEntry);
  }
}

/* Replay what is named, and always an input of no bytes. A finding is a crash,
** so the result is 0 whenever this returns. */
int main(int argc, char **argv) {
  const char *zSlash = strrchr(argv[0], '/');
  int i;

  replayBytes((const uint8_t *)"", 0);
  for (i = 1; i < argc; i++) {
    struct stat st;
    if (stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode)) {
      replayFolder(argv[i]);
    } else {
      replayFile(argv[i]);
    }
  }
  printf("%s: %lu inputs\n", zSlash ? zSlash + 1 : argv[0], nInput);
  return 0;
}
