/** The running gateway that a command talks to: where it is, and the key its calls are signed with. */
import { credentialsFileOf, type RootKey, readRootKey } from '../node/root-key.ts';
import { type Settings, SettingsError } from '../node/settings.ts';
import { loadSettings } from '../node/settings-file.ts';
import type { Arguments } from './arguments.ts';
import { type CommandIo, Failure, UsageError } from './command.ts';

export interface Installation {
  readonly settings: Settings;
  readonly endpoint: string;
  readonly key: RootKey;
}

/** @throws UsageError when a setting is wrong */
export async function settingsOf(args: Arguments, io: CommandIo): Promise<Settings> {
  try {
    return await loadSettings(io.environment, args.settings);
  } catch (error) {
    throw error instanceof SettingsError ? new UsageError(error.message) : error;
  }
}

/**
 * `AWS_ENDPOINT_URL` and `AWS_ACCESS_KEY_ID` are honoured as the AWS CLI honours them; else the management port and
 * the data directory's own key are used.
 * @throws Failure when there is no key
 */
export async function installationOf(args: Arguments, io: CommandIo): Promise<Installation> {
  const settings = await settingsOf(args, io);
  const endpoint =
    io.environment.AWS_ENDPOINT_URL ?? `http://${hostOf(settings.managementHost)}:${settings.managementPort}`;
  return { settings, endpoint: endpoint.replace(/\/+$/, ''), key: await keyOf(settings, io) };
}

async function keyOf(settings: Settings, io: CommandIo): Promise<RootKey> {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = io.environment;
  const given = accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined;
  // Keys of the environment belong to the endpoint of the environment; at home, the data directory's own key is right.
  if (given !== undefined && io.environment.AWS_ENDPOINT_URL !== undefined) return given;
  const key = (await readRootKey(settings.dataDir)) ?? given;
  if (key !== undefined) return key;
  throw new Failure(
    `no credentials: ${credentialsFileOf(settings.dataDir)} does not exist. Start the gateway once, or name its data directory with --data-dir`,
  );
}

const hostOf = (host: string): string => (host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host);
