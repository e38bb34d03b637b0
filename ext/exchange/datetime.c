/*
** datetime.c - dates and times as other tools write them.
**
** What is read is a text that ends with a zero; it need not be a time. No
** memory is taken, and nothing here fails.
**
**     2026-01-02                           midnight, UTC
**     2026-01-02 03:04:05                  UTC
**     2026-01-02T03:04:05.678Z             with milliseconds
**     2026-01-02 03:04:05.678 +0200 CEST   two hours before 03:04:05 UTC
*/
#include <string.h>
#include "text.h"
#include "datetime.h"

/* Days from 1970-01-01 to a day of the Gregorian calendar, from the year 0 on:
** below 0 before 1970. The year is taken to begin in March, so that the leap
** day is its last; an era is 400 years of 146097 days, and one more is added
** and taken off again, as January of the year 0 is of the year before. A day
** beyond the end of its month is one of the next. */
static i64 daysOf(int iYear, int iMonth, int iDay) {
  i64 y = iYear - (iMonth <= 2);
  i64 nEra = (y + 400) / 400 - 1;
  i64 iInEra = y - nEra * 400;
  i64 iInYear = (153 * (iMonth + (iMonth > 2 ? -3 : 9)) + 2) / 5 + iDay - 1;

  return nEra * 146097 + iInEra * 365 + iInEra / 4 - iInEra / 100 + iInYear -
         719468;
}

/* Read exactly n digits at *pz and pass over them; -1, with *pz where it was,
** when one of them is something else. n is so small that nothing overflows. */
static int digitsTake(const char **pz, int n) {
  int v = 0;
  int i;

  for (i = 0; i < n; i++) {
    if (!migIsDigit((*pz)[i])) {
      return -1;
    }
    v = v * 10 + ((*pz)[i] - '0');
  }
  *pz += n;
  return v;
}

/* Read "-MM" or "-DD" at *pz and pass over it; -1 when it is something else.
** The range is for the caller to check. */
static int dashTake(const char **pz) {
  if (**pz != '-') {
    return -1;
  }
  (*pz)++;
  return digitsTake(pz, 2);
}

/* Read ":MM" or ":SS" if it is there: 0 when not, -1 when it is no number. */
static int colonTake(const char **pz) {
  if (**pz != ':') {
    return 0;
  }
  (*pz)++;
  return digitsTake(pz, 2);
}

/* Milliseconds of the fraction at *pz, which may have any number of digits; 0
** when there is none. What is below a millisecond is cut off. */
static int fractionTake(const char **pz) {
  int ms = 0;
  int nUnit = 100;

  if (**pz == '.' || **pz == ',') {
    for ((*pz)++; migIsDigit(**pz); (*pz)++) {
      ms += (**pz - '0') * nUnit;
      nUnit /= 10;
    }
  }
  return ms;
}

/* Minutes that the zone at z is ahead of UTC: Z, UTC, +02:00, +0200, or
** nothing; -10000 when it is something else. What stands behind a zone with a
** sign is a name of it. */
static int zoneMinutes(const char *z) {
  int iSign = *z == '-' ? -1 : 1;
  int nHour;
  int nMinute = 0;

  if (*z == 0 || strcmp(z, "Z") == 0 || strcmp(z, "UTC") == 0) {
    return 0;
  }
  if (*z != '+' && *z != '-') {
    return -10000;
  }
  z++;
  nHour = digitsTake(&z, 2);
  if (*z == ':') {
    nMinute = colonTake(&z);
  } else if (migIsDigit(*z)) {
    nMinute = digitsTake(&z, 2);
  }
  if (nHour < 0 || nHour > 15 || nMinute < 0 || nMinute > 59 ||
      (*z && *z != ' ')) {
    return -10000;
  }
  return iSign * (nHour * 60 + nMinute);
}

/* Read YYYY-MM-DD, alone or with a time and a zone: 1, or 0 for anything
** else. *pms is then milliseconds since 1970. A time without a zone is UTC.
** Seconds and minutes may be missing; a leap second is the next second. */
int migDatetimeRead(const char *z, i64 *pms) {
  int iYear = digitsTake(&z, 4);
  int iMonth = dashTake(&z);
  int iDay = dashTake(&z);
  int nHour = 0;
  int nMinute = 0;
  int nSecond = 0;
  int ms;
  int nZone;

  if (iYear < 0 || iMonth < 1 || iMonth > 12 || iDay < 1 || iDay > 31) {
    return 0;
  }
  if (*z == 'T' || *z == ' ') {
    z++;
    nHour = digitsTake(&z, 2);
    nMinute = colonTake(&z);
    nSecond = colonTake(&z);
  }
  if (nHour < 0 || nHour > 23 || nMinute < 0 || nMinute > 59 || nSecond < 0 ||
      nSecond > 60) {
    return 0;
  }
  ms = fractionTake(&z);
  while (*z == ' ') {
    z++;
  }
  nZone = zoneMinutes(z);
  *pms = ((daysOf(iYear, iMonth, iDay) * 24 + nHour) * 60 + nMinute - nZone) *
             60000 +
         nSecond * 1000 + ms;
  return nZone > -10000;
}
