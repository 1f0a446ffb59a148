import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ContextCounts } from '../../../../src/model/mixture/contextCounts';
import { Gate, sharesOf } from '../../../../src/model/mixture/gate';
import {
  gateSize,
  HALF_SLOT,
  type GateContext,
  type GateLevel,
} from '../../../../src/model/mixture/gateParameters';

const VOCAB = 10;
const NOWHERE: GateContext = { lastToken: 0, kinds: [0, 0] };

/** A level whose context was followed once by `token`. */
function levelOf(token: number): GateLevel {
  const counts = new ContextCounts(VOCAB, 0.4);
  counts.clear(1);
  counts.adder(1)(token, 1);
  counts.finish();
  return { counts, level: 0, agreement: 0 };
}

/** Two situations that differ in one thing: the level was right in one and wrong in the other. */
function trustsAfterTeaching(right: [GateLevel, GateContext], wrong: [GateLevel, GateContext]): number[] {
  const gate = new Gate(VOCAB, null, 0.05);
  for (let i = 0; i < 200; i++) {
    gate.learn(gate.weigh([right[0]], right[1], [0]), Float64Array.of(1, 0.1), Float64Array.of(0.1));
    gate.learn(gate.weigh([wrong[0]], wrong[1], [0]), Float64Array.of(0, 0.1), Float64Array.of(0.1));
  }
  return [right, wrong].map(([level, context]) => gate.weigh([level], context, [0]).trusts[0]);
}

describe('gate', () => {
  it('learns after which kinds of tokens counts can be trusted', () => {
    const level = levelOf(4);
    const [right, wrong] = trustsAfterTeaching(
      [level, { lastToken: 0, kinds: [1, 2] }],
      [level, { lastToken: 0, kinds: [2, 1] }],
    );
    assert.ok(right > 0.8 && wrong < 0.2, `${right} ${wrong}`);
  });

  it('learns after which token counts can be trusted', () => {
    const level = levelOf(4);
    const [right, wrong] = trustsAfterTeaching(
      [level, { ...NOWHERE, lastToken: 7 }],
      [level, { ...NOWHERE, lastToken: 8 }],
    );
    assert.ok(right > 0.8 && wrong < 0.2, `${right} ${wrong}`);
  });

  it('learns which tokens counts predict well, in any context', () => {
    const [right, wrong] = trustsAfterTeaching([levelOf(4), NOWHERE], [levelOf(5), NOWHERE]);
    assert.ok(right > 0.8 && wrong < 0.2, `${right} ${wrong}`);
  });

  it('law: shares are finite and sum to one, and stay so after a lesson, whatever finite parameters a file holds', () => {
    const slots = [0, 1, HALF_SLOT];
    const most = Math.fround(1e30);
    const parameter = fc.oneof(
      fc.float({ min: -most, max: most, noNaN: true }),
      fc.float({ min: -1000, max: 1000, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(parameter, { minLength: 1, maxLength: 20 }), (values) => {
        const learned = Float32Array.from({ length: gateSize(VOCAB) }, (_, i) => values[i % values.length]);
        const gate = new Gate(VOCAB, learned, 0.05);
        for (const levels of [[], [levelOf(4)], [levelOf(4)]]) {
          const half = gate.halfShare(slots);
          assert.ok(half >= 0 && half <= 1, `the half has ${half}`);
          const weights = gate.weigh(levels, NOWHERE, slots);
          const shares = sharesOf(weights);
          const sum = [...shares.levels, shares.unigrams, ...shares.networks].reduce((a, b) => a + b, 0);
          assert.ok(Math.abs(sum - 1) < 1e-12, `the shares sum to ${sum}`);
          const seen = Float64Array.from([...levels.map(() => 0), 0.1]);
          assert.ok(gate.learn(weights, seen, Float64Array.of(0, 0, 0.1)) > 0);
        }
        assert.ok(gate.parameters.every(Number.isFinite));
      }),
    );
  });
});
