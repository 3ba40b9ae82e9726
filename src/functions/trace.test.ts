import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completeTrace } from './trace.ts';

const nowMs = 0x5e1b4151 * 1000;
const root = 'Root=1-5759e988-bd862e3fe1be46a994272793';

for (const { sent, seen, because } of [
  {
    sent: undefined,
    seen: /^Root=1-5e1b4151-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/,
    because: 'nothing was sent',
  },
  {
    sent: '',
    seen: /^Root=1-5e1b4151-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/,
    because: 'an empty text says nothing',
  },
  {
    sent: root,
    seen: new RegExp(`^${root};Parent=[0-9a-f]{16};Sampled=0$`),
    because: 'API Gateway sends a root alone',
  },
  {
    sent: `${root};Sampled=1`,
    seen: new RegExp(`^${root};Parent=[0-9a-f]{16};Sampled=1$`),
    because: 'the parent comes before the sampling decision',
  },
  {
    sent: `${root};Parent=53995c3f42cd8ad8;Sampled=1`,
    seen: new RegExp(`^${root};Parent=53995c3f42cd8ad8;Sampled=1$`),
    because: 'what is complete stays as it is',
  },
  {
    sent: `${root};Parent=53995c3f42cd8ad8;Sampled=1;Lineage=a87bd80c:0`,
    seen: new RegExp(`^${root};Parent=53995c3f42cd8ad8;Sampled=1;Lineage=a87bd80c:0$`),
    because: 'other fields are kept',
  },
  {
    sent: 'Sampled=1',
    seen: /^Root=1-5e1b4151-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=1$/,
    because: 'a decision without a trace is kept for the new one',
  },
])
  test(`the trace of an invocation: ${because}`, () => {
    assert.match(completeTrace(sent, nowMs), seen);
  });

test('the trace of an invocation: no two are alike', () => {
  const made = new Set(Array.from({ length: 1_000 }, () => completeTrace(undefined, nowMs)));
  assert.equal(made.size, 1_000);
});
