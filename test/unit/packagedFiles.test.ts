import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import picomatch from 'picomatch';

const root = join(__dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

describe('the packaged extension', () => {
  it('comes with a README whose links lead somewhere, and without pictures, which VS Code would show broken', async () => {
    const { standaloneReadme } = (await import(pathToFileURL(join(root, 'scripts/package.mjs')).href)) as {
      standaloneReadme: (readme: string) => string;
    };
    const readme = standaloneReadme(read('README.md'));
    const targets = [...readme.matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target);
    assert.deepEqual(
      targets.filter((target) => !/^(?:https:|#)/.test(target)),
      [],
    );
    assert.ok(!readme.includes('!['));
    assert.match(readme, /\nARCHITECTURE\.md is the map of the code/);
  });

  it('holds what it loads, and not the terminal tool', () => {
    const lines = read('.vscodeignore').split('\n');
    const isPackaged = picomatch(lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1)));
    const isChunk = (file: string) => /^\d+\.js$/.test(file);
    assert.deepEqual(
      readdirSync(join(root, 'dist'))
        .filter((file) => isPackaged(`dist/${file}`) && !isChunk(file))
        .sort(),
      [
        'extension.js',
        'generator.js',
        'kernel.wasm',
        'llama.js',
        'onnx.js',
        'tfjs-backend-wasm-simd.wasm',
        'tfjs-backend-wasm-threaded-simd.wasm',
        'tfjs-backend-wasm.wasm',
        'third-party-licenses.txt',
        'trainer.js',
        'training-kernel-relaxed.wasm',
        'training-kernel-shared.wasm',
        'training-kernel.wasm',
        'wasmWorker.js',
      ],
    );
  });

  it('comes with the license of every package that its bundles hold', () => {
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
