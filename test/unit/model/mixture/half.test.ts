import assert from 'node:assert/strict';
import type { Expert } from '../../../../src/model/expert';
import { gateSize, HALF_OFFSET, KINDS_OFFSET } from '../../../../src/model/mixture/gateParameters';
import { Mixture } from '../../../../src/model/mixture/mixture';

const VOCAB = 8;
/** All tokens have the same kind. */
const ALIKE = new Uint8Array(VOCAB);

/** Predicts the same in every state, once it has been asked to prepare. */
class SlowHalf implements Expert<{ id: number }> {
  readonly name = 'half';
  readonly vocabSize = VOCAB;
  private readonly prepared = new Set<unknown>();
  private count = 0;
  readonly readiness = {
    isReady: (state: unknown) => this.prepared.has(state),
    prepare: (states: readonly unknown[]) => {
      for (const state of states) {
        this.prepared.add(state);
      }
      return Promise.resolve();
    },
  };

  constructor(private readonly probs: readonly number[]) {}

  start = () => ({ id: this.count++ });
  next = () => this.start();
  nextMany = (states: readonly unknown[]) => states.map(() => this.start());
  predict(_state: unknown, probs: Float32Array): void {
    probs.set(this.probs);
  }
  predictMany(states: readonly unknown[], probs: readonly Float32Array[]): void {
    states.forEach((state, i) => {
      assert.ok(this.prepared.has(state));
      this.predict(state, probs[i]);
    });
  }
  dispose = () => undefined;
}

const onToken = (tokenId: number) => Array.from({ length: VOCAB }, (_, id) => (id === tokenId ? 0.93 : 0.01));

class Uniform extends SlowHalf {
  override readonly name = 'base' as 'half';
  override readonly readiness = undefined as never;
  constructor() {
    super(new Array<number>(VOCAB).fill(1 / VOCAB));
  }
  override predictMany(states: readonly unknown[], probs: readonly Float32Array[]): void {
    states.forEach((state, i) => {
      this.predict(state, probs[i]);
    });
  }
}

const mixtureWith = (half: Expert) =>
  new Mixture({ kinds: ALIKE, networks: [new Uniform()], half, gate: null });
const sum = (probs: Float32Array) => probs.reduce((total, p) => total + p, 0);

describe('the language-model half in the mix', () => {
  it('is left out while it is not ready, and contributes once it is', async () => {
    const mix = mixtureWith(new SlowHalf(onToken(3)));
    const state = mix.start();
    const before = new Float32Array(VOCAB);
    mix.predict(state, before);
    assert.deepEqual(
      mix.explain(state).map(({ name }) => name),
      ['counts', 'base'],
    );
    await mix.prepare([state]);
    assert.equal(mix.prepare([state]), undefined);
    const after = new Float32Array(VOCAB);
    mix.predictMany([state], [after]);
    assert.ok(after[3] > before[3]);
    assert.deepEqual(
      mix.explain(state).map(({ name }) => name),
      ['counts', 'base', 'half'],
    );
    assert.ok(Math.abs(sum(before) - 1) < 1e-6);
    assert.ok(Math.abs(sum(after) - 1) < 1e-6);
  });

  const weightAfterReading = async (half: Expert, tokenId: number) => {
    const mix = mixtureWith(half);
    for (let i = 0; i < 400; i++) {
      const state = mix.start();
      await mix.prepare([state]);
      mix.scoreAndLearn(state, tokenId);
    }
    const state = mix.start();
    await mix.prepare([state]);
    const [base, halfWeight] = ['base', 'half'].map(
      (name) => mix.explain(state).find((expert) => expert.name === name)!.weight,
    );
    const share = halfWeight / (base + halfWeight);
    return { share, earned: mix.halfWeight! };
  };

  it('earns its weight by being right, and loses it where it only hurts', async () => {
    const right = await weightAfterReading(new SlowHalf(onToken(3)), 3);
    const wrong = await weightAfterReading(new SlowHalf(onToken(5)), 3);
    assert.ok(right.share > 0.9 && right.earned > 0.85, JSON.stringify(right));
    assert.ok(wrong.share < 0.05 && wrong.earned < 0.1, JSON.stringify(wrong));
  });

  it('is taught in text that was read without it, and nothing else is taught a second time', async () => {
    const mix = mixtureWith(new SlowHalf(onToken(3)));
    const state = mix.start();
    assert.equal(mix.learnSlowHalf(state, 3), false);
    const unknown = mix.gate.parameters.slice();
    await mix.prepare([state]);
    assert.equal(mix.learnSlowHalf(state, 3), true);
    assert.deepEqual(allButHalf(mix.gate.parameters), allButHalf(unknown));
    assert.ok(mix.gate.parameters[HALF_OFFSET] > unknown[HALF_OFFSET]);
    const taught = mix.gate.parameters.slice();
    mix.learnGate(state, 3);
    assert.deepEqual(halfOf(mix.gate.parameters), halfOf(taught));
    assert.notDeepEqual(allButHalf(mix.gate.parameters), allButHalf(taught));
  });

  it('has one weight for any cursor, and none where there is no half', () => {
    const unknown = mixtureWith(new SlowHalf(onToken(3))).halfWeight!;
    assert.ok(unknown > 0.1 && unknown < 0.5);
    assert.equal(new Mixture({ kinds: ALIKE, networks: [new Uniform()], gate: null }).halfWeight, null);
  });

  it('learns nothing where it did not contribute', () => {
    const mix = mixtureWith(new SlowHalf(onToken(3)));
    const before = halfOf(mix.gate.parameters);
    const { networks } = mix.scoreAndLearn(mix.start(), 3);
    assert.ok(Number.isNaN(networks[1]));
    assert.deepEqual(halfOf(mix.gate.parameters), before);
  });

  it('a gate of another vocabulary is ignored', () => {
    const [other, none] = [new Float32Array(gateSize(VOCAB + 1)).fill(0.25), null].map(
      (gate) => new Mixture({ kinds: ALIKE, networks: [], gate }).gate.parameters,
    );
    assert.deepEqual(other, none);
  });
});

const halfOf = (gate: Float32Array): Float32Array => gate.slice(HALF_OFFSET, KINDS_OFFSET);
const allButHalf = (gate: Float32Array): number[] => [
  ...gate.subarray(0, HALF_OFFSET),
  ...gate.subarray(KINDS_OFFSET),
];
