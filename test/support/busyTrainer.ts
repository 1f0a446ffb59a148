/** A trainer's process that holds its model, has begun to write, and then hears nothing any more, as in a step of many seconds. */
import { writeFileSync } from 'node:fs';
import { parseTrainerRequest } from '../../src/protocol/trainerMessages';
import { lockModel } from '../../src/trainer/training/trainingLock';

process.on('message', (message) => {
  const request = parseTrainerRequest(message);
  if (request.kind === 'train') {
    const { modelPath, resumePath } = request.job;
    void lockModel(modelPath).then(() => {
      writeFileSync(resumePath, 'how far it is');
      writeFileSync(`${resumePath}.123.partial`, 'how f');
      process.send!({ kind: 'loading', name: 'wasm' }, () => {
        for (;;);
      });
    });
  }
});
