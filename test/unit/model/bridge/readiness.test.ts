import assert from 'node:assert/strict';
import { Bridge } from '../../../../src/model/bridge/bridge';
import { DeferredModel } from '../../../../src/model/bridge/deferredModel';
import type { Expert, Readiness } from '../../../../src/model/expert';
import { byteVocabulary, RandomExpert } from '../../../support/randomForeign';
import { shippedTokenizer as tokenizer } from '../../../support/shippedTokenizer';

type History = readonly number[];

/** Answers only in states that were prepared; while it is away, it prepares none. */
class RemoteRandom extends RandomExpert implements Expert<History> {
  isAway = false;
  readonly calls: number[] = [];
  private readonly prepared = new Set<History>();
  readonly readiness: Readiness<History> = {
    isReady: (state) => this.prepared.has(state),
    prepare: async (states) => {
      this.calls.push(states.length);
      await Promise.resolve();
      for (const state of this.isAway ? [] : states) {
        this.prepared.add(state);
      }
    },
  };

  override predict(state: History, probs: Float32Array): void {
    assert.ok(this.prepared.has(state), 'a state that was not prepared is not asked about');
    super.predict(state, probs);
  }
}

const vocabulary = byteVocabulary();
const distribution = <S>(expert: Expert<S>, state: S) => {
  const probs = new Float32Array(expert.vocabSize);
  expert.predict(state, probs);
  return probs;
};

describe('bridging a model that must be waited for', () => {
  const statesOf = <S>(expert: Expert<S>, text: string): S[] => {
    const states = [expert.next(expert.start(), tokenizer.endOfTextId)];
    for (const id of tokenizer.encode(text)) {
      states.push(expert.next(states[states.length - 1], id));
    }
    return states;
  };

  it('is ready once prepared, and then says what it would have said at once', async () => {
    const remote = new RemoteRandom(vocabulary.tokens.length, 5);
    const bridge = new Bridge({ expert: remote, vocabulary }, tokenizer);
    const direct = new Bridge(
      { expert: new RandomExpert(vocabulary.tokens.length, 5), vocabulary },
      tokenizer,
    );
    const states = statesOf(bridge, 'the end');
    assert.deepEqual(
      states.map((state) => bridge.readiness!.isReady(state)),
      states.map(() => false),
    );
    await Promise.all([bridge.readiness!.prepare(states), bridge.readiness!.prepare(states.slice(1))]);
    for (const [i, state] of statesOf(direct, 'the end').entries()) {
      assert.ok(bridge.readiness!.isReady(states[i]));
      assert.deepEqual(distribution(bridge, states[i]), distribution(direct, state));
    }
    assert.equal(bridge.cost.distributions, states.length);
  });

  it('asks about several places in one call', async () => {
    const remote = new RemoteRandom(vocabulary.tokens.length, 5);
    const bridge = new Bridge({ expert: remote, vocabulary }, tokenizer, { limits: { steps: 0 } });
    const states = statesOf(bridge, 'one two three four');
    await bridge.readiness!.prepare(states);
    assert.ok(remote.calls[0] >= states.length, `first call: ${remote.calls[0]}`);
    assert.ok(remote.calls.length <= 3, `${remote.calls.length} calls`);
  });

  it('keeps what is wanted, however long ago it was made', async () => {
    const remote = new RemoteRandom(vocabulary.tokens.length, 5);
    const bridge = new Bridge({ expert: remote, vocabulary }, tokenizer, { limits: { steps: 0 } });
    const states = statesOf(bridge, ' and so on'.repeat(200));
    assert.ok(states.length > 550, `${states.length} states`);
    await bridge.readiness!.prepare(states.slice(0, 500));
    const wanted = [states[0], ...states.slice(500, 550)];
    await bridge.readiness!.prepare(wanted);
    assert.ok(wanted.every((state) => bridge.readiness!.isReady(state)));
  });

  it('stays unready, without a fault, while the model is away, and answers when it is back', async () => {
    const remote = new RemoteRandom(vocabulary.tokens.length, 5);
    const bridge = new Bridge({ expert: remote, vocabulary }, tokenizer);
    const [state] = statesOf(bridge, '');
    remote.isAway = true;
    await bridge.readiness!.prepare([state]);
    assert.equal(bridge.readiness!.isReady(state), false);
    remote.isAway = false;
    await bridge.readiness!.prepare([state]);
    assert.ok(bridge.readiness!.isReady(state));
  });

  it('lets others work between the steps of a slow model in the same thread', async () => {
    let pauses = 0;
    const expert = new RandomExpert(vocabulary.tokens.length, 5);
    const deferred = new DeferredModel('slow', expert, () => {
      pauses++;
      return Promise.resolve();
    });
    const slow = new Bridge({ expert: deferred, vocabulary }, tokenizer);
    const quick = new Bridge({ expert, vocabulary }, tokenizer);
    assert.equal(quick.readiness, undefined);
    const state = slow.next(slow.start(), tokenizer.endOfTextId);
    await slow.readiness!.prepare([state]);
    assert.ok(pauses > slow.cost.foreignPredictions);
    assert.deepEqual(
      distribution(slow, state),
      distribution(quick, quick.next(quick.start(), tokenizer.endOfTextId)),
    );
  });

  it('asks a slow model in the same thread nothing more once it is disposed of', async () => {
    for (const limits of [{}, { steps: 0 }]) {
      let pausesAfter = 0;
      let isDisposed = false;
      const expert = new DeferredModel('slow', new RandomExpert(vocabulary.tokens.length, 5), () => {
        pausesAfter += isDisposed ? 1 : 0;
        if (!isDisposed) {
          isDisposed = true;
          bridge.dispose();
        }
        return Promise.resolve();
      });
      const bridge = new Bridge({ expert, vocabulary }, tokenizer, { limits });
      const states = statesOf(bridge, 'one two three four');
      await bridge.readiness!.prepare(states);
      assert.equal(pausesAfter, 0);
      assert.ok(states.every((state) => !bridge.readiness!.isReady(state)));
    }
  });
});
