import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeCheckpoint } from '../../../../src/model/checkpoint/checkpoint';
import { networkOfShape, type NetworkShape } from '../../../../src/model/networkConfig';
import { planTraining } from '../../../../src/trainer/training/planTraining';
import { randomWeights } from '../../model/network/randomWeights';
import { SmallWorkspace } from './smallJob';

describe('planTraining', () => {
  let workspace: SmallWorkspace;
  beforeEach(() => {
    workspace = new SmallWorkspace().writeVerses();
  });
  afterEach(() => {
    workspace.remove();
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
