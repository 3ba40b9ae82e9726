/**
 * Where a gate worker begins: the compile cache first, because a thread that must strip types and compile by itself
 * takes 25 MB and twice the time (measured with 2 workers: 168 MB against 123 MB after the start). Plain JavaScript,
 * because this file itself is read before the cache is on.
 */
import { enableCompileCache, flushCompileCache } from 'node:module';

enableCompileCache();
await import('./gate-thread.ts');
flushCompileCache();
