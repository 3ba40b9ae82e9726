/** Prints docs/configuration.md from the settings table: `node scripts/configuration-page.ts > docs/configuration.md`. */
import { flagOf, table, variableOf } from '../src/node/settings.ts';

export function configurationPage(): string {
  const rows = Object.entries(table).map(([name, row]) => {
    const values =
      row.type === 'whole'
        ? `${row.min.toLocaleString('en')} to ${row.max.toLocaleString('en')}`
        : 'oneOf' in row
          ? row.oneOf.join(', ')
          : '';
    const shown = row.default === '' ? '' : `\`${row.default}\``;
    return `| \`${name}\` | \`${variableOf(name)}\` | \`--${flagOf(name)}\` | ${shown} | ${values} | ${row.about} |`;
  });
  return `# Configuration

Values come from \`gatewright.yaml\` in the working directory, then the environment, then flags; the later one wins. They
are checked at start: an unknown name is an error that names the nearest known one. Names with a dot are nested in the
file (\`limits:\` then \`bodyBytes:\`).

| in \`gatewright.yaml\` | environment | flag | default | values | what it is |
| --- | --- | --- | --- | --- | --- |
${rows.join('\n')}
| \`services.{service}\` | \`GATEWRIGHT_SERVICES_{SERVICE}\` | \`--services-{service}=URL\` | | an http(s) address | the endpoint that stands in for an AWS service (\`dynamodb\`, \`sqs\`, \`lambda\` …); a service without one is called at AWS |
| \`functions.layers.{arn}\` | \`GATEWRIGHT_FUNCTIONS_LAYERS\` | \`--functions-layers-{arn}=DIR\` | | a directory | the directory that stands in for another account's layer version; the variable holds them all, as \`{arn}={directory}\` with commas in between |

\`\`\`yaml
# gatewright.yaml
dataDir: /var/lib/gatewright
trafficPort: 8080
workers: 4
limits:
  bodyBytes: 52428800
services:
  dynamodb: http://127.0.0.1:8000
functions:
  libraries:
    python: /opt/gatewright/python
  layers:
    arn:aws:lambda:us-east-1:017000801446:layer:AWSLambdaPowertoolsPythonV3-python312-x86_64:5: ./layers/powertools
\`\`\`

Paths that are not absolute start at the working directory.

The data directory holds \`gatewright.db\` (SQLite: definitions, deployments, stages), \`credentials\` (the root access key
in the format of AWS's shared credentials file, mode 600), code of functions in \`functions/\`, and \`gatewright.lock\`
with \`gatewright.pid\`: a second gateway with the same directory is refused, and told the process id of the first. The
lock ends with its process, also with one that is killed.
`;
}

if (import.meta.main) process.stdout.write(configurationPage());
