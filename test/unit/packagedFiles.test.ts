import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

describe('the packaged extension', () => {
  it('comes with the license of every package that its bundles hold', () => {
    assert.ok(read('.vscodeignore').split('\n').includes('!dist/*.txt'));
    const licenses = read('dist/third-party-licenses.txt');
    const bundled = readdirSync(join(root, 'dist'))
      .filter((file) => file.endsWith('.js.map'))
      .flatMap((file) => (JSON.parse(read(`dist/${file}`)) as { sources: string[] }).sources)
      .map((source) => /^.*\/node_modules\/((@[^/]+\/)?[^/]+)\//.exec(source)?.[1])
      .filter((name) => name !== undefined);
    assert.ok(bundled.includes('fflate'));
    for (const name of new Set(bundled)) {
      assert.match(licenses, new RegExp(`^${name} \\d.*: `, 'm'));
    }
  });
});
