/** The step of a method that can not be served at all as it is configured: it never lets anybody through. */
import type { Log } from '../../observe/log.ts';
import type { Step } from '../step.ts';
import { configurationError } from './misconfiguration.ts';

export const refuse =
  (reason: string, log: Log): Step =>
  (x) =>
    configurationError(x, reason, log);
