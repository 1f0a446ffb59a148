import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { DeferredModel, type DeferredState } from '../../../../src/model/bridge/deferredModel';
import { RandomExpert } from '../../../support/randomForeign';

const VOCAB_SIZE = 20;

class Counted extends RandomExpert {
  reads = 0;
  asked = 0;
  override next(state: readonly number[], tokenId: number): readonly number[] {
    this.reads++;
    return super.next(state, tokenId);
  }
  override predict(state: readonly number[], probs: Float32Array): void {
    this.asked++;
    super.predict(state, probs);
  }
}

const distribution = <S>(expert: { predict(state: S, probs: Float32Array): void }, state: S) => {
  const probs = new Float32Array(VOCAB_SIZE);
  expert.predict(state, probs);
  return probs;
};

describe('a model that reads only when it is asked', () => {
  const noPause = () => Promise.resolve();
  const read = (model: DeferredModel<readonly number[]>, ids: readonly number[]) =>
    ids.reduce<DeferredState<readonly number[]>[]>(
      (places, id) => [...places, model.next(places.at(-1)!, id)],
      [model.start()],
    );

  it('costs nothing to read with, and reads and answers in each place once, with a pause before each step', async () => {
    const expert = new Counted(VOCAB_SIZE, 7);
    let pauses = 0;
    const model = new DeferredModel('half', expert, () => {
      pauses++;
      return Promise.resolve();
    });
    const places = read(model, [1, 2, 3, 4]);
    assert.equal(expert.reads, 0);
    assert.ok(!model.readiness.isReady(places[4]));
    await Promise.all([
      model.readiness.prepare([places[2], places[4]]),
      model.readiness.prepare([places[4]]),
    ]);
    assert.deepEqual([expert.reads, expert.asked], [4, 2]);
    assert.ok(pauses >= 6);
    assert.deepEqual(
      places.map((place) => model.readiness.isReady(place)),
      [false, false, true, false, true],
    );
    assert.deepEqual(distribution(model, places[4]), distribution(expert, [1, 2, 3, 4]));
    assert.deepEqual(distribution(model, places[1]), distribution(expert, [1]));
    assert.equal(expert.reads, 4);
  });

  it('answers as the model does, also where it was not reached before', () => {
    const expert = new RandomExpert(VOCAB_SIZE, 7);
    const model = new DeferredModel('half', expert, noPause);
    const places = model.nextMany(read(model, [5, 6]).slice(1), [7, 8]);
    const probs = places.map(() => new Float32Array(VOCAB_SIZE));
    model.predictMany(places, probs);
    assert.deepEqual(probs, [distribution(expert, [5, 7]), distribution(expert, [5, 6, 8])]);
  });

  it('keeps no place alive that was read past', async () => {
    const model = new DeferredModel('half', new RandomExpert(VOCAB_SIZE, 7), noPause);
    const places = read(model, [1, 2, 3]);
    await model.readiness.prepare([places[3]]);
    assert.ok(places.every(({ before }) => before === null));
  });

  it('keeps all that it prepares until it was taken, and then what was wanted last', async () => {
    const model = new DeferredModel('half', new RandomExpert(VOCAB_SIZE, 7), () => setImmediate());
    const many = model.nextMany(
      Array.from({ length: 600 }, () => model.start()),
      Array.from({ length: 600 }, (_, i) => i % VOCAB_SIZE),
    );
    const isReady = (place: DeferredState<readonly number[]>) => model.readiness.isReady(place);
    await Promise.all([model.readiness.prepare(many), model.readiness.prepare([model.start()])]);
    assert.ok(many.every(isReady));
    await model.readiness.prepare([many[0]]);
    await setImmediate();
    assert.ok(isReady(many[0]) && isReady(many[599]) && !isReady(many[1]));
  });

  it('goes on forgetting what was wanted long ago after a step that failed', async () => {
    class Failing extends Counted {
      override next(state: readonly number[], tokenId: number): readonly number[] {
        if (tokenId === 19) {
          throw new RangeError('Token 19 is unknown.');
        }
        return super.next(state, tokenId);
      }
    }
    const model = new DeferredModel('half', new Failing(VOCAB_SIZE, 7), noPause);
    await assert.rejects(model.readiness.prepare(read(model, [19])), /Token 19/);
    const many = read(
      model,
      Array.from({ length: 600 }, (_, i) => i % 19),
    );
    await model.readiness.prepare(many);
    await setImmediate();
    assert.equal(many.filter((place) => model.readiness.isReady(place)).length, 512);
  });

  it('reads and answers nothing more once it is disposed of', async () => {
    const expert = new Counted(VOCAB_SIZE, 7);
    let pauses = 0;
    const model = new DeferredModel('half', expert, () => {
      if (++pauses === 3) {
        model.dispose();
      }
      return Promise.resolve();
    });
    const places = read(model, [1, 2, 3, 4]);
    await model.readiness.prepare([places[4]]);
    assert.deepEqual([expert.reads, expert.asked, pauses], [2, 0, 3]);
    assert.ok(!model.readiness.isReady(places[4]));
  });
});
