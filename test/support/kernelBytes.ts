import { existsSync, readdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(__dirname, '..', '..');
const source = join(root, 'src', 'model', 'kernel', 'assembly');
const compiled = join(root, 'dist', 'kernel.wasm');

/** Content of kernel.wasm, compiled now when it is missing or older than a file of its source. */
export async function kernelBytes(): Promise<Uint8Array> {
  const newest = Math.max(...readdirSync(source).map((name) => statSync(join(source, name)).mtimeMs));
  if (!existsSync(compiled) || statSync(compiled).mtimeMs < newest) {
    const script = pathToFileURL(join(root, 'scripts', 'buildKernel.mjs')).href;
    const { buildKernel } = (await import(script)) as { buildKernel: (target: string) => Promise<void> };
    // Test runs may overlap; none must read a file that another is writing.
    const temporary = `${compiled}.${process.pid}`;
    await buildKernel(temporary);
    renameSync(temporary, compiled);
  }
  return readFileSync(compiled);
}
