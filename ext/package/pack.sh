#!/bin/sh
# pack.sh - a package for another language, as a folder.
#
#     sh ext/package/pack.sh npm|python VERSION PLATFORMS FOLDER
#
# FOLDER gets what ext/package/NAME holds, with VERSION for @VERSION@, the
# licence, and in lib/ of the code every platform that PLATFORMS holds:
# PLATFORM/migrate.so, .dll or .dylib, as make platform and make cross put them
# there.

set -e
name=$1
version=$2
platforms=$3
out=$4
here=$(dirname "$0")

case $name in
  npm) lib=$out/lib ;;
  python) lib=$out/sqlite_migrate/lib ;;
  *) echo "pack: no package $name" >&2 && exit 1 ;;
esac
rm -rf "$out"
mkdir -p "$out"
cp -R "$here/$name/." "$out/"
cp "$here/../../LICENSE" "$out/"
find "$out" -type f | while read -r file; do
  sed "s/@VERSION@/$version/g" "$file" > "$file.new"
  mv "$file.new" "$file"
done
mkdir "$lib"
cp -R "$platforms/." "$lib/"
echo "$out: $(cd "$lib" && echo *)"
