/**
 * Delivers what became of event invocations: to queues, topics, buses and buckets of AWS or of what stands in for it,
 * and to functions that live here.
 * Source: Lambda Developer Guide, "Retaining records of asynchronous invocations"; API references of SQS, SNS,
 * EventBridge and S3.
 */
import { randomUUID } from 'node:crypto';
import type { Delivery, EventQueue } from '../functions/event-queue.ts';
import type { SignedCalls } from '../integrations/signed-calls.ts';
import { callService, type ServiceCall } from './service-call.ts';

interface Target {
  readonly arn: string;
  readonly region: string;
  readonly accountId: string;
  readonly resource: string;
}

/** @param enqueue of the queue itself, for functions */
export function deliverer(calls: SignedCalls, enqueue: EventQueue['enqueue']): (delivery: Delivery) => Promise<void> {
  return async (delivery) => {
    const arn = delivery.destinationArn;
    const [, , service = '', region = '', accountId = '', ...rest] = arn.split(':');
    if (service === 'lambda') {
      await enqueue({ requestId: randomUUID(), invokedFunctionArn: arn, payload: Buffer.from(textOf(delivery)) });
      return;
    }
    const make = Object.hasOwn(deliveries, service) ? deliveries[service] : undefined;
    if (make === undefined) throw new Error(`${arn} is no destination that can be delivered to`);
    const call = make({ arn, region, accountId, resource: rest.join(':') }, delivery, calls);
    const { status, body } = await callService(calls, { accountId, ...call }, answerBytesMax);
    const text = body.toString('utf8');
    if (status >= 300 || (service === 'events' && /"FailedEntryCount"\s*:\s*[1-9]/.test(text)))
      throw new Error(`${arn} refused a record with status ${status}: ${text.slice(0, 500)}`);
  };
}

const textOf = (delivery: Delivery): string =>
  delivery.kind === 'destination' ? JSON.stringify(delivery.record) : Buffer.from(delivery.payload).toString('utf8');

/** Of what a service answers. */
const answerBytesMax = 1024 * 1024;

type Deliver = (target: Target, delivery: Delivery, calls: SignedCalls) => Omit<ServiceCall, 'accountId'>;

const deliveries: Readonly<Record<string, Deliver>> = {
  sqs: ({ region, accountId, resource }, delivery, calls) => ({
    service: 'sqs',
    region,
    method: 'POST',
    target: '/',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.SendMessage' },
    body: JSON.stringify({
      QueueUrl: calls.urlOf({ name: 'sqs', service: 'sqs', region, target: `/${accountId}/${resource}` }),
      MessageBody: textOf(delivery),
      ...(delivery.kind === 'dead-letter' && { MessageAttributes: attributesOf(delivery.attributes) }),
    }),
  }),
  sns: ({ arn, region }, delivery) => {
    const form = new URLSearchParams({
      Action: 'Publish',
      Version: '2010-03-31',
      TopicArn: arn,
      Message: textOf(delivery),
    });
    if (delivery.kind === 'dead-letter')
      for (const [index, [name, value]] of Object.entries(delivery.attributes).entries()) {
        const entry = `MessageAttributes.entry.${index + 1}`;
        form.set(`${entry}.Name`, name);
        form.set(`${entry}.Value.DataType`, 'String');
        form.set(`${entry}.Value.StringValue`, value);
      }
    return {
      service: 'sns',
      region,
      method: 'POST',
      target: '/',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
    };
  },
  events: ({ arn, region }, delivery) => ({
    service: 'events',
    region,
    method: 'POST',
    target: '/',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSEvents.PutEvents' },
    body: JSON.stringify({
      Entries: [
        {
          EventBusName: arn,
          Source: 'lambda',
          DetailType: `Lambda Function Invocation Result - ${succeeded(delivery) ? 'Success' : 'Failure'}`,
          Detail: textOf(delivery),
        },
      ],
    }),
  }),
  s3: ({ region, resource }, delivery) => {
    const { timestamp, requestContext } =
      delivery.kind === 'destination'
        ? delivery.record
        : { timestamp: '', requestContext: { requestId: randomUUID(), functionArn: '' } };
    const day = timestamp.slice(0, 10).replaceAll('-', '/');
    const name = requestContext.functionArn.split(':')[6] ?? '';
    const path = `/${resource}/aws/lambda/async/${name}/${day}/${timestamp}-${requestContext.requestId}`;
    return {
      service: 's3',
      // ARNs of buckets name no region.
      region: region === '' ? (requestContext.functionArn.split(':')[3] ?? 'us-east-1') : region,
      method: 'PUT',
      target: path.replaceAll(':', '%3A').replaceAll('$', '%24'),
      body: textOf(delivery),
    };
  },
};

const succeeded = (delivery: Delivery): boolean =>
  delivery.kind === 'destination' && delivery.record.requestContext.condition === 'Success';

const attributesOf = (attributes: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
  );
