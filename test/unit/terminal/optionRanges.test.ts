import assert from 'node:assert/strict';
import { SETTINGS, type Setting } from '../../../src/editor/settings';
import { UsageError, type OptionSpec, type OptionSpecs } from '../../../src/terminal/commandLine';
import { SAMPLING_OPTIONS, samplingOptions } from '../../../src/terminal/samplingOptions';
import { TRAINING_OPTIONS, trainingOptions } from '../../../src/terminal/trainingOptions';
import { DEFAULT_SAMPLING } from '../../../src/model/samplingOptions';
import { threadsOfAllCores } from '../../../src/trainer/engines/processorCores';
import { DEFAULT_TRAINING } from '../../../src/protocol/trainerProtocol';
import { fakeTerminal } from './fakeTerminal';

const camelCase = (name: string) => name.replace(/-./g, (match) => match[1].toUpperCase());

function allowed(spec: OptionSpec): unknown {
  switch (spec.type) {
    case 'number':
      return [spec.min, spec.max];
    case 'choice':
      return spec.choices;
    default:
      return null;
  }
}

function allowedBySetting(setting: Setting): unknown {
  switch (setting.kind) {
    case 'number':
    case 'seed':
      return [setting.minimum, setting.maximum];
    case 'choice':
      return setting.choices;
    default:
      return null;
  }
}

function compare(options: OptionSpecs, settings: string, renamed: Readonly<Record<string, string>>): number {
  let compared = 0;
  for (const [name, spec] of Object.entries(options)) {
    const setting = (SETTINGS as Readonly<Record<string, Setting>>)[
      `${settings}.${renamed[name] ?? camelCase(name)}`
    ];
    if (setting !== undefined) {
      assert.deepEqual(allowed(spec), allowedBySetting(setting), name);
      compared++;
    }
  }
  return compared;
}

const { terminal } = fakeTerminal();
const none = (specs: OptionSpecs) =>
  Object.fromEntries(
    Object.entries(specs).map(([name, { type }]) => [name, type === 'flag' ? false : undefined]),
  ) as never;

describe('options of the terminal tool', () => {
  it('allow for sampling what the settings allow', () => {
    assert.equal(compare(SAMPLING_OPTIONS, 'sampling', {}), Object.keys(SAMPLING_OPTIONS).length);
  });

  it('allow for training what the settings allow, and shorter trainings', () => {
    const { seconds, ...others } = TRAINING_OPTIONS;
    const compared =
      compare(others, 'training', { 'max-memory': 'maxMemoryMegabytes' }) +
      compare(others, 'model', { layers: 'numLayers' });
    assert.equal(compared, Object.keys(others).length - 1);
    assert.equal(seconds.max, SETTINGS['training.seconds'].maximum);
  });

  it('have the same defaults, but for the core that the editor leaves to whoever types', () => {
    assert.deepEqual(samplingOptions(none(SAMPLING_OPTIONS)), DEFAULT_SAMPLING);
    assert.deepEqual(trainingOptions(terminal, none(TRAINING_OPTIONS), 600), {
      ...DEFAULT_TRAINING,
      seconds: 600,
      threads: threadsOfAllCores(),
    });
  });

  it('that would do nothing beside the others are refused', () => {
    const sampling: object = none(SAMPLING_OPTIONS);
    assert.throws(
      () => samplingOptions({ ...sampling, 'beam-width': 4 } as never),
      new UsageError('--beam-width does nothing without --greedy.'),
    );
    for (const name of ['temperature', 'top-k', 'top-p', 'min-p', 'seed']) {
      assert.throws(
        () => samplingOptions({ ...sampling, greedy: true, [name]: 1 } as never),
        new UsageError(`--${name} does nothing with --greedy, which draws nothing; leave one out.`),
      );
    }
    const training: object = none(TRAINING_OPTIONS);
    assert.throws(
      () =>
        trainingOptions(
          terminal,
          { ...training, attention: true, architecture: 'transformer' } as never,
          600,
        ),
      new UsageError('--attention does nothing with --architecture transformer, which has its own.'),
    );
  });

  it('each change what is asked of the generator', () => {
    const asked = (given: object) =>
      samplingOptions({ ...(none(SAMPLING_OPTIONS) as object), ...given } as never);
    const drawn = { temperature: 1.5, 'top-k': 3, 'top-p': 0.5, 'min-p': 0.1, seed: 7 };
    assert.deepEqual(asked({ ...drawn, 'repetition-penalty': 1.5, 'max-new-tokens': 9 }), {
      ...DEFAULT_SAMPLING,
      ...{
        temperature: 1.5,
        topK: 3,
        topP: 0.5,
        minP: 0.1,
        seed: 7,
        repetitionPenalty: 1.5,
        maxNewTokens: 9,
      },
    });
    assert.deepEqual(asked({ greedy: true, 'beam-width': 2 }), {
      ...DEFAULT_SAMPLING,
      greedy: true,
      beamWidth: 2,
    });
  });
});
