import assert from 'node:assert/strict';
import { DeferredModel, type DeferredState } from '../../../../src/model/bridge/deferredModel';
import { RandomExpert } from '../../../support/randomForeign';

const VOCAB_SIZE = 20;

class Counted extends RandomExpert {
  reads = 0;
  override next(state: readonly number[], tokenId: number): readonly number[] {
    this.reads++;
    return super.next(state, tokenId);
  }
}

const distribution = <S>(expert: { predict(state: S, probs: Float32Array): void }, state: S) => {
  const probs = new Float32Array(VOCAB_SIZE);
  expert.predict(state, probs);
  return probs;
};

describe('a model that reads only when it is asked', () => {
  const read = (model: DeferredModel<readonly number[]>, ids: readonly number[]) =>
    ids.reduce<DeferredState<readonly number[]>[]>(
      (places, id) => [...places, model.next(places.at(-1)!, id)],
      [model.start()],
    );

  it('costs nothing to read with, and reads each place once, with a pause before each step', async () => {
    const expert = new Counted(VOCAB_SIZE, 7);
    let pauses = 0;
    const model = new DeferredModel(expert, () => {
      pauses++;
      return Promise.resolve();
    });
    const places = read(model, [1, 2, 3, 4]);
    assert.equal(expert.reads, 0);
    await Promise.all([model.reach(places[2]), model.reach(places[4])]);
    assert.equal(expert.reads, 4);
    assert.ok(pauses >= 4);
    assert.deepEqual(distribution(model, places[4]), distribution(expert, [1, 2, 3, 4]));
    assert.deepEqual(distribution(model, places[1]), distribution(expert, [1]));
    assert.equal(expert.reads, 4);
  });

  it('answers as the model does, also where it was not reached before', () => {
    const expert = new RandomExpert(VOCAB_SIZE, 7);
    const model = new DeferredModel(expert, () => Promise.resolve());
    const places = model.nextMany(read(model, [5, 6]).slice(1), [7, 8]);
    const probs = places.map(() => new Float32Array(VOCAB_SIZE));
    model.predictMany(places, probs);
    assert.deepEqual(probs, [distribution(expert, [5, 7]), distribution(expert, [5, 6, 8])]);
  });

  it('keeps no place alive that was read past', async () => {
    const model = new DeferredModel(new RandomExpert(VOCAB_SIZE, 7), () => Promise.resolve());
    const places = read(model, [1, 2, 3]);
    await model.reach(places[3]);
    assert.ok(places.every(({ before }) => before === null));
  });

  it('reads nothing more once it is disposed of', async () => {
    const expert = new Counted(VOCAB_SIZE, 7);
    let pauses = 0;
    const model = new DeferredModel(expert, () => {
      if (++pauses === 3) {
        model.dispose();
      }
      return Promise.resolve();
    });
    await model.reach(read(model, [1, 2, 3, 4])[4]);
    assert.deepEqual([expert.reads, pauses], [2, 3]);
  });
});
