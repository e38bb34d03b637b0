// The migrate extension of SQLite, for any library that can load it.
'use strict';
const fs = require('node:fs');
const path = require('node:path');

const suffix = {win32: '.dll', darwin: '.dylib'}[process.platform] ?? '.so';

exports.version = require('./package.json').version;

// The path of the extension for this platform.
exports.getLoadablePath = function getLoadablePath() {
  const platform = `${process.platform}-${process.arch}`;
  const file = path.join(__dirname, 'lib', platform, `migrate${suffix}`);
  if (!fs.existsSync(file)) {
    const known = fs.readdirSync(path.join(__dirname, 'lib')).join(', ');
    throw new Error(`sqlite-migrate: nothing for ${platform}, only for ${known};
build migrate from its sources and load that`);
  }
  return file;
};

// Load it into a connection.
exports.load = function load(db) {
  db.loadExtension(exports.getLoadablePath());
};
