/** TestInvokeMethod: one request through a method as it is defined now, without a deployment. */
import { invalidClientCertificate } from '../../definition/client-certificates.ts';
import { present } from '../../definition/entries.ts';
import { badRequest } from '../../definition/errors.ts';
import { methodOf } from '../../definition/methods.ts';
import { invalidResource } from '../../definition/resources.ts';
import type { Dependencies } from './dependencies.ts';
import type { Handlers } from './operations.ts';

export const testInvoke = ({ documents, testInvokeMethod }: Dependencies) =>
  ({
    TestInvokeMethod: async (input, call) => {
      const { restApiId, resourceId, clientCertificateId, pathWithQueryString, ...request } = input;
      const api = await documents.load(call, 'rest-api', restApiId, invalidResource);
      const { httpMethod, methodIntegration } = methodOf(api, resourceId, input.httpMethod);
      if (methodIntegration === undefined) throw badRequest('No integration defined for method');
      if (clientCertificateId !== undefined)
        await documents.load(call, 'client-certificate', clientCertificateId, invalidClientCertificate);
      if (pathWithQueryString && !pathWithQueryString.startsWith('/'))
        throw badRequest('Invalid pathWithQueryString specified, must start with /');
      const { body, headers, multiValueHeaders, stageVariables } = request;
      const result = await testInvokeMethod({
        api,
        resourceId,
        httpMethod,
        ...present({
          pathWithQueryString: pathWithQueryString || undefined,
          body,
          headers,
          multiValueHeaders,
          stageVariables,
          clientCertificateId,
        }),
      });
      return {
        ...result,
        headers: { ...result.headers },
        multiValueHeaders: { ...result.multiValueHeaders },
      };
    },
  }) satisfies Partial<Handlers>;
