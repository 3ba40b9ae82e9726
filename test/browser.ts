/** A real browser for a test: opens a page and gives back what its script wrote. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);

/** For `test`'s `skip`: false when there is a browser, else why not. */
export const withoutBrowser = chromium === undefined ? 'Chromium is not installed' : false;

/** A page on an origin of its own. Its script's promise is awaited; what it resolves to is the answer. */
export async function inBrowser(script: string): Promise<unknown> {
  if (chromium === undefined) throw new Error('there is no browser');
  const answered = Promise.withResolvers<unknown>();
  const server = createServer((request, response) => {
    if (request.url === '/answer') {
      let text = '';
      request.on('data', (piece) => {
        text += piece;
      });
      request.on('end', () => {
        response.end();
        answered.resolve(JSON.parse(text));
      });
      return;
    }
    response.setHeader('content-type', 'text/html');
    response.end(
      `<!doctype html><script type="module">
        const answer = await (async () => { ${script} })().catch((error) => String(error));
        await fetch('/answer', { method: 'POST', body: JSON.stringify(answer ?? null) });
      </script>`,
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const profile = await mkdtemp(join(tmpdir(), 'gatewright-browser-'));
  const browser = spawn(
    chromium,
    [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--no-first-run',
      `--user-data-dir=${profile}`,
      `http://127.0.0.1:${port}/`,
    ],
    { stdio: 'ignore' },
  );
  browser.on('error', answered.reject);
  browser.on('exit', () => answered.reject(new Error('the browser ended')));
  try {
    return await answered.promise;
  } finally {
    browser.removeAllListeners('exit');
    const gone = once(browser, 'exit');
    browser.kill('SIGKILL');
    await gone;
    server.closeAllConnections();
    server.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
