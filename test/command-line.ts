/** The command line in this process, against a gateway of a test or against a data directory alone. */
import { runCommandLine } from '../src/cli/index.ts';
import type { TestGateway } from './gateway.ts';

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export async function runCommand(
  environment: Readonly<Record<string, string>>,
  args: readonly string[],
  stdin?: AsyncIterable<Uint8Array>,
): Promise<CommandResult> {
  let stdout = '';
  let stderr = '';
  const code = await runCommandLine(args, {
    ...(stdin !== undefined && { stdin }),
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    environment,
  });
  return { code, stdout, stderr };
}

/** What points the command line at a gateway. */
export const pointingAt = ({ dataDir, node }: TestGateway): Readonly<Record<string, string>> => ({
  GATEWRIGHT_DATA_DIR: dataDir,
  GATEWRIGHT_MANAGEMENT_PORT: new URL(node.managementUrl).port,
});
