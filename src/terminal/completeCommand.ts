import { basename, dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { textAroundCursor } from '../completion/textAroundCursor';
import { DEFAULT_COMPLETION, type CompletedResponse } from '../protocol/generatorProtocol';
import { decodeText } from '../trainer/corpus/decodeText';
import { isSecret } from '../trainer/corpus/fileNameRules';
import { holdsSecret } from '../trainer/corpus/secretForms';
import { chooseModel, MODEL_OPTIONS, realFolder } from './keptModels';
import { defineCommand } from './command';
import { cursorOffset } from './cursorOffset';
import { chosenHalf, HALF_OPTIONS } from './halfOption';
import { languageIdOf } from './languageId';
import { formatBytes } from './progressLine';
import { readUpTo } from './readUpTo';
import { withGenerator } from './withGenerator';
import { documentUri, workspaceTexts } from './workspaceTexts';

const PLACE = {
  type: 'number',
  min: 1,
  max: Number.MAX_SAFE_INTEGER,
  integer: true,
  required: true,
} as const;
/** Longer files are no text that a person writes. */
const MAX_FILE_BYTES = 64_000_000;

export const completeCommand = defineCommand({
  name: 'complete',
  summary: 'Prints the ghost text at a place of a file.',
  details:
    "Without --folder, uses the current folder when it holds the file, else the file's own folder. Prints nothing on stdout\n" +
    'when there is nothing worth showing, and says why on stderr. --json prints { insertText, confidence, milliseconds } with\n' +
    'confidence from 0 to 1, and stopReason, which says why the text ends there, or noSuggestionReason if the text is empty.',
  positionals: { names: ['FILE'], required: 1 },
  options: {
    line: { ...PLACE, help: 'line of the cursor, from 1' },
    column: { ...PLACE, help: 'column of the cursor, from 1' },
    eagerness: {
      type: 'number',
      min: 0,
      max: 1,
      help: `0 to 1: 0 shows only what is nearly certain, 1 whatever might save a key (default ${DEFAULT_COMPLETION.eagerness})`,
    },
    multiline: { type: 'flag', help: 'may continue past the end of the line' },
    'mid-line-in-code': { type: 'flag', help: 'also where code follows the cursor' },
    'max-new-tokens': {
      type: 'number',
      min: 1,
      max: 200,
      integer: true,
      help: `length in tokens (default ${DEFAULT_COMPLETION.maxNewTokens})`,
    },
    json: { type: 'flag', help: 'prints one JSON object' },
    ...MODEL_OPTIONS,
    folder: { ...MODEL_OPTIONS.folder, help: 'whose texts and model are used' },
    ...HALF_OPTIONS,
  },
  run: async (options, [file], terminal) => {
    const path = await realFolder(file);
    const text = await readText(path);
    const offset = cursorOffset(text, options.line, options.column);
    const folder = await realFolder(options.folder ?? (isBelow(path, '.') ? '.' : dirname(path)));
    const chosen = chosenHalf(options, terminal.product.root);
    const half = isSecret(path.replaceAll(sep, '/')) || holdsSecret(text) ? null : chosen;
    if (half !== chosen) {
      terminal.note(`${basename(path)} may hold a password or key, so the language model is not asked.`);
    }
    const content = {
      modelPath: await chooseModel(options, folder),
      files: await workspaceTexts(folder, terminal),
      half,
    };
    const { response, milliseconds } = await withGenerator(terminal, content, async (generator) => {
      const asked = performance.now();
      const response = await generator.complete(
        {
          document: textAroundCursor(documentUri(path), languageIdOf(path), offset, (start, end) =>
            text.slice(start, end),
          ),
          multiline: options.multiline,
          midLineInCode: options['mid-line-in-code'],
          eagerness: options.eagerness ?? DEFAULT_COMPLETION.eagerness,
          maxNewTokens: options['max-new-tokens'] ?? DEFAULT_COMPLETION.maxNewTokens,
          isPatient: half !== null,
        },
        terminal.signal,
      );
      return { response, milliseconds: performance.now() - asked };
    });
    terminal.signal.throwIfAborted();
    if (options.json) {
      const { insertText, confidence, stopReason, noSuggestionReason } = response;
      const result = { insertText, confidence, stopReason, noSuggestionReason, milliseconds };
      terminal.write(`${JSON.stringify(result)}\n`);
    } else if (response.insertText === '') {
      terminal.note(`No suggestion here: ${describeSilence(response)}.`);
    } else {
      terminal.write(`${response.insertText}\n`);
    }
  },
});

async function readText(path: string): Promise<string> {
  let bytes;
  try {
    bytes = await readUpTo(path, MAX_FILE_BYTES);
  } catch (error) {
    const isFolder = (error as NodeJS.ErrnoException).code === 'EISDIR';
    throw new Error(
      isFolder
        ? `${path} is a folder; give a file to complete.`
        : `${path} cannot be read; check that it exists and that you may open it.`,
      { cause: error },
    );
  }
  if (bytes === null) {
    throw new Error(`${path} is larger than ${formatBytes(MAX_FILE_BYTES)}, too large to be completed.`);
  }
  const decoded = decodeText(bytes);
  if (decoded.kind !== 'text') {
    throw new Error(`${path} is not text that can be completed.`);
  }
  return decoded.text;
}

/** @param path absolute */
export function isBelow(path: string, folder: string): boolean {
  const from = relative(resolve(folder), path);
  // On another drive of Windows there is no way from the folder to the file.
  return !isAbsolute(from) && from.split(sep)[0] !== '..';
}

function describeSilence({ noSuggestionReason }: CompletedResponse): string {
  switch (noSuggestionReason) {
    case 'midWord':
      return 'the cursor is inside a word or right before one';
    case 'midLine':
      return 'code stands right of the cursor (see --mid-line-in-code)';
    case 'repeatsSuffix':
      return 'the likeliest continuation is already there, after the cursor or just above, or would close what is not open';
    case 'blankLine':
      return 'a blank line would come, and in code ghost text ends before one';
    case 'lineEnd':
      return 'the line most likely ends here (see --multiline)';
    case 'empty':
      return 'no text stands left of the cursor';
    case 'notReady':
      return 'no model is loaded';
    default:
      return 'no continuation is certain enough';
  }
}
