/**
 * The root access key of an installation: configured, or made at the first start and kept in the data directory in
 * the format of AWS's shared credentials file, readable by its owner only.
 * Source: AWS SDKs and Tools Reference Guide, "Shared config and credentials files".
 */
import { randomBytes, randomInt } from 'node:crypto';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';

export interface RootKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Absolute: what is told of it is used elsewhere. */
export const credentialsFileOf = (dataDir: string): string => resolve(dataDir, 'credentials');

/** Reads the key of the data directory; undefined when none has been made yet. @throws when the file is unreadable */
export async function readRootKey(dataDir: string): Promise<RootKey | undefined> {
  const path = credentialsFileOf(dataDir);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const settingOf = (name: string): string | undefined =>
    new RegExp(`^\\s*${name}\\s*=\\s*(\\S+)\\s*$`, 'm').exec(text)?.[1];
  const accessKeyId = settingOf('aws_access_key_id');
  const secretAccessKey = settingOf('aws_secret_access_key');
  if (accessKeyId === undefined || secretAccessKey === undefined)
    throw new Error(`${path}: expected aws_access_key_id and aws_secret_access_key under [default]`);
  return { accessKeyId, secretAccessKey };
}

/** The configured key, else the kept one, else a new one; the file is made to say the same. */
export async function establishRootKey(
  dataDir: string,
  configured: { readonly rootAccessKeyId: string; readonly rootSecretAccessKey: string },
): Promise<RootKey> {
  if ((configured.rootAccessKeyId === '') !== (configured.rootSecretAccessKey === ''))
    throw new Error('GATEWRIGHT_ROOT_ACCESS_KEY_ID and GATEWRIGHT_ROOT_SECRET_ACCESS_KEY must be given together');
  const kept = await readRootKey(dataDir);
  const key =
    configured.rootAccessKeyId === ''
      ? (kept ?? newKey())
      : { accessKeyId: configured.rootAccessKeyId, secretAccessKey: configured.rootSecretAccessKey };
  if (key.accessKeyId !== kept?.accessKeyId || key.secretAccessKey !== kept.secretAccessKey) {
    const lines = [
      '[default]',
      `aws_access_key_id = ${key.accessKeyId}`,
      `aws_secret_access_key = ${key.secretAccessKey}`,
    ];
    await writeFile(credentialsFileOf(dataDir), `${lines.join('\n')}\n`, { mode: 0o600 });
  }
  await chmod(credentialsFileOf(dataDir), 0o600);
  return key;
}

/** AWS's shape: 20 characters of base 32 after `AKIA`, and a secret of 40 characters. */
function newKey(): RootKey {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const tail = Array.from({ length: 16 }, () => letters[randomInt(letters.length)]).join('');
  return { accessKeyId: `AKIA${tail}`, secretAccessKey: randomBytes(30).toString('base64') };
}
