import { fileURLToPath } from 'node:url';
import { textAroundCursor } from '../completion/textAroundCursor';
import { seededRandom } from '../model/generation/seededRandom';
import { DEFAULT_COMPLETION } from '../protocol/generatorProtocol';
import { drawPlaces, type GhostLine } from './ghostLines';
import { languageIdOf } from './languageId';
import type { Terminal } from './terminal';
import type { ScoredTexts } from './textScores';
import { withGenerator } from './withGenerator';

/** Places tried for each line wanted: at most places nothing is certain enough to be shown. */
const TRIES_PER_LINE = 10;

export interface DrawnLines {
  readonly lines: readonly GhostLine[];
  /** Places that were tried until enough lines were found. */
  readonly tried: number;
}

/**
 * Asks the product for ghost text at random places of the test texts until `count` of them get some.
 * @throws Error whose message is for the user; the signal's reason when it aborts
 */
export async function drawGhostLines(
  terminal: Terminal,
  { known, test }: ScoredTexts,
  modelPath: string | null,
  count: number,
  seed: number,
): Promise<DrawnLines> {
  const files = test.map(({ uri, text }) => ({ name: uri, text }));
  const places = drawPlaces(files, count * TRIES_PER_LINE, seededRandom(seed));
  return withGenerator(terminal, { modelPath, files: known }, async (generator) => {
    const lines: GhostLine[] = [];
    let tried = 0;
    for (const { file, offset } of places) {
      tried++;
      const { insertText } = await generator.complete(
        {
          document: textAroundCursor(file.name, languageIdOf(fileURLToPath(file.name)), offset, (from, to) =>
            file.text.slice(from, Math.min(to, offset)),
          ),
          multiline: false,
          ...DEFAULT_COMPLETION,
        },
        terminal.signal,
      );
      terminal.signal.throwIfAborted();
      if (insertText !== '') {
        lines.push({ file, offset, suggestion: insertText });
      }
      if (lines.length === count) {
        break;
      }
    }
    return { lines, tried };
  });
}
