/**
 * Event source mappings: kept and shown, so that templates deploy; nothing polls the sources.
 * Source: Lambda API Reference, CreateEventSourceMapping.
 */
import type * as Sdk from '@aws-sdk/client-lambda';
import { present } from '../../definition/entries.ts';
import type { EventSourceMapping } from '../../definition/functions/function.ts';
import { qualifiedArn } from '../../definition/functions/names.ts';
import { functionConflict, invalidParameter, resourceNotFound } from '../../definition/functions/refusals.ts';
import { checkedTags } from '../../definition/functions/tags.ts';
import type { Call } from '../protocol/call.ts';
import type { LambdaDependencies } from './dependencies.ts';
import type { Handlers } from './operations.ts';
import { pageOf } from './pages.ts';
import { loadQualified, readsOf } from './stored-functions.ts';

type Settings = Omit<
  Sdk.CreateEventSourceMappingCommandInput,
  'FunctionName' | 'Enabled' | 'Tags' | 'StartingPositionTimestamp'
> & { readonly startingAtMs?: number };

export const eventSourceMappings = ({ documents, newUuid }: LambdaDependencies) => {
  const load = (uuid: string, call: Call) => documents.load(call, 'event-source-mapping', uuid, noSuchMapping);

  return {
    CreateEventSourceMapping: async (input, call) => {
      const { FunctionName, Enabled, Tags, StartingPositionTimestamp, ...settings } = input;
      if (settings.EventSourceArn === undefined && settings.SelfManagedEventSource === undefined)
        throw invalidParameter('Unrecognized event source.');
      const uuid = newUuid();
      const mapping = await documents.transact(call, async (transaction) => {
        const found = await loadQualified(transaction, FunctionName, call, 'CreateEventSourceMapping');
        const functionArn = qualifiedArn(found.fn.functionArn, found.qualifier);
        const existing = (await transaction.list('event-source-mapping')).find(
          (other) =>
            other.functionArn === functionArn &&
            settings.EventSourceArn !== undefined &&
            other.settings.EventSourceArn === settings.EventSourceArn,
        );
        if (existing !== undefined)
          throw functionConflict(
            `The event source arn (" ${settings.EventSourceArn} ") and function (" ${found.fn.functionName} ") provided mapping already exists. Please update or delete the existing mapping with UUID ${existing.uuid}`,
          );
        const kept: Settings = present({
          ...settings,
          startingAtMs: StartingPositionTimestamp && new Date(StartingPositionTimestamp).getTime(),
        });
        const made: EventSourceMapping = {
          uuid,
          functionArn,
          functionName: found.fn.functionName,
          enabled: Enabled ?? true,
          lastModifiedMs: call.nowMs,
          settings: { ...kept },
          tags: checkedTags(Tags ?? {}),
        };
        transaction.put('event-source-mapping', uuid, made);
        return made;
      });
      return { ...answer(mapping, call), State: 'Creating' };
    },

    GetEventSourceMapping: async ({ UUID }, call) => answer(await load(UUID, call), call),

    ListEventSourceMappings: async (input, call) => {
      const of =
        input.FunctionName === undefined
          ? undefined
          : await loadQualified(readsOf(documents, call), input.FunctionName, call, 'ListEventSourceMappings');
      const functionArn = of && qualifiedArn(of.fn.functionArn, of.qualifier);
      const all = (await documents.list(call, 'event-source-mapping')).filter(
        (mapping) =>
          (functionArn === undefined || mapping.functionArn === functionArn) &&
          (input.EventSourceArn === undefined || mapping.settings.EventSourceArn === input.EventSourceArn),
      );
      const { items, NextMarker } = pageOf(all, input, ({ uuid }) => uuid);
      return present({ NextMarker, EventSourceMappings: items.map((mapping) => answer(mapping, call)) });
    },

    UpdateEventSourceMapping: async ({ UUID, FunctionName, Enabled, ...settings }, call) => {
      const changed = await documents.transact(call, async (transaction) => {
        const before = await transaction.load('event-source-mapping', UUID, noSuchMapping);
        const found =
          FunctionName === undefined
            ? undefined
            : await loadQualified(transaction, FunctionName, call, 'UpdateEventSourceMapping');
        const after: EventSourceMapping = {
          ...before,
          functionArn: found === undefined ? before.functionArn : qualifiedArn(found.fn.functionArn, found.qualifier),
          functionName: found?.fn.functionName ?? before.functionName,
          enabled: Enabled ?? before.enabled,
          lastModifiedMs: call.nowMs,
          settings: { ...before.settings, ...present(settings) },
        };
        transaction.put('event-source-mapping', UUID, after);
        return after;
      });
      return answer(changed, call);
    },

    DeleteEventSourceMapping: async ({ UUID }, call) => {
      const mapping = await documents.transact(call, async (transaction) => {
        const found = await transaction.load('event-source-mapping', UUID, noSuchMapping);
        transaction.remove('event-source-mapping', UUID);
        return found;
      });
      return { ...answer(mapping, call), State: 'Deleting' };
    },
  } satisfies Partial<Handlers>;
};

const noSuchMapping = (): Error => resourceNotFound('The resource you requested does not exist.');

function answer(mapping: EventSourceMapping, call: Call): Sdk.EventSourceMappingConfiguration {
  // Only this file writes them, and it wrote what the model had checked.
  const { startingAtMs, ...settings } = mapping.settings as Settings;
  return {
    ...settings,
    ...(startingAtMs !== undefined && { StartingPositionTimestamp: new Date(startingAtMs) }),
    UUID: mapping.uuid,
    EventSourceMappingArn: `arn:${call.partition}:lambda:${call.region}:${call.accountId}:event-source-mapping:${mapping.uuid}`,
    FunctionArn: mapping.functionArn,
    State: mapping.enabled ? 'Enabled' : 'Disabled',
    StateTransitionReason: 'User action',
    LastModified: new Date(mapping.lastModifiedMs),
    LastProcessingResult: 'No records processed',
  };
}
