/**
 * SDKs that can be generated for a stage: which kinds there are and what each wants to be told. They cannot be
 * generated yet, and GetSdk says so.
 * Source: Amazon API Gateway Developer Guide, "Generate an SDK for a REST API".
 */
import { badRequest, notFound } from '../../definition/errors.ts';
import type { Dependencies } from './dependencies.ts';
import { requireRestApi } from './deployments.ts';
import type { Handlers, Operations } from './operations.ts';
import { invalidStage } from './stages.ts';

export const sdks = ({ documents }: Dependencies) =>
  ({
    // Always all of them: the answer has no place for a position.
    GetSdkTypes: () => ({ items: Object.keys(sdkTypes).map(presentSdkType) }),

    GetSdkType: ({ id }) => presentSdkType(id),

    GetSdk: async ({ restApiId, stageName, sdkType }, call) => {
      await requireRestApi(documents, call, restApiId);
      await documents.load(call, 'stage', `${restApiId}/${stageName}`, invalidStage);
      const { friendlyName } = presentSdkType(sdkType);
      throw badRequest(
        `SDKs (${friendlyName}) cannot be generated yet. Export the API with GetExport and use a generator for OpenAPI.`,
      );
    },
  }) satisfies Partial<Handlers>;

/** A property's name to what it is called, what it means and whether it must be given. */
type Properties = readonly (readonly [name: string, friendlyName: string, description: string, required: boolean])[];

interface SdkType {
  readonly friendlyName: string;
  readonly description: string;
  readonly properties: Properties;
}

const classPrefix: Properties = [['classPrefix', 'Prefix', 'Prefix of the names of the generated classes', true]];

const sdkTypes: Readonly<Record<string, SdkType>> = {
  android: {
    friendlyName: 'Android',
    description: 'Android library with a client in Java',
    properties: [
      ['groupId', 'Group ID', 'Group ID of the library', true],
      ['invokerPackage', 'Invoker package', 'Java package of the generated classes', true],
      ['artifactId', 'Artifact ID', 'Artifact ID of the library', true],
      ['artifactVersion', 'Artifact version', 'Version of the library', true],
    ],
  },
  javascript: { friendlyName: 'JavaScript', description: 'Client for browsers', properties: [] },
  objectivec: { friendlyName: 'iOS (Objective-C)', description: 'Client in Objective-C', properties: classPrefix },
  swift: { friendlyName: 'iOS (Swift)', description: 'Client in Swift', properties: classPrefix },
  java: {
    friendlyName: 'Java',
    description: 'Client in Java',
    properties: [
      ['service.name', 'Service Name', 'Name of the service, from which the interface of the client is named', true],
      ['java.package-name', 'Java Package Name', 'Java package of the generated classes', true],
      ['java.build-system', 'Java Build System', 'Build system of the project: maven or gradle', false],
      ['java.group-id', 'Java Group Id', 'Group ID of the project; the package name unless given', false],
      ['java.artifact-id', 'Java Artifact Id', 'Artifact ID of the project; the service name unless given', false],
      ['java.artifact-version', 'Java Artifact Version', 'Version of the project; 1.0-SNAPSHOT unless given', false],
      ['java.license-text', 'Source Code License Text', 'License at the top of every source file', false],
    ],
  },
  ruby: {
    friendlyName: 'Ruby',
    description: 'Client in Ruby',
    properties: [
      ['service.name', 'Service Name', 'Name of the service, from which the client is named', true],
      ['ruby.gem-name', 'Ruby Gem Name', 'Name of the gem', false],
      ['ruby.gem-version', 'Ruby Gem Version', 'Version of the gem; 1.0.0 unless given', false],
    ],
  },
};

/** @throws NotFoundException */
function presentSdkType(id: string): Operations['GetSdkType']['output'] {
  const type = Object.hasOwn(sdkTypes, id) ? sdkTypes[id] : undefined;
  if (type === undefined) throw notFound('Invalid SDK type specified');
  return {
    id,
    friendlyName: type.friendlyName,
    description: type.description,
    configurationProperties: type.properties.map(([name, friendlyName, description, required]) => ({
      name,
      friendlyName,
      description,
      required,
    })),
  };
}
