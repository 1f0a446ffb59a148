import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

describe('the network', () => {
  it('is used by one file alone', () => {
    const source = resolve('src');
    const uses =
      /\bfetch\(|from 'node:(?:https?|net|tls|dgram|http2)'|from '(?:undici|ws)'|new WebSocket\(|XMLHttpRequest/;
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    const found = files.filter((name) => uses.test(readFileSync(join(source, name), 'utf8')));
    // The installer of the native engine runs when the user asks for an installation, not when the product runs.
    assert.deepEqual(found.sort(), [
      join('completion', 'half', 'server', 'serverConnection.ts'),
      join('trainer', 'native', 'downloadWheel.ts'),
    ]);
  });
});
