/** JWT authorizers and issuers that do not answer: refused where they are made, when that is asked for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CreateApiCommand, CreateAuthorizerCommand } from '@aws-sdk/client-apigatewayv2';
import { newKey } from '../src/access/jwt-fixture.ts';
import { GatewayProcess } from './gateway-process.ts';
import { IdentityProvider } from './identity-provider.ts';

for (const { checkIssuers, refused } of [
  { checkIssuers: 'on', refused: true },
  { checkIssuers: 'off', refused: false },
])
  test(`with checkIssuers ${checkIssuers} an authorizer whose issuer is down is ${refused ? 'refused' : 'made'}`, async () => {
    await using provider = await IdentityProvider.start(newKey('RS256', 'k1'));
    await using gateway = await GatewayProcess.start({ flags: { 'check-issuers': checkIssuers } });
    const { ApiId } = await gateway.http.send(new CreateApiCommand({ Name: 'pets', ProtocolType: 'HTTP' }));
    const create = (name: string) =>
      gateway.http.send(
        new CreateAuthorizerCommand({
          ApiId,
          Name: name,
          AuthorizerType: 'JWT',
          IdentitySource: ['$request.header.Authorization'],
          JwtConfiguration: { Issuer: provider.issuer, Audience: ['api'] },
        }),
      );
    assert.match((await create('up')).AuthorizerId ?? '', /^\w{6}$/);
    provider.fault = (_request, response) => {
      response.writeHead(503).end();
      return true;
    };
    const made = create('down');
    if (refused)
      await assert.rejects(made, {
        name: 'BadRequestException',
        message: new RegExp(`^Caught exception when connecting to ${provider.issuer}/.well-known/openid-configuration`),
      });
    else await made;
    assert.deepEqual(
      provider.asked,
      refused ? ['/.well-known/openid-configuration', '/.well-known/openid-configuration'] : [],
    );
  });
