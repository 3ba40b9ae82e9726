/**
 * Where the thread of the function host begins: the compile cache first, so that the thread neither strips types nor
 * compiles by itself. Plain JavaScript, because this file itself is read before the cache is on.
 */
import { enableCompileCache, flushCompileCache } from 'node:module';

enableCompileCache();
await import('./host-thread.ts');
flushCompileCache();
