import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { linuxOnBattery, watchPower } from '../../../../src/trainer/training/powerSource';
import { TrainingControl } from '../../../../src/trainer/training/trainingControl';
import { eventsOf, runCollecting, SmallWorkspace } from './smallJob';

describe('Power on Linux', () => {
  const cases: readonly [string, Record<string, Record<string, string>>, boolean][] = [
    [
      'a laptop that is unplugged',
      { AC: { type: 'Mains', online: '0' }, BAT0: { type: 'Battery', status: 'Discharging' } },
      true,
    ],
    [
      'a laptop that is plugged in',
      { AC: { type: 'Mains', online: '1' }, BAT0: { type: 'Battery', status: 'Discharging' } },
      false,
    ],
    ['a full battery', { BAT0: { type: 'Battery', status: 'Full' } }, false],
    [
      'a desktop with a wireless mouse',
      { mouse: { type: 'Battery', scope: 'Device', status: 'Discharging' } },
      false,
    ],
    ['a desktop', {}, false],
  ];
  for (const [name, supplies, expected] of cases) {
    it(`${expected ? 'is' : 'is not'} from the battery on ${name}`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'understudy-power-'));
      for (const [supply, files] of Object.entries(supplies)) {
        mkdirSync(join(folder, supply));
        for (const [file, text] of Object.entries(files)) {
          writeFileSync(join(folder, supply, file), `${text}\n`);
        }
      }
      assert.equal(await linuxOnBattery(folder), expected);
      rmSync(folder, { recursive: true });
      assert.equal(await linuxOnBattery(folder), false, 'without the folder');
    });
  }
});

describe('A training on battery', () => {
  let workspace: SmallWorkspace;
  beforeEach(() => {
    workspace = new SmallWorkspace().writeVerses();
  });
  afterEach(() => {
    workspace.remove();
  });

  it('pauses, says why, and can be resumed by hand', async () => {
    const onBattery = () => Promise.resolve(true);
    const { done, events } = await runCollecting(workspace.job(), { onBattery }, (event, control) => {
      if (event.kind === 'paused') {
        control.resume();
      }
    });
    assert.match(eventsOf(events, 'warning')[0].message, /runs on its battery, so training pauses/);
    assert.equal(eventsOf(events, 'paused').length, 1);
    assert.equal(eventsOf(events, 'continued').length, 1);
    assert.ok(done.steps > 0);
  });

  it('goes on where the setting says so', async () => {
    const onBattery = () => Promise.resolve(true);
    const { done, events } = await runCollecting(workspace.job({ onBattery: 'continue' }), { onBattery });
    assert.deepEqual(eventsOf(events, 'paused'), []);
    assert.ok(done.steps > 0);
  });

  it('goes on by itself when plugged in, but not when the user has paused it too', async () => {
    for (const userPauses of [false, true]) {
      const control = new TrainingControl();
      let battery = true;
      const end = await watchPower({
        control,
        onBattery: () => Promise.resolve(battery),
        warn: () => undefined,
        milliseconds: 5,
      });
      if (userPauses) {
        control.pause();
      }
      const ready = control.ready(() => undefined).then(() => 'goes on');
      battery = false;
      const later = setTimeout(userPauses ? 100 : 20_000, 'is paused', { ref: false });
      assert.equal(await Promise.race([ready, later]), userPauses ? 'is paused' : 'goes on');
      control.resume();
      await ready;
      end();
    }
  });

  it('leaves a user who goes on by hand alone until the charger has been plugged in, also where the system fails to tell', async () => {
    const control = new TrainingControl();
    const warnings: string[] = [];
    let look: () => Promise<boolean> = () => Promise.resolve(true);
    const end = await watchPower({
      control,
      onBattery: () => look(),
      warn: (message) => warnings.push(message),
      milliseconds: 5,
    });
    /** Whether it is paused once the power has been looked at; then it is resumed by hand. */
    const isPaused = async (): Promise<boolean> => {
      await setTimeout(60);
      let paused = false;
      await control.ready(({ kind }) => {
        paused ||= kind === 'paused';
        control.resume();
      });
      return paused;
    };
    assert.equal(await isPaused(), true);
    assert.equal(await isPaused(), false, 'resumed by hand');
    look = () => Promise.reject(new Error('The system does not tell.'));
    assert.equal(await isPaused(), false);
    assert.equal(warnings.length, 1);
    look = () => Promise.resolve(false);
    assert.equal(await isPaused(), false);
    look = () => Promise.resolve(true);
    assert.equal(await isPaused(), true, 'unplugged again');
    assert.equal(warnings.length, 2);
    end();
  });
});
