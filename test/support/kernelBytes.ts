import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(__dirname, '..', '..');
const source = join(root, 'src', 'model', 'kernel', 'assembly');
const buildScript = join(root, 'scripts', 'buildKernel.mjs');
const compiled = join(root, 'dist', 'kernel.wasm');

/** Content of kernel.wasm, compiled now when it is missing or older than its source. */
export async function kernelBytes(): Promise<Uint8Array> {
  const sources = [buildScript, ...readdirSync(source).map((name) => join(source, name))];
  const newest = Math.max(...sources.map((path) => statSync(path).mtimeMs));
  if (!existsSync(compiled) || statSync(compiled).mtimeMs < newest) {
    const { buildKernel } = (await import(pathToFileURL(buildScript).href)) as {
      buildKernel: () => Promise<void>;
    };
    await buildKernel();
  }
  return readFileSync(compiled);
}
