import { expect, it } from '@jest/globals';
import { atEndOfTurn } from './end-of-turn.js';

it('runs records first, then what they let go, then answers, once', async () => {
  const told: string[] = [];
  const record = Promise.withResolvers<void>();
  void record.promise.then(() => told.push('let go'));
  const turn = new Promise<void>((over) => {
    atEndOfTurn('answers', () => told.push('answer'));
    atEndOfTurn('answers', () => over());
    atEndOfTurn('records', () => {
      told.push('record');
      record.resolve();
    });
    told.push('now');
  });
  await turn;
  expect(told).toEqual(['now', 'record', 'let go', 'answer']);
  await new Promise<void>((over) => atEndOfTurn('answers', over));
  expect(told).toHaveLength(4);
});
