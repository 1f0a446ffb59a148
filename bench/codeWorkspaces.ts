/** Workspaces of code to measure on: packages from npm, laid out like the prose workspaces. */
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import picomatch from 'picomatch';
import { parsePackageList, type CodePackage } from '../pretraining/codePackageList';
import { fetchPackage } from '../pretraining/fetchPackage';
import { scanFolders, type TextFile } from '../src/trainer/corpus/scanFolders';
import { shuffledIndices } from '../src/trainer/data/shuffledIndices';

const SEED = 42;
const TEST_SHARE = 0.1;
const LARGEST_TEST_SHARE = 0.15;

/**
 * Makes a workspace of each package in a list, unless an earlier run has.
 * @param listPath tab-separated; its last column says what to take, e.g. `TypeScript: src/` or `JavaScript: lib/ and README.md`
 * @returns their folders, each with a split.json
 */
export async function codeWorkspaces(listPath: string, cacheFolder: string): Promise<string[]> {
  const list = await readFile(listPath, 'utf8').catch((error: unknown) => {
    throw new Error(`${listPath}, which names the packages for --code, cannot be read.`, { cause: error });
  });
  const folders: string[] = [];
  for (const item of parsePackageList(list)) {
    const row = list.split('\n').find((line) => line.startsWith(`${item.name}@${item.version}\t`))!;
    const wanted = row
      .split('\t')
      .at(-1)!
      .replace(/^.*?: /, '')
      .split(' and ');
    folders.push(await codeWorkspace(item, wanted, cacheFolder));
  }
  return folders;
}

async function codeWorkspace(item: CodePackage, wanted: readonly string[], cacheFolder: string) {
  const folder = join(cacheFolder, `code-${item.name}`);
  if (existsSync(folder)) {
    return folder;
  }
  const unpacked = join(await fetchPackage(join(cacheFolder, 'packages'), item), 'package');
  const isWanted = picomatch(wanted.map((path) => (path.endsWith('/') ? `${path}**` : path)));
  const { files } = await scanFolders([unpacked]);
  const taken = files.filter(({ path }) => isWanted(path)).toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const partial = `${folder}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  for (const { path } of taken) {
    await cp(join(unpacked, path), join(partial, path));
  }
  await writeFile(join(partial, 'split.json'), JSON.stringify(splitOf(taken), null, 1));
  await rename(partial, folder);
  return folder;
}

/** Puts whole files, in a random order, into the test part until it has its share of the bytes. */
function splitOf(files: readonly TextFile[]): { seed: number; train: string[]; test: string[] } {
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const test = new Set<string>();
  let bytes = 0;
  for (const i of shuffledIndices(files.length, SEED)) {
    const file = files[i];
    if (bytes < TEST_SHARE * total && bytes + file.bytes <= LARGEST_TEST_SHARE * total) {
      test.add(file.path);
      bytes += file.bytes;
    }
  }
  const paths = files.map(({ path }) => path);
  return {
    seed: SEED,
    train: paths.filter((path) => !test.has(path)),
    test: paths.filter((path) => test.has(path)),
  };
}
