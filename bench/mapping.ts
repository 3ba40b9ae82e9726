/**
 * Mapping templates: how many times a second a pass-through template (body, all parameters, stage variables, context)
 * is rendered, by this engine, by velocityjs 2 and by Apache Velocity 1.7 in Java, all compiled once, in one run. Every
 * rendering begins with the event as JSON text. Then: what compiling costs, and how long hostile templates and bodies
 * hold the thread. Run: `node bench/mapping.ts [--seconds 4]`.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { Compile, parse } from 'velocityjs';
import { missing, VelocityOracle } from '../scripts/velocity-oracle.ts';
import { compileTemplate, renderMapping } from '../src/mapping/index.ts';

export const passThrough = `#set($parameters = $input.params())
{
  "body-json": $input.json('$'),
  "params": {
#foreach($place in $parameters.keySet())
    #set($values = $parameters.get($place))
    "$place": {
    #foreach($name in $values.keySet())
      "$name": "$util.escapeJavaScript($values.get($name))"
      #if($foreach.hasNext),#end
    #end
    }
    #if($foreach.hasNext),#end
#end
  },
  "stage-variables": {
#foreach($key in $stageVariables.keySet())
    "$key": "$util.escapeJavaScript($stageVariables.get($key))"
    #if($foreach.hasNext),#end
#end
  },
  "context": {
    "api-id": "$context.apiId",
    "account-id": "$context.identity.accountId", "api-key": "$context.identity.apiKey",
    "authorizer-principal-id": "$context.authorizer.principalId", "caller": "$context.identity.caller",
    "http-method": "$context.httpMethod", "stage": "$context.stage",
    "source-ip": "$context.identity.sourceIp", "user": "$context.identity.user",
    "user-agent": "$context.identity.userAgent", "user-arn": "$context.identity.userArn",
    "request-id": "$context.requestId", "resource-id": "$context.resourceId",
    "resource-path": "$context.resourcePath"
  }
}
`;

/** As JSON text: what every engine starts from. */
export const event = JSON.stringify({
  body: '{"customer":{"name":"Ann","email":"ann@example.com"},"items":[{"sku":"A-1","quantity":2},{"sku":"B-7","quantity":1}],"express":true,"note":null}',
  params: {
    path: { id: '42' },
    querystring: { page: '2', sort: 'name' },
    header: {
      Accept: '*/*',
      'Accept-Encoding': 'gzip, deflate',
      'Content-Type': 'application/json',
      Host: 'api.example.com',
      'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64)',
      'X-Forwarded-For': '10.0.0.1, 10.0.0.2',
      'X-Request-Id': '7f1c6c2e-7b1d-4b5e-9c11-0d6f3a0a9f51',
    },
  },
  stageVariables: { environment: 'prod', backend: 'orders.internal' },
  context: {
    resourceId: 'abc123',
    resourcePath: '/orders/{id}',
    httpMethod: 'POST',
    requestTime: '09/Apr/2024:12:34:56 +0000',
    path: '/prod/orders/42',
    accountId: '000000000000',
    protocol: 'HTTP/1.1',
    stage: 'prod',
    requestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
    domainName: 'abcdefghij.execute-api.localhost',
    apiId: 'abcdefghij',
    identity: {
      accountId: '000000000000',
      apiKey: 'key',
      caller: 'AIDAEXAMPLE',
      sourceIp: '127.0.0.1',
      user: 'AIDAEXAMPLE',
      userAgent: 'Mozilla/5.0 (X11; Linux x86_64)',
      userArn: 'arn:aws:iam::000000000000:user/ann',
    },
    authorizer: { principalId: 'ann' },
  },
});

interface Event {
  readonly body: string;
  readonly params: Readonly<Record<'path' | 'querystring' | 'header', Readonly<Record<string, string>>>>;
  readonly stageVariables: Readonly<Record<string, string>>;
  readonly context: Readonly<Record<string, unknown>>;
}

const readEvent = (): Event => JSON.parse(event) as Event;

function ours(): () => string {
  const template = compileTemplate(passThrough);
  return () => renderMapping(template, readEvent()).output;
}

