/** Checks the messages between the parent and the trainer's process on arrival. */
import * as v from 'valibot';
import { eventSchema, type TrainerEvent } from './trainerEvents';
import { requestSchema, type TrainerRequest } from './trainerProtocol';

/** @throws Error with one sentence about the first rule that the value breaks. */
export function parseTrainerRequest(value: unknown): TrainerRequest {
  return parse(requestSchema, value, 'The trainer was sent a request');
}

/** @throws Error when the value is no event. */
export function parseTrainerEvent(value: unknown): TrainerEvent {
  return parse(eventSchema, value, 'The trainer sent an event');
}

function parse<T>(schema: v.GenericSchema<unknown, T>, value: unknown, what: string): T {
  const parsed = v.safeParse(schema, value);
  if (parsed.success) {
    return parsed.output;
  }
  const [issue] = parsed.issues;
  // The schemas' own messages are whole sentences; valibot's are not, so the field is named with them.
  throw new Error(
    issue.message.endsWith('.') && !issue.message.startsWith('Invalid')
      ? issue.message
      : `${what} that it does not know (${v.getDotPath(issue) ?? 'kind'}: ${issue.message}).`,
  );
}
