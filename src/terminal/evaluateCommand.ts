import { resolve } from 'node:path';
import { defineCommand } from './command';
import { UsageError } from './commandLine';
import { evaluate, type EvaluationReport } from './evaluation';
import { DEFAULT_KEYSTROKES } from './keystrokeScore';
import { chosenHalf, HALF_OPTIONS } from './halfOption';
import { modelPlace } from './modelPlace';
import { splitPlace } from './split';
import { TRAINING_OPTIONS, trainingOptions } from './trainingOptions';
import { formatCount, formatNumber } from './trainingProgress';

/** About two passes over a megabyte on one core; _Train on Workspace_ goes on for ten minutes at most. */
const DEFAULT_SECONDS = 240;

export const evaluateCommand = defineCommand({
  name: 'evaluate',
  summary: 'Measures how well test files are predicted, before and after training on others.',
  details:
    'The split is a JSON file, { "train": ["a.md"], "test": ["b.md"] }: paths of files below FOLDER, which are read whatever\n' +
    'the ignore rules say; other keys are ignored. It is looked for in the current folder, then in FOLDER, which is never\n' +
    'written to. Nothing is chosen by the test files: a part of the train files decides which network is kept. Trains for\n' +
    '240 s unless --seconds or --model is given. Keys are counted for a simulated user who types a random sample of the\n' +
    'test lines and accepts what is right. Every token is scored before anything learns it. Measuring takes minutes per\n' +
    'megabyte of test files, before and after. The figures of one model are the same in every run; two trainings differ a\n' +
    'little, as they are bounded by time.\n\n' +
    '--json prints one object, in which "before" is without a personal network and "after" with it:\n' +
    '  files, bytes, characters  of the test files: UTF-8 with line ends of one byte; code points\n' +
    '  bitsPerByte               .before and .after: { base, personal, half, counts, copy, mix }; mix is what the user gets,\n' +
    '                            the others are its parts alone, where there are such\n' +
    '  keystrokes                .before and .after: { characters, keys, savedShare = 1 - keys / characters, shown,\n' +
    '                            wrongShownShare, shownPer100Characters, meanShownLength, acceptedWhole, acceptedWords,\n' +
    '                            milliseconds: { p50, p95, p99, answers } }; shares are from 0 to 1\n' +
    '  engine, trainTokensPerSecond  null when nothing was trained\n' +
    '  training                  null with --model, else { outcome, before, after, mix, steps }, measured on the part of the\n' +
    '                            train files. outcome is "improved", or else no network is kept and "after" is "before":\n' +
    '                            "notImproved" or "tooLittleText". before and after are of the network alone (before is\n' +
    '                            null when it started afresh), mix.before and mix.after of ghost text as a whole\n' +
    '  notKept                   null, or why --out could not be written; then the command fails',
  positionals: { names: ['FOLDER'], required: 1 },
  options: {
    split: {
      type: 'text',
      value: 'FILE',
      required: true,
      help: 'which files are trained on and which are measured',
    },
    model: { type: 'text', value: 'MODEL', help: 'scores this model instead of training one' },
    out: { type: 'text', value: 'MODEL', help: 'keeps the trained model in this file' },
    keystrokes: {
      type: 'number',
      min: 100,
      max: 1_000_000,
      integer: true,
      help: `characters that the simulated user types (default ${DEFAULT_KEYSTROKES.characters})`,
    },
    json: { type: 'flag', help: 'prints one JSON object' },
    ...HALF_OPTIONS,
    ...TRAINING_OPTIONS,
  },
  run: async (options, [folder], terminal) => {
    const { model } = options;
    if (model !== undefined) {
      const useless = ['out', ...Object.keys(TRAINING_OPTIONS)].find(
        (name) => name !== 'seed' && isGiven(options[name as keyof typeof options]),
      );
      if (useless !== undefined) {
        throw new UsageError(`--${useless} does nothing with --model, which trains nothing; leave one out.`);
      }
    }
    const half = chosenHalf(options, terminal.product.root);
    const training = trainingOptions(terminal, options, DEFAULT_SECONDS);
    const out = options.out === undefined ? null : await modelPlace(options.out);
    const report = await evaluate(terminal, {
      folder: resolve(folder),
      splitPath: splitPlace(options.split, folder),
      half,
      training: model === undefined ? training : null,
      modelPath: model === undefined ? out : resolve(model),
      keystrokes: {
        ...DEFAULT_KEYSTROKES,
        characters: options.keystrokes ?? DEFAULT_KEYSTROKES.characters,
        seed: training.seed,
      },
    });
    terminal.write(options.json ? `${JSON.stringify(report)}\n` : describeReport(report));
    if (report.notKept !== null) {
      throw new Error(report.notKept);
    }
  },
});

/** A flag that is not given is false, any other option undefined. */
function isGiven(value: string | number | boolean | undefined): boolean {
  return value !== undefined && value !== false;
}

/** The report as a person reads it. */
function describeReport(report: EvaluationReport): string {
  const { bitsPerByte, keystrokes, training } = report;
  const names = Object.keys({ ...bitsPerByte.after, ...bitsPerByte.before });
  const cell = (value: number | undefined) => (value === undefined ? '–' : value.toFixed(3)).padStart(8);
  const share = (value: number) => `${(100 * value).toFixed(1)} %`.padStart(8);
  const both = (pick: (score: EvaluationReport['keystrokes']['after']) => number) =>
    `${share(pick(keystrokes.before))}${share(pick(keystrokes.after))}`;
  const lines = [
    `${formatCount(report.files, 'test file')}, ${formatCount(report.bytes, 'byte')}`,
    '',
    `${'bits per byte'.padEnd(20)}${'before'.padStart(8)}${'after'.padStart(8)}`,
    ...names.map(
      (name) => `${name.padEnd(20)}${cell(bitsPerByte.before[name])}${cell(bitsPerByte.after[name])}`,
    ),
    '',
    `${'keys saved'.padEnd(20)}${both(({ savedShare }) => savedShare)}`,
    `${'shown but wrong'.padEnd(20)}${both(({ wrongShownShare }) => wrongShownShare)}`,
  ];
  if (training !== null && report.engine !== null) {
    const speed = `${formatNumber(report.trainTokensPerSecond ?? 0)} tokens/s`;
    lines.push('', `trained with ${report.engine}, ${formatCount(training.steps, 'step')}, ${speed}`);
  }
  return `${lines.join('\n')}\n`;
}
