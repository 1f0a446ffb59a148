import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeCheckpoint } from '../../../../src/model/checkpoint/checkpoint';
import { networkOfShape, type NetworkShape } from '../../../../src/model/networkConfig';
import { readBeginning } from '../../../../src/trainer/training/beginning';
import { planTraining } from '../../../../src/trainer/training/planTraining';
import { randomWeights } from '../../model/network/randomWeights';
import { runCollecting, SmallWorkspace } from './smallJob';

describe('planTraining', () => {
  let workspace: SmallWorkspace;
  beforeEach(() => {
    workspace = new SmallWorkspace().writeVerses();
  });
  afterEach(() => {
    workspace.remove();
  });

  it('starts afresh, and says why, where the initial model has other tokens, as nothing could use what it becomes', async () => {
    const { options, tokenizerPath } = workspace.job();
    const shipped = JSON.parse(readFileSync(tokenizerPath, 'utf8')) as { model: { merges: unknown[] } };
    const reversed = structuredClone(shipped);
    reversed.model.merges.reverse();
    for (const [tokenizer, vocabSize] of [
      [reversed, 4096],
      [{ model: { type: 'WordPiece' } }, 4096],
      [shipped, 4000],
    ] as const) {
      const config = networkOfShape(options, vocabSize);
      const initialModelPath = join(workspace.storage, 'forged.safetensors');
      writeFileSync(
        initialModelPath,
        encodeCheckpoint({ config, weights: randomWeights(config, 1), tokenizer, training: {}, gate: null }),
      );
      const warnings: string[] = [];
      const { initial } = await readBeginning(workspace.job({}, { initialModelPath }), (warning) => {
        warnings.push(warning);
      });
      assert.equal(initial, null);
      assert.deepEqual(warnings, [
        `The model ${initialModelPath} was trained with another tokenizer than this version of Understudy has, so training starts afresh.`,
      ]);
    }
  });

  it('says that there is too little text where a training would be refused for it, and nowhere else', async () => {
    const job = workspace.job({}, { folders: [workspace.storage] });
    for (const words of [0, 6, 20, 200]) {
      writeFileSync(join(workspace.storage, 'a.txt'), 'sea '.repeat(words));
      const plan = await planTraining(job, new AbortController().signal, () => undefined);
      const chooseEngine = () => Promise.reject(new Error('The texts are enough.'));
      assert.equal(plan.tooLittle, words < 200);
      await assert.rejects(
        runCollecting(job, { chooseEngine }),
        plan.tooLittle ? /^Error: There is (no|too little) text to learn from/ : /The texts are enough\.$/,
      );
    }
  });

  it('says whether a network of the wished kind starts from scratch beside a base model of another', async () => {
    const { options, tokenizerPath } = workspace.job();
    const config = networkOfShape(options, 4096);
    const baseModelPath = join(workspace.storage, 'base.safetensors');
    writeFileSync(
      baseModelPath,
      encodeCheckpoint({
        config,
        weights: randomWeights(config, 1),
        tokenizer: JSON.parse(readFileSync(tokenizerPath, 'utf8')),
        training: {},
        gate: null,
      }),
    );
    const startsAfresh = async (shape: Partial<NetworkShape>) => {
      const job = workspace.job(shape, { initialModelPath: baseModelPath, baseModelPath });
      const plan = await planTraining(job, new AbortController().signal, () => undefined);
      return plan.startsAfresh;
    };
    assert.equal(await startsAfresh({}), false);
    assert.equal(await startsAfresh({ attention: true }), true);
    assert.equal(await startsAfresh({ architecture: 'gru' }), true);
    assert.equal(await startsAfresh({ architecture: 'transformer' }), true);
  });
});
