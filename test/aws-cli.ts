/** The real AWS CLI, for tests that skip where it is not installed. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import type { TestGateway } from './gateway.ts';

const aws = '/usr/bin/aws';
export const withoutAwsCli = existsSync(aws) ? false : 'Debian package awscli is not installed';

/** Runs commands of one service against a gateway. @returns what they print; an empty object when they print nothing */
export function awsCli({ node }: TestGateway, service: string, environment: Readonly<Record<string, string>> = {}) {
  const { managementUrl, rootKey } = node;
  return async (...args: string[]): Promise<Record<string, unknown>> => {
    const { stdout } = await promisify(execFile)(aws, ['--endpoint-url', managementUrl, service, ...args], {
      env: {
        PATH: process.env.PATH,
        AWS_ACCESS_KEY_ID: rootKey.accessKeyId,
        AWS_SECRET_ACCESS_KEY: rootKey.secretAccessKey,
        AWS_DEFAULT_REGION: 'us-east-1',
        AWS_PAGER: '',
        ...environment,
      },
    });
    return stdout.trim() === '' ? {} : JSON.parse(stdout);
  };
}
