/**
 * The page at `/console`: where this gateway's endpoints are and how to talk to them. It shows nothing that needs a
 * key: definitions are read by signed calls only.
 */
export interface ConsoleFacts {
  readonly version: string;
  readonly managementUrl: string;
  readonly trafficPort: number;
  readonly trafficTlsPort: number | null;
  readonly region: string;
  readonly ready: boolean;
}

export function consolePage(facts: ConsoleFacts): string {
  const traffic = `http://127.0.0.1:${facts.trafficPort}`;
  const rows: readonly (readonly [string, string])[] = [
    ['State', facts.ready ? 'ready' : 'draining'],
    ['Version', facts.version],
    ['Management endpoint', facts.managementUrl],
    ['Traffic endpoint', traffic],
    ...(facts.trafficTlsPort === null
      ? []
      : [['Traffic over TLS', `https://127.0.0.1:${facts.trafficTlsPort}`] as const]),
    ['An API by host name', `http://{api-id}.execute-api.localhost:${facts.trafficPort}/{stage}/…`],
    ['An API by path', `${traffic}/_api/{api-id}/{stage}/…`],
  ];
  const commands = [
    'eval "$(gatewright credentials)"',
    'gatewright apis',
    'aws apigateway get-rest-apis',
    'gatewright deploy openapi.yaml --backend http://127.0.0.1:3000',
  ];
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Gatewright</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 46rem; margin: 3rem auto; padding: 0 1rem; }
  th { text-align: left; padding-right: 1.5rem; font-weight: 600; white-space: nowrap; vertical-align: top; }
  td, pre { font-family: ui-monospace, monospace; font-size: 0.9rem; overflow-wrap: anywhere; }
  pre { padding: 1rem; border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: 6px; overflow-x: auto; }
</style>
<h1>Gatewright</h1>
<table>
${rows.map(([name, value]) => `<tr><th scope="row">${escaped(name)}</th><td>${escaped(value)}</td></tr>`).join('\n')}
</table>
<h2>From the command line</h2>
<pre>${escaped(commands.join('\n'))}</pre>
<p>Definitions are managed with the AWS CLI, the AWS SDKs and the <code>gatewright</code> command, which sign their calls.</p>
</html>
`;
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
