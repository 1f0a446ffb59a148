import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { isRefinable, refinementOf, REPLACEABLE_FOR } from '../../../src/completion/refinement';
import { placeOf, SuggestionRefiner } from '../../../src/completion/suggestionRefiner';
import type { CompletedResponse, CompletionQuestion } from '../../../src/protocol/generatorProtocol';

const answer = (insertText: string, rest: Partial<CompletedResponse> = {}): CompletedResponse => ({
  kind: 'completed',
  id: 1,
  insertText,
  confidence: 0.5,
  ...rest,
});
const question = (prefix: string): CompletionQuestion => ({
  document: { uri: 'file:///a.md', languageId: 'markdown', prefix, suffix: '' },
  multiline: false,
  eagerness: 0.5,
  maxNewTokens: 32,
});
const refinement = (standing: string, refined: string, age = 0) =>
  refinementOf(answer(standing), answer(refined), age);

describe('what a slow language model makes of a suggestion', () => {
  it('extends it, replaces it, or is the first', () => {
    assert.equal(refinement('the east', 'the east window'), 'extended');
    assert.equal(refinement('the east', 'a lamp'), 'replaced');
    assert.equal(refinement('', 'a lamp'), 'first');
  });

  it('leaves the shown text when it is the same, ends sooner or is nothing', () => {
    for (const refined of ['the east', 'the', '']) {
      assert.equal(refinement('the east', refined), null);
    }
    assert.equal(refinement('', ''), null);
  });

  it('does not exchange what has been read, but lets it grow', () => {
    assert.equal(refinement('the east', 'a lamp', REPLACEABLE_FOR + 1), null);
    assert.equal(refinement('the east', 'the east window', 60_000), 'extended');
    assert.equal(refinement('', 'a lamp', 60_000), 'first');
  });

  it('does not exchange what the user is typing along with', () => {
    const isTypedAlong = true;
    assert.equal(refinementOf(answer('the east', { isTypedAlong }), answer('a lamp'), 0), null);
    assert.equal(refinementOf(answer('the', { isTypedAlong }), answer('the east'), 0), 'extended');
  });

  it('never changes anything when the same is asked again', () => {
    const short = fc.string({ maxLength: 4, unit: fc.constantFrom('a', 'b') });
    fc.assert(
      fc.property(short, short, fc.nat(2 * REPLACEABLE_FOR), (standing, refined, age) => {
        const shown = refinement(standing, refined, age) === null ? standing : refined;
        assert.equal(refinement(shown, refined, 0) === null || shown === standing, true);
        assert.equal(refinement(shown, shown, age), null);
      }),
    );
  });

  it('is asked for only where a suggestion can stand', () => {
    assert.ok(isRefinable(answer('the')));
    assert.ok(isRefinable(answer('', { noSuggestionReason: 'lowConfidence' })));
    for (const noSuggestionReason of ['midWord', 'midLine', 'cancelled'] as const) {
      assert.ok(!isRefinable(answer('', { noSuggestionReason })));
    }
  });
});

/** Waits until all promises that can settle have settled. */
const settled = () => setImmediate();

/** A refiner, with a user who keeps still and a slow model that answers when the test says so. */
class Trial {
  readonly asked: string[] = [];
  readonly adopted: string[] = [];
  readonly shown: string[] = [];
  readonly errors: unknown[] = [];
  readonly signals: AbortSignal[] = [];
  private waiting: (() => void)[] = [];
  private settleLast: {
    resolve: (answer: CompletedResponse) => void;
    reject: (error: Error) => void;
  } | null = null;
  readonly refiner = new SuggestionRefiner(
    {
      refine: ({ document }, signal) => {
        this.asked.push(document.prefix);
        this.signals.push(signal);
        return new Promise((resolve, reject) => {
          this.settleLast = { resolve, reject };
        });
      },
      adopt: (_, { insertText }) => this.adopted.push(insertText),
    },
    {
      onRefined: (place, kind) => this.shown.push(`${place}: ${kind}`),
      onError: (error) => this.errors.push(error),
      untilStill: () => new Promise((resolve) => this.waiting.push(resolve)),
    },
  );

  constructor() {
    this.refiner.turn(() => true);
  }

  async beStill(): Promise<void> {
    this.waiting.forEach((resolve) => {
      resolve();
    });
    this.waiting = [];
    await settled();
  }

  async answerWith(refined: string | Error): Promise<void> {
    if (typeof refined === 'string') {
      this.settleLast!.resolve(answer(refined));
    } else {
      this.settleLast!.reject(refined);
    }
    await settled();
  }
}
const here = placeOf('file:///a.md', 7, 4);
const there = placeOf('file:///a.md', 8, 5);

