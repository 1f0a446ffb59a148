/**
 * What ghost text is worth in languages that no part of Understudy has read, before any training: TypeScript's own messages, the same
 * sentences in each of the languages that its package has them in, as workspaces of 20 files. It runs at the default eagerness,
 * without a personal network, on files held out of 18 of them.
 *
 *   npx tsx bench/languages.ts [--characters 4000]
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import ts from 'typescript';
import { shuffledIndices } from '../src/trainer/data/shuffledIndices';
import { readTokenizer } from '../src/trainer/sharedTokenizer';
import { shippedFiles } from '../src/trainer/shippedFiles';
import { align, type Row } from './alignRows';
import { heldOutPositions } from './quality/heldOutPositions';
import { keysAndWrong } from './quality/keysAndWrong';
import { runBench } from './runBench';

const FILES = 20;
const TRAIN_FILES = 18;
const SEED = 7;
const ROOT = join(__dirname, '..');

/** Texts by their key. */
type Messages = Readonly<Record<string, string>>;

function messagesByLanguage(): Map<string, Messages> {
  // Not in the package's declarations.
  const { Diagnostics } = ts as unknown as {
    Diagnostics: Readonly<Record<string, { readonly key: string; readonly message: string }>>;
  };
  const english = Object.values(Diagnostics).map(({ key, message }) => [key, message] as const);
  const languages = new Map<string, Messages>([['en', Object.fromEntries(english)]]);
  const folder = dirname(require.resolve('typescript'));
  for (const entry of readdirSync(folder, { withFileTypes: true }).filter((found) => found.isDirectory())) {
    const file = join(folder, entry.name, 'diagnosticMessages.generated.json');
    languages.set(entry.name, JSON.parse(readFileSync(file, 'utf8')) as Messages);
  }
  return languages;
}

/** Writes a workspace of these texts, a paragraph each, and which of its files are for training. */
function writeWorkspace(folder: string, texts: readonly string[]): void {
  mkdirSync(folder, { recursive: true });
  const names = Array.from({ length: FILES }, (_, i) => `part-${i}.md`);
  for (const [i, name] of names.entries()) {
    const [from, to] = [i, i + 1].map((part) => Math.floor((part * texts.length) / FILES));
    writeFileSync(join(folder, name), `${texts.slice(from, to).join('\n\n')}\n`);
  }
  const split = { train: names.slice(0, TRAIN_FILES), test: names.slice(TRAIN_FILES) };
  writeFileSync(join(folder, 'split.json'), JSON.stringify(split));
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { characters: { type: 'string', default: '4000' } } });
  const languages = messagesByLanguage();
  const all = Object.keys(languages.get('en')!);
  const shared = all.filter((key) =>
    [...languages.values()].every((messages) => messages[key] !== undefined),
  );
  const keys = [...shuffledIndices(shared.length, SEED)].map((i) => shared[i]);
  const tokenizer = await readTokenizer(shippedFiles(ROOT).tokenizer);
  const rows: Row[] = [['language', 'bytes a token', 'keys saved / wrong, %']];
  for (const [language, messages] of languages) {
    process.stderr.write(`${language}\n`);
    const texts = keys.map((key) => messages[key]);
    const folder = join(ROOT, '.cache/bench/languages', language);
    writeWorkspace(folder, texts);
    const text = texts.join('\n\n');
    const bytesPerToken = Buffer.byteLength(text) / tokenizer.encode(text).length;
    const positions = await heldOutPositions(folder, Number(values.characters));
    rows.push([language, bytesPerToken.toFixed(2), await keysAndWrong(positions)]);
  }
  process.stdout.write(align(rows));
}

runBench(main);
