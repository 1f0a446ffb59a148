import assert from 'node:assert/strict';
import { statusMenu, statusView, type StatusState } from '../../../src/editor/statusView';
import { inEnglish } from '../../../src/editor/translate';

const idle: StatusState = {
  generator: 'ready',
  model: null,
  hasPersonalModel: false,
  languageModel: null,
  maskedAway: null,
  training: null,
  interrupted: null,
  enabled: true,
  language: { id: 'markdown', enabled: true },
  counts: { shown: 0, accepted: 0, acceptedInPart: 0, charactersSaved: 0 },
};
const view = (change: Partial<StatusState>) => statusView(inEnglish, { ...idle, ...change });
const commands = (change: Partial<StatusState>) =>
  statusMenu(inEnglish, { ...idle, ...change }).map(({ command }) => command.replace('understudy.', ''));

describe('the status-bar item', () => {
  it('says what it is doing', () => {
    assert.equal(view({}).accessibleName, 'Understudy, on');
    assert.equal(view({ generator: 'loading' }).accessibleName, 'Understudy, loading');
    const off = { enabled: false, language: { id: 'markdown', enabled: false } };
    assert.equal(view(off).accessibleName, 'Understudy, off');
    assert.equal(view({ ...off, language: null }).accessibleName, 'Understudy, off');
  });

  it('says when only this language is off, and is on where only this language is', () => {
    assert.match(view({ language: { id: 'latex', enabled: false } }).accessibleName, /off for latex$/);
    assert.match(view({ enabled: false, language: { id: 'latex', enabled: true } }).accessibleName, /on$/);
  });

  it('shows how far training is, whatever else holds', () => {
    const training = { progress: 0.419, paused: false, activity: null };
    assert.equal(view({ training, enabled: false }).text, '$(sync~spin) training 41 %');
    assert.match(view({ training: { ...training, paused: true } }).text, /training paused at 41 %/);
    // While the result is measured.
    assert.match(view({ training: { ...training, progress: 1, paused: true } }).text, /training paused$/);
  });

  it('says what a training does before its first step', () => {
    const training = { progress: 0, paused: false, activity: 'choosing an engine…' };
    assert.equal(view({ training }).text, '$(sync~spin) choosing an engine…');
    assert.match(view({ training: { ...training, paused: true } }).text, /training paused at 0 %/);
  });

  it('says that a training was interrupted until that is read, and how to go on for longer', () => {
    const news = view({ interrupted: 'news' });
    assert.equal(news.text, '$(mortar-board) training was interrupted');
    const known = view({ interrupted: 'known' });
    assert.equal(known.text, '$(quote) Understudy');
    for (const { tooltip, isError } of [news, known]) {
      assert.match(tooltip[1], /was interrupted\. Train on Workspace continues it, unless texts/);
      assert.equal(isError, false);
    }
    const [item] = statusMenu(inEnglish, { ...idle, interrupted: 'known', hasPersonalModel: true });
    assert.equal(item.command, 'understudy.trainOnWorkspace');
    assert.equal(item.description, 'continues the interrupted training');
    const training = { progress: 0.419, paused: false, activity: null };
    assert.deepEqual(view({ training, interrupted: 'news' }), view({ training }));
  });

  it('marks the training in its menu as a command that asks first', () => {
    assert.equal(statusMenu(inEnglish, idle)[0].label, 'Train on Workspace…');
  });

  it('names the language model, and says why one is away', () => {
    const languageModel = { name: 'small.gguf', away: null };
    assert.ok(view({ languageModel }).tooltip.includes('Language model: small.gguf'));
    assert.equal(view({ languageModel }).accessibleName, 'Understudy, on');
    const away = view({ languageModel: { name: 'team:8080', away: 'It did not answer.' } });
    assert.ok(
      away.tooltip.includes(
        'Language model: team:8080 does not answer, so suggestions come without it. It did not answer.',
      ),
    );
    assert.equal(away.accessibleName, 'Understudy, on, without the language model');
    assert.equal(away.isError, false);
  });

  it('says why a masked model is away', () => {
    const away = view({ maskedAway: 'The masked model bert is away. It keeps stopping.' });
    assert.ok(away.tooltip.includes('The masked model bert is away. It keeps stopping.'));
    assert.equal(away.accessibleName, 'Understudy, on, without the masked model');
  });

  it('shows an error first, with its sentence in the tooltip and for screen readers', () => {
    const failed = view({ generator: { failed: 'The model m is damaged.' } });
    assert.ok(failed.isError);
    assert.equal(failed.text, '$(error) Understudy: error');
    assert.ok(failed.tooltip.includes('The model m is damaged.'));
    assert.equal(failed.accessibleName, 'Understudy, error: The model m is damaged.');
  });

  it('says that suggestions stopped for good, and what to do', () => {
    const stopped = view({
      generator: { stopped: 'out of memory' },
      training: { progress: 0, paused: false, activity: null },
    });
    assert.equal(stopped.text, '$(error) Understudy: suggestions stopped');
    assert.ok(stopped.isError);
    assert.match(
      stopped.tooltip.join('\n'),
      /keeps stopping \(out of memory\)\. Reload the window to start it again/,
    );
  });

  it('counts what was shown and saved, once there is something to count', () => {
    assert.equal(view({}).tooltip.length, 1);
    const counts = { shown: 9, accepted: 3, acceptedInPart: 2, charactersSaved: 120 };
    assert.match(view({ counts }).tooltip[1], /: 9 shown, 3 accepted, 2 in part; characters saved: 120$/);
  });
});

describe('the menu of the status-bar item', () => {
  it('offers training, the panel and the answer why first, so that Enter turns nothing off', () => {
    assert.deepEqual(commands({}), [
      'trainOnWorkspace',
      'openSettingsPanel',
      'whyNoSuggestion',
      'chooseLanguageModel',
      'toggle',
      'toggleForLanguage',
      'showLog',
    ]);
  });

  it('offers no language without an editor', () => {
    assert.ok(!commands({ language: null }).includes('toggleForLanguage'));
  });

  it('offers to pause or resume, and to cancel, while training', () => {
    const running = commands({ training: { progress: 0, paused: false, activity: null } });
    assert.deepEqual(running.slice(0, 2), ['pauseTraining', 'cancelTraining']);
    const paused = commands({ training: { progress: 0, paused: true, activity: null } });
    assert.deepEqual(paused.slice(0, 2), ['resumeTraining', 'cancelTraining']);
  });
});
