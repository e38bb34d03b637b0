#!/bin/sh
# dist.sh - the sources as a tar file.
#
#     sh ext/package/dist.sh VERSION FOLDER
#
# Makes FOLDER/migrate-VERSION.tar.gz of the files that git knows, as they are
# in the working tree. The same commit gives the same bytes: names are sorted,
# the owner is 0, the time is SOURCE_DATE_EPOCH or that of the commit. Without
# git, in an unpacked tar file, all files are taken, with the time they have
# from it, so that it packs itself again to the same bytes. Needs the tar, sort
# and sed of GNU.

set -e
version=$1
out=$2/migrate-$version.tar.gz
mkdir -p "$2"
if [ -e .git ] && git rev-parse HEAD > /dev/null 2>&1; then
  git ls-files -z > "$out.list"
  date=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
  git diff --quiet HEAD || echo "dist: with changes that are not committed"
else
  find . -path ./build -prune -o -type f -print0 | sed -z 's,^\./,,' \
      > "$out.list"
  date=${SOURCE_DATE_EPOCH:-$(stat -c %Y include/migrate.h)}
fi
LC_ALL=C sort -z -o "$out.list" "$out.list"
tar -c -f "$out.tar" --format=gnu --mtime="@$date" --owner=0 --group=0 \
    --numeric-owner --mode=u=rwX,go=rX --transform "s,^,migrate-$version/," \
    --no-recursion --null -T "$out.list"
gzip -9nc "$out.tar" > "$out.new"
rm "$out.list" "$out.tar"
mv "$out.new" "$out"
echo "$out"
