import assert from 'node:assert/strict';
import { panelSettings } from '../../../src/editor/panelSettings';
import { SETTINGS, type SettingName } from '../../../src/editor/settings';
import type { PanelTraining } from '../../../src/protocol/panelProtocol';
import { FakePage } from '../../support/fakePage';
import { inEnglish } from '../../../src/editor/translate';

const NAME = 'sampling.temperature';
const settingsWith = (given: Partial<Record<SettingName, number | boolean>> = {}) =>
  panelSettings(inEnglish, (name) => given[name] ?? SETTINGS[name].default);

describe("the script of the panel's page", () => {
  it('removes its message about a value out of range once it shows the value in force', () => {
    const page = new FakePage();
    const settings = settingsWith();
    page.post({ kind: 'settings', settings });
    const box = page.byId(NAME);
    const problem = page.byId(`${NAME}-problem`);
    box.value = '9';
    box.dispatch('change');
    assert.equal(problem.textContent, 'Enter a number from 0.05 to 2');
    assert.equal(box.attributes.get('aria-invalid'), 'true');
    page.post({ kind: 'settings', settings });
    assert.equal(Number(box.value), SETTINGS[NAME].default);
    assert.deepEqual([problem.textContent, box.attributes.get('aria-invalid')], ['', 'false']);
    assert.ok(!JSON.stringify(page.sent).includes('setSetting'));
  });

  it('brings the training into view, which stands last, for a user who asks for its curve', () => {
    const page = new FakePage();
    page.post({ kind: 'revealTraining' });
    assert.equal(page.inView, page.byId('training-title'));
    assert.equal(page.focused, page.byId('training-title'));
  });

  it('is as far down as it was left when its tab comes into view again, for which VS Code loads it anew', () => {
    const inspection = { state: 'none', message: '' } as const;
    const shown = (kept?: unknown) => {
      const page = new FakePage([], kept);
      return {
        page,
        fill: () => {
          page.post({ kind: 'inspection', inspection });
        },
      };
    };
    const settings = { kind: 'settings', settings: settingsWith() } as const;
    const first = shown();
    first.page.post(settings);
    first.fill();
    first.page.scroll(300);
    const { page, fill } = shown(first.page.state);
    fill();
    assert.equal(page.scrolled, 0);
    page.post(settings);
    fill();
    assert.equal(page.scrolled, 300);
    page.scroll(50);
    fill();
    assert.equal(page.scrolled, 50);
    const revealed = shown(page.state);
    revealed.page.post(settings);
    revealed.page.post({ kind: 'revealTraining' });
    revealed.fill();
    assert.equal(revealed.page.scrolled, 0);
  });

  it('leaves the lines alone that a step of the training does not change, as the user may read or copy them', () => {
    const page = new FakePage();
    const shown = (...lines: string[]) => {
      const training = { phase: 'running', lines, progress: 0, trainLoss: [], heldOut: [] } as const;
      page.post({ kind: 'training', training });
      return page.byId('training-lines').children;
    };
    const [engine] = shown('Engine: wasm', '1 tokens/s');
    const later = shown('Engine: wasm', 'Continues', '2 tokens/s');
    assert.equal(later[0], engine);
    assert.deepEqual(
      later.map(({ textContent }) => textContent),
      ['Engine: wasm', 'Continues', '2 tokens/s'],
    );
    assert.equal(shown('reading texts…').length, 1);
  });

  it('has a screen reader say another sample to the user who asks for it, and none while they write elsewhere', () => {
    const page = new FakePage();
    const live = () => page.byId('sample').attributes.get('aria-live');
    page.byId('again').dispatch('focus');
    assert.equal(live(), 'polite');
    page.byId('again').dispatch('blur');
    assert.equal(live(), 'off');
  });

  it('says that the values have returned to their defaults, each time, until one is another', () => {
    const page = new FakePage();
    const said = () => page.byId('reset-done').textContent;
    const draw = (value: number, isReset = false) => {
      page.post({ kind: 'settings', settings: settingsWith({ [NAME]: value }), isReset });
    };
    draw(0.8);
    assert.equal(said(), '');
    draw(0.8, true);
    assert.equal(said(), 'All values are at their defaults.');
    // The window may tell of a change after the extension has told that it is done.
    draw(0.8);
    assert.equal(said(), 'All values are at their defaults.');
    page.byId('reset').dispatch('click');
    assert.equal(said(), '');
    draw(0.8, true);
    draw(0.9);
    assert.equal(said(), '');
  });

  it('leaves alone what the user is typing in a field, whatever the settings become meanwhile', () => {
    const page = new FakePage();
    const draw = (temperature: number) => {
      page.post({ kind: 'settings', settings: settingsWith({ [NAME]: temperature }) });
    };
    draw(0.35);
    const box = page.byId(NAME);
    const type = (text: string) => {
      box.value = text;
      box.dispatch('input');
    };
    box.focus();
    type('1.');
    draw(0.8);
    assert.equal(box.value, '1.');
    type('9');
    box.dispatch('change');
    draw(0.8);
    assert.deepEqual(
      [box.value, page.byId(`${NAME}-problem`).textContent],
      ['9', 'Enter a number from 0.05 to 2'],
    );
    type('1.5');
    box.dispatch('change');
    assert.deepEqual({ ...(page.sent.at(-1) as object) }, { kind: 'setSetting', name: NAME, value: 1.5 });
    page.post({ kind: 'settings', settings: settingsWith({ [NAME]: 1.5 }), answered: NAME });
    draw(1.2);
    assert.equal(Number(box.value), 1.2);
  });

  it('keeps every step of an arrow key that is faster than the setting is written', () => {
    const page = new FakePage();
    const draw = (value: number, answered?: string) => {
      const settings = settingsWith({ [NAME]: value });
      page.post({ kind: 'settings', settings, ...(answered !== undefined && { answered }) });
    };
    const changes = () => page.sent.slice(1).map((message) => (message as { value?: unknown }).value);
    draw(0.8);
    const box = page.byId(NAME);
    const step = (value: string) => {
      box.value = value;
      box.dispatch('input');
      box.dispatch('change');
    };
    box.focus();
    step('0.81');
    step('0.82');
    // The window tells of the first step, and then the extension answers it.
    draw(0.81);
    assert.equal(box.value, '0.82');
    step('0.83');
    draw(0.81, NAME);
    assert.equal(box.value, '0.83');
    assert.deepEqual(changes(), [0.81, 0.83]);
    draw(0.83, NAME);
    assert.deepEqual([Number(box.value), changes()], [0.83, [0.81, 0.83]]);
    step('0.84');
    step('0.85');
    page.byId('reset').dispatch('click');
    draw(0.84, NAME);
    draw(0.8);
    assert.deepEqual([Number(box.value), changes().slice(2)], [0.8, [0.84, undefined]]);
  });

  it('shows the value in force once a field is left as it was found', () => {
    const page = new FakePage();
    page.post({ kind: 'settings', settings: settingsWith({ [NAME]: 0.35 }) });
    const box = page.byId(NAME);
    box.focus();
    box.value = '0.35';
    box.dispatch('input');
    page.post({ kind: 'settings', settings: settingsWith({ [NAME]: 0.8 }) });
    page.focused = null;
    box.dispatch('blur');
    assert.equal(Number(box.value), 0.8);
  });

  it('lets the wheel scroll the page over a field that has the focus, where it changed the value', () => {
    const page = new FakePage();
    page.post({ kind: 'settings', settings: settingsWith() });
    const box = page.byId(NAME);
    box.focus();
    box.dispatch('wheel');
    assert.equal(page.focused, null);
  });

  it('offers another sample only where it would differ', () => {
    const page = new FakePage();
    const isOffered = (given: Partial<Record<SettingName, number | boolean>>) => {
      page.post({ kind: 'settings', settings: settingsWith(given) });
      return !page.byId('again').hidden;
    };
    assert.ok(isOffered({}));
    assert.ok(!isOffered({ 'sampling.greedy': true }));
    assert.ok(!isOffered({ 'sampling.seed': 0 }));
  });

  it('keeps the keyboard among the buttons of the training when the one that was pressed goes away', () => {
    const page = new FakePage(['idle', 'running', 'paused', 'running paused']);
    const [train, pause, resume, cancel] = page.buttons;
    const training = (phase: PanelTraining['phase']) => {
      page.post({
        kind: 'training',
        training: { phase, lines: [], progress: 0, trainLoss: [], heldOut: [] },
      });
    };
    training('idle');
    assert.equal(page.focused, null);
    train.focus();
    training('running');
    assert.equal(page.focused, pause);
    training('paused');
    assert.equal(page.focused, resume);
    cancel.focus();
    training('running');
    assert.equal(page.focused, cancel);
  });

  it('draws a curve of two values or more, and names one alone', () => {
    const page = new FakePage();
    const shown = (...values: number[]) => {
      const heldOut = values.map((value, index) => ({ progress: index / 2, value }));
      const training = { phase: 'idle', lines: [], progress: 0, trainLoss: [], heldOut } as const;
      page.post({ kind: 'training', training });
      const [figure] = page.byId('curves').children;
      return figure.children.map(({ name, textContent }) => [name, textContent]);
    };
    assert.deepEqual(shown(2.53), [['figcaption', '2.53 bits a byte']]);
    assert.deepEqual(shown(2.53, 2.16), [
      ['svg', ''],
      ['figcaption', '2.53 → 2.16 bits a byte'],
    ]);
  });

  it("writes shares as the user's language does", () => {
    const page = new FakePage();
    page.post({
      kind: 'inspection',
      inspection: {
        state: 'ready',
        where: '',
        before: '',
        sample: '',
        candidates: [],
        experts: [{ name: 'Base network', weight: 0.614 }],
      },
    });
    assert.equal(page.byId('experts').children.at(-1)?.textContent, '61%');
  });
});
