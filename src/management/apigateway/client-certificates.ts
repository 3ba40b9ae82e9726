/** Client certificates: a key pair of the gateway's own with a self-signed certificate. The key is never shown. */
import { generateKeyPair, type KeyPairKeyObjectResult, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { ClientCertificate } from '../../definition/account.ts';
import {
  clientCertificatePatch,
  invalidClientCertificate,
  selfSigned,
  validityMs,
} from '../../definition/client-certificates.ts';
import { Constraints } from '../../definition/constraints.ts';
import { present, unlessEmpty } from '../../definition/entries.ts';
import { badRequest } from '../../definition/errors.ts';
import { applyPatch, text } from '../../definition/patch.ts';
import { newTags } from '../../definition/tags.ts';
import type { Dependencies } from './dependencies.ts';
import type { Handlers, Operations } from './operations.ts';
import { pageOf } from './pages.ts';
import { dateOf } from './times.ts';

const newKeyPair = (): Promise<KeyPairKeyObjectResult> => promisify(generateKeyPair)('rsa', { modulusLength: 2048 });

export const clientCertificates = ({ documents }: Dependencies) =>
  ({
    GenerateClientCertificate: async ({ description, tags }, call) => {
      const certificateTags = newTags(tags);
      const { publicKey, privateKey } = await newKeyPair();
      const notBeforeMs = Math.floor(call.nowMs / 1000) * 1000;
      const notAfterMs = notBeforeMs + validityMs;
      const certificate: ClientCertificate = present({
        clientCertificateId: call.newId(6),
        description: text(description),
        pemEncodedCertificate: selfSigned({ publicKey, privateKey, serial: randomBytes(16), notBeforeMs, notAfterMs }),
        privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
        createdAtMs: call.nowMs,
        expiresAtMs: notAfterMs,
        tags: certificateTags,
      });
      await documents.create(call, 'client-certificate', certificate.clientCertificateId, certificate);
      return { ...presentCertificate(certificate), ...present({ tags: unlessEmpty({ ...certificate.tags }) }) };
    },

    GetClientCertificate: async ({ clientCertificateId }, call) => {
      const found = await documents.load(call, 'client-certificate', clientCertificateId, invalidClientCertificate);
      return { ...presentCertificate(found), tags: { ...found.tags } };
    },

    GetClientCertificates: async (page, call) => {
      const all = await documents.list(call, 'client-certificate');
      const newestFirst = all.toSorted((a, b) => b.createdAtMs - a.createdAtMs);
      const { items, ...rest } = pageOf(newestFirst, page, ({ clientCertificateId }) => clientCertificateId);
      return {
        items: items.map((each) => ({
          ...presentCertificate(each),
          ...present({ tags: unlessEmpty({ ...each.tags }) }),
        })),
        ...rest,
      };
    },

    UpdateClientCertificate: async ({ clientCertificateId, patchOperations }, call) => {
      new Constraints('updateClientCertificate').patch(patchOperations).check();
      const updated = await documents.edit(
        call,
        'client-certificate',
        clientCertificateId,
        invalidClientCertificate,
        (before) => applyPatch(clientCertificatePatch, before, patchOperations),
      );
      return { ...presentCertificate(updated), tags: { ...updated.tags } };
    },

    DeleteClientCertificate: async ({ clientCertificateId }, call) => {
      await documents.transact(call, async (transaction) => {
        await transaction.load('client-certificate', clientCertificateId, invalidClientCertificate);
        const users = (await transaction.list('stage')).filter(
          (each) => each.clientCertificateId === clientCertificateId,
        );
        if (users.length > 0)
          throw badRequest(
            `Cannot delete client certificate ${clientCertificateId}, it is used by stages: ${users.map(({ restApiId, stageName }) => `${restApiId}/${stageName}`).join(', ')}`,
          );
        transaction.remove('client-certificate', clientCertificateId);
      });
      return {};
    },
  }) satisfies Partial<Handlers>;

const presentCertificate = (certificate: ClientCertificate): Operations['GetClientCertificate']['output'] => {
  const { clientCertificateId, description, pemEncodedCertificate, createdAtMs, expiresAtMs } = certificate;
  return present({
    clientCertificateId,
    description,
    pemEncodedCertificate,
    createdDate: dateOf(createdAtMs),
    expirationDate: dateOf(expiresAtMs),
  });
};
