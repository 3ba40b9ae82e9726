/** Reads the settings of this process: `gatewright.yaml` of the working directory, environment, flags. */
import { readFile } from 'node:fs/promises';
import { readSettings, type Settings } from './settings.ts';

/** @param path where the file is expected; a missing file is fine */
export async function loadSettings(
  environment: Readonly<Record<string, string | undefined>>,
  flags: ReadonlyMap<string, string>,
  path = 'gatewright.yaml',
): Promise<Settings> {
  let text: string | undefined;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  return readSettings(text === undefined ? undefined : { path, text }, environment, flags);
}