/** Rules that every engine shares, so that the difference is the engine's. */
const toEscape = /["'\\/]/g;
const escaped = (text: string): string => text.replace(toEscape, '\\$&');

function theirs(): () => string {
  const compiled = new Compile(parse(passThrough));
  return () => {
    const { body, params, stageVariables, context } = readEvent();
    return compiled.render({
      input: { json: () => JSON.stringify(JSON.parse(body)), params: () => params },
      util: { escapeJavaScript: escaped },
      stageVariables,
      context,
    });
  };
}

/** The same by hand, as a floor. */
function byHand(): () => string {
  const members = (map: Readonly<Record<string, string>>): string =>
    Object.keys(map)
      .map((key) => `      "${key}": "${escaped(map[key]!)}"\n`)
      .join('      ,');
  return () => {
    const { body, params, stageVariables, context } = readEvent();
    const identity = context.identity as Record<string, unknown>;
    const places = Object.entries(params).map(([place, values]) => `    "${place}": {\n    ${members(values)}    }\n`);
    return `{
  "body-json": ${JSON.stringify(JSON.parse(body))},
  "params": {
${places.join('    ,')}  },
  "stage-variables": {
${members(stageVariables)}  },
  "context": {
    "api-id": "${context.apiId}",
    "account-id": "${identity.accountId ?? ''}", "api-key": "${identity.apiKey ?? ''}",
    "authorizer-principal-id": "${(context.authorizer as Record<string, unknown>).principalId}", "caller": "${identity.caller ?? ''}",
    "http-method": "${context.httpMethod}", "stage": "${context.stage}",
    "source-ip": "${identity.sourceIp}", "user": "${identity.user ?? ''}",
    "user-agent": "${identity.userAgent}", "user-arn": "${identity.userArn ?? ''}",
    "request-id": "${context.requestId}", "resource-id": "${context.resourceId}",
    "resource-path": "${context.resourcePath}"
  }
}
`;
  };
}

/** The best of five parts; the first ones warm up. */
function perSecond(render: () => string, seconds: number): number {
  let best = 0;
  for (let part = 0; part < 5; part++) {
    const startedMs = performance.now();
    let rounds = 0;
    while (performance.now() - startedMs < (seconds * 1000) / 5) {
      for (let i = 0; i < 100; i++) render();
      rounds += 100;
    }
    best = Math.max(best, (rounds * 1000) / (performance.now() - startedMs));
  }
  return best;
}

/** Templates and bodies that mean no good; each must end by itself, soon. */
export const hostile: readonly { readonly name: string; readonly template: string; readonly body?: string }[] = [
  {
    name: 'loops in loops',
    template: '#foreach($a in [1..1000])#foreach($b in [1..1000])#foreach($c in [1..1000])x#end#end#end',
  },
  { name: 'a text that doubles', template: '#set($s = "xxxxxxxx")#foreach($i in [1..100])#set($s = "$s$s")#end$s' },
  { name: 'a list that doubles', template: '#set($l = [1,2,3])#foreach($i in [1..100])#set($x = $l.addAll($l))#end$l' },
  {
    name: 'a regular expression that runs away',
    template: "#set($s = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!')$s.replaceAll('(a+)+$', 'b')",
  },
  {
    name: 'a search that starts everywhere',
    template: "#foreach($i in [1..1000])#set($s = \"$!{s}ababababababababab\")#end$s.replaceAll('(?:a.*c)|b', '')",
  },
  { name: 'a block inside itself', template: '#define($d)$d$d#end$d' },
  { name: 'a map inside itself', template: "#set($m = {})#set($n = {'m': $m})#set($m.n = $n)$m" },
  {
    name: 'classes',
    template: '$input.class.forName("java.lang.Runtime") $util.constructor.constructor("x") $context.__proto__',
  },
  {
    name: '10 MB searched a thousand times',
    template: '#foreach($i in [1..1000])$input.body.contains("zz")#end',
    body: `[${'{"a":"b","c":[1,2,3]},'.repeat(450_000)}{}]`,
  },
  {
    name: '10 MB walked a thousand times',
    template: "#foreach($i in [1..1000])#set($x = $input.path('$..a'))#end",
    body: `[${'{"a":"b","c":[1,2,3]},'.repeat(450_000)}{}]`,
  },
  {
    name: '10 MB of JSON, printed',
    template: "$input.path('$')",
    body: `[${'{"a":"b","c":[1,2,3]},'.repeat(450_000)}{}]`,
  },
  {
    name: '10 MB of JSON, written',
    template: "$input.json('$')",
    body: `[${'{"a":"b","c":[1,2,3]},'.repeat(450_000)}{}]`,
  },
  {
    name: '10 MB of JSON with doubles',
    template: "$input.json('$')",
    body: `[${'{"a":"b","c":[1.5,2.0,3]},'.repeat(380_000)}{}]`,
  },
  { name: 'JSON 10,000 deep', template: "$input.json('$')", body: `${'['.repeat(10_000)}${']'.repeat(10_000)}` },
  {
    name: 'JSON 10,000 deep, one member read',
    template: "$input.path('$.a')",
    body: `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`,
  },
];

export interface MappingResults {
  readonly perSecond: Readonly<Record<'ours' | 'velocityjs' | 'byHand', number>> & {
    readonly java: number | undefined;
  };
  /** Milliseconds to compile the pass-through template, best and median of 200. */
  readonly compileMs: { readonly best: number; readonly median: number };
  readonly stalls: readonly { readonly name: string; readonly ms: number; readonly outcome: string }[];
}

export async function mappingBench(seconds = 4): Promise<MappingResults> {
  const [mine, other, floor] = [ours(), theirs(), byHand()];
  for (const render of [other, floor]) {
    if (JSON.stringify(JSON.parse(render())) !== JSON.stringify(JSON.parse(mine()))) {
      throw new Error(`the engines do not agree:\n${render()}\n${mine()}`);
    }
  }
  const rates = {
    ours: perSecond(mine, seconds),
    velocityjs: perSecond(other, seconds),
    byHand: perSecond(floor, seconds),
  };
  let java: number | undefined;
  if (missing() === undefined) {
    using oracle = new VelocityOracle('bench');
    const answer = await oracle.ask({ template: passThrough, event, seconds });
    if (typeof answer.out !== 'string' || typeof answer.perSecond !== 'number') throw new Error(JSON.stringify(answer));
    if (answer.out !== mine()) throw new Error(`Java does not agree:\n${answer.out}\n${mine()}`);
    java = answer.perSecond;
  }
  const times = Array.from({ length: 200 }, (_, i) => {
    const startedMs = performance.now();
    compileTemplate(`${passThrough}${i}`);
    return performance.now() - startedMs;
  }).sort((a, b) => a - b);
  return {
    perSecond: { ...rates, java },
    compileMs: { best: times[0]!, median: times[100]! },
    stalls: hostile.map(({ name, template, body }) => {
      const startedMs = performance.now();
      let outcome: string;
      try {
        outcome = `${renderMapping(template, { body }).output.length} characters`;
      } catch (error) {
        outcome = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      }
      return { name, ms: performance.now() - startedMs, outcome };
    }),
  };
}

/** The results as tables of Markdown. */
export function mappingReport({ perSecond: rates, compileMs, stalls }: MappingResults): string {
  const lines = [
    `${cpus()[0]?.model ?? 'unknown processor'}, Node.js ${process.version}`,
    '',
    '| pass-through template | renderings/s | Gatewright is |',
    '| --- | --- | --- |',
  ];
  for (const [name, rate] of Object.entries(rates)) {
    lines.push(
      rate === undefined
        ? `| ${engines[name]} | not measured: ${missing()} | |`
        : `| ${engines[name]} | ${Math.round(rate)} | ${(rates.ours / rate).toFixed(2)} times as fast |`,
    );
  }
  lines.push('', `Compiling it: ${compileMs.median.toFixed(3)} ms (best ${compileMs.best.toFixed(3)} ms).`, '');
  lines.push('| hostile template or body | holds the thread for, ms | ends with |', '| --- | --- | --- |');
  for (const { name, ms, outcome } of stalls) lines.push(`| ${name} | ${ms.toFixed(1)} | ${outcome.slice(0, 120)} |`);
  return lines.join('\n');
}

const engines: Readonly<Record<string, string>> = {
  ours: 'Gatewright',
  velocityjs: 'velocityjs 2',
  java: 'Apache Velocity 1.7 in Java, warm',
  byHand: 'JavaScript written by hand',
};

if (import.meta.main) {
  const { values } = parseArgs({ options: { seconds: { type: 'string', default: '4' } } });
  console.log(mappingReport(await mappingBench(Number(values.seconds))));
}
