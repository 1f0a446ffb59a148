/**
 * What a user gets who asks for a suggestion by a command: how often one of the texts begins with the right word, against what is shown
 * unasked at the default eagerness. At the starts of words in files held out of those that each split.json lists as `train`, without a
 * personal network.
 *
 *   npx tsx bench/invoked.ts [--workspaces DIR] [--code DIR,DIR] [--cursors 300]
 *
 * A folder of --code is a workspace that `npm run bench -- quality --code` has made under .cache/bench.
 */
import { basename } from 'node:path';
import { completeDocument } from '../src/completion/completeDocument';
import { DocumentReader } from '../src/completion/documentReader';
import { textAroundCursor } from '../src/completion/textAroundCursor';
import { rightPart } from '../src/model/evaluate/keystrokes';
import type { TypedText } from '../src/model/evaluate/typedStretches';
import { DEFAULT_KEYSTROKES } from '../src/terminal/keystrokeScore';
import { languageIdOf } from '../src/terminal/languageId';
import { shuffledIndices } from '../src/trainer/data/shuffledIndices';
import { toItsEnd } from '../test/support/toItsEnd';
import { align, type Row } from './alignRows';
import { heldOutWorkspace } from './quality/heldOutWorkspace';
import { workspaceOptions } from './workspaceFolders';
import { runBench } from './runBench';
import { median } from './median';

const SEED = 7;
const HEADING = [
  'workspace',
  'unasked, shown',
  'of them right',
  'asked, the first right',
  'one of them right',
];
const COLUMNS = [...HEADING, 'ms unasked', 'ms asked'];

interface Cursor {
  readonly file: TypedText;
  /** UTF-16 units before it. */
  readonly offset: number;
}

/** Places behind a space where a word starts; in Chinese, before any character of one. */
function wordStarts(files: readonly TypedText[], count: number): Cursor[] {
  const all = files.flatMap((file) =>
    Array.from(
      file.text.matchAll(/(?<=\S) (?=\p{L}{2})|(?<=\p{Script=Han})(?=\p{Script=Han})/gu),
      (match) => ({
        file,
        offset: match.index + match[0].length,
      }),
    ),
  );
  return Array.from(shuffledIndices(all.length, SEED).subarray(0, count), (i) => all[i]);
}

async function measure(folder: string, count: number): Promise<Row> {
  const { mix, tokenizer, heldOut } = await heldOutWorkspace(folder, SEED, null);
  const times: Record<'unasked' | 'asked', number[]> = { unasked: [], asked: [] };
  let [shown, right, first, any] = [0, 0, 0, 0];
  const cursors = wordStarts(heldOut, count);
  for (const { file, offset } of cursors) {
    const prefix = file.text.slice(0, offset);
    const ask = (isInvoked: boolean) => {
      const reader = new DocumentReader(mix, tokenizer);
      const document = textAroundCursor(file.name, languageIdOf(file.name), offset, (start, end) =>
        file.text.slice(start, Math.min(end, offset)),
      );
      reader.moveTo(document.uri, document.prefix, document.suffix);
      const start = performance.now();
      const { eagerness, maxNewTokens } = DEFAULT_KEYSTROKES;
      const question = { document, multiline: false, eagerness, maxNewTokens, isInvoked };
      const { insertText, alternatives = [] } = toItsEnd(completeDocument(mix, tokenizer, reader, question));
      times[isInvoked ? 'asked' : 'unasked'].push(performance.now() - start);
      return [insertText, ...alternatives.map((alternative) => alternative.insertText)].map((text) => ({
        text,
        isRight: rightPart(text, file.text, prefix) !== '',
      }));
    };
    const [unasked] = ask(false);
    shown += Number(unasked.text !== '');
    right += Number(unasked.isRight);
    const asked = ask(true);
    first += Number(asked[0].isRight);
    any += Number(asked.some(({ isRight }) => isRight));
  }
  mix.dispose();
  const share = (part: number, whole: number) => `${((100 * part) / Math.max(1, whole)).toFixed(0)} %`;
  return [
    basename(folder),
    share(shown, cursors.length),
    share(right, shown),
    share(first, cursors.length),
    share(any, cursors.length),
    median(times.unasked).toFixed(1),
    median(times.asked).toFixed(1),
  ];
}

async function main(): Promise<void> {
  const { values, folders } = workspaceOptions({ cursors: { type: 'string', default: '300' } });
  const rows: Row[] = [COLUMNS];
  for (const folder of folders) {
    rows.push(await measure(folder, Number(values.cursors)));
  }
  process.stdout.write(align(rows));
}

runBench(main);
