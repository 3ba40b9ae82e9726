/** Recordings that stand beside a checkout of this project; tests that need them skip where they are absent. */
import { existsSync, readFileSync } from 'node:fs';

const directory = new URL('../../shared/', import.meta.url);

/** Option for `test`: why it is skipped, or false. */
export const withoutShared: string | false = existsSync(directory) ? false : 'the recordings (../shared) are not here';

/** @param path below the recordings, e.g. `vectors/rest/routing.json` */
export const sharedUrl = (path: string): URL => new URL(path, directory);

/** Parsed JSON of a recording; `undefined` where the recordings are absent. */
export const readShared = (path: string): unknown =>
  withoutShared === false ? JSON.parse(readFileSync(sharedUrl(path), 'utf8')) : undefined;
