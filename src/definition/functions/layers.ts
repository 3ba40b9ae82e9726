/**
 * Layers: archives that several functions use. Decides what versions a function may name together; whether they exist
 * is for the caller to look up.
 * Source: Lambda API Reference, PublishLayerVersion; Lambda Developer Guide, "Managing Lambda dependencies with layers".
 */
import type { Architecture, AttachedLayer, CodeSource, LayerVersion } from './function.ts';
import { layerReference } from './names.ts';
import { constraintFailure, invalidParameter } from './refusals.ts';

const layersMax = 5;
/** Of a function's code and its layers, unpacked. */
export const unpackedBytesMax = 262_144_000;

const layerVersionArnPattern = 'arn:[a-zA-Z0-9-]+:lambda:[a-zA-Z0-9-]+:\\d{12}:layer:[a-zA-Z0-9-_]+:[0-9]+';

/**
 * What a function's list of layers names, in its order.
 * @throws ServiceError when there are too many, one is no ARN of a version, or two are versions of one layer
 */
export function layersNamed(arns: readonly string[]): readonly {
  readonly arn: string;
  readonly accountId: string;
  readonly region: string;
  readonly layerName: string;
  readonly version: number;
}[] {
  if (arns.length > layersMax) throw invalidParameter(`Cannot reference more than ${layersMax} layers.`);
  const seen = new Map<string, string>();
  return arns.map((arn) => {
    const { accountId, region, layerName, version } = layerReference(arn) ?? {};
    if (accountId === undefined || region === undefined || layerName === undefined || version === undefined)
      throw constraintFailure(
        'layers',
        `[${arns.join(', ')}]`,
        `Member must satisfy constraint: [Member must have length less than or equal to 2048, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: ${layerVersionArnPattern}, Member must not be null]`,
      );
    const layer = arn.slice(0, arn.lastIndexOf(':'));
    const other = seen.get(layer);
    if (other !== undefined)
      throw invalidParameter(
        `Two different versions of the same layer are not allowed to be referenced in the same function. ${other} and ${arn} are versions of the same layer.`,
      );
    seen.set(layer, arn);
    return { arn, accountId, region, layerName, version };
  });
}

/** @throws InvalidParameterValueException when all together are too large to be unpacked */
export function requireUnpackedFits(code: CodeSource, layers: readonly AttachedLayer[]): void {
  const bytes = [code, ...layers.map((layer) => layer.code)].reduce((sum, each) => sum + unpackedBytesOf(each), 0);
  if (bytes > unpackedBytesMax)
    throw invalidParameter(
      `Function code combined with layers exceeds the maximum allowed size of ${unpackedBytesMax} bytes. The actual size is ${bytes} bytes.`,
    );
}

const unpackedBytesOf = (code: CodeSource): number => (code.kind === 'archive' ? code.unpackedBytes : 0);

export interface LayerFilter {
  readonly runtime?: string | undefined;
  readonly architecture?: Architecture | undefined;
}

/** Whether a version says that it is for these; one that says nothing is listed only when nothing is asked. */
export const isCompatible = (version: LayerVersion, { runtime, architecture }: LayerFilter): boolean =>
  (runtime === undefined || version.compatibleRuntimes.includes(runtime)) &&
  (architecture === undefined || version.compatibleArchitectures.includes(architecture));
