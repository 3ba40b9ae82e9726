/** Bodies, for steps that need the whole of one; where none does they are left to stream. */
import { Readable } from 'node:stream';
import type { Integrator } from '../../integrations/integrator.ts';
import type { Log } from '../../observe/log.ts';
import type { Outcome, Step } from '../step.ts';
import { badRequest, entityTooLarge, integrationFailed } from './fault.ts';
import { faultOf } from './integrate.ts';
import { configurationError } from './place.ts';

const nothing = Buffer.alloc(0);

/** The request's. */
export function receiveBody(bytesMax: number): Step {
  return (x) => {
    const { requestBody } = x;
    if (requestBody === null) {
      x.requestBytes = nothing;
      return undefined;
    }
    return collect(requestBody, bytesMax).then(
      (bytes): Outcome => {
        if (bytes === null) return entityTooLarge;
        x.requestBytes = bytes;
        return undefined;
      },
      () => badRequest, // the client has gone: nobody will read this
    );
  };
}

/** The backend's. */
export function receiveAnswer(integrator: Integrator, bytesMax: number, log: Log): Step {
  return (x) => {
    const body = x.answer?.body ?? null;
    if (!(body instanceof Readable)) {
      x.answerBytes = body ?? nothing;
      return undefined;
    }
    return collect(body, bytesMax).then(
      (bytes): Outcome => {
        if (bytes === null) {
          body.destroy();
          configurationError(x, `the answer has more than ${bytesMax} bytes and can not be mapped`, log);
          return integrationFailed;
        }
        x.answerBytes = bytes;
        return undefined;
      },
      (error: unknown) => faultOf(x, integrator.failureOf(error), log),
    );
  };
}

/** @returns null when there is more than `bytesMax`; rejects when the sender goes away */
function collect(stream: Readable, bytesMax: number): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let bytes = 0;
    stream.on('data', (piece: Buffer) => {
      bytes += piece.length;
      if (bytes > bytesMax) {
        // The rest is the listener's to drop, so that the client gets to read the refusal.
        stream.removeAllListeners('data');
        stream.pause();
        resolve(null);
      } else pieces.push(piece);
    });
    stream.on('end', () => resolve(pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)));
    stream.on('error', reject);
    stream.on('close', () => reject(new Error('the body ended early')));
  });
}
