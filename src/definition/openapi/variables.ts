/** The variables that AWS resolves while a document is imported. Source: Developer Guide, "AWS variables for OpenAPI import". */
import { isList, isObject, type Json, type JsonObject, type OpenApiDocument } from './document.ts';

const variable = /\$\{AWS::(AccountId|Partition|Region)\}/g;

/** The document with the variables of whoever imports it. */
export function withVariables(
  { root }: OpenApiDocument,
  { accountId, partition, region }: { readonly accountId: string; readonly partition: string; readonly region: string },
): JsonObject {
  const values: Readonly<Record<string, string>> = { AccountId: accountId, Partition: partition, Region: region };
  const resolved = (value: Json): Json => {
    if (typeof value === 'string')
      return value.includes('${AWS::') ? value.replace(variable, (_, name: string) => values[name] ?? '') : value;
    if (isList(value)) return value.map(resolved);
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, resolved(inner)]));
  };
  return Object.fromEntries(Object.entries(root).map(([name, value]) => [name, resolved(value)]));
}
