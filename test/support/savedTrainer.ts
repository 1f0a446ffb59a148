/**
 * A trainer's process that is cancelled just as it has written its model: it says what has become of it once it is to go on, and dies
 * where it is to pause.
 */
import { parseTrainerRequest } from '../../src/protocol/trainerMessages';
import type { TrainerEvent } from '../../src/protocol/trainerEvents';

const send = (event: TrainerEvent): boolean => process.send!(event);

process.on('message', (message) => {
  const { kind } = parseTrainerRequest(message);
  if (kind === 'train') {
    send({ kind: 'loading', name: 'native' });
  } else if (kind === 'cancel') {
    send({ kind: 'saved', path: 'model', step: 3 });
  } else if (kind === 'pause') {
    process.kill(process.pid, 'SIGKILL');
  } else {
    send({
      kind: 'done',
      outcome: 'improved',
      before: null,
      after: null,
      steps: 3,
      tokensPerSecond: 1,
      modelPath: 'model',
    });
    process.disconnect();
  }
});
