/** What a connection must have: better-sqlite3, libsql, node:sqlite, Bun and
 * Deno do. node:sqlite and Deno must open it with `allowExtension: true`. */
export interface Loader {
  loadExtension(file: string): unknown;
}

/** The version of the extension. */
export const version: string;

/** The path of the extension for this platform.
 * @throws Error when the package has none for it */
export function getLoadablePath(): string;

/** Load the extension into a connection. */
export function load(db: Loader): void;