describe('a suggestion that is refined while the cursor stands still', () => {
  it('is adopted and shown once, and not asked for again when VS Code asks for its ghost text', async () => {
    const trial = new Trial();
    trial.refiner.consider(here, question('In '), answer('the east'));
    await trial.beStill();
    await trial.answerWith('the east window');
    trial.refiner.consider(here, question('In '), answer('the east window', { isTypedAlong: true }));
    await trial.beStill();
    assert.deepEqual(
      [trial.asked, trial.adopted, trial.shown],
      [['In '], ['the east window'], [`${here}: extended`]],
    );
  });

  it('is not shown again when it came out the same', async () => {
    const trial = new Trial();
    trial.refiner.consider(here, question('In '), answer('the east'));
    await trial.beStill();
    await trial.answerWith('the east');
    assert.deepEqual([trial.adopted, trial.shown], [[], []]);
  });

  it('is not asked for while the user types on', async () => {
    const trial = new Trial();
    for (let offset = 0; offset < 5; offset++) {
      const place = placeOf('file:///a.md', offset, offset);
      trial.refiner.moveTo(place);
      trial.refiner.consider(place, question(`In ${offset}`), answer('x'));
    }
    await trial.beStill();
    assert.deepEqual(trial.asked, ['In 4']);
  });

  it('is given up when the cursor moves, also when it had been asked for', async () => {
    const trial = new Trial();
    trial.refiner.consider(here, question('In '), answer('the east'));
    await trial.beStill();
    trial.refiner.moveTo(there);
    await trial.answerWith('the east window');
    assert.deepEqual([trial.signals[0].aborted, trial.shown, trial.adopted], [true, [], []]);
  });

  it('is not given up where VS Code tells of the cursor that it is there, as after each key', async () => {
    const trial = new Trial();
    trial.refiner.consider(here, question('In '), answer('the east'));
    trial.refiner.moveTo(here);
    await trial.beStill();
    trial.refiner.moveTo(here);
    await trial.answerWith('the east window');
    assert.deepEqual(trial.shown, [`${here}: extended`]);
  });

  it('is given up for another place, and asked for again after the model has changed', async () => {
    const trial = new Trial();
    trial.refiner.consider(here, question('In '), answer('the east'));
    trial.refiner.consider(there, question('In t'), answer('he east'));
    await trial.beStill();
    assert.deepEqual(trial.asked, ['In t']);
    trial.refiner.turn(() => true);
    assert.equal(trial.signals[0].aborted, true);
    trial.refiner.consider(there, question('In t'), answer('he east'));
    await trial.beStill();
    assert.deepEqual(trial.asked, ['In t', 'In t']);
  });

  it('is given up where the user turns to others at its place', async () => {
    const trial = new Trial();
    trial.refiner.consider(here, question('In '), answer('the east'));
    await trial.beStill();
    const others = [{ insertText: 'a lamp', confidence: 0.1 }];
    trial.refiner.consider(here, question('In '), answer('the east', { alternatives: others }));
    await trial.answerWith('the east window');
    await trial.beStill();
    assert.deepEqual([trial.asked, trial.shown, trial.adopted], [['In '], [], []]);
  });

  it('is waited for only where a slow model could change it', async () => {
    const trial = new Trial();
    trial.refiner.turn(({ document }) => document.prefix === 'In ');
    trial.refiner.consider(there, question('On '), answer('the east'));
    await trial.beStill();
    trial.refiner.consider(here, question('In '), answer('the east'));
    await trial.beStill();
    assert.deepEqual(trial.asked, ['In ']);
  });

  it('is not waited for where no suggestion has a place', async () => {
    const trial = new Trial();
    trial.refiner.consider(here, question('In '), answer('', { noSuggestionReason: 'midWord' }));
    await trial.beStill();
    assert.deepEqual(trial.asked, []);
  });

  it('is not waited for without a slow model', async () => {
    const trial = new Trial();
    trial.refiner.turn(() => false);
    trial.refiner.consider(here, question('In '), answer('the east'));
    await trial.beStill();
    assert.deepEqual(trial.asked, []);
  });

  it('reports a generator that failed, and stays of use', async () => {
    const trial = new Trial();
    trial.refiner.consider(here, question('In '), answer('the east'));
    await trial.beStill();
    await trial.answerWith(new Error('The generator stopped.'));
    trial.refiner.consider(there, question('In t'), answer('he east'));
    await trial.beStill();
    await trial.answerWith('he east window');
    assert.deepEqual([trial.errors.length, trial.shown], [1, [`${there}: extended`]]);
  });
});
