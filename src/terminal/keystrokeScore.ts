/** The keys that the product's ghost text saves a simulated user on some texts, and how long each answer takes. */
import { simulateTyping, type KeystrokeScore } from '../model/evaluate/keystrokes';
import { sampleStretches } from '../model/evaluate/typedStretches';
import { SuggestionLearning } from '../completion/suggestionLearning';
import { textAroundCursor } from '../completion/textAroundCursor';
import { seededRandom } from '../model/generation/seededRandom';
import { DEFAULT_COMPLETION, type HalfChoice } from '../protocol/generatorProtocol';
import { languageIdOf } from './languageId';
import type { ScoredTexts } from './textScores';
import type { Terminal } from './terminal';
import { withGenerator } from './withGenerator';

interface Latency {
  /** Of one answer, from the key to its suggestion, in milliseconds. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly answers: number;
}

export type TimedKeystrokes = KeystrokeScore & { readonly milliseconds: Latency };

export interface KeystrokeOptions {
  /** UTF-16 units to type, about. */
  readonly characters: number;
  readonly seed: number;
  readonly eagerness: number;
  readonly maxNewTokens: number;
}

export const DEFAULT_KEYSTROKES: KeystrokeOptions = { characters: 3000, seed: 1, ...DEFAULT_COMPLETION };

/** @throws Error whose message is for the user; the signal's reason when it aborts */
export async function scoreKeystrokes(
  terminal: Terminal,
  { known, test }: ScoredTexts,
  modelPath: string | null,
  options: KeystrokeOptions,
  half: HalfChoice | null = null,
): Promise<TimedKeystrokes> {
  const files = test.map(({ uri, text }) => ({ name: uri, text }));
  const stretches = sampleStretches(files, options.characters, seededRandom(options.seed));
  const times: number[] = [];
  // What it learns from this user is not kept.
  const learning = new SuggestionLearning({}, () => undefined);
  const score = await withGenerator(terminal, { modelPath, files: known, half }, (generator) =>
    simulateTyping(
      stretches,
      async ({ name }, prefix) => {
        await generator.learnTyped();
        const document = textAroundCursor(name, languageIdOf(name), prefix.length, (from, to) =>
          prefix.slice(from, to),
        );
        const start = performance.now();
        const { insertText, confidence } = await generator.complete(
          {
            ...learning.lessonsFor(document),
            document,
            multiline: false,
            eagerness: options.eagerness,
            maxNewTokens: options.maxNewTokens,
            isPatient: half !== null,
          },
          terminal.signal,
        );
        terminal.signal.throwIfAborted();
        times.push(performance.now() - start);
        if (insertText !== '') {
          learning.shown(document, insertText, confidence);
        }
        return insertText;
      },
      {
        onWordTaken: () => {
          learning.wordTaken();
        },
        onProgress: (share) => {
          terminal.progress.show(`Typing… ${Math.round(100 * share)} %`);
        },
      },
    ),
  );
  terminal.progress.clear();
  return { ...score, milliseconds: latency(times) };
}

function latency(times: readonly number[]): Latency {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), answers: times.length };
}
