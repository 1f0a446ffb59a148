/**
 * Makes the code part of the pretraining text from a list of published packages:
 *   npx tsx pretraining/fetchCode.ts LIST [--first N]
 * Packages are unpacked into .cache/packages (a second run fetches only what is missing), filtered, and written to
 * .cache/corpus/code.txt and code-heldout.txt: documents separated by a line that holds only U+000C. Packages that
 * cannot be fetched are named and left out. `--first N` takes only the first N packages and the held-out ones.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { cleanSource, isHandWritten, isSourcePath } from './codeFileFilter';
import { DOCUMENT_SEPARATOR } from './corpusFormat';
import { type CodePackage, isFreeLicence, parsePackageList } from './codePackageList';
import { fetchPackage } from './fetchPackage';
import { NearDuplicateFilter } from './nearDuplicates';

const SEED = 'understudy-1';
const MAX_BYTES_PER_PACKAGE = 1_500_000;
const MAX_BYTES_PER_HELD_OUT_PACKAGE = 220_000;
const SIMULTANEOUS_DOWNLOADS = 4;
const PACKAGE_CACHE = '.cache/packages';
const CORPUS_FOLDER = '.cache/corpus';

/** One or two packages of each language; the README files of the first two are held out of the Markdown text as well. */
const HELD_OUT = new Set([
  'commander',
  'winston',
  '@tanstack/form-core',
  'buefy',
  'python3-requests',
  'golang-github-spf13-cobra-dev',
  'zsh-autosuggestions',
  'librust-itertools-dev',
]);

/** Gives a fixed pseudo-random order: the digest of the seed and the key. */
function seededRank(key: string): string {
  return createHash('sha256').update(`${SEED}\n${key}`).digest('hex');
}

async function listSourceFiles(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths: string[] = [];
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && isSourcePath(relative(root, path), (await stat(path)).size)) {
      paths.push(path);
    }
  }
  return paths;
}

function hasFreeLicence(folder: string): boolean {
  const manifestPath = join(folder, 'package', 'package.json');
  if (!existsSync(manifestPath)) {
    return false;
  }
  const manifest = JSON.parse(readFileSync(manifestPath, 'utf8')) as { license?: unknown };
  return isFreeLicence(manifest.license);
}

interface Document {
  readonly key: string;
  readonly text: string;
}

/** The files of one package that pass the filters, in seeded order, up to `maxBytes`. */
async function readDocuments(
  item: CodePackage,
  folder: string,
  maxBytes: number,
  duplicates: NearDuplicateFilter,
): Promise<Document[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const files = (await listSourceFiles(folder))
    .map((path) => ({ path, key: `${item.name}/${relative(folder, path)}` }))
    .sort((a, b) => (seededRank(a.key) < seededRank(b.key) ? -1 : 1));
  const documents: Document[] = [];
  let bytes = 0;
  for (const { path, key } of files) {
    const raw = await readFile(path);
    let source: string;
    try {
      source = decoder.decode(raw);
    } catch {
      continue; // Not UTF-8, so not text that this model reads.
    }
    const text = isHandWritten(source) ? cleanSource(source) : '';
    const size = Buffer.byteLength(text);
    if (size < 40 || bytes + size > maxBytes || !duplicates.accept(text)) {
      continue;
    }
    bytes += size;
    documents.push({ key, text });
  }
  return documents;
}

/** Fetches all packages, a few at a time. @returns the folder of each; a package that cannot be fetched is missing */
async function fetchAll(packages: readonly CodePackage[]): Promise<Map<CodePackage, string>> {
  const folders = new Map<CodePackage, string>();
  const queue = [...packages];
  const work = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      try {
        folders.set(item, await fetchPackage(PACKAGE_CACHE, item));
      } catch (error) {
        const reason = (error instanceof Error ? error.message : String(error)).trim().split('\n').at(-1);
        console.log(`Left out ${item.name}@${item.version} (${item.kind}): ${reason}`);
      }
    }
  };
  await Promise.all(Array.from({ length: SIMULTANEOUS_DOWNLOADS }, work));
  return folders;
}

function commandExists(command: string): boolean {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

async function writeCorpus(fileName: string, documents: Document[]): Promise<void> {
  documents.sort((a, b) => (seededRank(a.key) < seededRank(b.key) ? -1 : 1));
  const text = documents.map((document) => document.text).join(DOCUMENT_SEPARATOR);
  await writeFile(join(CORPUS_FOLDER, fileName), text);
  console.log(`${fileName}: ${documents.length} documents, ${Buffer.byteLength(text)} bytes`);
}

async function main([listPath, option, count]: string[]): Promise<void> {
  if (listPath === undefined || (option !== undefined && option !== '--first')) {
    throw new Error('Usage: npx tsx pretraining/fetchCode.ts LIST [--first N]');
  }
  const listed = parsePackageList(await readFile(listPath, 'utf8'));
  const first = option === undefined ? listed.length : Number(count);
  const chosen = listed.filter((item, index) => index < first || HELD_OUT.has(item.name));
  const haveApt = commandExists('apt-get') && commandExists('dpkg-deb');
  const packages = chosen.filter((item) => item.kind === 'npm' || haveApt);
  if (!haveApt) {
    const count = chosen.length - packages.length;
    console.log(`Left out ${count} Debian packages: apt-get and dpkg-deb are not on this machine.`);
  }
  await mkdir(PACKAGE_CACHE, { recursive: true });
  await mkdir(CORPUS_FOLDER, { recursive: true });
  const folders = await fetchAll(packages);

  // Held-out packages first, so that nothing that resembles them gets into the training text.
  const duplicates = new NearDuplicateFilter();
  const heldOut: Document[] = [];
  const training: Document[] = [];
  for (const item of [...packages].sort(
    (a, b) => Number(HELD_OUT.has(b.name)) - Number(HELD_OUT.has(a.name)),
  )) {
    const folder = folders.get(item);
    if (folder === undefined) {
      continue;
    }
    if (!item.verified && !hasFreeLicence(folder)) {
      console.log(`Left out ${item.name}@${item.version}: its package.json names no licence on the list.`);
      continue;
    }
    const isHeldOut = HELD_OUT.has(item.name);
    const maxBytes = isHeldOut ? MAX_BYTES_PER_HELD_OUT_PACKAGE : MAX_BYTES_PER_PACKAGE;
    (isHeldOut ? heldOut : training).push(...(await readDocuments(item, folder, maxBytes, duplicates)));
  }
  await writeCorpus('code-heldout.txt', heldOut);
  await writeCorpus('code.txt', training);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
